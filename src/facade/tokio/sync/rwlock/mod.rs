//! Mirrors [`::tokio::sync::RwLock`].

mod owned;
mod read;
mod write;

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use ::tokio::sync::{self as real, TryLockError};

use super::super::announcing::{Sign, changes, is_real, now, until_ready, wait_here};
use crate::engine::Object;
use crate::step::{Kind, What};

pub use owned::{OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard};
pub use read::RwLockReadGuard;
pub use write::{RwLockMappedWriteGuard, RwLockWriteGuard};

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::AsyncRwLock, name, at }
}

/// What a guard says that has nothing any more: it has become another one.
const GONE: &str = "internal error: a guard without a lock";

/// An asynchronous lock for one writer or many readers, as in [`::tokio::sync`]. It is fair: a reader
/// waits behind a writer who waits.
pub struct RwLock<T: ?Sized> {
    object: Object,
    real: real::RwLock<T>,
}

impl<T> RwLock<T> {
    /// As in the original.
    #[track_caller]
    pub fn new(value: T) -> Self {
        Self::const_new(value)
    }

    /// As in the original.
    #[track_caller]
    pub fn with_max_readers(value: T, max_reads: u32) -> Self {
        let real = real::RwLock::with_max_readers(value, max_reads);
        Self { object: Object::at(Location::caller()), real }
    }

    /// As in the original.
    #[track_caller]
    pub const fn const_new(value: T) -> Self {
        Self { object: Object::at(Location::caller()), real: real::RwLock::const_new(value) }
    }

    /// As in the original.
    #[track_caller]
    pub const fn const_with_max_readers(value: T, max_reads: u32) -> Self {
        let real = real::RwLock::const_with_max_readers(value, max_reads);
        Self { object: Object::at(Location::caller()), real }
    }

    /// As in the original.
    pub fn into_inner(self) -> T {
        self.real.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// As in the original.
    #[track_caller]
    pub fn read(&self) -> impl Future<Output = RwLockReadGuard<'_, T>> {
        self.read_at(Location::caller())
    }

    async fn read_at(&self, at: &'static Location<'static>) -> RwLockReadGuard<'_, T> {
        let real = until_ready(&self.object, sign("read", at), self.real.read()).await;
        RwLockReadGuard::new(&self.object, real, at)
    }

    /// As in the original.
    #[track_caller]
    pub fn read_owned(self: Arc<Self>) -> impl Future<Output = OwnedRwLockReadGuard<T>> {
        let at = Location::caller();
        async move {
            let lock = Arc::clone(&self);
            let real = until_ready(&self.object, sign("read", at), self.real.read()).await;
            OwnedRwLockReadGuard::new(lock, real, at)
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn blocking_read(&self) -> RwLockReadGuard<'_, T> {
        let at = Location::caller();
        if is_real() {
            return RwLockReadGuard::new(&self.object, self.real.blocking_read(), at);
        }
        wait_here(self.read_at(at), at)
    }

    /// As in the original.
    #[track_caller]
    pub fn try_read(&self) -> Result<RwLockReadGuard<'_, T>, TryLockError> {
        let at = Location::caller();
        let sign = sign("try_read", at);
        let real = now(&self.object, sign, || self.real.try_read(), Result::is_ok)?;
        Ok(RwLockReadGuard::new(&self.object, real, at))
    }

    /// As in the original.
    #[track_caller]
    pub fn try_read_owned(self: Arc<Self>) -> Result<OwnedRwLockReadGuard<T>, TryLockError> {
        let at = Location::caller();
        let sign = sign("try_read", at);
        let real = now(&self.object, sign, || self.real.try_read(), Result::is_ok)?;
        Ok(OwnedRwLockReadGuard::new(Arc::clone(&self), real, at))
    }

    /// As in the original.
    #[track_caller]
    pub fn write(&self) -> impl Future<Output = RwLockWriteGuard<'_, T>> {
        self.write_at(Location::caller())
    }

    async fn write_at(&self, at: &'static Location<'static>) -> RwLockWriteGuard<'_, T> {
        let real = until_ready(&self.object, sign("write", at), self.real.write()).await;
        RwLockWriteGuard::new(&self.object, real, at)
    }

    /// As in the original.
    #[track_caller]
    pub fn write_owned(self: Arc<Self>) -> impl Future<Output = OwnedRwLockWriteGuard<T>> {
        let at = Location::caller();
        async move {
            let lock = Arc::clone(&self);
            let real = until_ready(&self.object, sign("write", at), self.real.write()).await;
            OwnedRwLockWriteGuard::new(lock, real, at)
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn blocking_write(&self) -> RwLockWriteGuard<'_, T> {
        let at = Location::caller();
        if is_real() {
            return RwLockWriteGuard::new(&self.object, self.real.blocking_write(), at);
        }
        wait_here(self.write_at(at), at)
    }

    /// As in the original.
    #[track_caller]
    pub fn try_write(&self) -> Result<RwLockWriteGuard<'_, T>, TryLockError> {
        let at = Location::caller();
        let sign = sign("try_write", at);
        let real = now(&self.object, sign, || self.real.try_write(), Result::is_ok)?;
        Ok(RwLockWriteGuard::new(&self.object, real, at))
    }

    /// As in the original.
    #[track_caller]
    pub fn try_write_owned(self: Arc<Self>) -> Result<OwnedRwLockWriteGuard<T>, TryLockError> {
        let at = Location::caller();
        let sign = sign("try_write", at);
        let real = now(&self.object, sign, || self.real.try_write(), Result::is_ok)?;
        Ok(OwnedRwLockWriteGuard::new(Arc::clone(&self), real, at))
    }

    /// As in the original.
    pub fn get_mut(&mut self) -> &mut T {
        self.real.get_mut()
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

impl<T: Default> Default for RwLock<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

/// A lock is about to be given back by who reads.
fn read_is_over(object: &Object, at: &'static Location<'static>) {
    changes(object, sign("unlock", at), Kind::Async("unlock (read)"));
}

/// A lock is about to be given back by who writes.
fn write_is_over(object: &Object, at: &'static Location<'static>) {
    changes(object, sign("unlock", at), Kind::Unlock);
}

/// Who writes goes on as one who reads.
fn downgrade<R>(object: &Object, at: &'static Location<'static>, real: impl FnOnce() -> R) -> R {
    now(object, sign("downgrade", at), real, |_| true)
}
