//! Event loops: which job is polled next?
//!
//! A `current_thread` runtime lives inside the thread that called `block_on`. Its jobs are the tasks and
//! the future of `block_on`. Whenever a poll has ended, one of the jobs that were woken is polled next,
//! or the next timer fires, and [`Loom::choose`] tries every one of them. With other threads about, the
//! loop first takes the token that they leave when they wake a job, so that loom knows of the order of
//! the two. A lock that is waited for in the middle of a poll blocks the loop, as in life.
//!
//! On a `multi_thread` runtime each task is a thread of loom's. So there are four tasks at the most, as
//! many workers as tasks whatever number was asked for, and no schedule is lost by that: only a program
//! that needs workers to be scarce behaves otherwise.
//!
//! What is tried twice: a poll that nobody can tell from another order of the same polls, such as that of a
//! future that only counts who has been joined. The explorer knows them, this does not.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use super::bridge::Bridges;
use super::run::Ending;
use super::spin::Yields;
use super::task::Task;
use super::thread::Parking;
use super::timer::Timers;
use super::{Going, Loom, Phase};
use crate::engine::explorer::Flavor;
use crate::engine::{Driver, driver};
use crate::verdict::FailureKind;

/// The runtimes of an execution and what they run.
#[derive(Default)]
pub(super) struct Executors {
    pub(super) all: Vec<Executor>,
    pub(super) tasks: Vec<Task>,
    pub(super) timers: Timers,
    yields: Yields,
    pub(super) bridges: Bridges,
}

/// How often tasks that only wait are polled for nothing before it is said that nothing will change.
const ROUNDS: usize = 1_000;

pub(super) struct Executor {
    pub(super) flavor: Flavor,
    /// The thread that polls its jobs.
    host: Option<usize>,
    /// Where that thread waits for other threads to wake a job.
    parking: Option<Rc<Parking>>,
    pub(super) closed: bool,
    /// The jobs that were woken, in ascending order.
    ready: Vec<Job>,
    /// Jobs that only look whether something has changed, and what was the last change they know of.
    spinning: Vec<(Job, u64)>,
    /// How often only those were left, in a row.
    rounds: usize,
}

/// Something that is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Job {
    /// The future given to the `block_on` of this runtime.
    Main(usize),
    Task(usize),
}

/// What an event loop does next.
enum Next {
    Poll(Job),
    /// The timers that are due first, and which of them.
    Fire(usize),
}

/// Wakes somebody in one execution, and nobody in any other.
struct LoomWaker {
    execution: u64,
    wakes: Wakes,
}

#[derive(Clone, Copy)]
enum Wakes {
    /// A job of this event loop.
    Job(usize, Job),
    /// A thread that waits at this place.
    Thread(usize),
}

impl Wake for LoomWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Driver::Loom(loom) = driver()
            && loom.execution.get() == self.execution
            && loom.phase.get() == Phase::Running
        {
            match self.wakes {
                Wakes::Job(executor, job) => loom.wake_job(executor, job),
                Wakes::Thread(parking) => loom.wake_thread(parking),
            }
        }
    }
}

/// The thread is inside a runtime until this is dropped.
struct Inside<'a> {
    loom: &'a Loom,
    executor: usize,
    drives: bool,
    /// What it was inside of before: a task that may block its thread blocks on another runtime.
    before: Option<usize>,
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.loom.set_current_executor(self.before);
        if self.drives {
            self.loom.with_executor(self.executor, |executor| executor.host = None);
        }
    }
}

impl Loom {
    /// Makes a runtime.
    pub(crate) fn new_executor(&self, flavor: Flavor) -> usize {
        let mut executors = self.executors.borrow_mut();
        executors.all.push(Executor {
            flavor,
            host: None,
            parking: None,
            closed: false,
            ready: Vec::new(),
            spinning: Vec::new(),
            rounds: 0,
        });
        executors.all.len() - 1
    }

    pub(super) fn with_executor<R>(
        &self,
        executor: usize,
        look: impl FnOnce(&mut Executor) -> R,
    ) -> R {
        look(&mut self.executors.borrow_mut().all[executor])
    }

    /// Runs a future on the current thread until it is ready.
    pub(crate) fn block_on<F: Future>(&self, executor: usize, future: F) -> F::Output {
        if self.going() != Some(Going::Freely) {
            self.stay();
        }
        assert!(
            !self.is_in_a_loop(),
            "Cannot start a runtime from within a runtime. This happens because a function (like \
             `block_on`) attempted to block the current thread while the thread is being used to \
             drive asynchronous tasks."
        );
        let me = self.current();
        let Some(parking) = self.new_parking(me) else { self.stay() };
        let drives = self.with_executor(executor, |executor| {
            let drives = executor.flavor == Flavor::CurrentThread && executor.host.is_none();
            if drives {
                executor.host = Some(me);
                executor.parking = Some(Rc::clone(&parking));
            }
            drives
        });
        let before = self.current_executor();
        self.set_current_executor(Some(executor));
        let _inside = Inside { loom: self, executor, drives, before };
        if drives {
            self.drive(executor, &parking, future)
        } else {
            self.wait_for(&parking, future)
        }
    }

    /// Polls the jobs of a runtime until one future is ready.
    fn drive<F: Future>(&self, executor: usize, parking: &Parking, future: F) -> F::Output {
        let main = Job::Main(executor);
        let waker = self.waker(executor, main);
        let mut future = pin!(future);
        self.make_ready(executor, main);
        loop {
            match self.next(executor, parking) {
                Next::Poll(Job::Main(_)) => {
                    self.doings.begin_poll();
                    let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
                    if let Poll::Ready(output) = polled {
                        return output;
                    }
                }
                Next::Poll(Job::Task(task)) => self.poll_task(task),
                Next::Fire(option) => self.fire(executor, option),
            }
        }
    }

    /// Polls one future, and nothing else, on a thread that may wait.
    fn wait_for<F: Future>(&self, parking: &Parking, future: F) -> F::Output {
        let waker = self.thread_waker(parking);
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return output;
            }
            if let Some(going) = self.going() {
                self.wait_at(parking, going);
            }
        }
    }

    /// Waits until there is something to do, and chooses.
    fn next(&self, executor: usize, parking: &Parking) -> Next {
        loop {
            let alone = self.threads.borrow().is_alone();
            if !alone && let Some(going) = self.going() {
                self.take_token(parking, going);
            }
            self.look_again(executor);
            let ready = self.with_executor(executor, |executor| executor.ready.len());
            let timers = self.executors.borrow().timers.due(executor).len();
            if ready + timers > 0 {
                let chosen = self.choose(ready + timers);
                if chosen >= ready {
                    return Next::Fire(chosen - ready);
                }
                return Next::Poll(
                    self.with_executor(executor, |executor| executor.ready.remove(chosen)),
                );
            }
            if !self.polls_those_that_spin(executor, alone)
                && let Some(going) = self.going()
            {
                self.wait_at(parking, going);
            }
        }
    }

    /// Nothing else is left: has jobs polled that only wait, if there are any.
    fn polls_those_that_spin(&self, executor: usize, alone: bool) -> bool {
        let rounds = self.with_executor(executor, |executor| {
            let spinning = std::mem::take(&mut executor.spinning);
            executor.rounds += 1;
            for &(job, _) in &spinning {
                executor.make_ready(job);
            }
            if spinning.is_empty() { None } else { Some(executor.rounds) }
        });
        let Some(rounds) = rounds else { return false };
        if !alone {
            self.yield_now();
        } else if rounds > ROUNDS {
            let message =
                "every task that is left goes round for ever and changes nothing".to_owned();
            self.end(Ending::Failed { kind: FailureKind::Livelock, message, place: None });
            super::leave();
        }
        true
    }

    /// Has jobs polled that wait for a change, if there was any.
    fn look_again(&self, executor: usize) {
        let so_far = self.doings.so_far();
        self.with_executor(executor, |executor| {
            let (same, changed): (Vec<_>, Vec<_>) =
                executor.spinning.drain(..).partition(|&(_, known)| known == so_far);
            executor.spinning = same;
            for (job, _) in changed {
                executor.rounds = 0;
                executor.make_ready(job);
            }
        });
    }

    pub(super) fn make_ready(&self, executor: usize, job: Job) {
        self.with_executor(executor, |executor| executor.make_ready(job));
    }

    pub(super) fn waker(&self, executor: usize, job: Job) -> Waker {
        let execution = self.execution.get();
        Waker::from(Arc::new(LoomWaker { execution, wakes: Wakes::Job(executor, job) }))
    }

    pub(super) fn thread_waker(&self, parking: &Parking) -> Waker {
        let execution = self.execution.get();
        Waker::from(Arc::new(LoomWaker { execution, wakes: Wakes::Thread(parking.number) }))
    }

    /// A waker was called. If it is another thread that is woken, loom is told, but tries no other order
    /// of it: whatever led to it has just been tried in every order.
    pub(super) fn wake_job(&self, executor: usize, job: Job) {
        let me = self.current();
        let (host, parking) =
            self.with_executor(executor, |executor| (executor.host, executor.parking.clone()));
        match parking {
            Some(parking) if host != Some(me) => {
                self.unexplored(|| parking.put_token());
                self.make_ready(executor, job);
                self.rouse(&parking);
            }
            _ => self.make_ready(executor, job),
        }
    }

    fn wake_thread(&self, parking: usize) {
        if let Some(parking) = self.parking(parking) {
            self.unexplored(|| parking.put_token());
            self.rouse(&parking);
        }
    }

    /// A job yields to the others of its loop. True if nothing has changed since it did so before: then
    /// it is polled again when something has.
    pub(crate) fn yields_in_poll(&self) -> bool {
        let Some(executor) = self.current_executor() else { return false };
        let job = self.current_task().map_or(Job::Main(executor), Job::Task);
        let host = self.with_executor(executor, |executor| executor.host);
        if host != Some(self.current()) {
            self.yield_now();
            return false;
        }
        let spins = self.executors.borrow_mut().yields.only_waits(job, &self.doings);
        if spins {
            let so_far = self.doings.so_far();
            self.with_executor(executor, |executor| executor.spinning.push((job, so_far)));
        }
        spins
    }
}

impl Executor {
    fn make_ready(&mut self, job: Job) {
        self.spinning.retain(|&(other, _)| other != job);
        if let Err(place) = self.ready.binary_search(&job) {
            self.ready.insert(place, job);
        }
    }

    pub(super) fn forget(&mut self, job: Job) {
        self.spinning.retain(|&(other, _)| other != job);
        self.ready.retain(|&other| other != job);
    }
}
