//! Small programs in which the search and brute force did not agree: what random ones shrink to.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;

use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU8, Ordering::SeqCst};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::{Notify, broadcast};
use drawloom::tokio::task::{JoinSet, spawn_blocking, yield_now};
use drawloom::{Check, Report, tokio};

/// How many schedules and classes there are by brute force, and schedules and executions by the search; the
/// outcomes are the same.
fn counted(program: fn() -> u8) -> [u64; 4] {
    let every = Check::new().every_schedule().run(program);
    let search = Check::new().run(program);
    assert!(search.minimal, "it is said to be one execution for each class");
    assert_eq!(search.redundant, 0);
    assert!(every.outcomes.keys().eq(search.outcomes.keys()));
    let all = |report: &Report<u8>| {
        u64::try_from(report.schedules.clone().unwrap().all.to_string().parse::<u128>().unwrap())
    };
    let classes = every.classes.unwrap() as u64;
    [all(&every).unwrap(), classes, all(&search).unwrap(), search.executions]
}

// A poll that does two things is two steps while the blocking task's thread is there, and one before that was
// started: so starting it depends on every such poll.
#[test]
fn how_much_of_a_poll_is_one_step_depends_on_who_else_is_there() {
    fn program() -> u8 {
        let x = Arc::new(AtomicU8::new(0));
        std::mem::forget(Arc::clone(&x));
        let cast = broadcast::Sender::<u8>::new(1);
        let (a, b) = (cast.subscribe(), cast.subscribe());
        Builder::new_current_thread().build().unwrap().block_on(async {
            let other = Arc::clone(&x);
            let alice = tokio::spawn(async move {
                x.load(SeqCst);
                drop(a);
            });
            let bob = tokio::spawn(async move {
                spawn_blocking(move || other.load(SeqCst)).await.unwrap();
                drop(b);
            });
            alice.await.unwrap();
            bob.await.unwrap();
            0
        })
    }
    assert_eq!(counted(program), [8, 3, 8, 3]);
}

async fn add(x: Arc<AtomicU8>) {
    x.fetch_add(1, SeqCst);
    yield_now().await;
}

// What is planned behind another task's poll can turn out to have been tried before that.
#[test]
fn a_set_of_tasks_beside_another_task_takes_one_execution_for_each_class() {
    fn program() -> u8 {
        let x = Arc::new(AtomicU8::new(0));
        std::mem::forget(Arc::clone(&x));
        Builder::new_current_thread().build().unwrap().block_on(async {
            let other = Arc::clone(&x);
            let alice = tokio::spawn(async move {
                x.load(SeqCst);
                let mut set = JoinSet::new();
                for _ in 0..2 {
                    set.spawn(add(Arc::clone(&x)));
                }
                while set.join_next().await.is_some() {}
                x.fetch_add(1, SeqCst);
            });
            let bob = tokio::spawn(async move {
                other.load(SeqCst);
                other.fetch_add(1, SeqCst);
            });
            alice.await.unwrap();
            bob.await.unwrap();
            0
        })
    }
    assert_eq!(counted(program), [106, 40, 106, 40]);
}

// The end of a task wakes whoever waits for it, and whether somebody does depends on which of two ends first. The
// two can change places all the same, since nothing depends on who was woken.
#[test]
fn the_ends_of_two_tasks_that_are_awaited_in_order_are_independent() {
    fn program() -> u8 {
        let x = Arc::new(AtomicU8::new(0));
        std::mem::forget(Arc::clone(&x));
        Builder::new_current_thread().build().unwrap().block_on(async {
            let look = |x: Arc<AtomicU8>| async move {
                x.load(SeqCst);
                yield_now().await;
                x.load(SeqCst);
            };
            let (alice, bob) = (tokio::spawn(look(Arc::clone(&x))), tokio::spawn(look(x)));
            alice.await.unwrap();
            bob.await.unwrap();
            0
        })
    }
    let audit = Check::new().audit().run(program);
    assert_eq!(audit.contradictions, Vec::<String>::new());
    assert_eq!(counted(program), [6, 1, 6, 1]);
}

// Three tasks give one signal each, in six orders, and the root has been polled once before. It is polled again after
// each of them, or after two together, or after all three.
#[test]
fn a_root_that_is_woken_again_before_its_poll_begins_is_polled_once() {
    fn program() -> u8 {
        let signals = [(); 3].map(|()| Arc::new(Notify::new()));
        let polls = Cell::new(0);
        Builder::new_current_thread().build().unwrap().block_on(async {
            let given =
                signals.clone().map(|signal| tokio::spawn(async move { signal.notify_one() }));
            let [a, b, c] = &signals;
            let mut all = pin!(async { tokio::join!(a.notified(), b.notified(), c.notified()) });
            poll_fn(|context| {
                polls.set(polls.get() + 1);
                all.as_mut().poll(context)
            })
            .await;
            for task in given {
                task.await.unwrap();
            }
        });
        polls.get()
    }
    let polls = Check::new().run(program).outcomes.into_iter();
    let counted: Vec<(u8, String)> =
        polls.map(|(polls, info)| (polls, info.schedules.unwrap().to_string())).collect();
    let expected = [(2, "6"), (3, "12"), (4, "6")].map(|(polls, count)| (polls, count.to_owned()));
    assert_eq!(counted, expected);
}
