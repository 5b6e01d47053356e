//! What is promised of locks that readers share.

use drawloom::parking_lot::{
    RecursiveRwLock, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
};
use drawloom::thread;

use super::super::{SOON, both, deadlocks, outcomes};

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
    let message = deadlocks(again(false));
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
