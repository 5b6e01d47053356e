//! What is promised of locks that one thread has.

use drawloom::parking_lot::{
    ArcMutexGuard, Condvar, FairMutex, MappedMutexGuard, Mutex, MutexGuard, ReentrantMutex, RwLock,
    RwLockUpgradableReadGuard,
};
use drawloom::sync::Arc;
use drawloom::sync::atomic::AtomicU32;
use drawloom::sync::atomic::Ordering::SeqCst;
use drawloom::thread;
use drawloom::time::Instant;

use super::super::{SOON, both, outcomes};

#[test]
fn a_wait_for_a_lock_with_a_time_limit_has_it_or_is_too_late() {
    let found = outcomes(|| {
        let (jar, left) = (Mutex::new(0), AtomicU32::new(0));
        both(
            || {
                let mut coins = jar.lock();
                *coins += 1;
                left.store(1, SeqCst);
            },
            || jar.try_lock_for(SOON).map(|coins| *coins),
        )
        .1
    });
    assert_eq!(found, [None, Some(0), Some(1)].into());
    // Nobody has it, so there is nothing to be late for.
    let free = || Mutex::new(3).try_lock_for(SOON).map(|coins| *coins);
    assert_eq!(outcomes(free), [Some(3)].into());
    let held = || {
        let jar = Mutex::new(0);
        let _held = jar.lock();
        jar.try_lock_for(SOON).is_some()
    };
    assert_eq!(outcomes(held), [false].into());
}

#[test]
fn a_wait_until_a_moment_is_a_wait_for_what_is_left_till_then() {
    let found = outcomes(|| {
        let (jar, table) = (Mutex::new(0), RwLock::new(0));
        let until = Instant::now() + SOON;
        let wait = || {
            let jar = jar.try_lock_until(until).is_some();
            (jar, table.try_write_until(until).is_some(), Instant::now() >= until)
        };
        let hold = || {
            let _jar = jar.lock();
            let _table = table.read();
        };
        both(wait, hold).0
    });
    // Both are had, in time or too late; or one of them is not; or neither is.
    let both_had = [(true, true, false), (true, true, true)];
    let none = [(false, false, true), (false, true, true), (true, false, true)];
    assert_eq!(found, both_had.into_iter().chain(none).collect());
    assert!(Mutex::new(0).try_lock_until(Instant::now()).is_some());
}

#[test]
fn a_wait_for_a_condition_until_a_moment_is_notified_or_is_too_late() {
    let found = outcomes(|| {
        let (ready, rung) = (Mutex::new(false), Condvar::new());
        let until = Instant::now() + SOON;
        let wait = || {
            let mut ready = ready.lock();
            let late = rung.wait_while_until(&mut ready, |ready| !*ready, until).timed_out();
            (*ready, late)
        };
        let tell = || {
            *ready.lock() = true;
            rung.notify_one();
        };
        both(wait, tell).0
    });
    assert_eq!(found, [(true, false), (false, true)].into());
    let alone = || {
        let (lock, rung) = (Mutex::new(()), Condvar::new());
        let late = rung.wait_until(&mut lock.lock(), Instant::now() + SOON).timed_out();
        let until = Instant::now() + SOON;
        let upgrades = RwLock::new(1);
        let kept = upgrades.try_upgradable_read_until(until).unwrap();
        (late, RwLockUpgradableReadGuard::try_upgrade_until(kept, until).is_ok())
    };
    assert_eq!(outcomes(alone), [(true, true)].into());
    assert_eq!(alone(), (true, true));
}

#[test]
fn a_fair_lock_excludes_whatever_way_it_is_given_back() {
    let found = outcomes(|| {
        let jar = FairMutex::new(0);
        let add = || {
            let mut coins = jar.lock();
            *coins += 1;
            drawloom::parking_lot::FairMutexGuard::unlock_fair(coins);
        };
        both(add, || *jar.lock() += 1);
        jar.into_inner()
    });
    assert_eq!(found, [2].into());
}

#[test]
fn a_lock_that_is_bumped_is_free_for_a_moment() {
    let found = outcomes(|| {
        let jar = Mutex::new(0);
        both(
            || {
                let mut coins = jar.lock();
                let before = *coins;
                MutexGuard::bump(&mut coins);
                (before, *coins)
            },
            || *jar.lock() += 1,
        )
        .0
    });
    assert_eq!(found, [(0, 0), (0, 1), (1, 1)].into());
    let found = outcomes(|| {
        let jar = Mutex::new(0);
        both(
            || {
                let mut coins = jar.lock();
                MutexGuard::unlocked(&mut coins, || ());
                *coins
            },
            || *jar.lock() += 1,
        )
        .0
    });
    assert_eq!(found, [0, 1].into());
}

#[test]
fn a_part_of_what_is_guarded_keeps_all_of_it_locked() {
    let found = outcomes(|| {
        let pair = Mutex::new((0, 0));
        both(
            || {
                let mut left: MappedMutexGuard<'_, u32> =
                    MutexGuard::map(pair.lock(), |pair| &mut pair.0);
                *left += 1;
                drop(left);
                pair.lock().1 += 1;
            },
            || *pair.lock(),
        )
        .1
    });
    assert_eq!(found, [(0, 0), (1, 0), (1, 1)].into());
}

#[test]
fn a_guard_that_owns_its_lock_goes_where_no_lifetime_lets_another_go() {
    let found = outcomes(|| {
        let jar = Arc::new(Mutex::new(0));
        let mine = Arc::clone(&jar);
        let bob = thread::spawn(move || {
            let mut coins: ArcMutexGuard<_, u32> = mine.lock_arc();
            *coins += 1;
        });
        let seen = jar.try_lock_arc().map(|coins| *coins);
        bob.join().unwrap();
        seen
    });
    assert_eq!(found, [None, Some(0), Some(1)].into());
}

#[test]
fn a_reentrant_lock_is_taken_again_by_its_thread_and_by_nobody_else() {
    let found = outcomes(|| {
        let jar = ReentrantMutex::new(AtomicU32::new(0));
        both(
            || {
                let outer = jar.lock();
                outer.store(1, SeqCst);
                let inner = jar.lock();
                inner.store(0, SeqCst);
                jar.is_owned_by_current_thread()
            },
            || jar.try_lock().map(|coins| coins.load(SeqCst)),
        )
    });
    assert_eq!(found, [(true, None), (true, Some(0))].into());
}

#[test]
fn whether_a_lock_is_held_is_seen_as_it_is() {
    let found = outcomes(|| {
        let jar = Mutex::new(());
        both(|| drop(jar.lock()), || jar.is_locked()).1
    });
    assert_eq!(found, [false, true].into());
}
