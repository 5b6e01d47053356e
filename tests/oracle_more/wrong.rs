//! Where the search and brute force differ: today's answers.

use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU8, Ordering::SeqCst};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::broadcast;
use drawloom::tokio::task::{JoinSet, spawn_blocking, yield_now};
use drawloom::{Check, Report, tokio};

/// How many schedules and classes there are by brute force, and schedules and executions by the search; the
/// outcomes are the same.
fn counted(program: fn() -> u8) -> [u64; 4] {
    let every = Check::new().every_schedule().run(program);
    let search = Check::new().run(program);
    assert!(search.minimal, "it is said to be one execution for each class");
    assert!(every.outcomes.keys().eq(search.outcomes.keys()));
    let all = |report: &Report<u8>| {
        u64::try_from(report.schedules.clone().unwrap().all.to_string().parse::<u128>().unwrap())
    };
    let classes = every.classes.unwrap() as u64;
    [all(&every).unwrap(), classes, all(&search).unwrap(), search.executions]
}

// WRONG: a poll that does two things is two steps while the blocking task's thread is there, and one when that has
// been awaited. Nothing says to the search that the one depends on the other.
#[test]
fn polls_beside_a_blocking_task_that_is_awaited_have_fewer_schedules_than_there_are() {
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
    assert_eq!(counted(program), [8, 3, 5, 2]);
}

async fn add(x: Arc<AtomicU8>) {
    x.fetch_add(1, SeqCst);
    yield_now().await;
}

// WRONG: some classes are tried twice.
#[test]
fn a_set_of_tasks_beside_another_task_takes_more_executions_than_there_are_classes() {
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
    assert_eq!(counted(program)[1], 40);
    assert_eq!(counted(program)[3], 46);
}

// WRONG: the end of a task wakes whoever waits for it, and whether somebody does depends on which of two ends first;
// the two ends are said to be independent. Nothing that is found depends on it.
#[test]
fn the_ends_of_two_tasks_that_are_awaited_in_order_are_said_to_be_independent() {
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
    assert!(audit.contradictions.iter().all(|said| said.starts_with("neighbours: ")));
    assert!(!audit.contradictions.is_empty());
    assert_eq!(counted(program), [6, 1, 6, 1]);
}
