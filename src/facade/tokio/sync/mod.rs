//! Mirrors [`::tokio::sync`].

pub mod mpsc;
mod mutex;
mod notify;
pub mod oneshot;
mod semaphore;

pub use ::tokio::sync::{AcquireError, TryAcquireError, TryLockError};
pub use mutex::{Mutex, MutexGuard, OwnedMutexGuard};
pub use notify::{Notified, Notify};
pub use semaphore::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
