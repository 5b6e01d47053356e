//! Mirrors [`::tokio::runtime::Handle`].

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use ::tokio::runtime as real;

use super::super::task::{JoinHandle, coop, start, start_blocking};
use super::home::Entered;
use super::{Home, RuntimeFlavor, TryCurrentError};
use crate::engine::{self, Driver, driver};

/// A handle to a runtime, as in [`::tokio::runtime`].
#[derive(Clone, Debug)]
pub struct Handle {
    inner: Inner,
    name: Option<Arc<str>>,
}

#[derive(Clone, Debug)]
enum Inner {
    Real(real::Handle),
    Home(Home),
}

/// Which runtime it is, as in [`::tokio::runtime`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id {
    inner: Which,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Which {
    Real(real::Id),
    Number(usize),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.inner {
            Which::Real(id) => id.fmt(f),
            Which::Number(number) => number.fmt(f),
        }
    }
}

/// The thread is in the context of a runtime, as in [`::tokio::runtime`].
#[must_use = "Creating and dropping a guard does nothing"]
pub struct EnterGuard<'a> {
    #[expect(dead_code, reason = "a guard is there to be dropped")]
    inner: Guard<'a>,
    /// It stays on its thread, as the original does.
    of: PhantomData<(&'a Handle, *const ())>,
}

#[expect(dead_code, reason = "a guard is there to be dropped")]
enum Guard<'a> {
    Real(real::EnterGuard<'a>),
    Home(Entered),
}

// SAFETY: a shared guard can do nothing. As in the original.
#[expect(unsafe_code, reason = "the mark that keeps it on its thread takes this away too")]
unsafe impl Sync for EnterGuard<'_> {}

impl fmt::Debug for EnterGuard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnterGuard").finish_non_exhaustive()
    }
}

impl Handle {
    pub(super) fn real(handle: real::Handle) -> Self {
        Self { inner: Inner::Real(handle), name: None }
    }

    pub(super) fn home(home: Home) -> Self {
        Self { inner: Inner::Home(home), name: home.name() }
    }

    pub(in crate::facade::tokio) fn as_real(&self) -> Option<&real::Handle> {
        match &self.inner {
            Inner::Real(handle) => Some(handle),
            Inner::Home(_) => None,
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn current() -> Self {
        if let Driver::Nobody | Driver::Native(_) = driver() {
            return Self::real(real::Handle::current());
        }
        let Some(home) = Home::current() else {
            panic!(
                "there is no reactor running, must be called from the context of a Tokio 1.x runtime"
            )
        };
        Self::home(home)
    }

    /// As in the original.
    pub fn try_current() -> Result<Self, TryCurrentError> {
        match Home::current() {
            Some(home) => Ok(Self::home(home)),
            // Under an engine no real runtime is there either, and that is the error.
            None => real::Handle::try_current().map(Self::real),
        }
    }

    /// As in the original.
    pub fn enter(&self) -> EnterGuard<'_> {
        let inner = match &self.inner {
            Inner::Real(handle) => Guard::Real(handle.enter()),
            Inner::Home(home) => Guard::Home(Entered::new(*home)),
        };
        EnterGuard { inner, of: PhantomData }
    }

    /// As in the original.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.spawn_at(future, Location::caller())
    }

    pub(in crate::facade::tokio) fn spawn_at<F>(
        &self,
        future: F,
        at: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        match (&self.inner, driver()) {
            (Inner::Real(handle), Driver::Native(_)) => {
                JoinHandle::real(handle.spawn(engine::inherit_polls(future)))
            }
            (Inner::Real(handle), _) => JoinHandle::real(handle.spawn(future)),
            (Inner::Home(home), _) => start(*home, future, at),
        }
    }

    /// Starts a task that need not be `Send`, on an engine's runtime.
    pub(in crate::facade::tokio) fn spawn_local_at<F>(
        &self,
        future: F,
        at: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        match &self.inner {
            Inner::Home(home) => start(*home, future, at),
            Inner::Real(_) => JoinHandle::real(::tokio::task::spawn_local(future)),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, func: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        match &self.inner {
            Inner::Real(handle) => JoinHandle::real(handle.spawn_blocking(engine::inherit(func))),
            Inner::Home(home) => start_blocking(*home, func, Location::caller()),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        match &self.inner {
            Inner::Real(handle) => handle.block_on(future),
            Inner::Home(home) => home.block_beside(coop::budgeted(future), Location::caller()),
        }
    }

    /// As in the original.
    pub fn runtime_flavor(&self) -> RuntimeFlavor {
        match &self.inner {
            Inner::Real(handle) => handle.runtime_flavor(),
            Inner::Home(home) if home.is_current_thread() => RuntimeFlavor::CurrentThread,
            Inner::Home(_) => RuntimeFlavor::MultiThread,
        }
    }

    /// As in the original.
    pub fn id(&self) -> Id {
        let inner = match &self.inner {
            Inner::Real(handle) => Which::Real(handle.id()),
            Inner::Home(home) => Which::Number(home.number()),
        };
        Id { inner }
    }

    /// As in the original.
    pub fn name(&self) -> Option<&str> {
        match &self.inner {
            Inner::Real(handle) => handle.name(),
            Inner::Home(_) => self.name.as_deref(),
        }
    }
}
