//! Mirrors [`::tokio::runtime::Builder`].

use std::fmt;
use std::io;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use ::tokio::runtime as real;

use super::{Home, LocalOptions, LocalRuntime, Runtime};
use crate::engine::explorer::Flavor;
use crate::engine::{Driver, driver};

/// Describes a runtime, as in [`::tokio::runtime`].
///
/// Under an engine a runtime has no threads of its own: what is said of them is taken and has no effect,
/// but for the number of workers.
pub struct Builder {
    /// What the real runtime is made from, where no engine drives.
    real: real::Builder,
    multi_thread: bool,
    workers: Option<usize>,
    name: Option<Arc<str>>,
}

/// How many workers a runtime has under an engine if nobody says.
const WORKERS: usize = 2;

/// Options that only the real runtime has a use for.
macro_rules! passed_on {
    ($($name:ident($($value:ident: $type:ty),*);)*) => {$(
        /// As in the original. Of no effect under an engine.
        #[track_caller]
        pub fn $name(&mut self, $($value: $type),*) -> &mut Self {
            self.real.$name($($value),*);
            self
        }
    )*};
}

impl Builder {
    fn new(mut real: real::Builder, multi_thread: bool) -> Self {
        real.enable_all();
        Self { real, multi_thread, workers: None, name: None }
    }

    /// As in the original.
    pub fn new_current_thread() -> Self {
        Self::new(real::Builder::new_current_thread(), false)
    }

    /// As in the original. Under an engine it has two workers if not said.
    pub fn new_multi_thread() -> Self {
        Self::new(real::Builder::new_multi_thread(), true)
    }

    /// As in the original.
    #[track_caller]
    pub fn worker_threads(&mut self, val: usize) -> &mut Self {
        self.real.worker_threads(val);
        self.workers = Some(val);
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
    pub fn name(&mut self, val: impl Into<String>) -> &mut Self {
        let name: String = val.into();
        self.name = Some(Arc::from(name.as_str()));
        self.real.name(name);
        self
    }

    passed_on! {
        max_blocking_threads(val: usize);
        thread_name(val: impl Into<String>);
        thread_name_fn(f: impl Fn() -> String + Send + Sync + 'static);
        thread_stack_size(val: usize);
        on_thread_start(f: impl Fn() + Send + Sync + 'static);
        on_thread_stop(f: impl Fn() + Send + Sync + 'static);
        on_thread_park(f: impl Fn() + Send + Sync + 'static);
        on_thread_unpark(f: impl Fn() + Send + Sync + 'static);
        thread_keep_alive(duration: Duration);
        global_queue_interval(val: u32);
        event_interval(val: u32);
    }

    /// The engine's runtime, if one drives.
    fn home(&self) -> Option<Home> {
        let workers = self.workers.unwrap_or(WORKERS);
        let flavor =
            if self.multi_thread { Flavor::MultiThread(workers) } else { Flavor::CurrentThread };
        match driver() {
            Driver::Explorer(explorer) => {
                let executor = explorer.new_executor(flavor);
                explorer.describe_executor(executor, flavor, self.name.clone());
                Some(Home::Explorer(executor))
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => Some(Home::Loom(loom.new_executor(flavor))),
            Driver::Nobody | Driver::Native(_) => None,
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn build(&mut self) -> io::Result<Runtime> {
        let at = Location::caller();
        match self.home() {
            Some(home) => Ok(Runtime::home(home, at)),
            None => Ok(Runtime::real(self.real.build()?, at)),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn build_local(&mut self, options: LocalOptions) -> io::Result<LocalRuntime> {
        assert!(!self.multi_thread, "multi_thread is not supported for LocalRuntime");
        let at = Location::caller();
        match self.home() {
            Some(home) => Ok(LocalRuntime::home(home.make_local(), at)),
            None => Ok(LocalRuntime::real(self.real.build_local(options)?, at)),
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}
