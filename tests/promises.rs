//! What the originals promise, as sets of outcomes: missing and extra ones are both failures.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use drawloom::sync::atomic::{
    AtomicBool, AtomicI8, AtomicPtr, AtomicU32, AtomicU64, Ordering::SeqCst, fence,
};
use drawloom::sync::{Arc, Condvar, Mutex, RwLock};
use drawloom::{Check, FailureKind, Outcome, Verdict, parking_lot, thread};

/// Every value that a program can return, over all its schedules.
fn outcomes<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> BTreeSet<T> {
    let report = Check::new().run(program);
    assert!(matches!(report.verdict, Verdict::Verified), "{report}");
    report.outcomes.into_keys().collect()
}

fn deadlocks<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) {
    let report = Check::new().run(program);
    assert_eq!(
        report.failure().map(|failure| failure.kind),
        Some(FailureKind::Deadlock),
        "{report}"
    );
}

/// Runs two threads and returns what both return.
fn both<A: Send, B: Send>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = scope.spawn(other);
        (one.join().unwrap(), other.join().unwrap())
    })
}

#[test]
fn readers_of_an_rwlock_share_it() {
    // Each reader holds the lock until it has seen that the other has it too.
    let found = outcomes(|| {
        let table = RwLock::new(());
        let inside = AtomicU32::new(0);
        let reader = || {
            let _guard = table.read().unwrap();
            inside.fetch_add(1, SeqCst);
            while inside.load(SeqCst) < 2 {
                thread::yield_now();
            }
        };
        both(reader, reader);
        inside.load(SeqCst)
    });
    assert_eq!(found, [2].into());
}

#[test]
fn a_writer_of_an_rwlock_is_alone() {
    let found = outcomes(|| {
        let table = RwLock::new(0);
        let inside = AtomicBool::new(false);
        both(
            || {
                let mut guard = table.write().unwrap();
                inside.store(true, SeqCst);
                *guard = 1;
                inside.store(false, SeqCst);
            },
            || {
                let guard = table.read().unwrap();
                (*guard, inside.load(SeqCst))
            },
        )
        .1
    });
    assert_eq!(found, [(0, false), (1, false)].into());
}

#[test]
fn an_attempt_at_an_rwlock_fails_while_another_has_it() {
    let found = outcomes(|| {
        let table = RwLock::new(());
        both(
            || drop(table.read().unwrap()),
            || {
                let read = table.try_read().is_ok();
                let write = table.try_write().is_ok();
                (read, write)
            },
        )
        .1
    });
    assert_eq!(found, [(true, true), (true, false)].into());
}

#[test]
fn a_write_lock_that_waits_for_its_own_read_lock_waits_for_ever() {
    deadlocks(|| {
        let table = RwLock::new(0);
        let read = table.read().unwrap();
        *table.write().unwrap() += *read;
    });
}

#[test]
fn an_attempt_at_a_lock_fails_only_while_it_is_held() {
    let found = outcomes(|| {
        let jar = Mutex::new(());
        both(|| drop(jar.lock().unwrap()), || jar.try_lock().is_ok()).1
    });
    assert_eq!(found, [false, true].into());
}

#[test]
fn a_notify_wakes_one_waiter_and_any_of_them() {
    let found = outcomes(|| {
        let (tokens, rung) = (Mutex::new(0), Condvar::new());
        let woken = Mutex::new(Vec::new());
        let waiter = |name: u8| {
            let mut tokens = tokens.lock().unwrap();
            while *tokens == 0 {
                tokens = rung.wait(tokens).unwrap();
            }
            *tokens -= 1;
            woken.lock().unwrap().push(name);
        };
        thread::scope(|scope| {
            scope.spawn(|| waiter(1));
            scope.spawn(|| waiter(2));
            for _ in 0..2 {
                *tokens.lock().unwrap() += 1;
                rung.notify_one();
            }
        });
        woken.into_inner().unwrap()
    });
    assert_eq!(found, [vec![1, 2], vec![2, 1]].into());
}

#[test]
fn a_notify_that_comes_before_the_wait_is_lost() {
    deadlocks(|| {
        let (ready, rung) = (Mutex::new(false), Condvar::new());
        both(
            || {
                let guard = ready.lock().unwrap();
                drop(rung.wait(guard).unwrap());
            },
            || rung.notify_all(),
        );
    });
}

#[test]
fn a_fetch_is_one_step_at_every_width() {
    let found = outcomes(|| {
        let (small, large) = (AtomicI8::new(127), AtomicU64::new(u64::MAX));
        both(|| small.fetch_add(1, SeqCst), || small.fetch_add(1, SeqCst));
        both(|| large.fetch_add(1, SeqCst), || large.fetch_max(5, SeqCst));
        (small.into_inner(), large.into_inner())
    });
    assert_eq!(found, [(-127, 0), (-127, 5)].into());
}

#[test]
fn one_of_two_exchanges_wins() {
    let found = outcomes(|| {
        let lock = AtomicBool::new(false);
        let take = || lock.compare_exchange(false, true, SeqCst, SeqCst).is_ok();
        both(take, take)
    });
    assert_eq!(found, [(true, false), (false, true)].into());
}

#[test]
fn a_pointer_is_published_whole() {
    static SEVEN: i32 = 7;
    let found = outcomes(|| {
        let shared = AtomicPtr::new(std::ptr::null_mut());
        let ((), unseen) = both(
            || shared.store(std::ptr::from_ref(&SEVEN).cast_mut(), SeqCst),
            || shared.load(SeqCst).is_null(),
        );
        (unseen, shared.into_inner().is_null())
    });
    assert_eq!(found, [(false, false), (true, false)].into());
}

#[test]
fn store_buffering_is_never_seen_under_sequential_consistency() {
    let found = outcomes(|| {
        let (x, y) = (AtomicU32::new(0), AtomicU32::new(0));
        both(
            || {
                x.store(1, SeqCst);
                fence(SeqCst);
                y.load(SeqCst)
            },
            || {
                y.store(1, SeqCst);
                fence(SeqCst);
                x.load(SeqCst)
            },
        )
    });
    assert_eq!(found, [(0, 1), (1, 0), (1, 1)].into());
}

#[test]
fn a_sleeper_wakes_in_the_order_of_the_deadlines() {
    use std::time::Duration;
    let found = outcomes(|| {
        let order = Mutex::new(Vec::new());
        let sleep = |millis: u64| {
            thread::sleep(Duration::from_millis(millis));
            order.lock().unwrap().push(millis);
        };
        both(|| sleep(20), || sleep(10));
        order.into_inner().unwrap()
    });
    // The first timer fires first, but its thread may be slow to go on.
    assert_eq!(found, [vec![10, 20], vec![20, 10]].into());
}

#[test]
fn a_lock_of_parking_lot_excludes_and_is_not_poisoned() {
    let found = outcomes(|| {
        let jar = Arc::new(parking_lot::Mutex::new(0));
        let theirs = Arc::clone(&jar);
        let bob = thread::spawn(move || {
            let mut coins = theirs.lock();
            *coins += 1;
            panic!("bob drops the jar");
        });
        *jar.lock() += 1;
        assert!(bob.join().is_err());
        *jar.lock()
    });
    assert_eq!(found, [2].into());
}

#[test]
fn an_rwlock_of_parking_lot_is_shared_by_readers_and_not_by_writers() {
    let found = outcomes(|| {
        let table = parking_lot::RwLock::new(0);
        both(
            || *table.write() += 1,
            || {
                let read = table.read();
                (*read, table.try_read().is_some(), table.try_write().is_some())
            },
        )
        .1
    });
    // No new reader gets in while the writer waits for the first.
    assert_eq!(found, [(0, true, false), (0, false, false), (1, true, false)].into());
}

#[test]
fn a_condition_of_parking_lot_waits_and_has_its_lock_again() {
    let found = outcomes(|| {
        let (ready, rung) = (parking_lot::Mutex::new(false), parking_lot::Condvar::new());
        both(
            || {
                let mut guard = ready.lock();
                rung.wait_while(&mut guard, |ready| !*ready);
                *guard
            },
            || {
                *ready.lock() = true;
                rung.notify_one();
            },
        )
        .0
    });
    assert_eq!(found, [true].into());
}

#[test]
fn a_condition_of_parking_lot_that_nobody_notifies_is_a_deadlock() {
    deadlocks(|| {
        let (ready, rung) = (parking_lot::Mutex::new(false), parking_lot::Condvar::new());
        both(
            || {
                let mut guard = ready.lock();
                rung.wait(&mut guard);
            },
            || rung.notify_one(),
        );
    });
}

#[test]
fn parking_lot_is_the_real_thing_outside_a_check() {
    let jar = parking_lot::Mutex::new(1);
    let table = parking_lot::RwLock::new(1);
    let mut guard = jar.lock();
    assert!(jar.try_lock().is_none());
    *guard += *table.read();
    drop(guard);
    *table.write() += 1;
    assert_eq!((jar.into_inner(), table.into_inner()), (2, 2));
}
