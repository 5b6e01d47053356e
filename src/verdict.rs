//! What did the check conclude?

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::schedule::Schedule;
use crate::trace::{Place, Trace};

/// What a check concluded. "We stopped looking" is not "it is correct".
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Every schedule was explored, and the program holds in all of them.
    Verified,
    /// The program fails.
    Failed(Box<Failure>),
    /// Neither was established.
    Inconclusive(Limit),
}

impl Verdict {
    /// The word for it: `verified`, `failed` or `inconclusive`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Failed(_) => "failed",
            Self::Inconclusive(_) => "inconclusive",
        }
    }
}

/// What went wrong in the program.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What sort of thing went wrong.
    pub kind: FailureKind,
    /// What went wrong, in a sentence; for a panic, its message.
    pub message: String,
    /// Where a panic was raised.
    pub place: Option<Place>,
    /// The schedule that leads there: the simplest, if [`Failure::simplest`].
    pub schedule: Schedule,
    /// Whether no failing schedule of the program has fewer switches, or as many and fewer steps.
    pub simplest: bool,
    /// What happened, step by step. Empty where the engine cannot tell.
    pub trace: Trace,
}

/// What sort of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// A strand has panicked, and nobody was told who could have handled it.
    Panic,
    /// Nobody can go, and main has not returned.
    Deadlock,
    /// Strands go on for ever and change nothing.
    Livelock,
    /// An execution has more steps than it may have.
    StepLimit,
}

impl FailureKind {
    /// The word for it in a report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Panic => "panic",
            Self::Deadlock => "deadlock",
            Self::Livelock => "livelock",
            Self::StepLimit => "step limit",
        }
    }
}

/// Why nothing was concluded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// So many executions were allowed, and there are more.
    Executions(u64),
    /// So much time was allowed.
    Time(Duration),
    /// So many states can be kept, and there are more.
    States(usize),
    /// One schedule was asked for, and only that was run.
    OneSchedule,
    /// The schedule that was asked for is not one of this program.
    Unfit {
        /// The step, counted from 1, at which the program differs.
        step: usize,
        /// What differs.
        why: String,
    },
    /// Two strands or more, and nothing that they share was seen.
    NothingShared {
        /// How many strands there were.
        strands: usize,
        /// The likely cause.
        help: String,
    },
    /// The same choices led to something else.
    Differs {
        /// The step, counted from 1, that differs.
        step: usize,
    },
    /// The program has more strands than it may have.
    Strands(usize),
    /// No more stacks could be had for the program's strands.
    Stacks,
    /// The program has taken no step for so long, in real time.
    Stuck {
        /// How long.
        after: Duration,
        /// Where it was seen last.
        place: Option<Place>,
    },
    /// A destructor of the program waits for ever, so the program cannot be cleared away.
    Leftover,
    /// Real threads can show a failure and never its absence.
    Native,
    /// The engine cannot run the program.
    Refused(String),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Executions(most) => write!(
                f,
                "stopped after {most} executions, and there are more schedules\n\
                 help: allow more with `max_executions`, or make the program smaller"
            ),
            Self::Time(most) => write!(
                f,
                "stopped after {most:?}, and there are more schedules\n\
                 help: allow more with `max_time`, or make the program smaller"
            ),
            Self::States(most) => write!(
                f,
                "stopped at {most} states, and there are more\n\
                 help: allow more with `max_states`, or make the program smaller"
            ),
            Self::OneSchedule => f.write_str("one schedule was run, and it holds"),
            Self::Unfit { step, why } => write!(
                f,
                "the schedule does not fit the program: step {step}: {why}\n\
                 help: the program may have changed since: check it again for a new schedule"
            ),
            Self::NothingShared { strands, help } => write!(
                f,
                "nothing to interleave: {strands} strands, and no operation of theirs was seen\n\
                 help: {help}"
            ),
            Self::Differs { step } => write!(
                f,
                "the program behaves differently on the same schedule: step {step} is another one now\n\
                 help: it depends on something outside the check: time, randomness, the order of a \
                 HashMap, an address, or a value kept from one execution to the next"
            ),
            Self::Strands(most) => write!(
                f,
                "the program has more than {most} strands\n\
                 help: check it with fewer; the ways two or three can meet are the ways that matter"
            ),
            Self::Stacks => f.write_str(
                "no more memory for the stacks of the program's strands\n\
                 help: check the program with fewer strands",
            ),
            Self::Stuck { after, place } => {
                write!(f, "no step for {after:?}")?;
                if let Some(place) = place {
                    write!(f, ", last seen at {place}")?;
                }
                f.write_str(
                    "\nhelp: a loop without any operation of drawloom's types never lets another \
                     strand run, and something that really waits (a sleep, a socket, a lock of std) \
                     stops all of them",
                )
            }
            Self::Leftover => f.write_str(
                "stopped: a destructor waits for ever while the program is cleared away\n\
                 help: a lock that a `drop` takes must not be held by the strand that the drop holds up",
            ),
            Self::Native => f.write_str("real threads have shown no failure, which proves nothing"),
            Self::Refused(why) => f.write_str(why),
        }
    }
}

/// How many schedules a program has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedules {
    /// All of them.
    pub all: u128,
    /// Those that fail.
    pub failing: u128,
}

/// What is known of a value that the program can return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeInfo {
    /// How many schedules end with it, where that is known.
    pub schedules: Option<u128>,
    /// One schedule that ends with it: the simplest where all were explored.
    pub example: Schedule,
}

/// A schedule and how it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The schedule.
    pub schedule: Schedule,
    /// Whether the program fails in it.
    pub fails: bool,
}

/// All that a check found.
#[derive(Clone, Debug)]
pub struct Report<T> {
    /// What was concluded.
    pub verdict: Verdict,
    /// How many executions were spent.
    pub executions: u64,
    /// How many of the executions failed.
    pub failed_executions: u64,
    /// How many schedules there are and how many fail, exactly; `None` where that is not known.
    pub schedules: Option<Schedules>,
    /// How many states there are that differ in more than the order of independent steps.
    pub states: Option<usize>,
    /// Every value that the program was seen to return.
    pub outcomes: BTreeMap<T, OutcomeInfo>,
    /// The first schedules in ascending order, as many as [`crate::Check::list`] asked for.
    pub listed: Vec<Listed>,
    /// What happened on the one schedule that was asked for.
    pub replayed: Option<Trace>,
}

impl<T> Report<T> {
    /// A report that knows nothing but its verdict.
    pub(crate) fn of(verdict: Verdict) -> Self {
        Self {
            verdict,
            executions: 0,
            failed_executions: 0,
            schedules: None,
            states: None,
            outcomes: BTreeMap::new(),
            listed: Vec::new(),
            replayed: None,
        }
    }

    /// The failure, if there is one.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.verdict {
            Verdict::Failed(failure) => Some(failure),
            _ => None,
        }
    }
}
