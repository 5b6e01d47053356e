//! Mirrors [`::tokio::task`].

mod blocking;
pub mod coop;
mod error;
mod handle;
mod id;
mod join_set;
mod local;
mod local_key;

use std::future::{Future, poll_fn};
use std::panic::Location;
use std::task::Poll;

use crate::engine::{self, Driver, driver};

use super::runtime::Handle;

pub(super) use blocking::start_blocking;
pub use blocking::{block_in_place, spawn_blocking};
#[doc(hidden)]
pub use coop::{Unconstrained, consume_budget, unconstrained};
pub use error::JoinError;
pub(super) use handle::start;
pub use handle::{AbortHandle, JoinHandle};
pub use id::{Id, id, try_id};
pub use join_set::JoinSet;
pub use local::{LocalEnterGuard, LocalSet, spawn_local};
pub use local_key::LocalKey;
#[doc(hidden)]
pub use local_key::Slots;

/// Mirrors [`::tokio::task::futures`].
pub mod futures {
    pub use super::local_key::TaskLocalFuture;
}

/// Starts a task on the runtime at hand, as in [`::tokio::task`].
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    match driver() {
        Driver::Nobody => return JoinHandle::real(::tokio::spawn(future)),
        Driver::Native(_) => {
            return JoinHandle::real(::tokio::spawn(engine::inherit_polls(future)));
        }
        Driver::Explorer(_) => {}
        #[cfg(feature = "loom")]
        Driver::Loom(_) => {}
    }
    Handle::current().spawn_at(future, Location::caller())
}

/// Has the others of the loop go first, as in [`::tokio::task`]. Under an engine, a task that only
/// yields and reads waits until somebody else has written what it reads.
pub async fn yield_now() {
    if let Driver::Nobody | Driver::Native(_) = driver() {
        return ::tokio::task::yield_now().await;
    }
    let mut yielded = false;
    poll_fn(move |context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        let waits = match driver() {
            Driver::Explorer(explorer) => explorer.yields_in_poll(),
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => loom.yields_in_poll(),
            _ => false,
        };
        if !waits {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    })
    .await;
}
