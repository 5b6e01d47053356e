//! Mirrors [`std::sync`].

pub mod atomic;
mod condvar;
mod mutex;
mod rwlock;

pub use condvar::Condvar;
#[cfg(feature = "tokio")]
pub(crate) use mutex::shown;
pub use mutex::{Mutex, MutexGuard};
pub use rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
pub use std::sync::{Arc, LockResult, PoisonError, TryLockError, TryLockResult, Weak};
