//! What does luck show?
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::time::{Duration, Instant};

use drawloom::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::{Check, Engine, FailureKind, Limit, Verdict, thread};

fn native() -> Check {
    Check::new().engine(Engine::Native)
}

fn put_coins(threads: usize) -> u32 {
    let jar = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| jar.fetch_add(1, SeqCst));
        }
    });
    jar.into_inner()
}

#[test]
fn a_program_that_holds_is_never_called_verified() {
    let report = native().max_executions(100).run(|| put_coins(2));
    assert!(matches!(report.verdict, Verdict::Inconclusive(Limit::Native)));
    assert_eq!((report.executions, report.failed_executions), (100, 0));
    assert_eq!(report.outcomes.into_keys().collect::<Vec<_>>(), [2]);
}

#[test]
fn every_failing_run_is_counted_and_the_first_is_told() {
    let runs = AtomicU64::new(0);
    let report = native().max_executions(100).run(move || {
        assert!(!(runs.fetch_add(1, SeqCst) + 1).is_multiple_of(10), "every tenth run fails");
    });
    assert_eq!((report.executions, report.failed_executions), (100, 10));
    let failure = report.failure().unwrap();
    assert_eq!(failure.kind, FailureKind::Panic);
    assert_eq!(failure.message, "every tenth run fails");
    let place = failure.place.as_ref().unwrap();
    assert_eq!(place.file, "tests/native.rs");
    assert!(failure.schedule.is_empty() && !failure.simplest);
}

#[test]
fn a_panic_that_a_join_passes_on_is_told_where_it_was_raised() {
    let report = native().max_executions(1).run(|| {
        thread::spawn(|| panic!("the thread is to blame")).join().unwrap();
    });
    assert_eq!(report.failure().unwrap().message, "the thread is to blame");
}

#[test]
fn a_panic_that_a_join_handles_is_no_failure() {
    let report = native().max_executions(10).run(|| {
        let failed = thread::spawn(|| panic!("nobody sees this")).join().is_err();
        assert!(failed);
    });
    assert_eq!(report.failed_executions, 0);
}

#[test]
fn a_run_that_hangs_is_a_deadlock_and_the_next_check_works() {
    let began = Instant::now();
    let report = native().run(|| {
        let lock = Mutex::new(());
        let _first = lock.lock().unwrap();
        let _second = lock.lock().unwrap();
    });
    assert!(began.elapsed() < Duration::from_secs(8));
    let failure = report.failure().unwrap();
    assert_eq!(failure.kind, FailureKind::Deadlock);
    assert_eq!(failure.message, "a run did not end within 2 s of real time");
    assert_eq!((report.executions, report.failed_executions), (1, 1));
    let report = native().max_executions(10).run(|| put_coins(2));
    assert_eq!(report.executions, 10);
}

#[test]
fn the_time_that_may_be_spent_is_kept() {
    let report = native().max_time(Duration::from_millis(50)).run(|| {
        thread::sleep(Duration::from_millis(10));
    });
    assert!((2..=5).contains(&report.executions), "{}", report.executions);
}

#[test]
fn runs_are_quick() {
    let began = Instant::now();
    let report = native().run(|| ());
    assert_eq!(report.executions, 10_000);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[test]
fn consecutive_runs_share_a_thread() {
    let report = native().max_executions(50).run(|| format!("{:?}", std::thread::current().id()));
    assert_eq!(report.outcomes.len(), 1);
}

#[test]
fn panics_of_a_check_are_not_printed() {
    let quiet =
        ["--exact", "a_panic_that_a_join_passes_on_is_told_where_it_was_raised", "--nocapture"];
    let test = std::env::current_exe().unwrap();
    let output = std::process::Command::new(test).args(quiet).output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn checks_at_the_same_time_do_not_mix_up_their_panics() {
    let checks: Vec<_> = (0..4)
        .map(|number: u32| {
            std::thread::spawn(move || {
                let report = native().max_executions(50).run(move || {
                    let jar = Arc::new(AtomicU32::new(number));
                    let held = Arc::clone(&jar);
                    thread::spawn(move || held.fetch_add(1, SeqCst)).join().unwrap();
                    panic!("check {number}");
                });
                report.failure().unwrap().message.clone()
            })
        })
        .collect();
    for (number, check) in checks.into_iter().enumerate() {
        assert_eq!(check.join().unwrap(), format!("check {number}"));
    }
}
