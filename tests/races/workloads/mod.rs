//! The races that have a size, at every size that is small enough: a fix holds under every schedule of
//! every workload, and what is broken fails from its smallest failing workload on.
//!
//! A workload is how many times, how many jobs, how many workers. The failing ones are shrunk by proptest,
//! and what they shrink to is asserted: that is the smallest program which shows the race.

mod tasks;
mod threads;

use std::cell::RefCell;
use std::fmt::Debug;
use std::path::Path;

use drawloom::{Check, FailureKind, Verdict};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use races::RACES;

/// How many workloads are drawn for each program.
const WORKLOADS: u32 = 24;

/// What breaks in some schedule, if anything does.
type Broken = Option<(FailureKind, String)>;

/// What a program does with a workload, under every schedule.
fn explored<W: Clone + Send + Sync + 'static>(program: fn(W), workload: W) -> Broken {
    let report = Check::new().run(move || program(workload.clone()));
    match report.verdict {
        Verdict::Verified => None,
        Verdict::Failed(failure) => Some((failure.kind, failure.message)),
        Verdict::Inconclusive(limit) => panic!("{limit}"),
    }
}

/// What was found of the workloads that were drawn: none is explored twice.
struct Known<W> {
    program: fn(W),
    found: RefCell<Vec<(W, Broken)>>,
}

impl<W: Clone + PartialEq + Send + Sync + 'static> Known<W> {
    fn of(program: fn(W)) -> Self {
        Self { program, found: RefCell::new(Vec::new()) }
    }

    fn breaks(&self, workload: &W) -> Broken {
        let mut found = self.found.borrow_mut();
        if let Some((_, broken)) = found.iter().find(|(known, _)| known == workload) {
            return broken.clone();
        }
        let broken = explored(self.program, workload.clone());
        found.push((workload.clone(), broken.clone()));
        broken
    }
}

/// The same workloads each time.
fn runner() -> TestRunner {
    let config = Config { cases: WORKLOADS, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// The fix holds under every schedule of every workload that is drawn.
fn holds<W: Clone + Debug + PartialEq + Send + Sync + 'static>(
    workloads: &impl Strategy<Value = W>,
    program: fn(W),
) {
    let known = Known::of(program);
    let result = runner().run(workloads, |workload| match known.breaks(&workload) {
        None => Ok(()),
        Some((kind, message)) => Err(TestCaseError::fail(format!("{}: {message}", kind.word()))),
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// A workload that fails is found, and the smallest one to which it shrinks. However large it is, it fails
/// by this bug and by no other.
fn shrinks_to<W: Clone + Debug + PartialEq + Send + Sync + 'static>(
    workloads: &impl Strategy<Value = W>,
    program: fn(W),
    smallest: &W,
    how: (FailureKind, &str),
) {
    let known = Known::of(program);
    let result = runner().run(workloads, |workload| match known.breaks(&workload) {
        None => Ok(()),
        Some((kind, message)) => {
            assert!(kind == how.0 && message.contains(how.1), "{}: {message}", kind.word());
            Err(TestCaseError::fail(message))
        }
    });
    let Err(TestError::Fail(_, found)) = result else { panic!("no workload fails: {result:?}") };
    assert_eq!(found, *smallest);
}

/// How often each of two strands does it. A workload of nothing is none: there is nothing to interleave.
fn each() -> impl Strategy<Value = [u32; 2]> {
    [0..3_u32, 0..3_u32].prop_filter("somebody does something", |times| *times != [0, 0])
}

/// Below the order of steps the explorer has nothing to say, and loom has no time for sizes.
const BELOW: &str = "no order of its steps fails, at any size";

/// A thing that happens once has no size.
const ONCE: &str = "what it is about happens once";

/// Races without a workload, and why that is so.
const WITHOUT: &[(&str, &str)] = &[
    ("recursive-read", "one reading stands in another: there are two, and one writer between them"),
    ("lost-signal", ONCE),
    ("panic-under-lock", ONCE),
    ("wrong-step-order", "there is one before the other"),
    ("block-on-inside-async", "one who waits is enough to stop the loop"),
    ("blocking-call-starves-loop", "one who waits is enough to stop the loop"),
    ("futurelock", "one turn that nobody takes is enough"),
    ("notify-missed-wakeup", ONCE),
    ("cancelled-waiter", "one turn that is swallowed is enough"),
    ("cancelled-half-way", ONCE),
    ("timeout-retry-duplicates", "the second asking is the bug"),
    ("gather-orphan-sibling", "there is one who fails and one who goes on"),
    ("wait-first-leaves-losers", "there is one who is first and one who is not"),
    ("abort-is-not-join", ONCE),
    ("thread-to-loop-missed-wakeup", ONCE),
    ("sigterm-missed-before-wait", ONCE),
    ("message-passing", BELOW),
    ("store-buffering", BELOW),
    ("double-checked", BELOW),
    ("last-one-out", BELOW),
    ("seqlock", BELOW),
    ("aba-stack", "A, B, A takes these three plates and these five moves"),
];

#[test]
fn every_race_has_a_workload_or_a_reason_why_it_has_none() {
    let tests = [include_str!("threads.rs"), include_str!("tasks.rs")];
    for race in RACES {
        let file = Path::new(race.source.0).file_stem().unwrap().to_string_lossy();
        let has = tests.iter().any(|text| text.contains(&format!("{file}::")));
        let reason = WITHOUT.iter().any(|&(id, _)| id == race.id);
        assert!(has != reason, "{}: a workload: {has}, a reason to have none: {reason}", race.id);
    }
    assert!(WITHOUT.iter().all(|&(id, _)| RACES.iter().any(|race| race.id == id)));
}
