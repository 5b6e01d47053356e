//! Mirrors [`::tokio::task::JoinHandle`]: a task, seen from outside.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};

use ::tokio::task as real;

use super::super::runtime::Home;
use super::blocking::Job;
use super::{Id, JoinError, coop};
use crate::engine::explorer::{StrandId, TaskSlot};
use crate::engine::{Driver, Explorer, driver};

/// Where a task's result waits for whoever joins it.
pub(super) struct Slot<T> {
    result: Mutex<Option<Result<T, JoinError>>>,
    /// The task's number, for its error.
    task: OnceLock<usize>,
}

impl<T> Slot<T> {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { result: Mutex::new(None), task: OnceLock::new() })
    }

    pub(super) fn put(&self, result: Result<T, JoinError>) {
        *self.result.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    }

    fn take(&self) -> Option<Result<T, JoinError>> {
        self.result.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The task has this number.
    pub(super) fn is_task(&self, number: usize) {
        self.task.get_or_init(|| number);
    }

    pub(super) fn number(&self) -> usize {
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
#[derive(Clone, Debug)]
pub(super) enum Strand {
    /// The task, and the execution that it belongs to.
    Explorer(StrandId, u64),
    /// A task that may block its thread.
    Blocking(Arc<Job>),
    /// A task that starts when somebody drives its set.
    Later(Arc<Later>),
    #[cfg(feature = "loom")]
    Loom(usize),
}

/// A task that has not started, and then the task.
#[derive(Debug, Default)]
pub(super) struct Later {
    strand: OnceLock<Strand>,
    aborted: AtomicBool,
    waiting: Mutex<Vec<Waker>>,
}

impl Later {
    /// It starts.
    pub(super) fn starts(&self, strand: Strand) {
        // ORDERING: all of a check happens on one thread.
        if self.aborted.load(Ordering::Relaxed) {
            strand.abort(Location::caller());
        }
        self.strand.get_or_init(|| strand);
        let waiting =
            std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        waiting.into_iter().for_each(Waker::wake);
    }

    fn abort(&self, at: &'static Location<'static>) {
        match self.strand.get() {
            Some(strand) => strand.abort(at),
            None => self.aborted.store(true, Ordering::Relaxed),
        }
    }

    fn poll(&self, context: &mut Context<'_>) -> bool {
        if let Some(strand) = self.strand.get() {
            return strand.poll(context);
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(context.waker().clone());
        false
    }
}

impl Strand {
    /// The explorer, if it is still in the task's execution.
    fn explorer(execution: u64) -> Option<&'static Explorer> {
        crate::engine::explorer().filter(|explorer| explorer.execution() == execution)
    }

    fn abort(&self, at: &'static Location<'static>) {
        match self {
            Self::Explorer(task, execution) => {
                if let Some(explorer) = Self::explorer(*execution) {
                    explorer.abort(*task, at);
                }
            }
            Self::Blocking(job) => job.abort(at),
            Self::Later(later) => later.abort(at),
            #[cfg(feature = "loom")]
            Self::Loom(task) => {
                if let Driver::Loom(loom) = driver() {
                    loom.abort(*task);
                }
            }
        }
    }

    fn is_finished(&self, at: &'static Location<'static>) -> bool {
        let under_explorer = |strand: StrandId, execution: u64| {
            Self::explorer(execution).is_none_or(|explorer| explorer.is_finished(strand, at))
        };
        match self {
            Self::Explorer(task, execution) => under_explorer(*task, *execution),
            Self::Blocking(job) => {
                job.strand().is_none_or(|(strand, execution)| under_explorer(strand, execution))
            }
            Self::Later(later) => later.strand.get().is_some_and(|strand| strand.is_finished(at)),
            #[cfg(feature = "loom")]
            Self::Loom(task) => match driver() {
                Driver::Loom(loom) => loom.task_is_finished(*task),
                _ => true,
            },
        }
    }

    fn poll(&self, context: &mut Context<'_>) -> bool {
        match self {
            Self::Explorer(task, execution) => Self::explorer(*execution)
                .is_none_or(|explorer| explorer.poll_join(*task, context.waker())),
            Self::Blocking(job) => job.strand().is_none_or(|(strand, execution)| {
                Self::explorer(execution)
                    .is_none_or(|explorer| explorer.poll_thread(strand, context.waker()))
            }),
            Self::Later(later) => later.poll(context),
            #[cfg(feature = "loom")]
            Self::Loom(task) => match driver() {
                Driver::Loom(loom) => loom.poll_join(*task, context.waker()),
                _ => true,
            },
        }
    }
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
    let strand = start_in(home, future, &slot, at);
    JoinHandle::strand(strand, slot)
}

/// Starts a task whose result goes into a slot.
pub(super) fn start_in<F>(
    home: Home,
    future: F,
    slot: &Arc<Slot<F::Output>>,
    at: &'static Location<'static>,
) -> Strand
where
    F: Future + 'static,
    F::Output: 'static,
{
    let result = Arc::clone(slot);
    let body = Box::pin(async move {
        let value = coop::budgeted(future).await;
        result.put(Ok(value));
    });
    let dynamic: Arc<dyn TaskSlot> = Arc::clone(slot) as Arc<dyn TaskSlot>;
    match (home, driver()) {
        (Home::Explorer(executor), Driver::Explorer(explorer)) => {
            let task = explorer.spawn_task(executor, body, dynamic, at);
            slot.is_task(task);
            Strand::Explorer(task, explorer.execution())
        }
        #[cfg(feature = "loom")]
        (Home::Loom(executor), Driver::Loom(loom)) => {
            let task = loom.spawn_task(executor, body, dynamic);
            slot.is_task(task);
            Strand::Loom(task)
        }
        _ => panic!("a task can only be started in the check that its runtime was made in"),
    }
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

    pub(super) fn strand(strand: Strand, slot: Arc<Slot<T>>) -> Self {
        Self { inner: Joining::Strand(strand, slot) }
    }

    /// As in the original.
    pub fn id(&self) -> Id {
        match &self.inner {
            Joining::Real(handle) => Id::real(handle.id()),
            Joining::Strand(_, slot) => Id::number(slot.number()),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn abort(&self) {
        self.abort_at(Location::caller());
    }

    pub(super) fn abort_at(&self, at: &'static Location<'static>) {
        match &self.inner {
            Joining::Real(handle) => handle.abort(),
            Joining::Strand(strand, _) => strand.abort(at),
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
            Joining::Strand(strand, slot) => {
                AbortHandle { inner: Aborting::Strand(strand.clone(), slot.number()) }
            }
        }
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.inner {
            Joining::Real(handle) => Pin::new(handle).poll(context).map_err(JoinError::real),
            Joining::Strand(strand, slot) => {
                if !coop::proceeds(context) || !strand.poll(context) {
                    return Poll::Pending;
                }
                coop::made_progress();
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
    /// The task, and its number.
    Strand(Strand, usize),
}

impl AbortHandle {
    pub(super) fn real(handle: real::AbortHandle) -> Self {
        Self { inner: Aborting::Real(handle) }
    }

    /// As in the original.
    pub fn id(&self) -> Id {
        match &self.inner {
            Aborting::Real(handle) => Id::real(handle.id()),
            Aborting::Strand(_, number) => Id::number(*number),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn abort(&self) {
        match &self.inner {
            Aborting::Real(handle) => handle.abort(),
            Aborting::Strand(strand, _) => strand.abort(Location::caller()),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        match &self.inner {
            Aborting::Real(handle) => handle.is_finished(),
            Aborting::Strand(strand, _) => strand.is_finished(Location::caller()),
        }
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle").finish_non_exhaustive()
    }
}
