//! What the originals promise, as sets of outcomes: missing and extra ones are both failures.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::excessive_nesting,
    clippy::similar_names,
    reason = "a program in a closure in a loop in a test reads well where it is short"
)]

mod memory;
#[cfg(feature = "parking_lot")]
mod parking_lot;
mod std;
#[cfg(feature = "tokio")]
mod tokio;

use ::std::collections::BTreeSet;
use ::std::time::Duration;

use drawloom::{Check, FailureKind, Outcome, Verdict, thread};

const SOON: Duration = Duration::from_millis(10);

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
fn deadlocks<T: Outcome>(program: impl Fn() -> T + Clone + Send + Sync + 'static) -> String {
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
