//! Which schedule next?
//!
//! A search knows nothing about threads, memory or programs. It is asked at each step who goes
//! ([`Search::choose`]), is told what the execution did ([`Run`]) and how it ended ([`Leaf`]), and
//! moves on. There are four, and what each promises is different:
//!
//! | search | promises |
//! |---|---|
//! | [`Optimal`] | every schedule, one for all that differ only in the order of independent steps |
//! | [`EverySchedule`] | every schedule, one by one: the oracle that the others are held against |
//! | [`Bounded`] | every schedule with at most so many preemptions |
//! | [`Sample`] | some schedules, drawn at random |

mod bounded;
mod class;
mod count;
mod every;
mod graph;
mod lattice;
mod need;
mod optimal;
mod probe;
mod random;
mod sample;
mod seen;
mod spot;
mod walk;

use crate::step::{Access, Effect, Value};

pub(crate) use bounded::Bounded;
pub use count::Counts;
pub(crate) use every::EverySchedule;
pub(crate) use graph::Graph;
pub(crate) use need::Need;
pub(crate) use optimal::{Crew, Job, Optimal, Tools};
pub(crate) use probe::Probes;
pub(crate) use sample::Sample;
pub use sample::Sampling;
pub(crate) use seen::Seen;
pub(crate) use spot::Spot;
pub(crate) use walk::Walk;

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
#[expect(clippy::struct_excessive_bools, reason = "each can be true whatever the others are")]
pub(crate) struct RunStep {
    /// What was chosen.
    pub(crate) choice: Choice,
    /// A fingerprint of what the step announced, to notice a program that behaves differently.
    pub(crate) sign: u64,
    /// Where what could be chosen ends in [`Run::enabled`]; it starts where the step before ends.
    pub(crate) enabled_end: usize,
    /// Where what it accessed ends in [`Run::accesses`]; it starts where the step before ends.
    pub(crate) accesses_end: usize,
    /// Where what is glued to it ends in [`Run::glued`].
    pub(crate) glued_end: usize,
    /// Where the steps without which it could not have been announced end in [`Run::causes`].
    pub(crate) causes_end: usize,
    /// Where what had to be free or signalled for it ends in [`Run::needs`].
    pub(crate) needs_end: usize,
    /// The value that the object of its last access had before.
    pub(crate) was: Option<Value>,
    /// The value that it expected of that object.
    pub(crate) expected: Option<Value>,
    /// What it only attempts to have.
    pub(crate) attempts: Option<Need>,
    /// Whether it is a poll, of which nobody knows beforehand what it does.
    pub(crate) is_poll: bool,
    /// How many options it had.
    pub(crate) options: u16,
    /// Whether it accesses the same, whatever option is taken.
    pub(crate) options_are_alike: bool,
    /// What it has to do with all other steps, whatever they access.
    pub(crate) reach: Reach,
}

/// What a step has to do with all other steps, whatever they access.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Nothing.
    #[default]
    Own,
    /// The execution ends with it, so it cannot change places with anything.
    Last,
    /// It was let go because nobody else could go, so it comes after everything before it.
    AfterAll,
    /// As [`Reach::AfterAll`]: whoever takes it is kept out of a lock, since nobody but such readers could go.
    KeptOut,
}

/// A strand that had something to do when the execution was over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    pub(crate) who: Name,
    /// What its operation would access first.
    pub(crate) access: Access,
    /// Whether that is all, and sure.
    pub(crate) certain: bool,
    /// The step in which it was dropped, if it was not left at the end.
    pub(crate) dropped_in: Option<u32>,
    /// Where its needs end in [`Run::pending_needs`]; they start where the one before ends.
    pub(crate) needs_end: usize,
    /// As for a step, in [`Run::pending_causes`].
    pub(crate) causes_end: usize,
}

/// What one execution did, as a search sees it. The lists are flat so that they can be used again.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each can be true whatever the other is")]
pub(crate) struct Run {
    /// The steps in order.
    pub(crate) steps: Vec<RunStep>,
    /// What could be chosen before each step, in ascending order.
    pub(crate) enabled: Vec<Choice>,
    /// What each step accessed.
    pub(crate) accesses: Vec<Access>,
    /// What was accessed between two steps by a strand that takes none of them, with the step that it
    /// goes back to.
    pub(crate) asides: Vec<(u32, Access)>,
    /// What was accessed in each step or after it, before the next.
    pub(crate) glued: Vec<Access>,
    /// The steps that had to come before a step, whatever it accesses: a spawn, the end of a strand
    /// that was joined, a notify.
    pub(crate) causes: Vec<u32>,
    pub(crate) needs: Vec<Need>,
    /// Who was left at the end.
    pub(crate) pending: Vec<Pending>,
    pub(crate) pending_needs: Vec<Need>,
    pub(crate) pending_causes: Vec<u32>,
    /// Whether the execution was ended while others could have gone on, and the steps that its end
    /// goes back to.
    pub(crate) ends: Option<usize>,
    pub(crate) end_causes: Vec<u32>,
    /// Whether it has things in it whose order no pair of steps shows: tasks that are left in a loop, a worker
    /// that is given away.
    pub(crate) is_intricate: bool,
    /// Whether it has steps in it that cannot be foretold: timers fire, somebody waits for room, a task is
    /// aborted, there are several workers, polls hold up other polls.
    pub(crate) is_subtle: bool,
    /// What was taken, given back, signalled and used up by somebody who was alone, and the step that
    /// comes next.
    pub(crate) alone: Vec<(u32, Access)>,
}

impl Run {
    /// Forgets everything but the memory.
    pub(crate) fn clear(&mut self) {
        self.steps.clear();
        self.enabled.clear();
        self.accesses.clear();
        self.asides.clear();
        self.glued.clear();
        self.causes.clear();
        self.needs.clear();
        self.pending.clear();
        self.pending_needs.clear();
        self.pending_causes.clear();
        self.ends = None;
        self.end_causes.clear();
        self.is_intricate = false;
        self.is_subtle = false;
        self.alone.clear();
    }

    /// Somebody who is alone accesses an object. That comes after everything before it and before
    /// everything after it, so it is no step; but somebody may wait for it later.
    pub(crate) fn note_alone(&mut self, access: Access) {
        if access.effect != Effect::None {
            let next = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
            self.alone.push((next, access));
        }
    }

    /// What was done to an object by somebody who was alone before a step.
    pub(crate) fn alone_with(
        &self,
        object: u32,
        before: u32,
    ) -> impl DoubleEndedIterator<Item = Access> + '_ {
        let own = move |&(next, access): &(u32, Access)| {
            (next <= before && access.object == object).then_some(access)
        };
        self.alone.iter().filter_map(own)
    }

    /// What could be chosen before a step.
    pub(crate) fn enabled_at(&self, step: usize) -> &[Choice] {
        &self.enabled[self.start(step, |step| step.enabled_end)..self.steps[step].enabled_end]
    }

    /// What a step accessed.
    pub(crate) fn accesses_of(&self, step: usize) -> &[Access] {
        &self.accesses[self.start(step, |step| step.accesses_end)..self.steps[step].accesses_end]
    }

    /// What was accessed in a step or after it, before the next.
    pub(crate) fn glued_to(&self, step: usize) -> &[Access] {
        &self.glued[self.start(step, |step| step.glued_end)..self.steps[step].glued_end]
    }

    /// The steps that had to come before a step.
    pub(crate) fn causes_of(&self, step: usize) -> &[u32] {
        &self.causes[self.start(step, |step| step.causes_end)..self.steps[step].causes_end]
    }

    /// What a step needed.
    pub(crate) fn needs_of(&self, step: usize) -> &[Need] {
        &self.needs[self.start(step, |step| step.needs_end)..self.steps[step].needs_end]
    }

    /// What somebody who was left needs.
    fn pending_needs_of(&self, left: usize) -> &[Need] {
        let start = left.checked_sub(1).map_or(0, |before| self.pending[before].needs_end);
        &self.pending_needs[start..self.pending[left].needs_end]
    }

    /// The steps that had to come before what somebody is about who was left.
    fn pending_causes_of(&self, left: usize) -> &[u32] {
        let start = left.checked_sub(1).map_or(0, |before| self.pending[before].causes_end);
        &self.pending_causes[start..self.pending[left].causes_end]
    }

    fn start(&self, step: usize, end: impl Fn(&RunStep) -> usize) -> usize {
        step.checked_sub(1).map_or(0, |before| end(&self.steps[before]))
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
    /// The execution has things in it that this search cannot order.
    Intricate,
    /// The execution has steps in it that this search cannot foretell.
    Subtle,
}

/// A moment of an execution at which somebody has to be chosen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Branch<'a> {
    /// How many steps have been taken.
    pub(crate) step: usize,
    /// What they did.
    pub(crate) run: &'a Run,
    /// What can be chosen, in ascending order.
    pub(crate) enabled: &'a [Choice],
    /// For each of them, its strand's number in this execution. Names are given in the order in which
    /// a check comes across the strands; numbers depend on nothing but this execution.
    pub(crate) numbers: &'a [usize],
    /// What was chosen last.
    pub(crate) last: Option<Choice>,
}

impl Branch<'_> {
    /// The strand that went last goes on if it can, else the first that can.
    pub(crate) fn stay(&self) -> usize {
        let stays = |choice: &Choice| self.last.is_some_and(|last| last.who == choice.who);
        self.enabled.iter().position(stays).unwrap_or(0)
    }

    /// The plan's choice, and behind the plan whoever went last.
    pub(crate) fn follow(&self, plan: &[Choice]) -> Option<usize> {
        match plan.get(self.step) {
            Some(choice) => self.enabled.binary_search(choice).ok(),
            None => Some(self.stay()),
        }
    }
}

/// The order in which schedules are tried.
pub(crate) trait Search {
    /// What is chosen at a step, if that is certain whatever else can go there.
    fn known(&self, step: usize) -> Option<Choice> {
        let _ = step;
        None
    }

    /// The position of what is chosen, or `None` to give the execution up: what the search wants is
    /// not there.
    ///
    /// Asked once for each step of an execution, in order.
    fn choose(&mut self, branch: &Branch<'_>) -> Option<usize>;

    /// Learns what the execution did.
    fn record(&mut self, run: &Run, leaf: Leaf) -> Result<(), Stuck>;

    /// A simple one of the schedules that the execution stands for which was recorded last. It depends
    /// on nothing but which those are.
    fn representative(&self, run: &Run) -> Vec<Choice> {
        run.steps.iter().map(|step| step.choice).collect()
    }

    /// Learns that the execution was given up, because nothing could be chosen. An error says that the
    /// program is to blame for it.
    fn give_up(&mut self, run: &Run) -> Result<(), Stuck> {
        Err(Stuck::Differs { step: run.steps.len() })
    }

    /// Forgets everything, since objects of different executions were taken for one, or one for two.
    /// False if that makes no difference.
    fn start_again(&mut self) -> bool {
        false
    }

    /// Moves on to the next execution, or says that there is none left.
    fn advance(&mut self) -> bool;

    /// About how many executions there are in all, judged by how far the search has come. `None` where
    /// nothing can be said. Meaningful after [`Search::advance`].
    fn estimate(&self) -> Option<f64> {
        None
    }
}
