//! Whatever a program does, a check ends with a clean verdict and does not disturb the next.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicU32 as RealU32, Ordering};
use std::time::Duration;

use drawloom::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Arc, Condvar, Mutex};
use drawloom::{Check, FailureKind, Limit, Outcome, Report, Verdict, thread};

mod contested;
mod overflow;
mod size;

fn run<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> Report<T> {
    Check::new().run(program)
}

/// The kind and the message of the failure that a program must have.
fn failure<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> (FailureKind, String) {
    let report = run(program);
    the_next_check_is_not_disturbed();
    match report.verdict {
        Verdict::Failed(failure) => (failure.kind, failure.message),
        other => panic!("it must fail, and is {other:?}"),
    }
}

fn verified<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> (Option<u128>, Vec<T>) {
    let report = run(program);
    the_next_check_is_not_disturbed();
    match report.verdict {
        Verdict::Verified => (
            report.schedules.expect("counted").all.to_u128(),
            report.outcomes.into_keys().collect(),
        ),
        other => panic!("it must hold, and is {other:?}"),
    }
}

fn the_next_check_is_not_disturbed() {
    let report = run(|| {
        let jar = Mutex::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| *jar.lock().unwrap() += 1);
            }
        });
        jar.into_inner().unwrap()
    });
    assert!(matches!(report.verdict, Verdict::Verified));
    assert_eq!(report.outcomes.into_keys().collect::<Vec<_>>(), [2]);
}

#[test]
fn a_program_that_never_ends_hits_the_limit_on_steps() {
    let report = Check::new().max_steps(50).run(|| {
        let jar = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                loop {
                    jar.fetch_add(1, SeqCst);
                }
            });
        });
    });
    let failure = report.failure().expect("it fails");
    assert_eq!(failure.kind, FailureKind::StepLimit);
    assert_eq!(failure.message, "the program does not end within 50 steps");
    assert_eq!(failure.schedule.len(), 50);
    the_next_check_is_not_disturbed();
}

#[test]
fn a_loop_that_waits_for_nobody_is_a_livelock() {
    let (kind, message) = failure(|| {
        let ready = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !ready.load(SeqCst) {
                    thread::yield_now();
                }
            });
        });
    });
    assert_eq!(kind, FailureKind::Livelock);
    assert_eq!(message, "every strand that is left goes round for ever and changes nothing");
}

#[test]
fn a_loop_that_waits_for_somebody_ends() {
    let (_, outcomes) = verified(|| {
        let ready = AtomicBool::new(false);
        let data = AtomicU32::new(0);
        thread::scope(|scope| {
            let reader = scope.spawn(|| {
                while !ready.load(SeqCst) {
                    thread::yield_now();
                }
                data.load(SeqCst)
            });
            data.store(7, SeqCst);
            ready.store(true, SeqCst);
            reader.join().unwrap()
        })
    });
    assert_eq!(outcomes, [7]);
}

#[test]
fn a_real_wait_inside_the_program_is_given_up_and_its_place_named() {
    let stored = line!() + 3;
    let report = Check::new().max_silence(Duration::from_millis(300)).run(|| {
        let jar = AtomicU32::new(0);
        jar.store(1, SeqCst);
        let (_sender, receiver) = std::sync::mpsc::channel::<()>();
        assert!(receiver.recv().is_ok());
    });
    let Verdict::Inconclusive(Limit::Stuck { after, place: Some(place) }) = &report.verdict else {
        panic!("{:?}", report.verdict)
    };
    assert_eq!(*after, Duration::from_millis(300));
    assert_eq!((place.file.as_str(), place.line), (file!(), stored));
    the_next_check_is_not_disturbed();
}

#[test]
fn a_panic_in_a_thread_that_nobody_joins_is_a_failure() {
    let (kind, message) = failure(|| {
        let jar = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&jar);
        drop(thread::spawn(move || assert_eq!(seen.load(SeqCst), 0, "the jar is empty")));
        jar.store(1, SeqCst);
    });
    assert_eq!(kind, FailureKind::Panic);
    assert!(message.contains("the jar is empty"), "{message}");
}

#[test]
fn a_panic_that_a_join_hands_over_is_the_joiners_to_handle() {
    let (schedules, outcomes) = verified(|| {
        let jar = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&jar);
        let bob = thread::spawn(move || assert_eq!(seen.load(SeqCst), 0, "the jar is empty"));
        jar.store(1, SeqCst);
        bob.join().is_ok()
    });
    assert_eq!((schedules, outcomes), (Some(2), vec![false, true]));
}

#[test]
fn a_join_that_unwraps_blames_the_thread_that_panicked() {
    let (_, message) = failure(|| {
        let jar = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&jar);
        let bob = thread::spawn(move || assert_eq!(seen.load(SeqCst), 0, "the jar is empty"));
        jar.store(1, SeqCst);
        bob.join().unwrap();
    });
    assert!(message.contains("the jar is empty"), "{message}");
}

#[test]
fn a_panic_in_the_middle_of_a_lock_poisons_it() {
    let (_, outcomes) = verified(|| {
        let jar = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&jar);
        let bob = thread::spawn(move || {
            let mut coins = theirs.lock().unwrap();
            *coins = 1;
            panic!("bob drops the jar");
        });
        let poisoned = jar.lock().is_err();
        (bob.join().is_err(), poisoned, jar.lock().is_err())
    });
    assert_eq!(outcomes, [(true, false, true), (true, true, true)]);
}

/// Panics when it is dropped.
struct Grenade;

impl Drop for Grenade {
    fn drop(&mut self) {
        panic!("the grenade goes off");
    }
}

#[test]
fn a_panic_in_drop_is_a_panic() {
    let (kind, message) = failure(|| {
        let jar = AtomicU32::new(0);
        thread::scope(|scope| {
            let bob = scope.spawn(|| {
                let _grenade = Grenade;
                jar.store(1, SeqCst);
            });
            bob.join().unwrap();
        });
    });
    assert_eq!((kind, message.as_str()), (FailureKind::Panic, "the grenade goes off"));
}

#[test]
fn a_drop_that_panics_while_nothing_else_does_is_caught_like_any_panic() {
    let (kind, message) = failure(|| {
        let jar = AtomicU32::new(0);
        let caught = std::panic::catch_unwind(|| drop(Grenade));
        jar.store(1, SeqCst);
        assert!(caught.is_ok(), "the grenade is a dud");
    });
    assert_eq!(kind, FailureKind::Panic);
    assert!(message.contains("the grenade is a dud"), "{message}");
}

/// Locks when it is dropped, also while the program is cleared away.
struct LocksInDrop(Arc<Mutex<u32>>);

impl Drop for LocksInDrop {
    fn drop(&mut self) {
        *self.0.lock().unwrap() += 1;
    }
}

#[test]
fn destructors_that_lock_run_when_a_deadlock_is_cleared_away() {
    static DROPPED: RealU32 = RealU32::new(0);
    let (kind, _) = failure(|| {
        let jar = Arc::new(Mutex::new(0));
        let (a, b) = (Mutex::new(()), Mutex::new(()));
        thread::scope(|scope| {
            scope.spawn(|| {
                let _counts = LocksInDrop(Arc::clone(&jar));
                let _a = a.lock().unwrap();
                let _b = b.lock().unwrap();
            });
            scope.spawn(|| {
                let _b = b.lock().unwrap();
                let _a = a.lock().unwrap();
            });
        });
        DROPPED.fetch_max(*jar.lock().unwrap(), Ordering::SeqCst);
    });
    assert_eq!(kind, FailureKind::Deadlock);
    assert_eq!(DROPPED.load(Ordering::SeqCst), 1);
}

#[test]
fn a_forgotten_guard_is_a_lock_that_is_held_for_ever() {
    let (kind, message) = failure(|| {
        let jar = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn(|| std::mem::forget(jar.lock().unwrap()));
            scope.spawn(|| std::mem::forget(jar.lock().unwrap()));
        });
    });
    assert_eq!(kind, FailureKind::Deadlock);
    assert!(message.contains("waits for jar, held by"), "{message}");
}

#[test]
fn a_thread_that_outlives_main_still_runs_to_its_end() {
    let report = run(|| {
        let jar = Arc::new(AtomicU32::new(0));
        let theirs = Arc::clone(&jar);
        drop(thread::spawn(move || theirs.fetch_add(1, SeqCst)));
        jar.load(SeqCst)
    });
    assert!(matches!(report.verdict, Verdict::Verified));
    assert_eq!(report.outcomes.into_keys().collect::<Vec<_>>(), [0, 1]);
    the_next_check_is_not_disturbed();
}

#[test]
fn a_thread_that_waits_for_ever_ends_with_main() {
    let (schedules, _) = verified(|| {
        let rung = Arc::new((Mutex::new(()), Condvar::new()));
        let theirs = Arc::clone(&rung);
        drop(thread::spawn(move || {
            let guard = theirs.0.lock().unwrap();
            drop(theirs.1.wait(guard).unwrap());
        }));
    });
    assert_eq!(schedules, Some(1));
}

#[test]
fn a_condition_that_nobody_notifies_is_a_deadlock() {
    let (kind, message) = failure(|| {
        let (ready, rung) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            let sleeper = scope.spawn(|| {
                let guard = ready.lock().unwrap();
                drop(rung.wait(guard).unwrap());
            });
            rung.notify_one();
            sleeper.join().unwrap();
        });
    });
    assert_eq!(kind, FailureKind::Deadlock);
    assert!(message.contains("sleeper waits for rung, and nobody notifies it"), "{message}");
}

#[test]
fn a_program_without_a_step_is_told_which_import_is_to_blame() {
    let report = run(|| {
        let jar = std::sync::atomic::AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| jar.store(jar.load(Ordering::SeqCst) + 1, Ordering::SeqCst));
            }
        });
    });
    let Verdict::Inconclusive(limit) = &report.verdict else { panic!("{:?}", report.verdict) };
    assert_eq!(
        limit.to_string(),
        "nothing to interleave: 3 strands, and no operation of theirs was seen\n\
         help: line 5 imports std::sync: drawloom::sync is the one that is checked"
    );
}

#[test]
fn a_program_that_depends_on_something_outside_is_told_at_which_step() {
    static RUNS: RealU32 = RealU32::new(0);
    let report = run(|| {
        let odd = RUNS.fetch_add(1, Ordering::SeqCst) % 2 == 1;
        let (jar, box_) = (AtomicU32::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                jar.store(1, SeqCst);
                if odd {
                    box_.store(1, SeqCst);
                }
            });
            scope.spawn(|| jar.store(2, SeqCst));
        });
    });
    assert!(
        matches!(report.verdict, Verdict::Inconclusive(Limit::Differs { .. })),
        "{:?}",
        report.verdict
    );
    the_next_check_is_not_disturbed();
}

#[test]
fn more_strands_than_there_may_be_is_a_limit() {
    let report = run(|| {
        let jar = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..1_200 {
                scope.spawn(|| jar.load(SeqCst));
            }
        });
    });
    assert!(matches!(report.verdict, Verdict::Inconclusive(Limit::Strands(1_000))));
    the_next_check_is_not_disturbed();
}

#[test]
fn limits_on_executions_and_time_are_not_a_pass() {
    let program = || {
        let jar = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| jar.store(jar.load(SeqCst) + 1, SeqCst));
            }
        });
    };
    let limit = |check: Check| match check.run(program).verdict {
        Verdict::Inconclusive(limit) => limit,
        other => panic!("{other:?}"),
    };
    assert_eq!(limit(Check::new().max_executions(3)), Limit::Executions(3));
    assert_eq!(limit(Check::new().max_time(Duration::ZERO)), Limit::Time(Duration::ZERO));
}

/// What a report says, whatever the width of the page.
fn words<T: drawloom::Outcome>(report: &drawloom::Report<T>) -> String {
    report.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Three friends put a coin in the jar each.
fn put_three_coins() -> u32 {
    let jar = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| jar.store(jar.load(SeqCst) + 1, SeqCst));
        }
    });
    jar.into_inner()
}

#[test]
fn with_too_many_states_to_count_the_verdict_stands_and_the_counts_are_missing() {
    let check = Check::new().max_states(20);
    let explored = format!(
        "(all explored, at least {} schedules: too many states to count, `max_states` is 20)",
        Check::new().run(put_three_coins).executions
    );

    let holds = check.run(put_three_coins);
    assert!(matches!(holds.verdict, Verdict::Verified), "{holds:?}");
    assert_eq!((&holds.schedules, holds.states, holds.limit.clone()), (&None, None, None));
    assert_eq!(holds.uncounted, Some(20));
    assert_eq!(holds.outcomes.keys().collect::<Vec<_>>(), [&1, &2, &3]);
    assert!(holds.outcomes.values().all(|outcome| outcome.schedules.is_none()), "{holds:?}");
    assert_eq!(words(&holds), format!("ok no schedule fails {explored}"));

    let fails = check.run(|| assert_eq!(put_three_coins(), 3));
    let failure = fails.failure().expect("a coin is lost");
    assert!(!failure.simplest, "nobody has compared all the failing schedules");
    assert_eq!((&fails.schedules, fails.states, fails.uncounted), (&None, None, Some(20)));
    let (all, failing) = (fails.executions, fails.failed_executions);
    let said = format!("FAIL {failing} of {all} executions fail {explored} error: ");
    assert!(words(&fails).starts_with(&said), "{fails}");

    let counted = Check::new().run(|| assert_eq!(put_three_coins(), 3));
    assert_eq!((all, failing), (counted.executions, counted.failed_executions));
    assert_eq!(counted.uncounted, None);
    assert!(counted.schedules.is_some(), "{counted:?}");
}

#[test]
fn a_failure_that_is_found_before_a_limit_is_a_failure() {
    let report = Check::new().max_executions(20).run(|| {
        let jar = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| jar.store(jar.load(SeqCst) + 1, SeqCst));
            }
        });
        assert_eq!(jar.load(SeqCst), 3, "no coin is lost");
    });
    let failure = report.failure().expect("it fails");
    assert!(!failure.simplest, "nothing says that there is no simpler one");
    assert_eq!(report.schedules, None);
}

#[test]
fn a_schedule_replays_and_one_that_does_not_fit_says_where() {
    let program = || {
        let jar = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| jar.store(jar.load(SeqCst) + 1, SeqCst));
            }
        });
        assert_eq!(jar.load(SeqCst), 2, "both coins are in the jar");
    };
    let replay = |schedule: &str| Check::new().replay(schedule.parse().unwrap()).run(program);
    assert!(replay("1221").failure().is_some());
    assert!(matches!(replay("1122").verdict, Verdict::Inconclusive(Limit::OneSchedule)));
    let unfit = |schedule: &str| match replay(schedule).verdict {
        Verdict::Inconclusive(Limit::Unfit { step, why }) => (step, why),
        other => panic!("{other:?}"),
    };
    assert_eq!(unfit("1222"), (4, "strand 2 cannot go there, only 1".into()));
    assert_eq!(unfit("3"), (1, "strand 3 cannot go there, only 1 or 2".into()));
    assert_eq!(
        unfit("12"),
        (3, "the schedule ends there, and the program goes on with 1 or 2".into())
    );
    assert_eq!(unfit("122112"), (5, "the program has ended by then".into()));
}

#[test]
fn park_waits_for_its_token_and_a_token_is_kept() {
    let (_, outcomes) = verified(|| {
        let ready = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&ready);
        let sleeper = thread::spawn(move || {
            while !theirs.load(SeqCst) {
                thread::park();
            }
        });
        ready.store(true, SeqCst);
        sleeper.thread().unpark();
        sleeper.join().is_ok()
    });
    assert_eq!(outcomes, [true]);
}

#[test]
fn the_facade_is_the_real_thing_outside_a_check() {
    let jar = Arc::new(Mutex::new(0));
    let rung = Arc::new(Condvar::new());
    let (theirs, bell) = (Arc::clone(&jar), Arc::clone(&rung));
    let bob = thread::spawn(move || {
        *theirs.lock().unwrap() += 1;
        bell.notify_all();
    });
    let guard = rung.wait_while(jar.lock().unwrap(), |coins| *coins == 0).unwrap();
    assert_eq!(*guard, 1);
    drop(guard);
    bob.join().unwrap();
    let hits = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| hits.fetch_add(1, SeqCst));
        scope.spawn(|| hits.fetch_add(1, SeqCst));
    });
    assert_eq!(hits.into_inner(), 2);
}

/// Looks at what it borrows when it is dropped.
struct LooksAround<'a> {
    lock: &'a Mutex<u32>,
    seen: &'a RealU32,
}

impl Drop for LooksAround<'_> {
    fn drop(&mut self) {
        let coins = *self.lock.lock().unwrap();
        self.seen.store(coins, Ordering::SeqCst);
    }
}

#[test]
fn a_scope_that_is_torn_down_outlives_the_destructors_of_its_threads() {
    static SEEN: RealU32 = RealU32::new(0);
    let (kind, _) = failure(|| {
        let (jar, a) = (Mutex::new(7), Mutex::new(()));
        let outer = jar.lock().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                // Its destructor waits for the lock that main holds, until main is torn down.
                let _looks = LooksAround { lock: &jar, seen: &SEEN };
                let _a = a.lock().unwrap();
                let _again = a.lock().unwrap();
            });
            scope.spawn(|| drop(jar.lock().unwrap()));
        });
        drop(outer);
    });
    assert_eq!(kind, FailureKind::Deadlock);
    // Main cannot let go before its threads have ended, and a thread cannot end before main lets go:
    // both are left where they are, and nothing that is gone is looked at.
    assert_eq!(SEEN.load(Ordering::SeqCst), 0);
}

#[test]
fn check_panics_once_with_the_whole_report() {
    let caught = std::panic::catch_unwind(|| {
        drawloom::check(|| {
            let jar = AtomicU32::new(0);
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| jar.store(jar.load(SeqCst) + 1, SeqCst));
                }
            });
            assert_eq!(jar.load(SeqCst), 2, "both coins are in the jar");
        });
    });
    let payload = caught.expect_err("it must panic");
    let report = payload.downcast_ref::<String>().expect("a text");
    for part in ["4 of 6 schedules fail", "both coins are in the jar", "schedule 1221", "decided"] {
        assert!(report.contains(part), "{report}");
    }
    // It says nothing of this machine or of the time it took.
    assert!(!report.contains(env!("CARGO_MANIFEST_DIR")), "{report}");
    the_next_check_is_not_disturbed();
}
