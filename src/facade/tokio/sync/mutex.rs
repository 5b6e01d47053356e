//! Mirrors [`::tokio::sync::Mutex`].

use std::fmt;
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::Arc;

use ::tokio::sync::{self as real, TryLockError};

use super::super::super::sync::shown;
use super::super::announcing::{Sign, now, turn, until_ready};
use crate::engine::{Object, explorer};
use crate::step::{Kind, Value, What};

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::AsyncMutex, name, at }
}

/// An asynchronous lock, as in [`::tokio::sync`]. It is fair: who waits first is served first.
pub struct Mutex<T> {
    object: Object,
    /// Shared with the guards that own it. INVARIANT: they own the whole lock too, so whoever has the
    /// whole lock alone has this alone.
    real: Arc<real::Mutex<T>>,
}

impl<T> Mutex<T> {
    /// As in the original.
    #[track_caller]
    pub fn new(value: T) -> Self {
        Self { object: Object::at(Location::caller()), real: Arc::new(real::Mutex::new(value)) }
    }

    /// As in the original.
    #[track_caller]
    pub fn lock(&self) -> impl Future<Output = MutexGuard<'_, T>> {
        let at = Location::caller();
        async move {
            let real = until_ready(&self.object, sign("lock", at), self.real.lock()).await;
            MutexGuard { held: Held::new(&*real, at), lock: self, real }
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn lock_owned(self: Arc<Self>) -> impl Future<Output = OwnedMutexGuard<T>> {
        let at = Location::caller();
        async move {
            let locked = Arc::clone(&self.real).lock_owned();
            let real = until_ready(&self.object, sign("lock", at), locked).await;
            OwnedMutexGuard { held: Held::new(&*real, at), real, lock: self }
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        let at = Location::caller();
        let sign = sign("try_lock", at);
        let real = now(&self.object, sign, || self.real.try_lock(), Result::is_ok)?;
        Ok(MutexGuard { held: Held::new(&*real, at), lock: self, real })
    }

    /// As in the original.
    #[track_caller]
    pub fn try_lock_owned(self: Arc<Self>) -> Result<OwnedMutexGuard<T>, TryLockError> {
        let at = Location::caller();
        let sign = sign("try_lock", at);
        let locks = || Arc::clone(&self.real).try_lock_owned();
        let real = now(&self.object, sign, locks, Result::is_ok)?;
        Ok(OwnedMutexGuard { held: Held::new(&*real, at), real, lock: self })
    }

    /// As in the original.
    pub fn get_mut(&mut self) -> &mut T {
        let real = Arc::get_mut(&mut self.real);
        real.expect("internal error: a guard owns only half of its lock").get_mut()
    }

    /// As in the original.
    pub fn into_inner(self) -> T {
        let real = Arc::into_inner(self.real);
        real.expect("internal error: a guard owns only half of its lock").into_inner()
    }
}

impl<T: fmt::Debug> fmt::Debug for Mutex<T> {
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
struct Held {
    /// Where it was taken.
    at: &'static Location<'static>,
    /// What the guarded value was then.
    before: Option<Value>,
}

impl Held {
    fn new<T>(value: &T, at: &'static Location<'static>) -> Self {
        Self { at, before: explorer().and_then(|_| shown(value)) }
    }

    fn released<T>(&self, object: &Object, value: &T) {
        if let Some(turn) = turn(object, sign("unlock", self.at), Kind::Unlock) {
            let after = self.before.and_then(|_| shown(value));
            let changed = after.filter(|_| after != self.before);
            turn.wrote(self.before.filter(|_| changed.is_some()), changed);
        }
    }
}

/// A held lock, as in [`::tokio::sync`].
#[must_use = "if unused the Mutex will immediately unlock"]
#[clippy::has_significant_drop]
pub struct MutexGuard<'a, T> {
    lock: &'a Mutex<T>,
    real: real::MutexGuard<'a, T>,
    held: Held,
}

impl<'a, T> MutexGuard<'a, T> {
    /// As in the original.
    pub fn mutex(this: &Self) -> &'a Mutex<T> {
        this.lock
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        self.held.released(&self.lock.object, &*self.real);
    }
}

/// A held lock that owns it, as in [`::tokio::sync`].
#[must_use = "if unused the Mutex will immediately unlock"]
#[clippy::has_significant_drop]
pub struct OwnedMutexGuard<T> {
    held: Held,
    // Dropped before the lock: see `Mutex::real`.
    real: real::OwnedMutexGuard<T>,
    lock: Arc<Mutex<T>>,
}

impl<T> OwnedMutexGuard<T> {
    /// As in the original.
    pub fn mutex(this: &Self) -> &Arc<Mutex<T>> {
        &this.lock
    }
}

impl<T> Drop for OwnedMutexGuard<T> {
    fn drop(&mut self) {
        self.held.released(&self.lock.object, &*self.real);
    }
}

/// What both guards can do.
macro_rules! guard {
    ($(impl[$($lifetime:lifetime,)? $T:ident] $guard:ty;)*) => {$(
        impl<$($lifetime,)? $T> Deref for $guard {
            type Target = $T;

            fn deref(&self) -> &$T {
                &self.real
            }
        }

        impl<$($lifetime,)? $T> DerefMut for $guard {
            fn deref_mut(&mut self) -> &mut $T {
                &mut self.real
            }
        }

        impl<$($lifetime,)? $T: fmt::Debug> fmt::Debug for $guard {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<$($lifetime,)? $T: fmt::Display> fmt::Display for $guard {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }
    )*};
}

guard! {
    impl['a, T] MutexGuard<'a, T>;
    impl[T] OwnedMutexGuard<T>;
}
