//! What does the second opinion say, what does it refuse, and where is it wrong?
//!
//! The counts of executions are loom's own and not a promise: they are asserted so that a change is
//! seen. The comments name the optimum, which is what the explorer needs.
#![cfg(feature = "loom")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod atomics;
mod finds;
mod limits;
mod locks;
mod newer;
mod panics;
mod refused;
#[cfg(feature = "tokio")]
mod tasks;
#[cfg(feature = "tokio")]
mod tokio;
mod wrong;

use drawloom::sync::Mutex;
use drawloom::sync::atomic::AtomicU32;
use drawloom::sync::atomic::Ordering::SeqCst;
use drawloom::verdict::{FailureKind, Limit, Report, Verdict};
use drawloom::{Check, Engine, Outcome, thread};

fn loom<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> Report<T> {
    Check::new().engine(Engine::Loom).run(program)
}

/// The outcomes of a program that holds, and how many executions that took.
#[track_caller]
fn holds<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> (Vec<T>, u64) {
    let report = loom(program);
    assert!(matches!(report.verdict, Verdict::Verified), "{:?}", report.verdict);
    assert_eq!((report.failed_executions, report.schedules, report.states), (0, None, None));
    (report.outcomes.into_keys().collect(), report.executions)
}

#[track_caller]
fn fails<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> (FailureKind, String) {
    let report = loom(program);
    let Verdict::Failed(failure) = report.verdict else { panic!("{:?}", report.verdict) };
    assert_eq!(report.failed_executions, 1);
    assert!(failure.schedule.is_empty() && !failure.simplest && failure.trace.steps.is_empty());
    (failure.kind, failure.message)
}

#[track_caller]
fn deadlocks<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) {
    let deadlock = "deadlock: no thread can go on (loom does not say who waits for whom)";
    assert_eq!(fails(program), (FailureKind::Deadlock, deadlock.to_owned()));
}

fn panics<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> String {
    let (kind, message) = fails(program);
    assert_eq!(kind, FailureKind::Panic);
    message
}

fn read_and_write(threads: usize) -> u32 {
    let jar = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| jar.store(jar.load(SeqCst) + 1, SeqCst));
        }
    });
    jar.into_inner()
}

fn add(threads: usize, times: u32) -> u32 {
    let jar = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                for _ in 0..times {
                    jar.fetch_add(1, SeqCst);
                }
            });
        }
    });
    jar.into_inner()
}

fn add_under_lock(threads: usize, times: u32) -> u32 {
    let jar = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| (0..times).for_each(|_| *jar.lock().unwrap() += 1));
        }
    });
    jar.into_inner().unwrap()
}

fn both<A: Send, B: Send>(
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B + Send,
) -> (A, B) {
    thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = scope.spawn(second);
        (first.join().unwrap(), second.join().unwrap())
    })
}

/// What is said of a program that loom cannot check.
#[track_caller]
fn refused<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> String {
    let report = loom(program);
    let Verdict::Inconclusive(Limit::Refused(why)) = report.verdict else {
        panic!("{:?}", report.verdict)
    };
    why
}
