//! Mirrors [`::tokio::task::JoinHandle`]: a task, seen from outside.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};

use ::tokio::task as real;

use super::error::JoinError;
use crate::engine::explorer::{Executor, StrandId, TaskSlot};
use crate::engine::{Driver, Explorer, driver};

/// Where a task's result waits for whoever joins it.
struct Slot<T> {
    result: Mutex<Option<Result<T, JoinError>>>,
    /// The task's number, for its error.
    task: OnceLock<usize>,
}

impl<T> Slot<T> {
    fn new() -> Arc<Self> {
        Arc::new(Self { result: Mutex::new(None), task: OnceLock::new() })
    }

    fn put(&self, result: Result<T, JoinError>) {
        *self.result.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    }

    fn take(&self) -> Option<Result<T, JoinError>> {
        self.result.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn number(&self) -> usize {
        self.task.get().copied().unwrap_or_default()
    }
}

impl<T> TaskSlot for Slot<T> {
    fn cancelled(&self) {
        self.put(Err(JoinError::cancelled(self.number())));
    }

    fn panicked(&self, payload: Box<dyn Any + Send>) {
        self.put(Err(JoinError::panic(self.number(), payload)));
    }
}

/// A task under an engine.
#[derive(Clone, Copy, Debug)]
enum Strand {
    /// The task, and the execution that it belongs to.
    Explorer(StrandId, u64),
    #[cfg(feature = "loom")]
    Loom(usize),
}

impl Strand {
    /// The explorer, if it is still in the task's execution.
    fn explorer(execution: u64) -> Option<&'static Explorer> {
        crate::engine::explorer().filter(|explorer| explorer.execution() == execution)
    }

    fn abort(self, at: &'static Location<'static>) {
        match self {
            Self::Explorer(task, execution) => {
                if let Some(explorer) = Self::explorer(execution) {
                    explorer.abort(task, at);
                }
            }
            #[cfg(feature = "loom")]
            Self::Loom(task) => {
                if let Driver::Loom(loom) = driver() {
                    loom.abort(task);
                }
            }
        }
    }

    fn is_finished(self, at: &'static Location<'static>) -> bool {
        match self {
            Self::Explorer(task, execution) => {
                Self::explorer(execution).is_none_or(|explorer| explorer.is_finished(task, at))
            }
            #[cfg(feature = "loom")]
            Self::Loom(task) => match driver() {
                Driver::Loom(loom) => loom.task_is_finished(task),
                _ => true,
            },
        }
    }

    fn poll(self, context: &mut Context<'_>) -> bool {
        match self {
            Self::Explorer(task, execution) => Self::explorer(execution)
                .is_none_or(|explorer| explorer.poll_join(task, context.waker())),
            #[cfg(feature = "loom")]
            Self::Loom(task) => match driver() {
                Driver::Loom(loom) => loom.poll_join(task, context.waker()),
                _ => true,
            },
        }
    }
}

/// Which runtime of which engine a task is to run on.
#[derive(Clone, Copy, Debug)]
pub(in crate::facade::tokio) enum Home {
    Explorer(Executor),
    #[cfg(feature = "loom")]
    Loom(usize),
}

/// Starts a task under the engine that drives.
pub(in crate::facade::tokio) fn start<F>(
    home: Home,
    future: F,
    at: &'static Location<'static>,
) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let slot = Slot::new();
    let result = Arc::clone(&slot);
    let body = Box::pin(async move {
        let value = future.await;
        result.put(Ok(value));
    });
    let dynamic: Arc<dyn TaskSlot> = Arc::clone(&slot) as Arc<dyn TaskSlot>;
    let strand = match (home, driver()) {
        (Home::Explorer(executor), Driver::Explorer(explorer)) => {
            let task = explorer.spawn_task(executor, body, dynamic, at);
            Strand::Explorer(task, explorer.execution())
        }
        #[cfg(feature = "loom")]
        (Home::Loom(executor), Driver::Loom(loom)) => {
            Strand::Loom(loom.spawn_task(executor, body, dynamic))
        }
        _ => panic!("a task can only be started in the check that its runtime was made in"),
    };
    let number = match strand {
        Strand::Explorer(task, _) => task,
        #[cfg(feature = "loom")]
        Strand::Loom(task) => task,
    };
    slot.task.get_or_init(|| number);
    JoinHandle { inner: Joining::Strand(strand, slot) }
}

/// A handle to a task, as in [`::tokio::task`].
pub struct JoinHandle<T> {
    inner: Joining<T>,
}

enum Joining<T> {
    Real(real::JoinHandle<T>),
    Strand(Strand, Arc<Slot<T>>),
}

impl<T> JoinHandle<T> {
    pub(in crate::facade::tokio) fn real(handle: real::JoinHandle<T>) -> Self {
        Self { inner: Joining::Real(handle) }
    }

    /// As in the original.
    #[track_caller]
    pub fn abort(&self) {
        match &self.inner {
            Joining::Real(handle) => handle.abort(),
            Joining::Strand(strand, _) => strand.abort(Location::caller()),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        match &self.inner {
            Joining::Real(handle) => handle.is_finished(),
            Joining::Strand(strand, _) => strand.is_finished(Location::caller()),
        }
    }

    /// As in the original.
    pub fn abort_handle(&self) -> AbortHandle {
        match &self.inner {
            Joining::Real(handle) => AbortHandle { inner: Aborting::Real(handle.abort_handle()) },
            Joining::Strand(strand, _) => AbortHandle { inner: Aborting::Strand(*strand) },
        }
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.inner {
            Joining::Real(handle) => Pin::new(handle).poll(context).map_err(JoinError::real),
            Joining::Strand(strand, slot) => {
                if !strand.poll(context) {
                    return Poll::Pending;
                }
                let result = slot.take();
                Poll::Ready(result.unwrap_or_else(|| Err(JoinError::cancelled(slot.number()))))
            }
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

/// Stops a task, as in [`::tokio::task`].
#[derive(Clone)]
pub struct AbortHandle {
    inner: Aborting,
}

#[derive(Clone)]
enum Aborting {
    Real(real::AbortHandle),
    Strand(Strand),
}

impl AbortHandle {
    /// As in the original.
    #[track_caller]
    pub fn abort(&self) {
        match &self.inner {
            Aborting::Real(handle) => handle.abort(),
            Aborting::Strand(strand) => strand.abort(Location::caller()),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        match &self.inner {
            Aborting::Real(handle) => handle.is_finished(),
            Aborting::Strand(strand) => strand.is_finished(Location::caller()),
        }
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle").finish_non_exhaustive()
    }
}
