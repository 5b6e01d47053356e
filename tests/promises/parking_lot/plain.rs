//! What holds of these locks as of others.

use drawloom::sync::Arc;
use drawloom::{parking_lot, thread};

use super::super::{both, deadlocks, outcomes};

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
