//! What is promised of conditions, of what is done once, and of all of it outside a check.

use std::time::Duration;

use drawloom::parking_lot::{
    Condvar, FairMutex, Mutex, MutexGuard, Once, OnceState, ReentrantMutex, RwLock,
    RwLockUpgradableReadGuard, RwLockWriteGuard,
};
use drawloom::sync::atomic::AtomicU32;
use drawloom::sync::atomic::Ordering::SeqCst;
use drawloom::time::Instant;

use super::super::{SOON, both, outcomes};

#[test]
fn a_notify_tells_how_many_it_has_woken() {
    let found = outcomes(|| {
        let (ready, rung) = (Mutex::new(false), Condvar::new());
        both(
            || {
                let mut guard = ready.lock();
                rung.wait_while(&mut guard, |ready| !*ready);
            },
            || {
                *ready.lock() = true;
                let one = rung.notify_one();
                (one, rung.notify_all())
            },
        )
        .1
    });
    assert_eq!(found, [(false, 0), (true, 0)].into());
}

#[test]
fn a_wait_with_a_time_limit_is_notified_or_is_too_late() {
    let found = outcomes(|| {
        let (ready, rung) = (Mutex::new(false), Condvar::new());
        both(
            || {
                let mut guard = ready.lock();
                let waited = rung.wait_while_for(&mut guard, |ready| !*ready, SOON);
                (*guard, waited.timed_out())
            },
            || {
                *ready.lock() = true;
                rung.notify_one();
            },
        )
        .0
    });
    assert_eq!(found, [(false, true), (true, false)].into());
    let alone = || {
        let (ready, rung) = (Mutex::new(()), Condvar::new());
        rung.wait_for(&mut ready.lock(), SOON).timed_out()
    };
    assert_eq!(outcomes(alone), [true].into());
    assert!(alone());
}

#[test]
fn the_state_of_what_is_done_once_is_seen_as_it_is() {
    let state = |state: OnceState| match state {
        OnceState::New => "new",
        OnceState::Poisoned => "poisoned",
        OnceState::InProgress => "in progress",
        OnceState::Done => "done",
    };
    let found = outcomes(move || {
        let (start, x) = (Once::new(), AtomicU32::new(0));
        both(|| start.call_once(|| x.store(1, SeqCst)), || state(start.state())).1
    });
    assert_eq!(found, ["new", "in progress", "done"].into());
    let program = move || {
        let start = Once::new();
        let failed = std::panic::catch_unwind(|| start.call_once(|| panic!("it fails"))).is_err();
        let mut seen = vec![state(start.state())];
        start.call_once_force(|before| seen.push(state(before)));
        seen.push(state(start.state()));
        (failed, seen, Once::new_completed().is_completed())
    };
    let expected = (true, vec!["poisoned", "poisoned", "done"], true);
    assert_eq!(program(), expected);
    assert_eq!(outcomes(program), [expected].into());
}

#[test]
fn statics_of_parking_lot_work_and_are_free_at_the_beginning() {
    static JAR: Mutex<u32> = Mutex::new(0);
    static TABLE: RwLock<u32> = RwLock::new(1);
    static START: Once = Once::new();
    let found = outcomes(|| {
        let mut began = false;
        START.call_once(|| began = true);
        let seen = both(|| *JAR.lock(), || *TABLE.read());
        (began, seen)
    });
    assert_eq!(found, [(true, (0, 1))].into());
}

#[test]
fn all_of_it_is_the_real_thing_outside_a_check() {
    let (jar, fair, table) = (Mutex::new(1), FairMutex::new(1), RwLock::new(1));
    let held = jar.lock();
    assert!(jar.try_lock_for(Duration::ZERO).is_none() && jar.is_locked());
    MutexGuard::unlock_fair(held);
    assert!(jar.try_lock_until(Instant::now()).is_some());
    *fair.lock() += 1;
    let upgradable = table.upgradable_read();
    assert!(table.try_write().is_none() && table.try_read().is_some());
    let mut writer = RwLockUpgradableReadGuard::upgrade(upgradable);
    *writer += 1;
    let reader = RwLockWriteGuard::downgrade(writer);
    assert!(table.try_write_for(Duration::ZERO).is_none());
    assert_eq!((*reader, *fair.lock()), (2, 2));
    let nested = ReentrantMutex::new(5);
    let outer = nested.lock();
    assert_eq!(*nested.lock() + *outer, 10);
}
