//! Mirrors [`::tokio::sync::Mutex`].

mod guard;
mod owned;

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use ::tokio::sync::{self as real, TryLockError};

use super::super::super::sync::shown;
use super::super::announcing::{Sign, is_real, now, turn, until_ready, wait_here};
use crate::engine::{Object, explorer};
use crate::step::{Kind, Value, What};

pub use guard::{MappedMutexGuard, MutexGuard};
pub use owned::{OwnedMappedMutexGuard, OwnedMutexGuard};

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::AsyncMutex, name, at }
}

/// An asynchronous lock, as in [`::tokio::sync`]. It is fair: who waits first is served first.
pub struct Mutex<T: ?Sized> {
    object: Object,
    real: real::Mutex<T>,
}

impl<T> Mutex<T> {
    /// As in the original.
    #[track_caller]
    pub fn new(value: T) -> Self {
        Self::const_new(value)
    }

    /// As in the original.
    #[track_caller]
    pub const fn const_new(value: T) -> Self {
        Self { object: Object::at(Location::caller()), real: real::Mutex::const_new(value) }
    }

    /// As in the original.
    pub fn into_inner(self) -> T {
        self.real.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// As in the original.
    #[track_caller]
    pub fn lock(&self) -> impl Future<Output = MutexGuard<'_, T>> {
        self.lock_at(Location::caller())
    }

    async fn lock_at(&self, at: &'static Location<'static>) -> MutexGuard<'_, T> {
        let real = until_ready(&self.object, sign("lock", at), self.real.lock()).await;
        MutexGuard::new(self, real, at)
    }

    /// As in the original.
    #[track_caller]
    pub fn lock_owned(self: Arc<Self>) -> impl Future<Output = OwnedMutexGuard<T>> {
        let at = Location::caller();
        async move {
            let kept = Arc::clone(&self);
            let real = until_ready(&self.object, sign("lock", at), self.real.lock()).await;
            OwnedMutexGuard::new(kept, real, at)
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn blocking_lock(&self) -> MutexGuard<'_, T> {
        let at = Location::caller();
        if is_real() {
            return MutexGuard::new(self, self.real.blocking_lock(), at);
        }
        wait_here(self.lock_at(at), at)
    }

    /// As in the original.
    #[track_caller]
    pub fn blocking_lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T> {
        let at = Location::caller();
        if is_real() {
            let kept = Arc::clone(&self);
            return OwnedMutexGuard::new(kept, self.real.blocking_lock(), at);
        }
        wait_here(self.lock_owned(), at)
    }

    /// As in the original.
    #[track_caller]
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        let at = Location::caller();
        let sign = sign("try_lock", at);
        let real = now(&self.object, sign, || self.real.try_lock(), Result::is_ok)?;
        Ok(MutexGuard::new(self, real, at))
    }

    /// As in the original.
    #[track_caller]
    pub fn try_lock_owned(self: Arc<Self>) -> Result<OwnedMutexGuard<T>, TryLockError> {
        let at = Location::caller();
        let sign = sign("try_lock", at);
        let real = now(&self.object, sign, || self.real.try_lock(), Result::is_ok)?;
        Ok(OwnedMutexGuard::new(Arc::clone(&self), real, at))
    }

    /// As in the original.
    pub fn get_mut(&mut self) -> &mut T {
        self.real.get_mut()
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

/// What a report says when the lock is given back.
#[derive(Clone, Copy)]
struct Held {
    /// Where it was taken.
    at: &'static Location<'static>,
    /// What the guarded value was then.
    before: Option<Value>,
}

impl Held {
    fn new<T: ?Sized>(value: &T, at: &'static Location<'static>) -> Self {
        Self { at, before: explorer().and_then(|_| shown(value)) }
    }

    fn released<T: ?Sized>(&self, object: &Object, value: &T) {
        if let Some(turn) = turn(object, sign("unlock", self.at), Kind::Unlock) {
            let after = self.before.and_then(|_| shown(value));
            let changed = after.filter(|_| after != self.before);
            turn.wrote(self.before.filter(|_| changed.is_some()), changed);
        }
    }

    /// As [`Held::released`], of a lock of which only a part is known.
    fn released_in_part(&self, object: &Object) {
        Self { before: None, ..*self }.released(object, &());
    }
}
