//! Mirrors [`::tokio::sync`].

mod barrier;
pub mod broadcast;
mod kept;
pub mod mpsc;
mod mutex;
mod notify;
mod once_cell;
pub mod oneshot;
mod rwlock;
mod semaphore;
mod set_once;
pub mod watch;

pub use ::tokio::sync::{
    AcquireError, BarrierWaitResult, SetError, SetOnceError, TryAcquireError, TryLockError,
};
pub use barrier::Barrier;
pub use mutex::{MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard};
pub use notify::Notify;
pub use once_cell::OnceCell;
pub use rwlock::{
    OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock,
    RwLockMappedWriteGuard, RwLockReadGuard, RwLockWriteGuard,
};
pub use semaphore::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
pub use set_once::SetOnce;

/// Mirrors [`::tokio::sync::futures`].
pub mod futures {
    pub use super::notify::{Notified, OwnedNotified};
}
