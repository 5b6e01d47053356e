//! Mirrors [`::tokio::runtime::LocalRuntime`].

use std::fmt;
use std::future::Future;
use std::io;
use std::marker::PhantomData;
use std::panic::Location;
use std::time::Duration;

use ::tokio::runtime as real;

use super::super::task::{JoinHandle, coop, start};
use super::home::End;
use super::{Builder, EnterGuard, Handle, Home, LocalOptions};
use crate::engine::inherit_polls;

/// A scheduler of tasks that never leave their thread, as in [`::tokio::runtime`].
pub struct LocalRuntime {
    inner: Inner,
    handle: Handle,
    at: &'static Location<'static>,
    /// It stays on its thread, as the original does.
    stays: PhantomData<*mut ()>,
}

enum Inner {
    /// Gone once it is being shut down.
    Real(Option<real::LocalRuntime>),
    /// As above.
    Home(Option<Home>),
}

impl LocalRuntime {
    pub(super) fn real(runtime: real::LocalRuntime, at: &'static Location<'static>) -> Self {
        let handle = Handle::real(runtime.handle().clone());
        Self { inner: Inner::Real(Some(runtime)), handle, at, stays: PhantomData }
    }

    pub(super) fn home(home: Home, at: &'static Location<'static>) -> Self {
        let handle = Handle::home(home);
        Self { inner: Inner::Home(Some(home)), handle, at, stays: PhantomData }
    }

    /// As in the original.
    #[track_caller]
    pub fn new() -> io::Result<Self> {
        Builder::new_current_thread().enable_all().build_local(LocalOptions::default())
    }

    /// As in the original.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// As in the original.
    #[track_caller]
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        match &self.inner {
            Inner::Real(Some(runtime)) => {
                JoinHandle::real(runtime.spawn_local(inherit_polls(future)))
            }
            Inner::Home(Some(home)) => start(*home, future, Location::caller()),
            _ => unreachable!("internal error: a runtime that was shut down"),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, func: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.handle.spawn_blocking(func)
    }

    /// As in the original.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        match &self.inner {
            Inner::Real(Some(runtime)) => runtime.block_on(future),
            Inner::Home(Some(home)) => home.block_on(coop::budgeted(future), Location::caller()),
            _ => unreachable!("internal error: a runtime that was shut down"),
        }
    }

    /// As in the original.
    pub fn enter(&self) -> EnterGuard<'_> {
        self.handle.enter()
    }

    /// As in the original.
    #[track_caller]
    pub fn shutdown_timeout(mut self, duration: Duration) {
        self.end(End::Within(duration), Location::caller());
    }

    /// As in the original.
    #[track_caller]
    pub fn shutdown_background(mut self) {
        self.end(End::Behind, Location::caller());
    }

    fn end(&mut self, end: End, at: &'static Location<'static>) {
        match &mut self.inner {
            Inner::Real(runtime) => {
                let Some(runtime) = runtime.take() else { return };
                match end {
                    End::Waiting => drop(runtime),
                    End::Within(duration) => runtime.shutdown_timeout(duration),
                    End::Behind => runtime.shutdown_background(),
                }
            }
            Inner::Home(home) => {
                if let Some(home) = home.take() {
                    home.shut_down(end, at);
                }
            }
        }
    }
}

impl Drop for LocalRuntime {
    fn drop(&mut self) {
        self.end(End::Waiting, self.at);
    }
}

impl fmt::Debug for LocalRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalRuntime").finish_non_exhaustive()
    }
}
