//! What is promised of locks, and of who waits for a condition.

use drawloom::sync::atomic::Ordering::SeqCst;
use drawloom::sync::atomic::{AtomicBool, AtomicU32};
use drawloom::sync::{Condvar, Mutex, RwLock};
use drawloom::thread;

use super::super::{both, deadlocks, outcomes};

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
