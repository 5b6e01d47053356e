//! Mirrors [`::tokio::runtime`].

mod builder;
mod handle;
mod home;
mod local;

use std::fmt;
use std::future::Future;
use std::io;
use std::panic::Location;
use std::time::Duration;

use ::tokio::runtime as real;

pub use ::tokio::runtime::{LocalOptions, RuntimeFlavor, TryCurrentError, is_rt_shutdown_err};
pub use builder::Builder;
pub use handle::{EnterGuard, Handle, Id};
pub(super) use home::Home;
pub use local::LocalRuntime;

use super::task::{JoinHandle, coop};
use home::End;

/// A scheduler of tasks, as in [`::tokio::runtime`].
pub struct Runtime {
    inner: Inner,
    handle: Handle,
    at: &'static Location<'static>,
}

enum Inner {
    /// Gone once it is being shut down.
    Real(Option<real::Runtime>),
    /// As above.
    Home(Option<Home>),
}

impl Runtime {
    fn real(runtime: real::Runtime, at: &'static Location<'static>) -> Self {
        let handle = Handle::real(runtime.handle().clone());
        Self { inner: Inner::Real(Some(runtime)), handle, at }
    }

    fn home(home: Home, at: &'static Location<'static>) -> Self {
        Self { inner: Inner::Home(Some(home)), handle: Handle::home(home), at }
    }

    /// As in the original: with worker threads.
    #[track_caller]
    pub fn new() -> io::Result<Self> {
        Builder::new_multi_thread().enable_all().build()
    }

    /// As in the original.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// As in the original.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.handle.spawn_at(future, Location::caller())
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
            Inner::Real(None) | Inner::Home(None) => {
                unreachable!("internal error: a runtime that was shut down")
            }
            Inner::Home(Some(home)) => home.block_on(coop::budgeted(future), Location::caller()),
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

impl Drop for Runtime {
    fn drop(&mut self) {
        self.end(End::Waiting, self.at);
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").finish_non_exhaustive()
    }
}
