//! What happened in one execution, in order, with values and source lines?

use crate::schedule::{Schedule, Turn};
use crate::search::Counts;
use crate::step::{Kind, Value, What};

/// A place in the program's text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file as the compiler names it: relative to the workspace.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl From<&std::panic::Location<'_>> for Place {
    fn from(at: &std::panic::Location<'_>) -> Self {
        // One spelling on every system, so that a report is the same everywhere.
        Self { file: at.file().replace('\\', "/"), line: at.line(), column: at.column() }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Whether a strand is a thread, a task or the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    /// A thread; main is one.
    Thread,
    /// A task of a runtime.
    Task,
    /// The virtual clock, whose steps are timers that fire.
    Clock,
}

impl Sort {
    /// The word for it in a report.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Thread => "thread",
            Self::Task => "task",
            Self::Clock => "clock",
        }
    }
}

/// Anything that was scheduled. Its number is its position in [`Trace::strands`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrandInfo {
    /// The name that the source gives it.
    pub name: String,
    /// Thread, task or clock.
    pub sort: Sort,
    /// Where it was started.
    pub birth: Place,
    /// How many steps had been taken when it ended; `None` if it did not end.
    pub ended: Option<usize>,
}

/// Anything shared that was used. Operations name it by its position in [`Trace::objects`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// The name that the source gives it.
    pub name: String,
    /// What sort of thing it is.
    pub what: What,
    /// Where it was made, if that is known, else where it was first used.
    pub place: Place,
    /// The value it had at first, if it has one that can be shown.
    pub initial: Option<Value>,
    /// The strand that it stands for, for [`What::Strand`].
    pub strand: Option<usize>,
}

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It changed its object.
    Changed,
    /// It only looked, or tried in vain: a `try_lock` or a `compare_exchange` that failed.
    Looked,
    /// It asked for something and has not had it yet: its task was suspended there.
    Waits,
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Op {
    /// Who did it: the strand of its step, but for a destructor of a strand that has failed.
    pub strand: usize,
    /// What it did.
    pub kind: Kind,
    /// To which object.
    pub object: usize,
    /// In which line.
    pub place: Place,
    /// What it has read.
    pub read: Option<Value>,
    /// What it has written.
    pub written: Option<Value>,
    /// The step that wrote what it has read; `None` if that was there from the start.
    pub from: Option<usize>,
    /// What became of it.
    pub effect: Effect,
    /// The lock that it gives back by the way, for [`Kind::Wait`].
    pub frees: Option<usize>,
}

impl Op {
    /// Whether its strand has a lock by it.
    pub fn takes(&self) -> bool {
        takes(self.kind) && self.effect == Effect::Changed
    }

    /// Whether its strand gives a lock back by it.
    pub fn gives_back(&self) -> bool {
        gives_back(self.kind)
    }
}

/// Whether an operation takes a lock, if it works.
pub(crate) fn takes(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Lock
            | Kind::TryLock
            | Kind::ReadLock
            | Kind::TryReadLock
            | Kind::WriteLock
            | Kind::CallOnce
            | Kind::Claim
            | Kind::UpgradableLock
            | Kind::TryUpgradableLock
            | Kind::TryWriteLock
            | Kind::Async("lock" | "try_lock" | "read" | "try_read" | "write" | "try_write")
    )
}

/// Whether an operation gives a lock back.
pub(crate) fn gives_back(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Unlock
            | Kind::ReadUnlock
            | Kind::WriteUnlock
            | Kind::UpgradableUnlock
            | Kind::Complete
            | Kind::Async("unlock (read)")
    )
}

/// An operation that is no step, because nobody else was there who could have told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// How many steps had been taken by then.
    pub after: usize,
    /// What was done.
    pub op: Op,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Whose turn it was.
    pub turn: Turn,
    /// What it did: one operation, or all those of a poll.
    pub ops: Vec<Op>,
    /// How many strands could have been chosen.
    pub choices: usize,
    /// What could still happen once it was taken, where the state graph is known.
    pub counts: Option<Counts>,
}

/// A panic of a strand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    /// Whose.
    pub strand: usize,
    /// How many steps had been taken by then.
    pub after: usize,
    /// What it said.
    pub message: String,
    /// Where it was raised.
    pub place: Place,
}

/// A strand that cannot go on, at the end of a deadlock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Who.
    pub strand: usize,
    /// What it waits to do.
    pub kind: Kind,
    /// To which object.
    pub object: Option<usize>,
    /// Where it waits.
    pub place: Option<Place>,
    /// Who has to move first: who has the lock, who has to end, or whose poll stops the event loop.
    pub holders: Vec<Holder>,
}

/// A strand that another waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub strand: usize,
    /// Since which line, for a lock.
    pub place: Option<Place>,
    /// Since which step, counted from 1, for a lock.
    pub step: Option<usize>,
}

/// One end of a data race.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raced {
    /// Who.
    pub strand: usize,
    /// What is used.
    pub object: usize,
    /// Whether it is written, or only read.
    pub writes: bool,
    /// In which line.
    pub place: Place,
}

impl Raced {
    /// What is done there: `reads` or `writes`.
    pub fn verb(&self) -> &'static str {
        if self.writes { "writes" } else { "reads" }
    }
}

/// What happened in one execution, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// All strands; main is the first.
    pub strands: Vec<StrandInfo>,
    /// All objects in the order of their first use.
    pub objects: Vec<ObjectInfo>,
    /// The steps in order. The first is step 1 in reports.
    pub steps: Vec<Step>,
    /// What was done between the steps while nobody else was there, in order.
    pub asides: Vec<Aside>,
    /// What could happen before the first step, where the state graph is known.
    pub counts: Option<Counts>,
    /// The panics, in order.
    pub panics: Vec<Panicked>,
    /// Who cannot go on at the end.
    pub blocked: Vec<Blocked>,
    /// The two ends of the data race that it ends with, if it does.
    pub raced: Vec<Raced>,
    /// The last value of each object that has one.
    pub last: Vec<Option<Value>>,
}

impl Trace {
    /// Who ran, in order.
    pub fn schedule(&self) -> Schedule {
        Schedule { turns: self.steps.iter().map(|step| step.turn).collect() }
    }

    /// The step (counted from 0) after which every schedule fails although before it one did not.
    ///
    /// A step that had to come is not the one that decided: then it is the last one before it where
    /// somebody else could have gone.
    pub fn decided(&self) -> Option<usize> {
        let doomed = |counts: &Option<Counts>| {
            counts.as_ref().is_some_and(|counts| counts.failing == counts.all && counts.all > 0)
        };
        if doomed(&self.counts) {
            return None;
        }
        let first = self.steps.iter().position(|step| doomed(&step.counts))?;
        (0..=first).rev().find(|&step| self.steps[step].choices > 1)
    }
}
