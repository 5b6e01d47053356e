//! Mirrors `parking_lot`.
//!
//! A lock here is a `lock_api` lock over one of our raw locks, so guards, mapped guards, arc guards and
//! the rest come from `lock_api` and are not written again. Their locations come through: `lock_api`
//! passes on the line of its caller.
//!
//! A reader-writer lock lets no new reader in while a writer waits for those that are there, as the
//! original promises; who is next when it is given back is promised nowhere, and is tried in every
//! order. A lock that is given back fairly goes to whoever waits, and who waits and who is about to
//! cannot be told apart: so that is tried in every order, too.

mod condvar;
mod once;
mod raw_fair_mutex;
mod raw_mutex;
mod raw_rwlock;
mod raw_upgrade;
mod thread_id;

pub use ::lock_api;
pub use ::lock_api::WaitTimeoutResult;
pub use ::lock_api::{
    ArcMutexGuard, ArcReentrantMutexGuard, ArcRwLockReadGuard, ArcRwLockUpgradableReadGuard,
    ArcRwLockWriteGuard,
};
pub use condvar::{Condvar, RawCondvar};
pub use once::{Once, OnceState};
pub use raw_fair_mutex::RawFairMutex;
pub use raw_mutex::RawMutex;
pub use raw_rwlock::{RawRwLock, RawRwLockRecursive};
pub use thread_id::RawThreadId;

/// A mutual exclusion lock, as in `parking_lot`: no poisoning.
pub type Mutex<T> = lock_api::Mutex<RawMutex, T>;

/// A held lock, as in `parking_lot`.
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, RawMutex, T>;

/// A held lock on a part of the data, as in `parking_lot`.
pub type MappedMutexGuard<'a, T> = lock_api::MappedMutexGuard<'a, RawMutex, T>;

/// A lock that is always given back fairly, as in `parking_lot`.
pub type FairMutex<T> = lock_api::Mutex<RawFairMutex, T>;

/// A held fair lock, as in `parking_lot`.
pub type FairMutexGuard<'a, T> = lock_api::MutexGuard<'a, RawFairMutex, T>;

/// A held fair lock on a part of the data, as in `parking_lot`.
pub type MappedFairMutexGuard<'a, T> = lock_api::MappedMutexGuard<'a, RawFairMutex, T>;

/// A lock that its thread may take again, as in `parking_lot`.
pub type ReentrantMutex<T> = lock_api::ReentrantMutex<RawMutex, RawThreadId, T>;

/// A held reentrant lock, as in `parking_lot`.
pub type ReentrantMutexGuard<'a, T> = lock_api::ReentrantMutexGuard<'a, RawMutex, RawThreadId, T>;

/// A held reentrant lock on a part of the data, as in `parking_lot`.
pub type MappedReentrantMutexGuard<'a, T> =
    lock_api::MappedReentrantMutexGuard<'a, RawMutex, RawThreadId, T>;

/// A reader-writer lock, as in `parking_lot`: no poisoning.
pub type RwLock<T> = lock_api::RwLock<RawRwLock, T>;

/// A lock held to read, as in `parking_lot`.
pub type RwLockReadGuard<'a, T> = lock_api::RwLockReadGuard<'a, RawRwLock, T>;

/// A lock held to write, as in `parking_lot`.
pub type RwLockWriteGuard<'a, T> = lock_api::RwLockWriteGuard<'a, RawRwLock, T>;

/// A lock held to read and perhaps to write, as in `parking_lot`.
pub type RwLockUpgradableReadGuard<'a, T> = lock_api::RwLockUpgradableReadGuard<'a, RawRwLock, T>;

/// A lock held to read a part of the data, as in `parking_lot`.
pub type MappedRwLockReadGuard<'a, T> = lock_api::MappedRwLockReadGuard<'a, RawRwLock, T>;

/// A lock held to write a part of the data, as in `parking_lot`.
pub type MappedRwLockWriteGuard<'a, T> = lock_api::MappedRwLockWriteGuard<'a, RawRwLock, T>;

/// A reader-writer lock that a reader may take again, as in `parking_lot`.
pub type RecursiveRwLock<T> = lock_api::RwLock<RawRwLockRecursive, T>;

/// A recursive lock held to read, as in `parking_lot`.
pub type RecursiveRwLockReadGuard<'a, T> = lock_api::RwLockReadGuard<'a, RawRwLockRecursive, T>;

/// A recursive lock held to write, as in `parking_lot`.
pub type RecursiveRwLockWriteGuard<'a, T> = lock_api::RwLockWriteGuard<'a, RawRwLockRecursive, T>;

/// A recursive lock held to read and perhaps to write, as in `parking_lot`.
pub type RecursiveRwLockUpgradableReadGuard<'a, T> =
    lock_api::RwLockUpgradableReadGuard<'a, RawRwLockRecursive, T>;

/// A recursive lock held to read a part of the data, as in `parking_lot`.
pub type MappedRecursiveRwLockReadGuard<'a, T> =
    lock_api::MappedRwLockReadGuard<'a, RawRwLockRecursive, T>;

/// A recursive lock held to write a part of the data, as in `parking_lot`.
pub type MappedRecursiveRwLockWriteGuard<'a, T> =
    lock_api::MappedRwLockWriteGuard<'a, RawRwLockRecursive, T>;
