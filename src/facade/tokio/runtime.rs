//! Mirrors [`::tokio::runtime`].

use std::fmt;
use std::future::Future;
use std::io;
use std::panic::Location;

use ::tokio::runtime as real;

use super::task::{Home, JoinHandle, start};
use crate::engine::explorer::Flavor;
use crate::engine::{self, Driver, driver};

/// Describes a runtime, as in [`::tokio::runtime`].
#[derive(Debug)]
pub struct Builder {
    multi_thread: bool,
    workers: Option<usize>,
}

/// How many workers a runtime has under an engine if nobody says.
const WORKERS: usize = 2;

impl Builder {
    /// As in the original.
    pub fn new_current_thread() -> Self {
        Self { multi_thread: false, workers: None }
    }

    /// As in the original. Under an engine it has two workers if not said.
    pub fn new_multi_thread() -> Self {
        Self { multi_thread: true, workers: None }
    }

    /// As in the original.
    #[track_caller]
    pub fn worker_threads(&mut self, workers: usize) -> &mut Self {
        assert!(workers > 0, "Worker threads cannot be set to 0");
        self.workers = Some(workers);
        self
    }

    /// As in the original. Time is always there, and nothing else can be.
    pub fn enable_all(&mut self) -> &mut Self {
        self
    }

    /// As in the original. Time is always there.
    pub fn enable_time(&mut self) -> &mut Self {
        self
    }

    /// Here for the program's sake: under a check there is nothing outside.
    pub fn enable_io(&mut self) -> &mut Self {
        self
    }

    /// As in the original.
    #[track_caller]
    pub fn build(&mut self) -> io::Result<Runtime> {
        let workers = self.workers.unwrap_or(WORKERS);
        let flavor =
            if self.multi_thread { Flavor::MultiThread(workers) } else { Flavor::CurrentThread };
        let inner = match driver() {
            Driver::Explorer(explorer) => {
                Inner::Home(Home::Explorer(explorer.new_executor(flavor)))
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => Inner::Home(Home::Loom(loom.new_executor(flavor))),
            Driver::Nobody | Driver::Native(_) => Inner::Real(self.build_real()?),
        };
        Ok(Runtime { inner, at: Location::caller() })
    }

    fn build_real(&self) -> io::Result<real::Runtime> {
        let mut builder = if self.multi_thread {
            real::Builder::new_multi_thread()
        } else {
            real::Builder::new_current_thread()
        };
        if let Some(workers) = self.workers {
            builder.worker_threads(workers);
        }
        builder.enable_all().build()
    }
}

/// A scheduler of tasks, as in [`::tokio::runtime`].
pub struct Runtime {
    inner: Inner,
    at: &'static Location<'static>,
}

enum Inner {
    Real(real::Runtime),
    Home(Home),
}

impl Runtime {
    /// As in the original: with worker threads.
    #[track_caller]
    pub fn new() -> io::Result<Self> {
        Builder::new_multi_thread().enable_all().build()
    }

    /// As in the original.
    pub fn handle(&self) -> Handle {
        let inner = match &self.inner {
            Inner::Real(runtime) => HandleInner::Real(runtime.handle().clone()),
            Inner::Home(home) => HandleInner::Home(*home),
        };
        Handle { inner }
    }

    /// As in the original.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.handle().spawn_at(future, Location::caller())
    }

    /// As in the original.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        match &self.inner {
            Inner::Real(runtime) => runtime.block_on(future),
            Inner::Home(home) => block_on(*home, future, Location::caller()),
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        match (&self.inner, driver()) {
            (Inner::Home(Home::Explorer(executor)), Driver::Explorer(explorer)) => {
                explorer.shut_down(*executor, self.at);
            }
            #[cfg(feature = "loom")]
            (Inner::Home(Home::Loom(executor)), Driver::Loom(loom)) => loom.shut_down(*executor),
            _ => {}
        }
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").finish_non_exhaustive()
    }
}

/// A handle to a runtime, as in [`::tokio::runtime`].
#[derive(Clone, Debug)]
pub struct Handle {
    inner: HandleInner,
}

#[derive(Clone, Debug)]
enum HandleInner {
    Real(real::Handle),
    Home(Home),
}

impl Handle {
    /// As in the original.
    #[track_caller]
    pub fn current() -> Self {
        let home = match driver() {
            Driver::Nobody | Driver::Native(_) => {
                return Self { inner: HandleInner::Real(real::Handle::current()) };
            }
            Driver::Explorer(explorer) => explorer.current_executor().map(Home::Explorer),
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => loom.current_executor().map(Home::Loom),
        };
        let Some(home) = home else {
            panic!(
                "there is no reactor running, must be called from the context of a Tokio 1.x runtime"
            )
        };
        Self { inner: HandleInner::Home(home) }
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

    pub(super) fn spawn_at<F>(
        &self,
        future: F,
        at: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        match (&self.inner, driver()) {
            (HandleInner::Real(handle), Driver::Native(_)) => {
                JoinHandle::real(handle.spawn(engine::inherit_polls(future)))
            }
            (HandleInner::Real(handle), _) => JoinHandle::real(handle.spawn(future)),
            (HandleInner::Home(home), _) => start(*home, future, at),
        }
    }

    /// Starts a task that need not be `Send`, on an engine's runtime.
    pub(super) fn spawn_local_at<F>(
        &self,
        future: F,
        at: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        match &self.inner {
            HandleInner::Home(home) => start(*home, future, at),
            HandleInner::Real(_) => JoinHandle::real(::tokio::task::spawn_local(future)),
        }
    }
}

fn block_on<F: Future>(home: Home, future: F, at: &'static Location<'static>) -> F::Output {
    match (home, driver()) {
        (Home::Explorer(executor), Driver::Explorer(explorer)) => {
            explorer.block_on(executor, future, at)
        }
        #[cfg(feature = "loom")]
        (Home::Loom(executor), Driver::Loom(loom)) => loom.block_on(executor, future),
        _ => panic!("a runtime can only be used in the check that it was made in"),
    }
}
