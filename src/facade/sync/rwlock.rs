//! Mirrors [`std::sync::RwLock`].

use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::{self as real, LockResult, PoisonError, TryLockError, TryLockResult};

use super::super::announce;
use super::first::First;
use crate::engine::{Age, Driver, Object, driver, is_clearing_away};
use crate::step::{Kind, Value, What};

/// A reader-writer lock, as in [`std::sync`]. The original promises no order, so under the explorer a
/// lock that is free for somebody may go to anybody, and a writer who waits may keep readers out: where he
/// waits for ever, that is a deadlock.
pub struct RwLock<T: ?Sized> {
    object: Object,
    first: First,
    real: real::RwLock<T>,
}

impl<T> RwLock<T> {
    /// As in the original.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        let object = Object::at(Location::caller());
        Self { object, first: First::new(), real: real::RwLock::new(value) }
    }

    /// As in the original.
    pub fn into_inner(self) -> LockResult<T> {
        self.real.into_inner()
    }
}

/// Takes a guard that the engine has found free, or says that it is poisoned.
fn taken<G>(locked: TryLockResult<G>) -> LockResult<G> {
    match locked {
        Ok(guard) => Ok(guard),
        Err(TryLockError::Poisoned(poisoned)) if is_clearing_away() => Ok(poisoned.into_inner()),
        Err(TryLockError::Poisoned(poisoned)) => Err(poisoned),
        Err(TryLockError::WouldBlock) => {
            panic!("the lock is held outside the check: a check cannot share locks with others")
        }
    }
}

/// Wraps a guard whether it is poisoned or not.
fn wrap<G, W>(locked: LockResult<G>, wrap: impl FnOnce(G) -> W) -> LockResult<W> {
    match locked {
        Ok(guard) => Ok(wrap(guard)),
        Err(poisoned) => Err(PoisonError::new(wrap(poisoned.into_inner()))),
    }
}

/// As [`wrap`], for an attempt.
fn wrap_attempt<G, W>(locked: TryLockResult<G>, wrap: impl FnOnce(G) -> W) -> TryLockResult<W> {
    match locked {
        Ok(guard) => Ok(wrap(guard)),
        Err(TryLockError::Poisoned(poisoned)) => {
            Err(TryLockError::Poisoned(PoisonError::new(wrap(poisoned.into_inner()))))
        }
        Err(TryLockError::WouldBlock) => Err(TryLockError::WouldBlock),
    }
}

impl<T: ?Sized> RwLock<T> {
    /// As in the original.
    #[track_caller]
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        let locked = match driver() {
            Driver::Explorer(explorer) => {
                let at = Location::caller();
                self.start_afresh();
                explorer.may_keep_readers_out(&self.object, at);
                announce(explorer, &self.object, What::RwLock, Kind::ReadLock, at)
                    .wrote(None, None);
                taken(self.real.try_read())
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                self.start_afresh();
                loom.read_lock(&self.object);
                taken(self.real.try_read())
            }
            _ => self.real.read(),
        };
        wrap(locked, |guard| self.reading(guard))
    }

    /// As in the original.
    #[track_caller]
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        let locked = match driver() {
            Driver::Explorer(explorer) => {
                let at = Location::caller();
                self.start_afresh();
                explorer.may_keep_readers_out(&self.object, at);
                announce(explorer, &self.object, What::RwLock, Kind::WriteLock, at)
                    .wrote(None, None);
                taken(self.real.try_write())
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                self.start_afresh();
                loom.write_lock(&self.object);
                taken(self.real.try_write())
            }
            _ => self.real.write(),
        };
        wrap(locked, |guard| self.writing(guard))
    }

    /// As in the original.
    #[track_caller]
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        let free = match driver() {
            Driver::Explorer(explorer) => {
                let at = Location::caller();
                self.start_afresh();
                announce(explorer, &self.object, What::RwLock, Kind::TryReadLock, at).attempted()
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                self.start_afresh();
                loom.try_read_lock(&self.object)
            }
            _ => return wrap_attempt(self.real.try_read(), |guard| self.reading(guard)),
        };
        if !free {
            return Err(TryLockError::WouldBlock);
        }
        let locked = taken(self.real.try_read());
        wrap(locked, |guard| self.reading(guard)).map_err(TryLockError::Poisoned)
    }

    /// As in the original.
    #[track_caller]
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        let free = match driver() {
            Driver::Explorer(explorer) => {
                let at = Location::caller();
                self.start_afresh();
                announce(explorer, &self.object, What::RwLock, Kind::TryWriteLock, at).attempted()
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                self.start_afresh();
                loom.try_write_lock(&self.object)
            }
            _ => return wrap_attempt(self.real.try_write(), |guard| self.writing(guard)),
        };
        if !free {
            return Err(TryLockError::WouldBlock);
        }
        let locked = taken(self.real.try_write());
        wrap(locked, |guard| self.writing(guard)).map_err(TryLockError::Poisoned)
    }

    /// As in the original.
    #[track_caller]
    pub fn is_poisoned(&self) -> bool {
        let Driver::Explorer(explorer) = driver() else { return self.real.is_poisoned() };
        self.start_afresh();
        let at = Location::caller();
        let turn = announce(explorer, &self.object, What::RwLock, Kind::Load, at);
        let poisoned = self.real.is_poisoned();
        turn.read(Some(Value::Bool(poisoned)));
        poisoned
    }

    /// As in the original.
    #[track_caller]
    pub fn clear_poison(&self) {
        if let Driver::Explorer(explorer) = driver() {
            self.start_afresh();
            let at = Location::caller();
            announce(explorer, &self.object, What::RwLock, Kind::Update("clear_poison"), at)
                .wrote(None, None);
        }
        self.real.clear_poison();
    }

    /// As in the original.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.real.get_mut()
    }

    /// In every execution it guards the same at first, also if it lives longer than one.
    fn start_afresh(&self) {
        self.first.start_afresh(&self.object, |age, with: &mut dyn FnMut(&mut T)| {
            if age == Age::Old {
                self.real.clear_poison();
            }
            if let Ok(mut guard) = self.real.try_write() {
                with(&mut guard);
            }
        });
    }

    fn reading<'a>(&'a self, real: real::RwLockReadGuard<'a, T>) -> RwLockReadGuard<'a, T> {
        RwLockReadGuard { object: &self.object, real: ManuallyDrop::new(real) }
    }

    fn writing<'a>(&'a self, real: real::RwLockWriteGuard<'a, T>) -> RwLockWriteGuard<'a, T> {
        if crate::engine::explorer().is_some() {
            self.first.is_taken(&*real);
        }
        RwLockWriteGuard { object: &self.object, first: &self.first, real: ManuallyDrop::new(real) }
    }
}

/// A lock held to read, as in [`std::sync`].
#[must_use = "if unused the RwLock will immediately unlock"]
#[clippy::has_significant_drop]
pub struct RwLockReadGuard<'a, T: ?Sized + 'a> {
    object: &'a Object,
    real: ManuallyDrop<real::RwLockReadGuard<'a, T>>,
}

/// A lock held to write, as in [`std::sync`].
#[must_use = "if unused the RwLock will immediately unlock"]
#[clippy::has_significant_drop]
pub struct RwLockWriteGuard<'a, T: ?Sized + 'a> {
    object: &'a Object,
    first: &'a First,
    real: ManuallyDrop<real::RwLockWriteGuard<'a, T>>,
}

impl<T: ?Sized> Drop for RwLockReadGuard<'_, T> {
    fn drop(&mut self) {
        if let Driver::Explorer(explorer) = driver() {
            let at = explorer.held_since(self.object);
            announce(explorer, self.object, What::RwLock, Kind::ReadUnlock, at).wrote(None, None);
        }
        // SAFETY: this is the destructor, and the guard is taken out nowhere else.
        #[expect(unsafe_code, reason = "the real lock is given back when the engine says so")]
        unsafe {
            ManuallyDrop::drop(&mut self.real);
        }
        #[cfg(feature = "loom")]
        if let Driver::Loom(loom) = driver() {
            loom.read_unlock(self.object);
        }
    }
}

impl<T: ?Sized> Drop for RwLockWriteGuard<'_, T> {
    fn drop(&mut self) {
        if let Driver::Explorer(explorer) = driver() {
            let at = explorer.held_since(self.object);
            let turn = announce(explorer, self.object, What::RwLock, Kind::WriteUnlock, at);
            let (before, after) = self.first.is_given_back(&**self.real).unzip();
            turn.wrote(before, after);
        }
        // SAFETY: this is the destructor, and the guard is taken out nowhere else.
        #[expect(unsafe_code, reason = "the real lock is given back when the engine says so")]
        unsafe {
            ManuallyDrop::drop(&mut self.real);
        }
        #[cfg(feature = "loom")]
        if let Driver::Loom(loom) = driver() {
            loom.write_unlock(self.object);
        }
    }
}

impl<T: ?Sized> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.real
    }
}

impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.real
    }
}

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.first.is_changed();
        &mut self.real
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
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
