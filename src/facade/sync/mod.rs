//! Mirrors [`std::sync`].

pub mod atomic;
mod barrier;
mod condvar;
mod first;
mod initial;
mod lazy_lock;
#[cfg(feature = "loom")]
mod monitor;
pub mod mpsc;
mod mutex;
mod once;
mod once_lock;
mod rwlock;
mod slot;

pub use barrier::{Barrier, BarrierWaitResult};
pub use condvar::{Condvar, WaitTimeoutResult};
pub use lazy_lock::LazyLock;
#[cfg(feature = "tokio")]
pub(crate) use mutex::shown;
pub use mutex::{Mutex, MutexGuard};
#[cfg(feature = "parking_lot")]
pub(crate) use once::Phase;
pub use once::{Once, OnceState};
pub use once_lock::OnceLock;
pub use rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
pub use std::sync::{Arc, LockResult, PoisonError, TryLockError, TryLockResult, Weak};
