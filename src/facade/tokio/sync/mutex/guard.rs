//! Held locks that borrow from them.

use std::panic::Location;

use ::tokio::sync as real;

use super::super::kept::guards;
use super::{Held, Mutex};
use crate::engine::Object;

/// What a guard says that has nothing any more: it has become another one.
const GONE: &str = "internal error: a guard without a lock";

/// A held lock, as in [`::tokio::sync`].
#[must_use = "if unused the Mutex will immediately unlock"]
#[clippy::has_significant_drop]
pub struct MutexGuard<'a, T: ?Sized> {
    lock: &'a Mutex<T>,
    /// Gone once it has become another guard.
    real: Option<real::MutexGuard<'a, T>>,
    held: Held,
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    pub(super) fn new(
        lock: &'a Mutex<T>,
        real: real::MutexGuard<'a, T>,
        at: &'static Location<'static>,
    ) -> Self {
        Self { held: Held::new(&*real, at), lock, real: Some(real) }
    }

    fn get(&self) -> &T {
        self.real.as_ref().expect(GONE)
    }

    fn get_mut(&mut self) -> &mut T {
        self.real.as_mut().expect(GONE)
    }

    /// As in the original.
    pub fn map<U, F>(mut this: Self, f: F) -> MappedMutexGuard<'a, U>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> &mut U,
    {
        let real = real::MutexGuard::map(this.real.take().expect(GONE), f);
        MappedMutexGuard { object: &this.lock.object, real: Some(real), held: this.held }
    }

    /// As in the original.
    pub fn try_map<U, F>(mut this: Self, f: F) -> Result<MappedMutexGuard<'a, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        match real::MutexGuard::try_map(this.real.take().expect(GONE), f) {
            Ok(real) => {
                let (object, held) = (&this.lock.object, this.held);
                Ok(MappedMutexGuard { object, real: Some(real), held })
            }
            Err(real) => {
                this.real = Some(real);
                Err(this)
            }
        }
    }

    /// As in the original.
    pub fn mutex(this: &Self) -> &'a Mutex<T> {
        this.lock
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        if let Some(real) = &self.real {
            self.held.released(&self.lock.object, &**real);
        }
    }
}

/// A part of what a held lock guards, as in [`::tokio::sync`].
#[must_use = "if unused the Mutex will immediately unlock"]
#[clippy::has_significant_drop]
pub struct MappedMutexGuard<'a, T: ?Sized> {
    object: &'a Object,
    real: Option<real::MappedMutexGuard<'a, T>>,
    held: Held,
}

impl<'a, T: ?Sized> MappedMutexGuard<'a, T> {
    fn get(&self) -> &T {
        self.real.as_ref().expect(GONE)
    }

    fn get_mut(&mut self) -> &mut T {
        self.real.as_mut().expect(GONE)
    }

    /// As in the original.
    pub fn map<U, F>(mut this: Self, f: F) -> MappedMutexGuard<'a, U>
    where
        F: FnOnce(&mut T) -> &mut U,
    {
        let real = real::MappedMutexGuard::map(this.real.take().expect(GONE), f);
        MappedMutexGuard { object: this.object, real: Some(real), held: this.held }
    }

    /// As in the original.
    pub fn try_map<U, F>(mut this: Self, f: F) -> Result<MappedMutexGuard<'a, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        match real::MappedMutexGuard::try_map(this.real.take().expect(GONE), f) {
            Ok(real) => {
                let (object, held) = (this.object, this.held);
                Ok(MappedMutexGuard { object, real: Some(real), held })
            }
            Err(real) => {
                this.real = Some(real);
                Err(this)
            }
        }
    }
}

impl<T: ?Sized> Drop for MappedMutexGuard<'_, T> {
    fn drop(&mut self) {
        if self.real.is_some() {
            self.held.released_in_part(self.object);
        }
    }
}

guards! {
    impl['a, T] MutexGuard<'a, T> => T, exclusive;
    impl['a, T] MappedMutexGuard<'a, T> => T, exclusive;
}
