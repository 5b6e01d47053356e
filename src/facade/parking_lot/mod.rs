//! Mirrors `parking_lot`.
//!
//! A lock here is a `lock_api` lock over one of our raw locks, so guards, mapped guards and the rest
//! come from `lock_api` and are not written again. Their locations come through: `lock_api` passes on
//! the line of its caller.

mod condvar;
mod raw_mutex;
mod raw_rwlock;

pub use condvar::Condvar;
pub use raw_mutex::RawMutex;
pub use raw_rwlock::RawRwLock;

/// A mutual exclusion lock, as in `parking_lot`: no poisoning.
pub type Mutex<T> = lock_api::Mutex<RawMutex, T>;

/// A held lock, as in `parking_lot`.
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, RawMutex, T>;

/// A held lock on a part of the data, as in `parking_lot`.
pub type MappedMutexGuard<'a, T> = lock_api::MappedMutexGuard<'a, RawMutex, T>;

/// A reader-writer lock, as in `parking_lot`: no poisoning.
pub type RwLock<T> = lock_api::RwLock<RawRwLock, T>;

/// A lock held to read, as in `parking_lot`.
pub type RwLockReadGuard<'a, T> = lock_api::RwLockReadGuard<'a, RawRwLock, T>;

/// A lock held to write, as in `parking_lot`.
pub type RwLockWriteGuard<'a, T> = lock_api::RwLockWriteGuard<'a, RawRwLock, T>;
