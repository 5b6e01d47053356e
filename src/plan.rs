//! What was asked for?

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::progress::{Observer, Progress};
use crate::schedule::Schedule;
use crate::search::Sampling;
use crate::source::Sources;

/// What a program can return: anything that can be compared and shown. `()` is fine.
pub trait Outcome: Ord + Debug + Send + 'static {}

impl<T: Ord + Debug + Send + 'static> Outcome for T {}

/// Which engine runs the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Engine {
    /// Our own: exact for interleavings under sequential consistency.
    #[default]
    Explorer,
    /// loom: a second opinion, and weak memory.
    #[cfg(feature = "loom")]
    Loom,
    /// Real threads and a real runtime, many times over: it shows how seldom a failure comes by luck.
    Native,
}

impl Engine {
    /// The word for it in a report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Explorer => "explorer",
            #[cfg(feature = "loom")]
            Self::Loom => "loom",
            Self::Native => "native",
        }
    }
}

/// What one execution may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) steps: usize,
    pub(crate) strands: usize,
    pub(crate) stack: usize,
    /// How often a strand may wake for no reason.
    pub(crate) spurious: u16,
    /// Whether polls run ahead of their turn up to their first announcement.
    pub(crate) ahead: bool,
}

/// Which schedules are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// All, with those merged that differ only in the order of independent steps.
    All,
    /// All, with prefixes merged that lead to the same state.
    Merged,
    /// All, one by one.
    Every,
    /// As `Every`, and then all executions are compared.
    Audit,
    /// Those with at most so many preemptions.
    Preemptions(usize),
    /// Some.
    Sample(Sampling),
}

/// A description of a check. It reads nothing from the environment.
///
/// ```
/// use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
/// use drawloom::{Check, thread};
///
/// let report = Check::new().max_steps(100).run(|| {
///     let jar = AtomicU32::new(0);
///     thread::scope(|scope| {
///         scope.spawn(|| jar.fetch_add(1, SeqCst));
///         scope.spawn(|| jar.fetch_add(1, SeqCst));
///     });
///     jar.into_inner()
/// });
/// assert!(matches!(report.verdict, drawloom::Verdict::Verified));
/// assert_eq!(report.outcomes.keys().collect::<Vec<_>>(), [&2]);
/// ```
#[derive(Clone, Debug)]
#[must_use = "a check does nothing until `run`"]
pub struct Check {
    pub(crate) engine: Engine,
    pub(crate) max_executions: u64,
    pub(crate) max_states: usize,
    pub(crate) max_time: Option<Duration>,
    pub(crate) max_silence: Duration,
    pub(crate) bounds: Bounds,
    pub(crate) replay: Option<Schedule>,
    pub(crate) list: usize,
    pub(crate) which: Which,
    pub(crate) jobs: usize,
    pub(crate) smallest_job: u64,
    pub(crate) sources: Sources,
    pub(crate) observer: Option<Observer>,
    pub(crate) stop: Option<Arc<AtomicBool>>,
}

impl Default for Check {
    fn default() -> Self {
        Self::new()
    }
}

impl Check {
    /// The smallest stack that a strand can have, in bytes: with less nothing can begin.
    pub const MIN_STACK: usize = 16 * 1024;

    /// With so many threads a check explores at the most.
    pub const MOST_JOBS: usize = 64;

    /// An exhaustive check with the explorer: a million executions at the most, ten thousand steps in
    /// each, and no limit of time.
    pub fn new() -> Self {
        Self {
            engine: Engine::Explorer,
            max_executions: 1_000_000,
            max_states: 100_000,
            max_time: None,
            max_silence: Duration::from_secs(10),
            bounds: Bounds {
                steps: 10_000,
                strands: 1_000,
                stack: 256 * 1024,
                spurious: 0,
                ahead: true,
            },
            replay: None,
            list: 0,
            which: Which::All,
            jobs: 1,
            smallest_job: 64,
            sources: Sources::new(),
            observer: None,
            stop: None,
        }
    }

    /// Which engine runs the program.
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = engine;
        self
    }

    /// Stops after so many executions; the verdict is inconclusive then, unless something failed. A
    /// sample has a number of its own.
    pub fn max_executions(mut self, executions: u64) -> Self {
        self.max_executions = executions;
        self
    }

    /// Keeps at the most so many states to count the schedules with. A program with more is explored to
    /// its end all the same: the verdict stands, and the report does not say how many schedules there
    /// are, nor which failing one is the simplest of all.
    pub fn max_states(mut self, states: usize) -> Self {
        self.max_states = states;
        self
    }

    /// A longer execution is a failure: the program does not end.
    pub fn max_steps(mut self, steps: usize) -> Self {
        self.bounds.steps = steps;
        self
    }

    /// Stops after so much time.
    pub fn max_time(mut self, time: Duration) -> Self {
        self.max_time = Some(time);
        self
    }

    /// Gives up when the program takes no step for so long in real time: ten seconds if not said.
    pub fn max_silence(mut self, silence: Duration) -> Self {
        self.max_silence = silence;
        self
    }

    /// How many bytes of stack each strand has: 256 KiB if not said, and [`Check::MIN_STACK`] at the
    /// least. Only what is touched takes memory.
    pub fn stack_size(mut self, bytes: usize) -> Self {
        self.bounds.stack = bytes;
        self
    }

    /// How often each strand may wake for no reason from a wait for a condition variable of `std` or from
    /// a `park`: never if not said. Both may in life, so a program has to look whether what it waits for
    /// is there. Each time is tried and not tried, so a small number will do.
    pub fn spurious_wakeups(mut self, most: u16) -> Self {
        self.bounds.spurious = most;
        self
    }

    /// Runs one schedule instead of all.
    pub fn replay(mut self, schedule: Schedule) -> Self {
        self.replay = Some(schedule);
        self
    }

    /// Has the report list the first schedules in ascending order.
    pub fn list(mut self, most: usize) -> Self {
        self.list = most;
        self
    }

    /// Runs every schedule by itself and merges nothing: slow, and what the rest is held against.
    ///
    /// Of this, [`Check::preemptions`] and [`Check::sample`] the one that is said last holds.
    pub fn every_schedule(mut self) -> Self {
        self.which = Which::Every;
        self
    }

    /// As [`Check::every_schedule`], and looks whether what the executions say of their steps holds in
    /// all of them: see [`crate::Report::contradictions`].
    #[doc(hidden)]
    pub fn audit(mut self) -> Self {
        self.which = Which::Audit;
        self
    }

    /// Walks the state graph edge by edge: more executions than are needed, and an oracle for programs
    /// that have too many schedules to be run one by one.
    #[doc(hidden)]
    pub fn merging(mut self) -> Self {
        self.which = Which::Merged;
        self
    }

    /// Runs every schedule with at most so many preemptions, each by itself. A preemption takes the
    /// turn from a strand that could still go on; passing on from one that waits or has ended is free.
    ///
    /// Where the bound leaves schedules out and none of the others fails, the verdict is inconclusive,
    /// and says that those within the bound hold. Where it leaves out none, it is as without it.
    ///
    /// ```
    /// use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// use drawloom::{Check, Limit, thread};
    ///
    /// let lost_update = || {
    ///     let jar = AtomicU32::new(0);
    ///     thread::scope(|scope| {
    ///         for _ in 0..2 {
    ///             scope.spawn(|| jar.store(jar.load(SeqCst) + 1, SeqCst));
    ///         }
    ///     });
    ///     assert_eq!(jar.into_inner(), 2, "both coins are in the jar");
    /// };
    /// let none = Check::new().preemptions(0).run(lost_update);
    /// assert_eq!(none.limit, Some(Limit::Preemptions(0)));
    /// assert!(none.failure().is_none());
    /// assert!(Check::new().preemptions(1).run(lost_update).failure().is_some());
    /// ```
    pub fn preemptions(mut self, most: usize) -> Self {
        self.which = Which::Preemptions(most);
        self
    }

    /// Draws some schedules instead of running all: for a program that has too many. Without a failure
    /// the verdict is inconclusive.
    ///
    /// ```
    /// use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// use drawloom::{Check, Sampling, thread};
    ///
    /// let lost_update = || {
    ///     let jar = AtomicU32::new(0);
    ///     thread::scope(|scope| {
    ///         for _ in 0..2 {
    ///             scope.spawn(|| jar.store(jar.load(SeqCst) + 1, SeqCst));
    ///         }
    ///     });
    ///     assert_eq!(jar.into_inner(), 2, "both coins are in the jar");
    /// };
    /// let drawn = Check::new().sample(Sampling::Uniform { executions: 100, seed: 1 }).run(lost_update);
    /// let again = drawn.again.expect("a sample of the one execution that failed");
    /// let again = Check::new().sample(again).run(lost_update);
    /// assert_eq!(again.failure().unwrap().schedule, drawn.failure().unwrap().schedule);
    /// ```
    pub fn sample(mut self, sampling: Sampling) -> Self {
        self.which = Which::Sample(sampling);
        self
    }

    /// Explores with so many threads at a time: one if not said, and [`Check::MOST_JOBS`] at the most.
    /// The verdict, the number of executions
    /// and the simplest failure are the same.
    ///
    /// A program with statics of the facade's types is explored by one all the same, since its
    /// executions would meet in them; and so is what is not an exhaustive search by the explorer.
    ///
    /// ```
    /// use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// use drawloom::{Check, thread};
    ///
    /// let report = Check::new().jobs(2).run(|| {
    ///     let jar = AtomicU32::new(0);
    ///     thread::scope(|scope| {
    ///         for _ in 0..4 {
    ///             scope.spawn(|| jar.store(jar.load(SeqCst) + 1, SeqCst));
    ///         }
    ///     });
    /// });
    /// assert_eq!(report.executions, 576);
    /// ```
    pub fn jobs(mut self, threads: usize) -> Self {
        self.jobs = threads.clamp(1, Self::MOST_JOBS);
        self
    }

    /// Of how many executions a part of the search must be expected to be, at the least, to be given to
    /// another of several [`jobs`](Check::jobs): 64 if not said. The smaller, the more they have to do
    /// with each other, which is what a test may want.
    #[doc(hidden)]
    pub fn smallest_job(mut self, executions: u64) -> Self {
        self.smallest_job = executions;
        self
    }

    /// Tells `observer` how far the explorer is, at most ten times a second, from the thread that has
    /// called [`Check::run`] and waits.
    pub fn progress(mut self, observer: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.observer = Some(Observer(Arc::new(observer)));
        self
    }

    /// Has the explorer stop after the execution in which the flag is set: the report says what is
    /// known by then.
    pub fn stop_when(mut self, flag: Arc<AtomicBool>) -> Self {
        self.stop = Some(flag);
        self
    }

    /// Whether all schedules are wanted.
    pub(crate) fn is_exhaustive(&self) -> bool {
        matches!(self.which, Which::All | Which::Merged | Which::Every | Which::Audit)
    }

    /// Whether somebody wants it to stop.
    pub(crate) fn is_stopped(&self) -> bool {
        // ORDERING: nothing is read on the strength of it.
        self.stop.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    /// Has every poll chosen before it starts, also one that announces nothing: more steps, and what
    /// running ahead is held against.
    pub fn chosen_polls(mut self) -> Self {
        self.bounds.ahead = false;
        self
    }

    /// Where names and lines of the program's text come from.
    pub fn sources(mut self, sources: Sources) -> Self {
        self.sources = sources;
        self
    }
}
