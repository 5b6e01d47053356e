//! What is it for?

use drawloom::sync::Mutex;
use drawloom::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use drawloom::sync::atomic::{AtomicBool, AtomicU32, fence};
use drawloom::thread;

use super::{add, add_under_lock, both, holds, loom, panics, read_and_write};

#[test]
fn a_lost_update_fails() {
    let message = panics(|| assert_eq!(read_and_write(2), 2, "both coins are in the jar"));
    assert!(message.starts_with("assertion `left == right` failed: both coins are in the jar"));
}

#[test]
fn a_failure_says_where_it_was_raised() {
    let report = loom(|| assert_eq!(read_and_write(2), 2));
    let place = report.failure().unwrap().place.clone().unwrap();
    assert_eq!(place.file, file!());
}

#[test]
fn every_outcome_is_seen() {
    // Optimum 4; loom with its own join 18.
    assert_eq!(holds(|| read_and_write(2)), (vec![1, 2], 10));
    // Optimum 36; loom with its own join 4,219.
    assert_eq!(holds(|| read_and_write(3)), (vec![1, 2, 3], 561));
}

#[test]
fn adding_in_one_step_holds() {
    // Optimum 2 and 6; loom with its own join 9 and 30.
    assert_eq!(holds(|| add(2, 1)), (vec![2], 3));
    assert_eq!(holds(|| add(2, 2)), (vec![4], 10));
    // Optimum 6; loom with its own join 414.
    assert_eq!(holds(|| add(3, 1)), (vec![3], 26));
}

#[test]
fn one_lock_around_both_steps_holds() {
    // Optimum 2; loom with its own join 9.
    assert_eq!(holds(|| add_under_lock(2, 1)), (vec![2], 3));
    // Optimum 6; loom with its own join 414.
    assert_eq!(holds(|| add_under_lock(3, 1)), (vec![3], 26));
}

#[test]
fn a_lock_for_each_step_fails() {
    let message = panics(|| {
        let jar = Mutex::new(0);
        let put_coin = || {
            let coins = *jar.lock().unwrap();
            *jar.lock().unwrap() = coins + 1;
        };
        both(put_coin, put_coin);
        assert_eq!(*jar.lock().unwrap(), 2, "both coins are in the jar");
    });
    assert!(message.contains("both coins are in the jar"), "{message}");
}

#[test]
fn threads_that_share_nothing_cost_nothing() {
    // Optimum 1; loom with its own join 493.
    let program = || {
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| drop(Mutex::new(0).lock().unwrap()));
            }
        });
    };
    assert_eq!(holds(program).1, 1);
}

#[test]
fn weak_memory_shows_what_interleavings_cannot() {
    let publish = |store, load| {
        move || {
            let (letter, flag) = (AtomicU32::new(0), AtomicBool::new(false));
            let ((), read) = both(
                || {
                    letter.store(1, Relaxed);
                    flag.store(true, store);
                },
                || flag.load(load).then(|| letter.load(Relaxed)),
            );
            read
        }
    };
    assert_eq!(holds(publish(Release, Acquire)).0, [None, Some(1)]);
    assert_eq!(holds(publish(Relaxed, Relaxed)).0, [None, Some(0), Some(1)]);
}

#[test]
fn fences_count() {
    let store_buffering = || {
        let (x, y) = (AtomicU32::new(0), AtomicU32::new(0));
        let look = |mine: &AtomicU32, other: &AtomicU32| {
            mine.store(1, Relaxed);
            fence(SeqCst);
            other.load(Relaxed)
        };
        both(|| look(&x, &y), || look(&y, &x))
    };
    assert_eq!(holds(store_buffering).0, [(0, 1), (1, 0), (1, 1)]);
}

#[test]
fn two_writes_can_end_in_either_order() {
    let program = || {
        let (x, y) = (AtomicU32::new(0), AtomicU32::new(0));
        let write = |first: &AtomicU32, second: &AtomicU32| {
            first.store(1, Relaxed);
            second.store(2, Relaxed);
        };
        both(|| write(&x, &y), || write(&y, &x));
        (x.into_inner(), y.into_inner())
    };
    // (1, 1) is allowed to relaxed stores, and no interleaving has it.
    assert_eq!(holds(program).0, [(1, 1), (1, 2), (2, 1), (2, 2)]);
}
