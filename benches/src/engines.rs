//! How is a program given to each engine, and how far did the engine get?

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use drawloom::{Check, Verdict};

use crate::library::library;
use crate::programs::Program;

library!(Drawloom, drawloom);
library!(Loom, loom);
library!(Shuttle, shuttle);

/// Who checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Drawloom,
    /// drawloom with two jobs.
    TwoJobs,
    Loom,
    Shuttle,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Everything was tried.
    Done,
    /// Its time was up.
    TimeUp,
    /// It does not go on after the first failure.
    AtFailure,
    /// It has no room for so many threads.
    NoRoom,
}

/// One check of one program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) executions: u64,
    pub(crate) took: Duration,
    pub(crate) ended: Ended,
}

impl Engine {
    /// In the order they are measured in. shuttle comes last: it puts a panic hook in front of the
    /// process's.
    pub(crate) const ALL: [Self; 4] = [Self::Drawloom, Self::TwoJobs, Self::Loom, Self::Shuttle];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Drawloom => "drawloom",
            Self::TwoJobs => "drawloom, 2 jobs",
            Self::Loom => "loom",
            Self::Shuttle => "shuttle",
        }
    }

    /// Checks a program once, for as long as `most` at the most.
    pub(crate) fn check(self, program: Program, most: Duration) -> Run {
        let started = Instant::now();
        let (executions, ended) = match self {
            Self::Drawloom => drawloom(program, most, 1),
            Self::TwoJobs => drawloom(program, most, 2),
            Self::Loom => loom(program, most),
            Self::Shuttle => shuttle(program, most),
        };
        Run { executions, took: started.elapsed(), ended }
    }
}

fn drawloom(program: Program, most: Duration, jobs: usize) -> (u64, Ended) {
    let started = Instant::now();
    let check = Check::new().max_executions(u64::MAX).max_time(most).jobs(jobs);
    let report = check.run(move || program.run::<Drawloom>());
    let stopped = matches!(report.verdict, Verdict::Inconclusive(_)) || started.elapsed() >= most;
    (report.executions, if stopped { Ended::TimeUp } else { Ended::Done })
}

fn loom(program: Program, most: Duration) -> (u64, Ended) {
    if program.threads() >= loom::MAX_THREADS {
        return (0, Ended::NoRoom);
    }
    // `new` reads the environment, so what may stop it early is set again.
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 10_000;
    builder.max_permutations = None;
    builder.preemption_bound = None;
    builder.max_duration = Some(most);
    builder.checkpoint_interval = 64;
    counted(most, move |count| {
        builder.check(move || {
            count.fetch_add(1, Relaxed);
            program.run::<Loom>();
        });
    })
}

fn shuttle(program: Program, most: Duration) -> (u64, Ended) {
    let scheduler = shuttle::scheduler::DfsScheduler::new(None, false);
    let mut config = shuttle::Config::new();
    config.failure_persistence = shuttle::FailurePersistence::None;
    config.max_time = Some(most);
    let ended = counted(most, move |count| {
        shuttle::Runner::new(scheduler, config).run(move || {
            count.fetch_add(1, Relaxed);
            program.run::<Shuttle>();
        });
    });
    // WHY: shuttle's hook stays, and would report every panic of the process, loom's own included.
    panic::set_hook(Box::new(|_| {}));
    ended
}

/// Runs a check that ends by panicking where the program fails, and counts its executions.
fn counted(most: Duration, check: impl FnOnce(Arc<AtomicU64>)) -> (u64, Ended) {
    let count = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let returned = panic::catch_unwind(AssertUnwindSafe(|| check(Arc::clone(&count))));
    let ended = match returned {
        Err(_) => Ended::AtFailure,
        Ok(()) if started.elapsed() >= most => Ended::TimeUp,
        Ok(()) => Ended::Done,
    };
    (count.load(Relaxed), ended)
}

/// The floor: so many coroutines on stacks that are there, each started and switched to so many times,
/// and nothing else. Returns after so many rounds.
pub(crate) fn bare_coroutines(threads: usize, switches: usize, rounds: u64) {
    use corosensei::stack::DefaultStack;
    use corosensei::{Coroutine, CoroutineResult};
    let mut stacks: Vec<_> =
        (0..threads).map(|_| DefaultStack::new(64 * 1024).expect("a stack")).collect();
    for _ in 0..rounds {
        let start = |stack| {
            Coroutine::with_stack(stack, move |yielder, ()| {
                (0..switches).for_each(|_| yielder.suspend(()));
            })
        };
        let mut fibers: Vec<Coroutine<(), (), ()>> = stacks.drain(..).map(start).collect();
        for fiber in &mut fibers {
            while let CoroutineResult::Yield(()) = fiber.resume(()) {}
        }
        stacks.extend(fibers.into_iter().map(Coroutine::into_stack));
    }
}
