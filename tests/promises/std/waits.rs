//! What is promised of waits with a time limit, and of wake-ups for no reason.

use std::collections::BTreeSet;

use drawloom::sync::atomic::AtomicBool;
use drawloom::sync::atomic::Ordering::SeqCst;
use drawloom::sync::{Condvar, Mutex};
use drawloom::{Check, Outcome, Verdict, thread};

use super::super::{SOON, both, outcomes};

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
fn a_wait_with_a_time_limit_is_notified_or_is_too_late() {
    let found = outcomes(|| {
        let (ready, rung) = (Mutex::new(false), Condvar::new());
        both(
            || {
                let guard = ready.lock().unwrap();
                if *guard {
                    return (true, None);
                }
                let (guard, result) = rung.wait_timeout(guard, SOON).unwrap();
                (*guard, Some(result.timed_out()))
            },
            || {
                *ready.lock().unwrap() = true;
                rung.notify_one();
            },
        )
        .0
    });
    // Too late, and yet it is ready: it became so before the lock was had again.
    let expected = [(true, None), (true, Some(false)), (false, Some(true)), (true, Some(true))];
    assert_eq!(found, expected.into());
}

#[test]
fn a_wait_for_a_condition_ends_with_it_or_when_its_time_is_up() {
    let found = outcomes(|| {
        let (ready, rung) = (Mutex::new(0), Condvar::new());
        both(
            || {
                let guard = ready.lock().unwrap();
                let waited = rung.wait_timeout_while(guard, SOON, |ready| *ready == 0).unwrap();
                (*waited.0, waited.1.timed_out())
            },
            || {
                rung.notify_all();
                *ready.lock().unwrap() = 1;
                rung.notify_all();
            },
        )
        .0
    });
    assert_eq!(found, [(0, true), (1, false)].into());
}

#[test]
fn nobody_has_to_notify_a_wait_with_a_time_limit() {
    let program = || {
        let (ready, rung) = (Mutex::new(()), Condvar::new());
        let (_guard, result) = rung.wait_timeout(ready.lock().unwrap(), SOON).unwrap();
        result.timed_out()
    };
    assert_eq!(outcomes(program), [true].into());
}

/// Every value that a program can return if each strand may wake for no reason so often.
fn restless<T: Outcome>(
    most: u16,
    program: impl Fn() -> T + Clone + Send + Sync + 'static,
) -> BTreeSet<T> {
    let check = || Check::new().spurious_wakeups(most);
    let report = check().run(program.clone());
    assert!(matches!(report.verdict, Verdict::Verified), "{report}");
    let every = check().every_schedule().run(program);
    assert_eq!(report.schedules, every.schedules);
    report.outcomes.into_keys().collect()
}

#[test]
fn a_wait_may_wake_for_no_reason_where_the_check_says_so() {
    let waits_once = || {
        let (ready, rung) = (Mutex::new(false), Condvar::new());
        both(
            || {
                let mut guard = ready.lock().unwrap();
                if !*guard {
                    guard = rung.wait(guard).unwrap();
                }
                *guard
            },
            || {
                *ready.lock().unwrap() = true;
                rung.notify_one();
            },
        )
        .0
    };
    assert_eq!(restless(0, waits_once), [true].into());
    assert_eq!(restless(1, waits_once), [false, true].into());
    let waits_in_a_loop = || {
        let (ready, rung) = (Mutex::new(0), Condvar::new());
        both(
            || {
                let mut rounds = 0;
                let mut guard = ready.lock().unwrap();
                while *guard == 0 {
                    rounds += 1;
                    guard = rung.wait(guard).unwrap();
                }
                rounds
            },
            || {
                *ready.lock().unwrap() = 1;
                rung.notify_one();
            },
        )
        .0
    };
    assert_eq!(restless(2, waits_in_a_loop), [0, 1, 2, 3].into());
}

#[test]
fn a_park_may_return_for_no_reason_where_the_check_says_so() {
    let program = || {
        let ready = AtomicBool::new(false);
        thread::scope(|scope| {
            let bob = scope.spawn(|| {
                thread::park();
                ready.load(SeqCst)
            });
            ready.store(true, SeqCst);
            bob.thread().unpark();
            bob.join().unwrap()
        })
    };
    assert_eq!(restless(0, program), [true].into());
    assert_eq!(restless(1, program), [false, true].into());
}
