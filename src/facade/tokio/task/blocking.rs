//! Mirrors tokio's tasks that may block their thread: `spawn_blocking` and `block_in_place`.
//!
//! Under the explorer each has a thread, and that it is taken up is a step: until then it can be stopped.

use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ::tokio::task as real;

use super::super::announcing::{Sign, now};
use super::super::runtime::{Handle, Home};
use super::JoinError;
use super::handle::{JoinHandle, Slot, Strand};
use crate::engine::explorer::{Stoppable, StrandId};
use crate::engine::{self, Driver, Object, driver};
use crate::step::What;

/// A task that may block its thread, under the explorer.
#[derive(Debug)]
pub(super) struct Job {
    object: Object,
    stage: Mutex<Stage>,
    /// Its thread, and the execution that it belongs to.
    strand: OnceLock<(StrandId, u64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Queued,
    Begun,
    Stopped,
}

impl Job {
    fn new(at: &'static Location<'static>) -> Self {
        let stage = Mutex::new(Stage::Queued);
        Self { object: Object::at(at), stage, strand: OnceLock::new() }
    }

    pub(super) fn strand(&self) -> Option<(StrandId, u64)> {
        self.strand.get().copied()
    }

    /// Goes on from the queue, if it is still there. Says where it is then.
    fn leave_queue(&self, to: Stage, name: &'static str, at: &'static Location<'static>) -> Stage {
        let sign = Sign { what: What::Blocking, name, at };
        let leave = || {
            let mut stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
            let left = *stage == Stage::Queued;
            if left {
                *stage = to;
            }
            (*stage, left)
        };
        now(&self.object, sign, leave, |&(_, left)| left).0
    }

    pub(super) fn abort(&self, at: &'static Location<'static>) {
        self.leave_queue(Stage::Stopped, "abort", at);
    }
}

impl Stoppable for Job {
    fn stop(&self, at: &'static Location<'static>) -> Option<StrandId> {
        let stage = self.leave_queue(Stage::Stopped, "shut down", at);
        self.strand().filter(|_| stage == Stage::Begun).map(|(strand, _)| strand)
    }
}

/// Starts a task that may block its thread, under the engine that drives.
pub(in crate::facade::tokio) fn start_blocking<F, R>(
    home: Home,
    f: F,
    at: &'static Location<'static>,
) -> JoinHandle<R>
where
    F: FnOnce() -> R + 'static,
    R: 'static,
{
    match (home, driver()) {
        (Home::Explorer(executor), Driver::Explorer(explorer)) => {
            let (slot, job) = (Slot::new(), Arc::new(Job::new(at)));
            let (result, own) = (Arc::clone(&slot), Arc::clone(&job));
            let body = move || {
                let ran = panic::catch_unwind(AssertUnwindSafe(|| {
                    let _context = explorer_context(executor);
                    let stage = own.leave_queue(Stage::Begun, "start", at);
                    (stage == Stage::Begun).then(f)
                }));
                let number = result.number();
                result.put(match ran {
                    Ok(Some(value)) => Ok(value),
                    Ok(None) => Err(JoinError::cancelled(number)),
                    Err(payload) => Err(JoinError::panic(number, payload)),
                });
            };
            let strand = explorer.spawn_thread(Box::new(body), None, at);
            slot.is_task(strand);
            job.strand.get_or_init(|| (strand, explorer.execution()));
            // Kept to the end: whether it is still there must not be told by its own end, which is no step.
            let task: Arc<Job> = Arc::clone(&job);
            explorer.add_blocking(executor, strand, task);
            JoinHandle::strand(Strand::Blocking(job), slot)
        }
        #[cfg(feature = "loom")]
        (Home::Loom(executor), Driver::Loom(loom)) => {
            super::start(Home::Loom(loom.pool_of(executor)), async move { f() }, at)
        }
        _ => panic!("a task can only be started in the check that its runtime was made in"),
    }
}

/// The thread that runs now is in the context of a runtime until this is dropped.
fn explorer_context(executor: engine::explorer::Executor) -> impl Drop {
    struct Context(Option<usize>);

    impl Drop for Context {
        fn drop(&mut self) {
            if let (Some(number), Some(explorer)) = (self.0, engine::explorer()) {
                explorer.leave(number);
            }
        }
    }

    Context(engine::explorer().map(|explorer| explorer.enter(executor)))
}

/// Starts a task that may block its thread, as in [`::tokio::task`].
#[track_caller]
pub fn spawn_blocking<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    Handle::current().spawn_blocking(f)
}

/// Blocks the thread in the middle of a task, as in [`::tokio::task`]: the worker goes to others
/// meanwhile.
#[track_caller]
pub fn block_in_place<F, R>(f: F) -> R
where
    F: FnOnce() -> R,
{
    let at = Location::caller();
    match driver() {
        Driver::Nobody | Driver::Native(_) => real::block_in_place(f),
        Driver::Explorer(explorer) => {
            if !explorer.is_in_a_loop() {
                return f();
            }
            let home = Home::current();
            assert!(
                !home.is_some_and(Home::is_current_thread),
                "can call blocking only when running on the multi-threaded runtime"
            );
            in_place(explorer, home, f, at)
        }
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => {
            assert!(
                !loom.is_in_a_loop() || !Home::current().is_some_and(Home::is_current_thread),
                "can call blocking only when running on the multi-threaded runtime"
            );
            loom.in_place(f)
        }
    }
}

/// Runs `f` on a thread of its own and waits for its end, so that it may block on what it likes.
fn in_place<F: FnOnce() -> R, R>(
    explorer: &'static engine::Explorer,
    home: Option<Home>,
    f: F,
    at: &'static Location<'static>,
) -> R {
    let (mut f, mut result) = (Some(f), None);
    let me = explorer.on_behalf_of();
    let mut run = || {
        explorer.helps(me);
        let _context = match home {
            Some(Home::Explorer(executor)) => Some(explorer_context(executor)),
            _ => None,
        };
        result = f.take().map(|f| panic::catch_unwind(AssertUnwindSafe(f)));
    };
    let body: Box<dyn FnOnce() + '_> = Box::new(&mut run);
    // SAFETY: only the lifetime changes. The strand that gets the closure is joined below before
    // anything that it borrows goes away: `join` returns only when the strand has ended, also when
    // everything is torn down.
    #[expect(unsafe_code, reason = "what a strand runs must be 'static")]
    let body =
        unsafe { std::mem::transmute::<Box<dyn FnOnce() + '_>, Box<dyn FnOnce() + 'static>>(body) };
    explorer.without_worker(at, || {
        let strand = explorer.spawn_thread(body, Some("block_in_place".to_owned()), at);
        explorer.join(strand, at);
    });
    match result {
        Some(Ok(value)) => value,
        Some(Err(payload)) => panic::resume_unwind(payload),
        None => panic!("internal error: a closure that was not run in place"),
    }
}
