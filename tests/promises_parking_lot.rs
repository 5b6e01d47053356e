//! What `parking_lot` promises, as sets of outcomes.
#![cfg(feature = "parking_lot")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use drawloom::parking_lot::{
    ArcMutexGuard, Condvar, FairMutex, MappedMutexGuard, Mutex, MutexGuard, Once, OnceState,
    RecursiveRwLock, ReentrantMutex, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard,
    RwLockWriteGuard,
};
use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::{Check, FailureKind, Limit, Outcome, Verdict, thread};

/// Every value that a program can return, over all its schedules. Brute force has to agree.
#[track_caller]
fn outcomes<T: Outcome>(program: impl Fn() -> T + Clone + Send + Sync + 'static) -> BTreeSet<T> {
    let report = Check::new().run(program.clone());
    assert!(matches!(report.verdict, Verdict::Verified), "{report}");
    let every = Check::new().every_schedule().run(program);
    assert!(matches!(every.verdict, Verdict::Verified), "{every}");
    let found: BTreeSet<T> = report.outcomes.into_keys().collect();
    assert_eq!(found, every.outcomes.into_keys().collect());
    assert_eq!(report.schedules, every.schedules);
    found
}

/// A program of which some schedules deadlock, whoever searches.
#[track_caller]
fn may_deadlock<T: Outcome>(program: impl Fn() -> T + Clone + Send + Sync + 'static) -> String {
    let every = Check::new().every_schedule().run(program.clone());
    let report = Check::new().run(program);
    let failure = report.failure().unwrap_or_else(|| panic!("{report}"));
    assert_eq!(failure.kind, FailureKind::Deadlock, "{report}");
    assert_eq!(report.schedules, every.schedules);
    failure.message.clone()
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

const SOON: Duration = Duration::from_millis(10);

// Mutex, FairMutex, ReentrantMutex.

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
fn a_wait_until_a_moment_of_the_real_clock_is_refused_under_an_engine() {
    let program = || Mutex::new(0).try_lock_until(Instant::now() + SOON).is_some();
    assert!(program());
    let report = Check::new().run(program);
    let Verdict::Inconclusive(Limit::Refused(why)) = &report.verdict else { panic!("{report}") };
    assert!(why.starts_with("a wait until an Instant under an engine"), "{why}");
    assert!(why.contains("\nhelp: say how long it may last"), "{why}");
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

// RwLock and RecursiveRwLock.

#[test]
fn a_reader_that_reads_again_may_wait_for_a_writer_that_waits_for_it() {
    let again = |recursive: bool| {
        move || {
            let (table, other) = (RwLock::new(0), RecursiveRwLock::new(0));
            both(
                || {
                    if recursive {
                        let _outer = other.read();
                        return *other.read();
                    }
                    let _outer = table.read();
                    *table.read()
                },
                || {
                    *table.write() += 1;
                    *other.write() += 1;
                },
            )
            .0
        }
    };
    let message = may_deadlock(again(false));
    assert!(message.contains("waits for table"), "{message}");
    assert_eq!(outcomes(again(true)), [0, 1].into());
}

#[test]
fn no_new_reader_gets_in_while_a_writer_waits() {
    let found = outcomes(|| {
        let table = RwLock::new(0);
        both(
            || *table.write() += 1,
            || {
                let outer = table.read();
                (*outer, table.try_read().map(|table| *table))
            },
        )
        .1
    });
    assert_eq!(found, [(0, None), (0, Some(0)), (1, Some(1))].into());
}

#[test]
fn a_writer_waits_for_all_readers_and_is_alone() {
    let found = outcomes(|| {
        let table = RwLock::new(0);
        thread::scope(|scope| {
            let readers = [scope.spawn(|| *table.read()), scope.spawn(|| *table.read())];
            *table.write() += 1;
            readers.map(|reader| reader.join().unwrap())
        })
    });
    assert_eq!(found, [[0, 0], [0, 1], [1, 0], [1, 1]].into());
}

#[test]
fn a_reader_or_a_writer_with_a_time_limit_gets_in_or_is_too_late() {
    let found = outcomes(|| {
        let table = RwLock::new(0);
        both(|| *table.write() += 1, || table.try_read_for(SOON).map(|table| *table)).1
    });
    assert_eq!(found, [None, Some(0), Some(1)].into());
    let found = outcomes(|| {
        let table = RwLock::new(0);
        both(|| *table.read(), || table.try_write_for(SOON).map(|mut table| *table += 1))
    });
    assert_eq!(found, [(0, None), (0, Some(())), (1, Some(()))].into());
    // Who has given up is in nobody's way.
    let gives_up = || {
        let table = RwLock::new(0);
        let _reader = table.read();
        let late = table.try_write_for(SOON).is_none();
        (late, table.try_read().is_some(), table.try_write().is_some())
    };
    assert_eq!(outcomes(gives_up), [(true, true, false)].into());
}

#[test]
fn who_may_upgrade_is_alone_with_readers_and_changes_what_it_has_read() {
    let found = outcomes(|| {
        let table = RwLock::new(0);
        let add = || {
            let seen = table.upgradable_read();
            let before = *seen;
            let mut table = RwLockUpgradableReadGuard::upgrade(seen);
            *table += 1;
            before
        };
        let (one, other) = both(add, add);
        (one, other, table.into_inner())
    });
    assert_eq!(found, [(0, 1, 2), (1, 0, 2)].into());
    let beside = || {
        let table = RwLock::new(0);
        let upgradable = table.upgradable_read();
        let seen = (
            table.try_read().is_some(),
            table.try_upgradable_read().is_some(),
            table.try_write().is_some(),
        );
        let reader = table.read();
        let upgradable = RwLockUpgradableReadGuard::try_upgrade(upgradable).unwrap_err();
        drop(reader);
        (seen, RwLockUpgradableReadGuard::try_upgrade(upgradable).is_ok())
    };
    assert_eq!(outcomes(beside), [((true, false, false), true)].into());
}

#[test]
fn an_upgrade_waits_for_the_readers_and_one_with_a_time_limit_may_give_up() {
    let found = outcomes(|| {
        let table = RwLock::new(0);
        both(
            || *table.read(),
            || {
                let upgradable = table.upgradable_read();
                *RwLockUpgradableReadGuard::upgrade(upgradable) = 1;
            },
        )
        .0
    });
    assert_eq!(found, [0, 1].into());
    let found = outcomes(|| {
        let table = RwLock::new(0);
        both(
            || *table.read(),
            || {
                let upgradable = table.upgradable_read();
                match RwLockUpgradableReadGuard::try_upgrade_for(upgradable, SOON) {
                    Ok(mut table) => {
                        *table = 1;
                        true
                    }
                    Err(upgradable) => *upgradable > 0,
                }
            },
        )
    });
    assert_eq!(found, [(0, false), (0, true), (1, true)].into());
}

#[test]
fn a_write_lock_that_is_downgraded_lets_readers_in_and_no_writer() {
    let found = outcomes(|| {
        let table = RwLock::new(0);
        both(
            || {
                let mut writer = table.write();
                *writer = 1;
                let reader: RwLockReadGuard<'_, _> = RwLockWriteGuard::downgrade(writer);
                *reader
            },
            || *table.write() += 1,
        )
    });
    // Nobody writes between the two.
    assert_eq!(found, [(1, ())].into());
    let beside = || {
        let table = RwLock::new(0);
        let reader = RwLockWriteGuard::downgrade(table.write());
        let readers = (table.try_read().is_some(), table.try_write().is_some());
        drop(reader);
        let upgradable = RwLockWriteGuard::downgrade_to_upgradable(table.write());
        let upgradables = (table.try_read().is_some(), table.try_upgradable_read().is_some());
        let reader = RwLockUpgradableReadGuard::downgrade(upgradable);
        let again = table.try_upgradable_read().is_some();
        drop(reader);
        (readers, upgradables, again, table.try_write().is_some())
    };
    assert_eq!(outcomes(beside), [((true, false), (true, false), true, true)].into());
}

// Condvar and Once.

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
