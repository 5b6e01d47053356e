//! Tasks, timers and tokio's primitives: every order that a runtime can take, counted exactly.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod ends;
mod select;
mod talk;

use std::time::Duration;

use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::{Mutex, Notify, Semaphore, mpsc, oneshot};
use drawloom::tokio::task::{JoinHandle, yield_now};
use drawloom::tokio::time::{sleep, timeout};
use drawloom::{Check, Count, Report, tokio};

/// The report, after both ways to count have come to the same numbers.
fn explore<T: drawloom::Outcome>(
    program: impl Fn() -> T + Send + Sync + Clone + 'static,
) -> (Report<T>, (u128, u128)) {
    let graph = Check::new().run(program.clone());
    let every = Check::new().every_schedule().run(program);
    let counted = graph.schedules.as_ref().unwrap_or_else(|| panic!("{graph:?}"));
    assert_eq!(Some(counted), every.schedules.as_ref(), "{graph:?}\n{every:?}");
    let outcomes = |report: &Report<T>| format!("{:?}", report.outcomes.keys().collect::<Vec<_>>());
    assert_eq!(outcomes(&graph), outcomes(&every));
    let counted = (small(&counted.all), small(&counted.failing));
    (graph, counted)
}

/// What fits into a machine's number.
fn small(count: &Count) -> u128 {
    count.to_u128().expect("a small count")
}

/// All schedules and the failing ones.
fn counts<T: drawloom::Outcome>(
    program: impl Fn() -> T + Send + Sync + Clone + 'static,
) -> (u128, u128) {
    explore(program).1
}

/// All that the program can return, and how many schedules return it.
fn outcomes<T: drawloom::Outcome>(
    program: impl Fn() -> T + Send + Sync + Clone + 'static,
) -> Vec<(T, u128)> {
    let (report, (_, failing)) = explore(program);
    assert_eq!(failing, 0, "{report:?}");
    let outcomes = report.outcomes.into_iter();
    outcomes
        .map(|(value, info)| (value, small(&info.schedules.expect("a complete graph"))))
        .collect()
}

/// Runs a future as the root of a single-threaded loop.
fn on_one_thread<F: Future>(future: F) -> F::Output {
    Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Runs a future as the root of a runtime with two workers.
fn on_two_workers<F: Future>(future: F) -> F::Output {
    Builder::new_multi_thread().worker_threads(2).build().unwrap().block_on(future)
}

/// Takes a seat, if there is one, with an await between looking and taking.
async fn take_seat(seats: Arc<AtomicU32>) -> bool {
    if seats.load(SeqCst) > 0 {
        yield_now().await;
        seats.fetch_sub(1, SeqCst);
        return true;
    }
    false
}

#[test]
fn an_await_between_look_and_take_has_six_schedules_of_which_four_fail() {
    // Whoever looks after the other has taken has one poll only: 112 and 221. The others are the
    // four orders of two polls each in which both look first: all of them fail.
    assert_eq!(
        counts(|| {
            let seats = Arc::new(AtomicU32::new(1));
            on_one_thread(async move {
                let alice = tokio::spawn(take_seat(Arc::clone(&seats)));
                let bob = tokio::spawn(take_seat(seats));
                let (alice, bob) = (alice.await.unwrap(), bob.await.unwrap());
                assert!(!(alice && bob), "one seat for one");
            });
        }),
        (6, 4)
    );
}

#[test]
fn what_nobody_can_see_changes_no_count() {
    let more = async |seats: Arc<AtomicU32>| {
        yield_now().await;
        let took = take_seat(Arc::clone(&seats)).await;
        yield_now().await;
        took
    };
    assert_eq!(
        counts(move || {
            let seats = Arc::new(AtomicU32::new(1));
            on_one_thread(async {
                let alice = tokio::spawn(more(Arc::clone(&seats)));
                let bob = tokio::spawn(more(Arc::clone(&seats)));
                yield_now().await;
                let (alice, bob) = tokio::join!(alice, bob);
                assert!(!(alice.unwrap() && bob.unwrap()), "one seat for one");
            });
        }),
        (6, 4)
    );
    assert_eq!(
        counts(|| {
            let seats = Arc::new(AtomicU32::new(1));
            on_one_thread(async move {
                let spawn =
                    |seats| tokio::spawn(async move { tokio::spawn(take_seat(seats)).await });
                let (alice, bob) = (spawn(Arc::clone(&seats)), spawn(seats));
                let (alice, bob) = tokio::try_join!(alice, bob).unwrap();
                assert!(!(alice.unwrap() && bob.unwrap()), "one seat for one");
            });
        }),
        (6, 4)
    );
}

#[test]
fn a_try_join_that_fails_can_leave_the_other_before_or_after_its_write() {
    // 1 2: main is woken by both and has only bob left to ask. 2 0: main's poll of the failure is a
    // step, and alice has not written. 2 1 0: she has.
    let program = || async {
        let slot = Arc::new(AtomicU32::new(0));
        let (left, right) = (Arc::clone(&slot), Arc::clone(&slot));
        let alice = tokio::spawn(async move { left.store(1, SeqCst) });
        let bob: JoinHandle<()> = tokio::spawn(async move {
            right.load(SeqCst);
            panic!("no")
        });
        let failed = tokio::try_join!(alice, bob).is_err();
        (failed, slot.load(SeqCst))
    };
    assert_eq!(outcomes(move || on_one_thread(program())), [((true, 0), 1), ((true, 1), 2)]);
}

#[test]
fn a_program_without_a_step_has_one_schedule() {
    assert_eq!(outcomes(|| on_one_thread(async { 7 })), [(7, 1)]);
}

#[test]
fn a_task_of_a_single_thread_starts_after_the_poll_that_spawned_it() {
    // The store is in the poll that spawns.
    let program = || async {
        let lamp = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&lamp);
        let look = tokio::spawn(async move { seen.load(SeqCst) });
        lamp.store(1, SeqCst);
        look.await.unwrap()
    };
    assert_eq!(outcomes(move || on_one_thread(program())), [(1, 1)]);
    assert_eq!(outcomes(move || on_two_workers(program())), [(0, 1), (1, 1)]);
}

#[test]
fn timers_fire_in_the_order_of_their_deadlines() {
    // The clock (c) wakes short (s) and then long (l), but need not wait for their polls: cscl, ccsl,
    // ccls.
    assert_eq!(
        outcomes(|| {
            on_one_thread(async {
                let order = Arc::new(AtomicU32::new(0));
                let wait = |seconds| {
                    let order = Arc::clone(&order);
                    tokio::spawn(async move {
                        sleep(Duration::from_secs(seconds)).await;
                        order.fetch_add(1, SeqCst)
                    })
                };
                let (short, long) = (wait(1), wait(2));
                (short.await.unwrap(), long.await.unwrap())
            })
        }),
        [((0, 1), 2), ((1, 0), 1)]
    );
}

#[test]
fn a_loop_that_yields_until_a_flag_is_set_ends() {
    // 2 1, 1 2 1, and 1 1 2 1: having looked twice, the spinner sleeps until somebody writes.
    assert_eq!(
        counts(|| {
            on_one_thread(async {
                let flag = Arc::new(AtomicU32::new(0));
                let other = Arc::clone(&flag);
                let spinner = tokio::spawn(async move {
                    while other.load(SeqCst) == 0 {
                        yield_now().await;
                    }
                });
                let setter = tokio::spawn(async move { flag.store(1, SeqCst) });
                spinner.await.unwrap();
                setter.await.unwrap();
            });
        }),
        (3, 0)
    );
}

#[test]
fn outside_a_check_it_is_tokio() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let total = runtime.block_on(async {
        let jar = Arc::new(Mutex::new(0));
        let room = Arc::new(Semaphore::new(1));
        let (sender, mut receiver) = mpsc::channel(1);
        for coins in 1..=3 {
            let (jar, room, sender) = (Arc::clone(&jar), Arc::clone(&room), sender.clone());
            tokio::spawn(async move {
                let _permit = room.acquire_owned().await.unwrap();
                *jar.lock().await += coins;
                sender.send(coins).await.unwrap();
            });
        }
        drop(sender);
        let mut total = 0;
        while let Some(coins) = receiver.recv().await {
            total += coins;
        }
        assert_eq!(total, *jar.lock().await);
        total
    });
    assert_eq!(total, 6);
    let text = runtime.block_on(async {
        let (sender, receiver) = oneshot::channel();
        let stuck: JoinHandle<()> = tokio::spawn(std::future::pending());
        stuck.abort();
        assert!(stuck.await.unwrap_err().is_cancelled());
        let notify = Arc::new(Notify::new());
        let other = Arc::clone(&notify);
        tokio::spawn(async move {
            other.notified().await;
            sender.send("done").unwrap();
        });
        notify.notify_one();
        assert!(timeout(Duration::ZERO, std::future::pending::<()>()).await.is_err());
        tokio::select! {
            text = receiver => text.unwrap(),
            () = sleep(Duration::from_secs(60)) => "late",
        }
    });
    assert_eq!(text, "done");
}
