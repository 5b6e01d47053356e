//! What tokio's documentation promises, as programs whose outcomes are exactly what it allows.
//!
//! Each program is searched three ways: reduced, with every schedule, and with every poll chosen before it
//! starts. All three must come to the outcomes that the test derives: a missing one is a failure, and so
//! is one too many.

mod bridges;
mod cancel;
mod channels;
mod locks;
mod once;
mod outside;
mod runtimes;
mod tasks;
mod times;
mod told;

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;

use drawloom::tokio::runtime::Builder;
use drawloom::{Check, FailureKind, Limit, Report, Verdict};

/// How many executions a program of this kind may take, every schedule included.
const MOST: u64 = 300_000;

/// The report of the reduced search, after the other two have come to the same outcomes.
fn explore<T: drawloom::Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> Report<T> {
    search(&(Arc::new(program) as Program<T>))
}

/// WHY: a check is compiled once for each type of program, and here that is once for each outcome's.
type Program<T> = Arc<dyn Fn() -> T + Send + Sync>;

fn search<T: drawloom::Outcome>(program: &Program<T>) -> Report<T> {
    let run = |check: Check| {
        let program = Arc::clone(program);
        check.max_executions(MOST).run(move || program())
    };
    let reduced = run(Check::new());
    let every = run(Check::new().every_schedule());
    let chosen = run(Check::new().chosen_polls());
    let outcomes = |report: &Report<T>| format!("{:?}", report.outcomes.keys().collect::<Vec<_>>());
    for (report, name) in [(&reduced, "reduced"), (&every, "every"), (&chosen, "chosen")] {
        match &report.verdict {
            // Where nobody can tell one order from another there is one.
            Verdict::Inconclusive(Limit::NothingShared { .. })
            | Verdict::Verified
            | Verdict::Failed(_) => {}
            Verdict::Inconclusive(limit) => panic!("{name}: {limit:?}"),
        }
    }
    assert_eq!(outcomes(&reduced), outcomes(&every), "reduced and every schedule");
    assert_eq!(outcomes(&reduced), outcomes(&chosen), "polled ahead and chosen");
    let failed = |report: &Report<T>| report.failure().is_some();
    assert_eq!(failed(&reduced), failed(&every), "reduced and every schedule");
    assert_eq!(failed(&reduced), failed(&chosen), "polled ahead and chosen");
    reduced
}

/// All that a program can return, which never fails.
fn outcomes<T: drawloom::Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> Vec<T> {
    let report = explore(program);
    assert!(report.failure().is_none(), "{report}");
    report.outcomes.into_keys().collect()
}

/// The only way in which a program ends.
#[track_caller]
fn always<T: drawloom::Outcome + PartialEq + Debug>(
    program: impl Fn() -> T + Send + Sync + 'static,
    value: T,
) {
    assert_eq!(outcomes(program), [value]);
}

/// How a program fails that fails in some schedule.
fn failure<T: drawloom::Outcome>(
    program: impl Fn() -> T + Send + Sync + 'static,
) -> (FailureKind, String) {
    let report = explore(program);
    let failure = report.failure().unwrap_or_else(|| panic!("{report}"));
    (failure.kind, failure.message.clone())
}

/// Runs a future as the root of a single-threaded loop.
fn on_one_thread<F: Future>(future: F) -> F::Output {
    Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Runs a future as the root of a runtime with two workers.
fn on_two_workers<F: Future>(future: F) -> F::Output {
    Builder::new_multi_thread().worker_threads(2).build().unwrap().block_on(future)
}
