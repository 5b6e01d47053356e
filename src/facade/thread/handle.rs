//! What is left of a thread in the hands of those who started it.

use std::fmt;
use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread as real;

use super::Result;
use crate::engine::explorer::StrandId;
use crate::engine::{Driver, Explorer, driver, explorer};

/// Where a thread's result waits for its join.
pub(super) type Slot<T> = Arc<Mutex<Option<Result<T>>>>;

/// A thread under an engine. The engine itself is the driver of whoever asks: all strands of a check
/// live on one thread, and a handle that is taken elsewhere finds no engine there.
#[derive(Clone, Copy)]
pub(super) enum Strand {
    /// Its number, and the execution in which it has that.
    Explorer(StrandId, u64),
    #[cfg(feature = "loom")]
    Loom(usize),
}

/// The explorer that a strand belongs to.
fn explorer_of(execution: u64) -> &'static Explorer {
    let explorer = explorer().filter(|explorer| explorer.execution() == execution);
    explorer.expect("a thread's handle is of no use outside the check that the thread ran in")
}

/// loom, if it drives.
#[cfg(feature = "loom")]
fn loom() -> &'static crate::engine::loom::Loom {
    match driver() {
        Driver::Loom(loom) => loom,
        _ => panic!("a thread's handle is of no use outside the check that the thread ran in"),
    }
}

/// A handle to a thread, as in [`std::thread`].
pub struct JoinHandle<T> {
    pub(super) inner: Joining<T>,
    pub(super) thread: Thread,
}

pub(super) enum Joining<T> {
    Real(real::JoinHandle<T>),
    Strand(Strand, Slot<T>),
}

/// Starts a thread under the engine that drives.
pub(super) fn start<T: 'static>(
    name: Option<String>,
    f: impl FnOnce() -> T + 'static,
    at: &'static Location<'static>,
) -> (Strand, Slot<T>) {
    let slot: Slot<T> = Arc::default();
    let result = Arc::clone(&slot);
    let body = Box::new(move || {
        let caught = panic::catch_unwind(AssertUnwindSafe(f));
        if let (Ok(_), Some(explorer)) = (&caught, explorer()) {
            explorer.has_caught();
        }
        *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(caught);
    });
    let strand = match driver() {
        Driver::Explorer(explorer) => {
            Strand::Explorer(explorer.spawn_thread(body, name, at), explorer.execution())
        }
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => Strand::Loom(loom.spawn_thread(body)),
        Driver::Nobody | Driver::Native(_) => unreachable!("internal error: no engine drives"),
    };
    (strand, slot)
}

impl Strand {
    /// Waits for its end and takes its result.
    pub(super) fn join<T>(self, slot: &Slot<T>, at: &'static Location<'static>) -> Result<T> {
        self.wait(at);
        let result = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        result.unwrap_or_else(|| Err(Box::new("the thread was stopped before its end")))
    }

    /// Waits for its end.
    pub(super) fn wait(self, at: &'static Location<'static>) {
        match self {
            Self::Explorer(strand, execution) => explorer_of(execution).join(strand, at),
            #[cfg(feature = "loom")]
            Self::Loom(thread) => loom().join(thread),
        }
    }

    pub(super) fn is_finished(self, at: &'static Location<'static>) -> bool {
        match self {
            Self::Explorer(strand, execution) => explorer_of(execution).is_finished(strand, at),
            #[cfg(feature = "loom")]
            Self::Loom(thread) => loom().is_finished(thread),
        }
    }

    pub(super) fn unpark(self, at: &'static Location<'static>) {
        match self {
            Self::Explorer(strand, execution) => explorer_of(execution).unpark(strand, at),
            #[cfg(feature = "loom")]
            Self::Loom(thread) => loom().unpark(thread),
        }
    }
}

impl<T> JoinHandle<T> {
    /// As in the original. No step: it can only ever return one thing.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        match self.inner {
            Joining::Real(handle) => handle.join(),
            Joining::Strand(strand, slot) => strand.join(&slot, Location::caller()),
        }
    }

    /// As in the original.
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// As in the original.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        match &self.inner {
            Joining::Real(handle) => handle.is_finished(),
            Joining::Strand(strand, _) => strand.is_finished(Location::caller()),
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

/// A thread, as in [`std::thread`].
#[derive(Clone)]
pub struct Thread {
    pub(super) inner: Handle,
    pub(super) name: Option<String>,
}

#[derive(Clone)]
pub(super) enum Handle {
    Real(real::Thread),
    Strand(Strand),
}

impl Thread {
    /// As in the original.
    #[track_caller]
    pub fn unpark(&self) {
        match &self.inner {
            Handle::Real(thread) => thread.unpark(),
            Handle::Strand(strand) => strand.unpark(Location::caller()),
        }
    }

    /// As in the original.
    pub fn id(&self) -> ThreadId {
        ThreadId(match &self.inner {
            Handle::Real(thread) => Id::Real(thread.id()),
            Handle::Strand(Strand::Explorer(strand, execution)) => Id::Strand(*strand, *execution),
            #[cfg(feature = "loom")]
            Handle::Strand(Strand::Loom(thread)) => Id::Strand(*thread, 0),
        })
    }

    /// As in the original.
    pub fn name(&self) -> Option<&str> {
        match &self.inner {
            Handle::Real(thread) => thread.name(),
            Handle::Strand(_) => self.name.as_deref(),
        }
    }
}

/// Tells threads apart, as in [`std::thread`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ThreadId(Id);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Id {
    Real(real::ThreadId),
    /// A strand's number, and the execution in which it has that.
    Strand(usize, u64),
}

impl fmt::Debug for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Id::Real(id) => id.fmt(f),
            // The original counts from 1.
            Id::Strand(number, _) => f.debug_tuple("ThreadId").field(&(number + 1)).finish(),
        }
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = f.debug_struct("Thread");
        told.field("id", &self.id()).field("name", &self.name()).finish_non_exhaustive()
    }
}
