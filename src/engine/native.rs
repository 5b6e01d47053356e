//! How seldom does the failure come by luck?
//!
//! The program runs on real threads, real locks and a real runtime, over and over, and the failures are
//! counted. Nothing is done to make them likelier, so what is shown is what a test without a checker
//! would have shown.
//!
//! What it cannot do: establish that there is no failure, repeat one, or stop a run that hangs. A run
//! that does not end is counted as a deadlock, which a very slow one may be mistaken for; its threads
//! are left behind and the check ends there. A panic of a strand fails the run only if main passes it
//! on: a thread that nobody joins panics unnoticed, as in life.

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Panicked, drive_natively, message_of};
use crate::plan::Check;
use crate::program::{Checked, Program};
use crate::schedule::Schedule;
use crate::trace::{Place, Trace};
use crate::verdict::{Failure, FailureKind, Limit, Verdict};
use crate::worker::{Pulse, watched};

/// How many runs there are, unless the check says otherwise.
const RUNS: u64 = 10_000;

/// How long the runs may take together, unless the check says otherwise.
const TIME: Duration = Duration::from_secs(10);

/// How long a single run may take.
const RUN: Duration = Duration::from_secs(2);

/// What the strands of the checks that run now have said when they panicked, since main began.
static PANICS: Mutex<BTreeMap<u64, Vec<Panicked>>> = Mutex::new(BTreeMap::new());

/// Numbers the checks of this process.
static CHECKS: AtomicU64 = AtomicU64::new(1);

/// What the runs have shown so far.
struct Tally {
    runs: u64,
    failed: u64,
    first: Option<Failure>,
    seen: Checked,
}

impl Tally {
    fn fails(&mut self, kind: FailureKind, message: String, place: Option<Place>) {
        self.failed += 1;
        let schedule = Schedule::default();
        let trace = Trace::default();
        self.first.get_or_insert(Failure {
            kind,
            message,
            place,
            schedule,
            simplest: false,
            trace,
        });
    }
}

/// Keeps what a strand of a native check says when it panics. Never for the terminal: also not when
/// the check has ended before the strand.
pub(crate) fn panicked(check: u64, panicked: Panicked) -> bool {
    if let Some(panics) = locked(&PANICS).get_mut(&check) {
        panics.push(panicked);
    }
    true
}

/// Runs a program many times on real threads.
pub(crate) fn check(check: &Check, program: &Arc<dyn Program>) -> Checked {
    // ORDERING: only that the number is unique matters.
    let number = CHECKS.fetch_add(1, Ordering::Relaxed);
    let seen = Checked::of(Verdict::Inconclusive(Limit::Native), &**program);
    let tally = Arc::new(Mutex::new(Tally { runs: 0, failed: 0, first: None, seen }));
    let body = Arc::clone(program);
    let runs = if check.max_executions == Check::new().max_executions {
        RUNS
    } else {
        check.max_executions
    };
    let time = check.max_time.unwrap_or(TIME);
    let counted = Arc::clone(&tally);
    locked(&PANICS).insert(number, Vec::new());
    let work = move |pulse: &Arc<Pulse>| {
        let started = Instant::now();
        let mut run = 0;
        while run < runs && started.elapsed() < time {
            pulse.beat(None);
            run_once(number, &*body, &counted);
            run += 1;
        }
    };
    let ended = watched(work, RUN).is_ok();
    locked(&PANICS).remove(&number);
    let mut tally = locked(&tally);
    if !ended {
        tally.runs += 1;
        let message = format!("a run did not end within {} s of real time", RUN.as_secs());
        tally.fails(FailureKind::Deadlock, message, None);
    }
    let mut seen = tally.seen.take(&**program);
    if let Some(failure) = tally.first.take() {
        seen.report.verdict = Verdict::Failed(Box::new(failure));
        seen.report.limit = None;
    }
    seen.report.executions = tally.runs;
    seen.report.failed_executions = tally.failed;
    seen
}

/// One run, on the thread that calls.
fn run_once(number: u64, program: &dyn Program, tally: &Mutex<Tally>) {
    if let Some(panics) = locked(&PANICS).get_mut(&number) {
        panics.clear();
    }
    let returned =
        drive_natively(number, || panic::catch_unwind(AssertUnwindSafe(|| program.run())));
    let mut tally = locked(tally);
    tally.runs += 1;
    match returned {
        Ok(value) => tally.seen.saw(value),
        Err(payload) => {
            let panics = std::mem::take(locked(&PANICS).entry(number).or_default());
            match to_blame(&panics) {
                Some(Panicked { message, file, line, column }) => {
                    let (file, line, column) = (file.replace('\\', "/"), *line, *column);
                    let place = Some(Place { file, line, column });
                    tally.fails(FailureKind::Panic, message.clone(), place);
                }
                None => tally.fails(FailureKind::Panic, message_of(&*payload), None),
            }
        }
    }
}

/// The panic to blame when main has panicked: its own, which is the last one, or the one that it only
/// passes on because a join has told it.
fn to_blame(panics: &[Panicked]) -> Option<&Panicked> {
    let (own, others) = panics.split_last()?;
    let passed_on = ["Any { .. }", "JoinError", "a scoped thread panicked"]
        .iter()
        .any(|sign| own.message.contains(sign));
    others.last().filter(|_| passed_on).or(Some(own))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
