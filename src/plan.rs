//! What was asked for?

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::Duration;

use crate::schedule::Schedule;
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
    /// Whether polls run ahead of their turn up to their first announcement.
    pub(crate) ahead: bool,
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
    pub(crate) every_schedule: bool,
    pub(crate) sources: Sources,
}

impl Default for Check {
    fn default() -> Self {
        Self::new()
    }
}

impl Check {
    /// An exhaustive check with the explorer: a million executions at the most, ten thousand steps in
    /// each, and no limit of time.
    pub fn new() -> Self {
        Self {
            engine: Engine::Explorer,
            max_executions: 1_000_000,
            max_states: 2_000_000,
            max_time: None,
            max_silence: Duration::from_secs(10),
            bounds: Bounds { steps: 10_000, strands: 1_000, stack: 256 * 1024, ahead: true },
            replay: None,
            list: 0,
            every_schedule: false,
            sources: Sources::new(),
        }
    }

    /// Which engine runs the program.
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = engine;
        self
    }

    /// Stops after so many executions; the verdict is inconclusive then, unless something failed.
    pub fn max_executions(mut self, executions: u64) -> Self {
        self.max_executions = executions;
        self
    }

    /// Stops at so many states.
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

    /// How many bytes of stack each strand has: 256 KiB if not said.
    pub fn stack_size(mut self, bytes: usize) -> Self {
        self.bounds.stack = bytes;
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
    pub fn every_schedule(mut self) -> Self {
        self.every_schedule = true;
        self
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

/// The values that were seen, each with a number: 0 stands for a failure.
#[derive(Debug)]
pub(crate) struct Outcomes<T> {
    numbers: BTreeMap<T, u32>,
}

impl<T: Ord> Outcomes<T> {
    pub(crate) fn new() -> Self {
        Self { numbers: BTreeMap::new() }
    }

    pub(crate) fn number(&mut self, value: T) -> u32 {
        let next = u32::try_from(self.numbers.len() + 1).unwrap_or(u32::MAX);
        *self.numbers.entry(value).or_insert(next)
    }

    pub(crate) fn into_numbers(self) -> BTreeMap<T, u32> {
        self.numbers
    }
}
