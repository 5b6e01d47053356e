//! Which schedule next?
//!
//! A search knows nothing about threads, memory or programs. It proposes the first choices of the
//! next execution ([`Search::plan`]), is told what that execution did ([`Run`]) and how it ended
//! ([`Leaf`]), and moves on. There are two: [`Graph`] merges prefixes that differ only in the order of
//! independent steps and counts what it merged, exactly; [`EverySchedule`] merges nothing and is the
//! oracle that the other is held against.

mod count;
mod every;
mod graph;

use crate::step::Access;

pub use count::Counts;
pub(crate) use every::EverySchedule;
pub(crate) use graph::Graph;

/// A strand's name that is the same in every execution of one check: its parent's name, and which of
/// its parent's children it is. (Its *number* is only the order of starting in one execution.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name(pub u32);

impl Name {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Something that can be run next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Choice {
    /// The strand that takes the step.
    pub(crate) who: Name,
    /// The option it takes, where the step has several.
    pub(crate) option: u16,
}

/// One step of a [`Run`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunStep {
    /// What was chosen.
    pub(crate) choice: Choice,
    /// A fingerprint of what the step announced, to notice a program that behaves differently.
    pub(crate) sign: u64,
    /// Where what could be chosen ends in [`Run::enabled`]; it starts where the step before ends.
    pub(crate) enabled_end: usize,
    /// Where what it accessed ends in [`Run::accesses`]; it starts where the step before ends.
    pub(crate) accesses_end: usize,
}

/// What one execution did, as a search sees it. The lists are flat so that they can be used again.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// The steps in order.
    pub(crate) steps: Vec<RunStep>,
    /// What could be chosen before each step, in ascending order.
    pub(crate) enabled: Vec<Choice>,
    /// What each step accessed.
    pub(crate) accesses: Vec<Access>,
}

impl Run {
    /// Forgets everything but the memory.
    pub(crate) fn clear(&mut self) {
        self.steps.clear();
        self.enabled.clear();
        self.accesses.clear();
    }

    /// What could be chosen before a step.
    pub(crate) fn enabled_at(&self, step: usize) -> &[Choice] {
        let start = step.checked_sub(1).map_or(0, |before| self.steps[before].enabled_end);
        &self.enabled[start..self.steps[step].enabled_end]
    }

    /// What a step accessed.
    pub(crate) fn accesses_of(&self, step: usize) -> &[Access] {
        let start = step.checked_sub(1).map_or(0, |before| self.steps[before].accesses_end);
        &self.accesses[start..self.steps[step].accesses_end]
    }
}

/// How an execution ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Leaf {
    /// Whether the program failed.
    pub(crate) failing: bool,
    /// Which of the outcomes it had: a number that the caller gives.
    pub(crate) outcome: u32,
}

/// Why a search cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// The same choices led to something else: the program depends on something outside.
    Differs {
        /// The first step that differs, counted from 0.
        step: usize,
    },
    /// There is no room for more states.
    Full,
}

/// The order in which schedules are tried.
pub(crate) trait Search {
    /// The choices that the next execution begins with; after them it may choose as it likes.
    fn plan(&self) -> &[Choice];

    /// Learns what the execution did.
    fn record(&mut self, run: &Run, leaf: Leaf) -> Result<(), Stuck>;

    /// Moves on to the next plan, or says that there is none left.
    fn advance(&mut self) -> bool;
}
