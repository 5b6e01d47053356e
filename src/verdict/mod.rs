//! What did the check conclude?

mod limit;

use std::collections::BTreeMap;

use crate::count::Count;
use crate::schedule::Schedule;
use crate::search::Sampling;
use crate::trace::{Place, Trace};

pub use limit::Limit;
pub(crate) use limit::{bytes, within};

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
    /// Two strands use memory, one of them to write, and nothing puts them in order.
    DataRace,
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
            Self::DataRace => "data race",
            Self::StepLimit => "step limit",
        }
    }
}

/// How many schedules a program has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedules {
    /// All of them.
    pub all: Count,
    /// Those that fail.
    pub failing: Count,
}

/// What is known of a value that the program can return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeInfo {
    /// How many schedules end with it, where that is known.
    pub schedules: Option<Count>,
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
    /// What has kept the check from running every schedule, also where one of those that were run
    /// fails. `None` where nothing has.
    pub limit: Option<Limit>,
    /// How many executions were spent.
    pub executions: u64,
    /// How many of the executions failed.
    pub failed_executions: u64,
    /// About how many executions it would have spent to come to its end, where it has not and the
    /// search can tell.
    pub estimate: Option<u64>,
    /// The sample that draws the failing execution of a larger one again, alone.
    pub again: Option<Sampling>,
    /// How many schedules there are and how many fail, exactly; `None` where that is not known.
    pub schedules: Option<Schedules>,
    /// Where every schedule was explored and there were too many states to count the schedules: how
    /// many states there may be, as [`crate::Check::max_states`] said.
    pub uncounted: Option<usize>,
    /// How many classes of schedules there are that differ in more than the order of independent steps,
    /// counted by looking at every schedule; `None` unless [`crate::Check::every_schedule`] was asked
    /// for. A reduced search needs one execution for each.
    pub classes: Option<usize>,
    /// Where all schedules together contradict what is said of their steps: that two of them can change
    /// places, or what a search expects of a schedule. Looked for by `Check::audit` only.
    #[doc(hidden)]
    pub contradictions: Vec<String>,
    /// Whether the executions were one for each class of schedules that differ in more than the order of
    /// independent steps. Where a loop is left with tasks in it, for instance, equal prefixes are merged
    /// instead, and that takes more.
    pub minimal: bool,
    /// How many executions were started and given up, because they turned out to lead nowhere new. The first
    /// of them is the last of its search: the program is handed on to one that relies on less.
    pub redundant: u64,
    /// How many executions were spent besides: before the search has started again, because one of them has
    /// shown that two objects were taken for one, or that there are steps which cannot be foretold; and
    /// then, on whether what was found without foretelling is borne out.
    pub restarted: u64,
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
        let limit = match &verdict {
            Verdict::Inconclusive(limit) => Some(limit.clone()),
            _ => None,
        };
        Self {
            verdict,
            limit,
            executions: 0,
            failed_executions: 0,
            estimate: None,
            again: None,
            schedules: None,
            uncounted: None,
            classes: None,
            contradictions: Vec::new(),
            minimal: false,
            redundant: 0,
            restarted: 0,
            states: None,
            outcomes: BTreeMap::new(),
            listed: Vec::new(),
            replayed: None,
        }
    }

    /// The same report, with other names for what the program has returned.
    pub(crate) fn with<U>(&self, outcomes: BTreeMap<U, OutcomeInfo>) -> Report<U> {
        Report {
            outcomes,
            verdict: self.verdict.clone(),
            limit: self.limit.clone(),
            schedules: self.schedules.clone(),
            contradictions: self.contradictions.clone(),
            listed: self.listed.clone(),
            replayed: self.replayed.clone(),
            executions: self.executions,
            failed_executions: self.failed_executions,
            estimate: self.estimate,
            again: self.again,
            uncounted: self.uncounted,
            classes: self.classes,
            minimal: self.minimal,
            redundant: self.redundant,
            restarted: self.restarted,
            states: self.states,
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
