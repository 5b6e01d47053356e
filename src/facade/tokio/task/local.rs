//! Mirrors [`::tokio::task::LocalSet`]: tasks that never leave their thread.
//!
//! Under an engine a local task is a task of the loop that drives the set. That is what it is in life
//! as long as the set is driven, by [`LocalSet::run_until`] or [`LocalSet::block_on`], on a
//! `current_thread` runtime.

use std::fmt;
use std::future::Future;
use std::panic::Location;

use ::tokio::task as real;

use super::super::runtime::{Handle, Runtime};
use super::JoinHandle;
use crate::engine::{self, Driver, driver};

/// Tasks that need not be `Send`, as in [`::tokio::task`].
pub struct LocalSet {
    /// The real set, where no engine drives.
    real: Option<real::LocalSet>,
}

impl LocalSet {
    /// As in the original.
    pub fn new() -> Self {
        let outside = matches!(driver(), Driver::Nobody | Driver::Native(_));
        Self { real: outside.then(real::LocalSet::new) }
    }

    /// As in the original.
    pub async fn run_until<F: Future>(&self, future: F) -> F::Output {
        match &self.real {
            Some(real) => real.run_until(future).await,
            None => future.await,
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn block_on<F: Future>(&self, runtime: &Runtime, future: F) -> F::Output {
        runtime.block_on(self.run_until(future))
    }
}

impl Default for LocalSet {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for LocalSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalSet").finish_non_exhaustive()
    }
}

/// Starts a task that never leaves its thread, as in [`::tokio::task`].
#[track_caller]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    match driver() {
        Driver::Nobody => return JoinHandle::real(real::spawn_local(future)),
        Driver::Native(_) => {
            return JoinHandle::real(real::spawn_local(engine::inherit_polls(future)));
        }
        Driver::Explorer(_) => {}
        #[cfg(feature = "loom")]
        Driver::Loom(_) => {}
    }
    Handle::current().spawn_local_at(future, Location::caller())
}
