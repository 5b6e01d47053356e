//! Locks and waiting.

use drawloom::sync::atomic::AtomicBool;
use drawloom::sync::atomic::Ordering::{Acquire, Release};
use drawloom::sync::{Arc, Condvar, Mutex, RwLock};
use drawloom::thread;
use drawloom::verdict::FailureKind;

use super::{add_under_lock, both, deadlocks, fails, holds};

#[test]
fn locks_in_two_orders_deadlock_and_the_next_check_works() {
    for _ in 0..3 {
        deadlocks(|| {
            let (fork, knife) = (Mutex::new(()), Mutex::new(()));
            let eat = |first: &Mutex<()>, second: &Mutex<()>| {
                let _first = first.lock().unwrap();
                let _second = second.lock().unwrap();
            };
            both(|| eat(&fork, &knife), || eat(&knife, &fork));
        });
        assert_eq!(holds(|| add_under_lock(2, 1)).0, [2]);
    }
}

#[test]
fn a_lock_that_is_taken_twice_deadlocks() {
    deadlocks(|| {
        let lock = Mutex::new(());
        let _first = lock.lock().unwrap();
        let _second = lock.lock().unwrap();
    });
}

#[test]
fn a_guard_that_is_forgotten_is_never_given_back() {
    deadlocks(|| {
        let lock = Mutex::new(());
        thread::scope(|scope| {
            scope.spawn(|| std::mem::forget(lock.lock().unwrap()));
            scope.spawn(|| drop(lock.lock().unwrap()));
        });
    });
}

#[test]
fn readers_share_and_writers_do_not() {
    let program = || {
        let lock = RwLock::new(0);
        let outcome = thread::scope(|scope| {
            scope.spawn(|| *lock.write().unwrap() += 1);
            let reader = scope.spawn(|| {
                let (first, second) = (lock.read().unwrap(), lock.read().unwrap());
                (*first, *second)
            });
            reader.join().unwrap()
        });
        assert_eq!(*lock.try_read().unwrap(), 1);
        assert_eq!(*lock.try_write().unwrap(), 1);
        outcome
    };
    assert_eq!(holds(program).0, [(0, 0), (1, 1)]);
}

#[test]
fn a_write_lock_under_a_read_lock_deadlocks() {
    deadlocks(|| {
        let lock = RwLock::new(0);
        let _reading = lock.read().unwrap();
        drop(lock.write().unwrap());
    });
}

#[test]
fn a_notification_wakes_whoever_waits() {
    let program = || {
        let (ready, bell) = (Mutex::new(false), Condvar::new());
        both(
            || {
                *ready.lock().unwrap() = true;
                bell.notify_one();
            },
            || drop(bell.wait_while(ready.lock().unwrap(), |ready| !*ready).unwrap()),
        );
    };
    assert_eq!(holds(program).0, [()]);
}

#[test]
fn a_notification_that_comes_too_early_is_lost() {
    deadlocks(|| {
        let (lock, bell) = (Mutex::new(()), Condvar::new());
        both(|| bell.notify_one(), || drop(bell.wait(lock.lock().unwrap()).unwrap()));
    });
}

#[test]
fn a_park_takes_the_token_that_an_unpark_leaves() {
    let program = || {
        let flag = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&flag);
        let waiter = thread::spawn(move || {
            thread::park();
            set.load(Acquire)
        });
        flag.store(true, Release);
        waiter.thread().unpark();
        waiter.join().unwrap()
    };
    assert_eq!(holds(program).0, [true]);
}

#[test]
fn two_unparks_leave_one_token() {
    deadlocks(|| {
        let waiter = thread::spawn(|| {
            thread::park();
            thread::park();
        });
        waiter.thread().unpark();
        waiter.thread().unpark();
        waiter.join().unwrap();
    });
}

#[test]
fn an_unpark_does_not_wake_who_waits_for_a_lock() {
    let program = || {
        let lock = Arc::new(Mutex::new(0));
        let mine = Arc::clone(&lock);
        let held = lock.lock().unwrap();
        let waiter = thread::spawn(move || *mine.lock().unwrap());
        waiter.thread().unpark();
        drop(held);
        waiter.join().unwrap()
    };
    assert_eq!(holds(program).0, [0]);
}

#[test]
fn a_thread_may_be_asked_whether_it_has_finished() {
    let program = || {
        let thread = thread::spawn(|| ());
        let finished = thread.is_finished();
        thread.join().unwrap();
        finished
    };
    assert_eq!(holds(program).0, [false, true]);
}

#[test]
fn a_loop_that_yields_ends_when_its_flag_is_set() {
    let program = || {
        let flag = AtomicBool::new(false);
        both(
            || flag.store(true, Release),
            || {
                while !flag.load(Acquire) {
                    thread::yield_now();
                }
            },
        );
    };
    assert_eq!(holds(program).0, [()]);
}

#[test]
fn a_loop_without_end_is_a_failure() {
    let (kind, _) = fails(|| {
        let flag = AtomicBool::new(false);
        while !flag.load(Acquire) {
            thread::yield_now();
        }
    });
    assert_eq!(kind, FailureKind::StepLimit);
}
