//! The combinators of `futures`, which know nothing of drawloom, and tokio's own macros.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::Duration;

use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::sync::{mpsc, oneshot};
use drawloom::tokio::time::sleep;
use drawloom::tokio::{self, spawn};
use futures_util::future::{Either, join_all, select};
use futures_util::stream::{FuturesUnordered, StreamExt, poll_fn};

use drawloom::tokio::runtime::Builder;
use drawloom::{Check, Verdict};

/// All that a program can return, which never fails: reduced, and with every schedule.
fn outcomes<T: drawloom::Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> Vec<T> {
    search(&(std::sync::Arc::new(program) as Program<T>))
}

/// WHY: a check is compiled once for each type of program, and here that is once for each outcome's.
type Program<T> = std::sync::Arc<dyn Fn() -> T + Send + Sync>;

fn search<T: drawloom::Outcome>(program: &Program<T>) -> Vec<T> {
    let run = |check: Check| {
        let program = std::sync::Arc::clone(program);
        check.run(move || program())
    };
    let (reduced, every) = (run(Check::new()), run(Check::new().every_schedule()));
    for report in [&reduced, &every] {
        assert!(!matches!(report.verdict, Verdict::Failed(_)), "{report}");
    }
    let outcomes: Vec<T> = reduced.outcomes.into_keys().collect();
    assert!(outcomes.iter().eq(every.outcomes.keys()), "{outcomes:?}");
    outcomes
}

/// Runs a future as the root of a single-threaded loop.
fn on_one_thread<F: Future>(future: F) -> F::Output {
    Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Runs a future as the root of a runtime with two workers.
fn on_two_workers<F: Future>(future: F) -> F::Output {
    Builder::new_multi_thread().worker_threads(2).build().unwrap().block_on(future)
}

#[test]
fn join_all_waits_for_all_in_whatever_order_they_end() {
    let program = || {
        on_two_workers(async {
            let count = Arc::new(AtomicU32::new(0));
            let tasks = (0..2).map(|_| {
                let count = Arc::clone(&count);
                spawn(async move { count.fetch_add(1, SeqCst) })
            });
            let all = join_all(tasks).await;
            all.into_iter().map(Result::unwrap).collect::<Vec<_>>()
        })
    };
    assert_eq!(outcomes(program), [vec![0, 1], vec![1, 0]]);
}

#[test]
fn futures_unordered_yields_them_as_they_end() {
    let program = || {
        on_two_workers(async {
            let (one, ones) = oneshot::channel();
            let (two, twos) = oneshot::channel();
            spawn(async move { one.send(1).unwrap() });
            spawn(async move { two.send(2).unwrap() });
            let all: FuturesUnordered<_> = [ones, twos].into_iter().collect();
            all.map(Result::unwrap).collect::<Vec<u32>>().await
        })
    };
    assert_eq!(outcomes(program), [vec![1, 2], vec![2, 1]]);
}

#[test]
fn the_select_of_futures_is_the_first_of_two() {
    let program = || {
        on_one_thread(async {
            let (sender, receiver) = oneshot::channel();
            spawn(async move { sender.send(7).unwrap() });
            let nap = Box::pin(sleep(Duration::from_secs(1)));
            match select(receiver, nap).await {
                Either::Left((got, _)) => got.ok(),
                Either::Right(((), _)) => None,
            }
        })
    };
    assert_eq!(outcomes(program), [None, Some(7)]);
}

#[test]
fn a_receiver_is_a_stream() {
    let program = || {
        on_one_thread(async {
            let (sender, mut receiver) = mpsc::channel(1);
            spawn(async move {
                for n in 1..=3 {
                    sender.send(n).await.unwrap();
                }
            });
            let stream = poll_fn(move |context| receiver.poll_recv(context));
            stream.map(|n| n * 10).take(2).collect::<Vec<u32>>().await
        })
    };
    assert_eq!(outcomes(program), [vec![10, 20]]);
}

#[test]
fn a_select_has_patterns_conditions_and_an_else() {
    let program = || {
        on_one_thread(async {
            let refuted = tokio::select! {
                Some(n) = async { None::<u32> } => n,
                Ok(n) = async { Err::<u32, ()>(()) }, if 1 + 1 == 2 => n,
                _ = async { 9 }, if false => 9,
                else => 4,
            };
            let (mut left, right) = (Some(1), [2, 3]);
            let bound = tokio::select! {
                biased;
                (ref a, mut b) = async { (5, 6) } => { b += a; b }
                [first, ..] = async { right } => first,
            };
            let disabled = tokio::select! {
                n = async { left.take().unwrap() }, if left.is_none() => n,
                n = async { 8 } => n,
            };
            (refuted, bound, disabled)
        })
    };
    assert_eq!(outcomes(program), [(4, 11, 8)]);
}

#[test]
fn a_select_starts_with_any_branch_and_a_biased_one_with_the_first() {
    let program = || {
        on_one_thread(async {
            tokio::select! { n = async { 1 } => n, n = async { 2 } => n }
        })
    };
    assert_eq!(outcomes(program), [1, 2]);
    let program = || {
        on_one_thread(async {
            tokio::select! { biased; n = async { 1 } => n, n = async { 2 } => n }
        })
    };
    assert_eq!(outcomes(program), [1]);
}

/// A `select!` with a branch for each number, and nothing or `biased;` before them.
macro_rules! first_of {
    ([$($head:tt)*] $($number:literal)*) => {
        tokio::select! { $($head)* $( Some(n) = async { Some($number) } => n, )* else => 64 }
    };
}

#[test]
fn a_select_takes_as_many_branches_as_the_original() {
    let any = || {
        on_one_thread(async {
            first_of!([] 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63)
        })
    };
    assert_eq!(outcomes(any), (0..64).collect::<Vec<u32>>());
    let first = || {
        on_one_thread(async {
            first_of!([biased;] 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63)
        })
    };
    assert_eq!(outcomes(first), [0]);
}

#[test]
fn join_and_try_join_take_any_number_and_stop_at_the_first_error() {
    let program = || {
        on_one_thread(async {
            let three = tokio::join!(async { 1 }, async { 2 }, async { 3 });
            let biased = tokio::join!(biased; async { 1 }, async { 2 });
            let good = tokio::try_join!(async { Ok::<_, u8>(1) }, async { Ok::<_, u8>(2) });
            let bad = tokio::try_join!(biased; async { Err::<u8, _>(7) }, std::future::pending::<Result<(), _>>());
            (three, biased, good, bad)
        })
    };
    assert_eq!(outcomes(program), [((1, 2, 3), (1, 2), Ok((1, 2)), Err(7))]);
}
