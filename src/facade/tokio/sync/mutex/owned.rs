//! Held locks that own them.

use std::panic::Location;
use std::ptr::NonNull;
use std::sync::Arc;

use ::tokio::sync as real;

use super::super::kept::{Kept, guards};
use super::{Held, Mutex};

/// A held lock that owns it, as in [`::tokio::sync`].
#[must_use = "if unused the Mutex will immediately unlock"]
#[clippy::has_significant_drop]
pub struct OwnedMutexGuard<T: ?Sized> {
    held: Held,
    /// Dropped before the lock. Gone once it has become another guard.
    kept: Kept,
    lock: Arc<Mutex<T>>,
    data: NonNull<T>,
}

// SAFETY: as in the original: it gives access to the value and may give the lock back elsewhere.
#[expect(unsafe_code, reason = "a pointer is not `Send` by itself")]
unsafe impl<T: ?Sized + Send> Send for OwnedMutexGuard<T> {}
// SAFETY: as in the original: by reference it gives no more than the value by reference.
#[expect(unsafe_code, reason = "a pointer is not `Sync` by itself")]
unsafe impl<T: ?Sized + Send + Sync> Sync for OwnedMutexGuard<T> {}

impl<T: ?Sized> OwnedMutexGuard<T> {
    /// A guard of the real lock inside `lock`.
    pub(super) fn new(
        lock: Arc<Mutex<T>>,
        mut real: real::MutexGuard<'_, T>,
        at: &'static Location<'static>,
    ) -> Self {
        let held = Held::new(&*real, at);
        let data = NonNull::from(&mut *real);
        Self { held, kept: Kept::of_mutex(real), lock, data }
    }

    fn get(&self) -> &T {
        // SAFETY: the lock is held and kept alive, so the value is there and nobody else has it.
        #[expect(unsafe_code, reason = "the value is in what it owns")]
        unsafe {
            self.data.as_ref()
        }
    }

    fn get_mut(&mut self) -> &mut T {
        // SAFETY: as above.
        #[expect(unsafe_code, reason = "the value is in what it owns")]
        unsafe {
            self.data.as_mut()
        }
    }

    fn mapped<U: ?Sized>(mut this: Self, data: *mut U) -> OwnedMappedMutexGuard<T, U> {
        let (kept, lock) = (this.kept.take(), Arc::clone(&this.lock));
        OwnedMappedMutexGuard { held: this.held, kept, lock, data }
    }

    /// As in the original.
    pub fn map<U, F>(mut this: Self, f: F) -> OwnedMappedMutexGuard<T, U>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> &mut U,
    {
        let data = std::ptr::from_mut(f(this.get_mut()));
        Self::mapped(this, data)
    }

    /// As in the original.
    pub fn try_map<U, F>(mut this: Self, f: F) -> Result<OwnedMappedMutexGuard<T, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        match f(this.get_mut()).map(std::ptr::from_mut) {
            Some(data) => Ok(Self::mapped(this, data)),
            None => Err(this),
        }
    }

    /// As in the original.
    pub fn mutex(this: &Self) -> &Arc<Mutex<T>> {
        &this.lock
    }
}

impl<T: ?Sized> Drop for OwnedMutexGuard<T> {
    fn drop(&mut self) {
        if self.kept.is_held() {
            self.held.released(&self.lock.object, self.get());
        }
    }
}

/// A part of what a held lock guards that owns the lock, as in [`::tokio::sync`].
#[must_use = "if unused the Mutex will immediately unlock"]
#[clippy::has_significant_drop]
pub struct OwnedMappedMutexGuard<T: ?Sized, U: ?Sized = T> {
    held: Held,
    /// Dropped before the lock.
    kept: Kept,
    lock: Arc<Mutex<T>>,
    /// WHY not `NonNull`: that would let `U` shrink, and something shorter be written.
    data: *mut U,
}

// SAFETY: as in the original.
#[expect(unsafe_code, reason = "a pointer is not `Send` by itself")]
unsafe impl<T: ?Sized + Send, U: ?Sized + Send> Send for OwnedMappedMutexGuard<T, U> {}
// SAFETY: as in the original.
#[expect(unsafe_code, reason = "a pointer is not `Sync` by itself")]
unsafe impl<T: ?Sized + Send + Sync, U: ?Sized + Send + Sync> Sync for OwnedMappedMutexGuard<T, U> {}

impl<T: ?Sized, U: ?Sized> OwnedMappedMutexGuard<T, U> {
    fn get(&self) -> &U {
        // SAFETY: the lock is held and kept alive, so the value is there and nobody else has it.
        #[expect(unsafe_code, reason = "the value is in what it owns")]
        unsafe {
            &*self.data
        }
    }

    fn get_mut(&mut self) -> &mut U {
        // SAFETY: as above.
        #[expect(unsafe_code, reason = "the value is in what it owns")]
        unsafe {
            &mut *self.data
        }
    }

    fn mapped<S: ?Sized>(mut this: Self, data: *mut S) -> OwnedMappedMutexGuard<T, S> {
        let (kept, lock) = (this.kept.take(), Arc::clone(&this.lock));
        OwnedMappedMutexGuard { held: this.held, kept, lock, data }
    }

    /// As in the original.
    pub fn map<S, F>(mut this: Self, f: F) -> OwnedMappedMutexGuard<T, S>
    where
        S: ?Sized,
        F: FnOnce(&mut U) -> &mut S,
    {
        let data = std::ptr::from_mut(f(this.get_mut()));
        Self::mapped(this, data)
    }

    /// As in the original.
    pub fn try_map<S, F>(mut this: Self, f: F) -> Result<OwnedMappedMutexGuard<T, S>, Self>
    where
        S: ?Sized,
        F: FnOnce(&mut U) -> Option<&mut S>,
    {
        match f(this.get_mut()).map(std::ptr::from_mut) {
            Some(data) => Ok(Self::mapped(this, data)),
            None => Err(this),
        }
    }
}

impl<T: ?Sized, U: ?Sized> Drop for OwnedMappedMutexGuard<T, U> {
    fn drop(&mut self) {
        if self.kept.is_held() {
            self.held.released_in_part(&self.lock.object);
        }
    }
}

guards! {
    impl[T] OwnedMutexGuard<T> => T, exclusive;
    impl[T, U] OwnedMappedMutexGuard<T, U> => U, exclusive;
}
