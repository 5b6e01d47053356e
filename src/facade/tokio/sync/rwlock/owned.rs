//! Held locks that own them.

use std::panic::Location;
use std::sync::Arc;

use ::tokio::sync as real;

use super::super::kept::{Kept, guards};
use super::{RwLock, downgrade, read_is_over, write_is_over};

/// A lock held by who reads that owns it, as in [`::tokio::sync`].
#[must_use = "if unused the RwLock will immediately unlock"]
#[clippy::has_significant_drop]
pub struct OwnedRwLockReadGuard<T: ?Sized, U: ?Sized = T> {
    at: &'static Location<'static>,
    /// Dropped before the lock. Gone once it has become another guard.
    kept: Kept,
    lock: Arc<RwLock<T>>,
    data: *const U,
}

/// A lock held by who writes that owns it, as in [`::tokio::sync`].
#[must_use = "if unused the RwLock will immediately unlock"]
#[clippy::has_significant_drop]
pub struct OwnedRwLockWriteGuard<T: ?Sized> {
    at: &'static Location<'static>,
    /// Dropped before the lock. Gone once it has become another guard.
    kept: Kept,
    lock: Arc<RwLock<T>>,
    data: *mut T,
}

/// A part of what is written that owns the lock, as in [`::tokio::sync`].
#[must_use = "if unused the RwLock will immediately unlock"]
#[clippy::has_significant_drop]
pub struct OwnedRwLockMappedWriteGuard<T: ?Sized, U: ?Sized = T> {
    at: &'static Location<'static>,
    /// Dropped before the lock. Gone once it has become another guard.
    kept: Kept,
    lock: Arc<RwLock<T>>,
    data: *mut U,
}

// SAFETY: as in the original, for all that follow.
#[expect(unsafe_code, reason = "a pointer is not `Send` by itself")]
unsafe impl<T: ?Sized + Send + Sync, U: ?Sized + Sync> Send for OwnedRwLockReadGuard<T, U> {}
// SAFETY: as above.
#[expect(unsafe_code, reason = "a pointer is not `Sync` by itself")]
unsafe impl<T: ?Sized + Send + Sync, U: ?Sized + Send + Sync> Sync for OwnedRwLockReadGuard<T, U> {}
// SAFETY: as above.
#[expect(unsafe_code, reason = "a pointer is not `Send` by itself")]
unsafe impl<T: ?Sized + Send + Sync> Send for OwnedRwLockWriteGuard<T> {}
// SAFETY: as above.
#[expect(unsafe_code, reason = "a pointer is not `Sync` by itself")]
unsafe impl<T: ?Sized + Send + Sync> Sync for OwnedRwLockWriteGuard<T> {}
// SAFETY: as above.
#[expect(unsafe_code, reason = "a pointer is not `Send` by itself")]
unsafe impl<T: ?Sized + Send + Sync, U: ?Sized + Send + Sync> Send
    for OwnedRwLockMappedWriteGuard<T, U>
{
}
// SAFETY: as above.
#[expect(unsafe_code, reason = "a pointer is not `Sync` by itself")]
unsafe impl<T: ?Sized + Send + Sync, U: ?Sized + Send + Sync> Sync
    for OwnedRwLockMappedWriteGuard<T, U>
{
}

/// How a guard gets at its value.
macro_rules! get {
    (ref $value:ty) => {
        fn get(&self) -> &$value {
            // SAFETY: the lock is held and kept alive, so the value is there and nobody changes it.
            #[expect(unsafe_code, reason = "the value is in what it owns")]
            unsafe {
                &*self.data
            }
        }
    };
    (mut $value:ty) => {
        fn get_mut(&mut self) -> &mut $value {
            // SAFETY: as above, and nobody else has it.
            #[expect(unsafe_code, reason = "the value is in what it owns")]
            unsafe {
                &mut *self.data
            }
        }
    };
}

impl<T: ?Sized> OwnedRwLockReadGuard<T> {
    /// A guard of the real lock inside `lock`.
    pub(super) fn new(
        lock: Arc<RwLock<T>>,
        real: real::RwLockReadGuard<'_, T>,
        at: &'static Location<'static>,
    ) -> Self {
        let data = std::ptr::from_ref(&*real);
        Self { at, kept: Kept::of_read(real), lock, data }
    }
}

impl<T: ?Sized, U: ?Sized> OwnedRwLockReadGuard<T, U> {
    get!(ref U);

    fn mapped<V: ?Sized>(mut this: Self, data: *const V) -> OwnedRwLockReadGuard<T, V> {
        let (kept, lock) = (this.kept.take(), Arc::clone(&this.lock));
        OwnedRwLockReadGuard { at: this.at, kept, lock, data }
    }

    /// As in the original.
    pub fn map<F, V: ?Sized>(this: Self, f: F) -> OwnedRwLockReadGuard<T, V>
    where
        F: FnOnce(&U) -> &V,
    {
        let data = std::ptr::from_ref(f(this.get()));
        Self::mapped(this, data)
    }

    /// As in the original.
    pub fn try_map<F, V: ?Sized>(this: Self, f: F) -> Result<OwnedRwLockReadGuard<T, V>, Self>
    where
        F: FnOnce(&U) -> Option<&V>,
    {
        match f(this.get()).map(std::ptr::from_ref) {
            Some(data) => Ok(Self::mapped(this, data)),
            None => Err(this),
        }
    }

    /// As in the original.
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        &this.lock
    }
}

impl<T: ?Sized, U: ?Sized> Drop for OwnedRwLockReadGuard<T, U> {
    fn drop(&mut self) {
        if self.kept.is_held() {
            read_is_over(&self.lock.object, self.at);
        }
    }
}

impl<T: ?Sized> OwnedRwLockWriteGuard<T> {
    /// A guard of the real lock inside `lock`.
    pub(super) fn new(
        lock: Arc<RwLock<T>>,
        mut real: real::RwLockWriteGuard<'_, T>,
        at: &'static Location<'static>,
    ) -> Self {
        let data = std::ptr::from_mut(&mut *real);
        Self { at, kept: Kept::of_write(real), lock, data }
    }

    get!(ref T);
    get!(mut T);

    fn mapped<U: ?Sized>(mut this: Self, data: *mut U) -> OwnedRwLockMappedWriteGuard<T, U> {
        let (kept, lock) = (this.kept.take(), Arc::clone(&this.lock));
        OwnedRwLockMappedWriteGuard { at: this.at, kept, lock, data }
    }

    /// As in the original.
    pub fn map<F, U: ?Sized>(mut this: Self, f: F) -> OwnedRwLockMappedWriteGuard<T, U>
    where
        F: FnOnce(&mut T) -> &mut U,
    {
        let data = std::ptr::from_mut(f(this.get_mut()));
        Self::mapped(this, data)
    }

    /// As in the original.
    pub fn try_map<F, U: ?Sized>(
        mut this: Self,
        f: F,
    ) -> Result<OwnedRwLockMappedWriteGuard<T, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        match f(this.get_mut()).map(std::ptr::from_mut) {
            Some(data) => Ok(Self::mapped(this, data)),
            None => Err(this),
        }
    }

    /// As in the original.
    pub fn into_mapped(this: Self) -> OwnedRwLockMappedWriteGuard<T> {
        let data = this.data;
        Self::mapped(this, data)
    }

    /// Who writes goes on as one who reads a part of it.
    fn read_on<U: ?Sized>(
        mut this: Self,
        data: *const U,
        at: &'static Location<'static>,
    ) -> OwnedRwLockReadGuard<T, U> {
        let (mut kept, lock) = (this.kept.take(), Arc::clone(&this.lock));
        downgrade(&lock.object, at, || kept.downgrade());
        OwnedRwLockReadGuard { at: this.at, kept, lock, data }
    }

    /// As in the original.
    #[track_caller]
    pub fn downgrade_map<F, U: ?Sized>(this: Self, f: F) -> OwnedRwLockReadGuard<T, U>
    where
        F: FnOnce(&T) -> &U,
    {
        let data = std::ptr::from_ref(f(this.get()));
        Self::read_on(this, data, Location::caller())
    }

    /// As in the original.
    #[track_caller]
    pub fn try_downgrade_map<F, U: ?Sized>(
        this: Self,
        f: F,
    ) -> Result<OwnedRwLockReadGuard<T, U>, Self>
    where
        F: FnOnce(&T) -> Option<&U>,
    {
        match f(this.get()).map(std::ptr::from_ref) {
            Some(data) => Ok(Self::read_on(this, data, Location::caller())),
            None => Err(this),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn downgrade(self) -> OwnedRwLockReadGuard<T> {
        let data = self.data.cast_const();
        Self::read_on(self, data, Location::caller())
    }

    /// As in the original.
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        &this.lock
    }
}

impl<T: ?Sized> Drop for OwnedRwLockWriteGuard<T> {
    fn drop(&mut self) {
        if self.kept.is_held() {
            write_is_over(&self.lock.object, self.at);
        }
    }
}

impl<T: ?Sized, U: ?Sized> OwnedRwLockMappedWriteGuard<T, U> {
    get!(ref U);
    get!(mut U);

    fn mapped<V: ?Sized>(mut this: Self, data: *mut V) -> OwnedRwLockMappedWriteGuard<T, V> {
        let (kept, lock) = (this.kept.take(), Arc::clone(&this.lock));
        OwnedRwLockMappedWriteGuard { at: this.at, kept, lock, data }
    }

    /// As in the original.
    pub fn map<F, V: ?Sized>(mut this: Self, f: F) -> OwnedRwLockMappedWriteGuard<T, V>
    where
        F: FnOnce(&mut U) -> &mut V,
    {
        let data = std::ptr::from_mut(f(this.get_mut()));
        Self::mapped(this, data)
    }

    /// As in the original.
    pub fn try_map<F, V: ?Sized>(
        mut this: Self,
        f: F,
    ) -> Result<OwnedRwLockMappedWriteGuard<T, V>, Self>
    where
        F: FnOnce(&mut U) -> Option<&mut V>,
    {
        match f(this.get_mut()).map(std::ptr::from_mut) {
            Some(data) => Ok(Self::mapped(this, data)),
            None => Err(this),
        }
    }

    /// As in the original.
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        &this.lock
    }
}

impl<T: ?Sized, U: ?Sized> Drop for OwnedRwLockMappedWriteGuard<T, U> {
    fn drop(&mut self) {
        if self.kept.is_held() {
            write_is_over(&self.lock.object, self.at);
        }
    }
}

guards! {
    impl[T, U] OwnedRwLockReadGuard<T, U> => U, shared;
    impl[T] OwnedRwLockWriteGuard<T> => T, exclusive;
    impl[T, U] OwnedRwLockMappedWriteGuard<T, U> => U, exclusive;
}
