//! Threads that are left, and limits.

use std::time::{Duration, Instant};

use drawloom::sync::atomic::AtomicBool;
use drawloom::sync::atomic::Ordering::{Acquire, Release};
use drawloom::sync::{Arc, Condvar, Mutex, RwLock};
use drawloom::verdict::{Limit, Verdict};
use drawloom::{Check, Engine, thread};

use super::{deadlocks, holds, loom, read_and_write};

#[test]
fn threads_that_are_left_when_main_returns_go_on_as_far_as_they_can() {
    let program = || {
        let flag = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&flag);
        drop(thread::spawn(move || set.store(true, Release)));
        flag.load(Acquire)
    };
    assert_eq!(holds(program).0, [false, true]);
}

#[test]
fn threads_that_wait_for_ever_when_main_returns_are_no_deadlock() {
    let program = || {
        let shared = Arc::new((Mutex::new(0), Condvar::new(), RwLock::new(0)));
        let (lock, never) = (Arc::clone(&shared), Arc::clone(&shared));
        drop(thread::spawn(move || {
            let held = lock.0.lock().unwrap();
            let _reading = lock.2.read().unwrap();
            drop(lock.1.wait(held));
        }));
        drop(thread::spawn(thread::park));
        drop(thread::spawn(move || {
            let _first = never.0.lock().unwrap();
            drop(never.0.lock().unwrap());
        }));
    };
    assert_eq!(holds(program).0, [()]);
}

#[test]
fn five_threads_are_too_many() {
    let report = loom(|| read_and_write(5));
    let Verdict::Inconclusive(Limit::Refused(why)) = report.verdict else { panic!() };
    assert!(why.starts_with("loom has room for 5 threads with main"), "{why}");
}

#[test]
fn the_executions_that_may_be_spent_are_kept() {
    let check = Check::new().engine(Engine::Loom).max_executions(100);
    let report = check.run(|| read_and_write(4));
    assert!(matches!(report.verdict, Verdict::Inconclusive(Limit::Executions(100))));
    assert_eq!(report.executions, 100);
    let report = Check::new().engine(Engine::Loom).max_executions(10).run(|| read_and_write(2));
    assert!(matches!(report.verdict, Verdict::Verified), "as many as there are");
}

#[test]
fn the_time_that_may_be_spent_is_kept() {
    let most = Duration::from_millis(100);
    let began = Instant::now();
    let report = Check::new().engine(Engine::Loom).max_time(most).run(|| read_and_write(4));
    assert!(matches!(report.verdict, Verdict::Inconclusive(Limit::Time(_))));
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[test]
fn a_loop_that_loom_cannot_see_is_noticed() {
    let check = Check::new().engine(Engine::Loom).max_silence(Duration::from_millis(200));
    let report = check.run(|| {
        loop {
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    assert!(matches!(report.verdict, Verdict::Inconclusive(Limit::Stuck { .. })));
}

#[test]
#[expect(clippy::large_stack_arrays, reason = "the stack is what is tested")]
fn a_thread_has_the_stack_that_was_asked_for() {
    let deep = || {
        let big = std::hint::black_box([1_u8; 100_000]);
        big.iter().map(|&byte| u32::from(byte)).sum::<u32>()
    };
    let program = move || (deep(), thread::spawn(deep).join().unwrap());
    assert_eq!(holds(program).0, [(100_000, 100_000)]);
}

#[test]
fn checks_at_the_same_time_do_not_disturb_each_other() {
    let checks: Vec<_> = (0..4)
        .map(|turn| {
            std::thread::spawn(move || {
                if turn % 2 == 0 {
                    assert_eq!(holds(|| read_and_write(2)).0, [1, 2]);
                } else {
                    deadlocks(|| {
                        let lock = Mutex::new(());
                        let _first = lock.lock().unwrap();
                        let _second = lock.lock().unwrap();
                    });
                }
            })
        })
        .collect();
    for check in checks {
        check.join().unwrap();
    }
}

#[test]
fn nothing_is_printed() {
    let test = std::env::current_exe().unwrap();
    for name in ["a_lost_update_fails", "locks_in_two_orders_deadlock_and_the_next_check_works"] {
        let output = std::process::Command::new(&test)
            .args(["--exact", name, "--nocapture"])
            .output()
            .unwrap();
        assert!(output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}
