//! One check with loom: from the program to a report.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Knows, Ledger, Left, Loom, Needs, Panic, Phase, Who, thread};
use crate::engine::{Driver, Panicked, drive, driver};
use crate::plan::Check;
use crate::program::{Checked, Program};
use crate::schedule::Schedule;
use crate::trace::{Place, Trace};
use crate::verdict::{Failure, FailureKind, Limit, Report, Verdict};
use crate::worker::{Lost, Pulse, watched};

/// How many atomics are made for a program of which nothing is known.
const WORDS: usize = 8;

/// How many branches of loom a step is worth: an operation is two, and ours are more than one.
const BRANCHES: usize = 5;

/// How a check ended, unless everything was explored and holds.
#[derive(Clone, Debug)]
pub(super) enum Ending {
    Failed {
        kind: FailureKind,
        message: String,
        place: Option<Place>,
    },
    Stopped(Limit),
    /// It is to begin again with more of what it needs.
    Again(Needs),
}

impl Ending {
    pub(super) fn panic(panicked: &Panicked) -> Self {
        let Panicked { message, file, line, column } = panicked.clone();
        let place = Place { file: file.replace('\\', "/"), line, column };
        Self::Failed { kind: FailureKind::Panic, message, place: Some(place) }
    }
}

/// What an execution may spend.
#[derive(Clone, Copy)]
struct Budget {
    executions: u64,
    time: Option<Duration>,
    started: Instant,
}

/// Checks a program with loom, on a thread of its own.
pub(crate) fn check(check: &Check, program: &Arc<dyn Program>) -> Checked {
    if check.replay.is_some() {
        let limit = Limit::Refused(
            "loom cannot replay a schedule\nhelp: replay it with the explorer".to_owned(),
        );
        return Checked::of(Verdict::Inconclusive(limit), &**program);
    }
    if check.bounds.spurious > 0 {
        let limit = Limit::Refused(
            "loom wakes nobody for no reason: no `spurious_wakeups`\nhelp: ask the explorer"
                .to_owned(),
        );
        return Checked::of(Verdict::Inconclusive(limit), &**program);
    }
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let seen = Arc::new(Mutex::new(Checked::of(Verdict::Verified, &**program)));
    let (kept, returned, asked) = (Arc::clone(&ledger), Arc::clone(&seen), check.clone());
    let run = Arc::clone(program);
    let work = move |pulse: &Arc<Pulse>| explore(&asked, &run, pulse, &kept, &returned);
    let lost = watched(work, check.max_silence).err();
    let mut ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(lost) = lost {
        let place = match lost {
            Lost::Still(place) => place,
            Lost::Overflowed(overflow) => overflow.at,
        };
        let place = place.map(Place::from);
        let stuck = Limit::Stuck { after: check.max_silence, place };
        ledger.ending.get_or_insert(Ending::Stopped(stuck));
    }
    let verdict = match ledger.ending.take() {
        None => Verdict::Verified,
        Some(Ending::Stopped(limit)) => Verdict::Inconclusive(limit),
        Some(Ending::Failed { kind, message, place }) => report_failed(Failure {
            kind,
            message,
            place,
            schedule: Schedule::default(),
            simplest: false,
            trace: Trace::default(),
        }),
        Some(Ending::Again(_)) => unreachable!("internal error: a check that was to begin again"),
    };
    let mut found = seen.lock().unwrap_or_else(PoisonError::into_inner).take(&**program);
    let report = Report { outcomes: found.report.outcomes, ..Report::of(verdict) };
    found.report = Report {
        executions: ledger.executions,
        failed_executions: u64::from(report.failure().is_some()),
        ..report
    };
    found
}

fn report_failed(failure: Failure) -> Verdict {
    Verdict::Failed(Box::new(failure))
}

/// Runs loom until it has explored everything, or something stops it.
fn explore(
    check: &Check,
    program: &Arc<dyn Program>,
    pulse: &Arc<Pulse>,
    ledger: &Arc<Mutex<Ledger>>,
    seen: &Arc<Mutex<Checked>>,
) {
    let budget =
        Budget { executions: check.max_executions, time: check.max_time, started: Instant::now() };
    let mut needs = Needs { words: WORDS, dice: 0, cells: 0, ends: false, aborts: false };
    loop {
        let stack = check.bounds.stack;
        let loom = Loom::new(needs, stack, Arc::clone(pulse), Arc::clone(ledger));
        let builder = builder(check);
        let (program, seen) = (Arc::clone(program), Arc::clone(seen));
        let left = drive(&loom, Driver::Loom, || {
            panic::catch_unwind(AssertUnwindSafe(|| {
                builder.check(move || execute(&program, &seen, budget));
            }))
        });
        // What is left of a program that was stopped must not ask loom any more.
        loom.phase.set(Phase::Idle);
        let mut ledger = loom.ledger();
        match &ledger.ending {
            Some(Ending::Again(more)) => needs = *more,
            Some(_) => return,
            None => {
                if let Err(payload) = left
                    && !payload.is::<Left>()
                {
                    let why = super::super::message_of(&*payload);
                    ledger.ending = Some(gives_up(&why));
                }
                return;
            }
        }
        *ledger = Ledger::default();
    }
}

fn builder(check: &Check) -> loom::model::Builder {
    // `new` reads the environment, so everything it reads is set again.
    let mut builder = loom::model::Builder::new();
    builder.max_threads = loom::MAX_THREADS;
    builder.max_branches = check.bounds.steps.saturating_mul(BRANCHES);
    builder.max_permutations = None;
    builder.max_duration = None;
    builder.preemption_bound = None;
    builder.checkpoint_file = None;
    builder.checkpoint_interval = usize::MAX;
    builder.expect_explicit_explore = false;
    builder.location = false;
    builder.log = false;
    builder
}

/// Runs the program once: main, for loom.
fn execute(program: &Arc<dyn Program>, seen: &Mutex<Checked>, budget: Budget) {
    let Driver::Loom(loom) = driver() else { return };
    loom.spend(budget);
    loom.begin();
    loom.main_begins();
    let body = Arc::clone(program);
    let returned = panic::catch_unwind(AssertUnwindSafe(|| {
        loom.on_a_stack(move || {
            let value = body.run();
            loom.drop_locals();
            value
        })
    }));
    let value = match returned {
        _ if loom.phase.get() == Phase::Over => super::leave(),
        Ok(value) => value,
        Err(payload) => {
            let unknown = || Panicked {
                message: super::super::message_of(&*payload),
                file: String::new(),
                line: 0,
                column: 0,
            };
            let said = super::super::message_of(&*payload);
            loom.end(Ending::panic(&loom.panic_of_main(Some(&said)).unwrap_or_else(unknown)));
            super::leave();
        }
    };
    loom.main_returns();
    if let Some(panicked) = loom.unobserved_panic() {
        loom.end(Ending::panic(&panicked));
        super::leave();
    }
    seen.lock().unwrap_or_else(PoisonError::into_inner).saw(value);
}

impl Loom {
    /// The panic to blame when main panics: its own, or the one it only passes on because a join has
    /// told it. `said` is what has come out of main: a scope waits for its threads before it raises a
    /// panic again, and that looks as if main had caught it.
    pub(super) fn panic_of_main(&self, said: Option<&str>) -> Option<Panicked> {
        let panics = self.panics.borrow();
        let main = Who::Thread(thread::MAIN);
        let of_main = |panic: &&Panic| panic.who == main;
        let own = panics.iter().filter(of_main).rfind(|panic| panic.who_knows != Knows::Itself);
        let again =
            || panics.iter().filter(of_main).rfind(|panic| Some(&*panic.panicked.message) == said);
        let own = own.or_else(again)?;
        let passed_on = ["Any { .. }", "JoinError", "a scoped thread panicked"]
            .iter()
            .any(|sign| own.panicked.message.contains(sign));
        let told =
            panics.iter().rfind(|panic| panic.who != main && panic.who_knows == Knows::Joiner);
        Some(told.filter(|_| passed_on).unwrap_or(own).panicked.clone())
    }

    /// One more execution, if there may be one.
    fn spend(&self, budget: Budget) {
        self.pulse.beat(None);
        let spent = self.ledger().executions;
        let limit = match budget.time {
            _ if spent >= budget.executions => Limit::Executions(budget.executions),
            Some(most) if budget.started.elapsed() >= most => Limit::Time(most),
            _ => {
                self.ledger().executions = spent + 1;
                return;
            }
        };
        self.end(Ending::Stopped(limit));
        super::leave();
    }
}

/// Whether a panic is not the program's but loom's verdict on it.
pub(super) fn is_from_loom(panicked: &Panicked) -> bool {
    let file = panicked.file.replace('\\', "/");
    ["/loom-0.", "/loom/src/", "/generator-0."].iter().any(|sign| file.contains(sign))
}

/// What a panic of loom's means for the program.
pub(super) fn ending_of_loom(panicked: &Panicked) -> Ending {
    let first = panicked.message.lines().next().unwrap_or_default();
    let failed =
        |kind, message: &str| Ending::Failed { kind, message: message.to_owned(), place: None };
    if first.starts_with("deadlock;") {
        let message = "deadlock: no thread can go on (loom does not say who waits for whom)";
        failed(FailureKind::Deadlock, message)
    } else if first.starts_with("Model exceeded maximum number of branches") {
        failed(FailureKind::StepLimit, "the program does not end within the steps it may have")
    } else if first.starts_with("Causality violation") {
        failed(FailureKind::DataRace, first)
    } else {
        gives_up(first)
    }
}

fn gives_up(why: &str) -> Ending {
    Ending::Stopped(Limit::Refused(format!(
        "loom gives up on this program: {why}\nhelp: the explorer may not"
    )))
}
