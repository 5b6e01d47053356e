//! Locks held by who writes.

use std::panic::Location;

use ::tokio::sync as real;

use super::super::kept::guards;
use super::{GONE, RwLockReadGuard, downgrade, write_is_over};
use crate::engine::Object;

/// A lock held by who writes, as in [`::tokio::sync`].
#[must_use = "if unused the RwLock will immediately unlock"]
#[clippy::has_significant_drop]
pub struct RwLockWriteGuard<'a, T: ?Sized> {
    object: &'a Object,
    /// Gone once it has become another guard.
    real: Option<real::RwLockWriteGuard<'a, T>>,
    at: &'static Location<'static>,
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    pub(super) fn new(
        object: &'a Object,
        real: real::RwLockWriteGuard<'a, T>,
        at: &'static Location<'static>,
    ) -> Self {
        Self { object, real: Some(real), at }
    }

    fn get(&self) -> &T {
        self.real.as_ref().expect(GONE)
    }

    fn get_mut(&mut self) -> &mut T {
        self.real.as_mut().expect(GONE)
    }

    /// As in the original.
    pub fn map<F, U: ?Sized>(mut this: Self, f: F) -> RwLockMappedWriteGuard<'a, U>
    where
        F: FnOnce(&mut T) -> &mut U,
    {
        let real = real::RwLockWriteGuard::map(this.real.take().expect(GONE), f);
        RwLockMappedWriteGuard { object: this.object, real: Some(real), at: this.at }
    }

    /// As in the original.
    pub fn try_map<F, U: ?Sized>(
        mut this: Self,
        f: F,
    ) -> Result<RwLockMappedWriteGuard<'a, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        match real::RwLockWriteGuard::try_map(this.real.take().expect(GONE), f) {
            Ok(real) => {
                Ok(RwLockMappedWriteGuard { object: this.object, real: Some(real), at: this.at })
            }
            Err(real) => {
                this.real = Some(real);
                Err(this)
            }
        }
    }

    /// As in the original.
    pub fn into_mapped(this: Self) -> RwLockMappedWriteGuard<'a, T> {
        Self::map(this, |value| value)
    }

    /// As in the original.
    #[track_caller]
    pub fn downgrade_map<F, U: ?Sized>(mut this: Self, f: F) -> RwLockReadGuard<'a, U>
    where
        F: FnOnce(&T) -> &U,
    {
        let real = this.real.take().expect(GONE);
        let downgraded = || real::RwLockWriteGuard::downgrade_map(real, f);
        let real = downgrade(this.object, Location::caller(), downgraded);
        RwLockReadGuard::new(this.object, real, this.at)
    }

    /// As in the original.
    #[track_caller]
    pub fn try_downgrade_map<F, U: ?Sized>(
        mut this: Self,
        f: F,
    ) -> Result<RwLockReadGuard<'a, U>, Self>
    where
        F: FnOnce(&T) -> Option<&U>,
    {
        let real = this.real.take().expect(GONE);
        let downgraded = || real::RwLockWriteGuard::try_downgrade_map(real, f);
        match downgrade(this.object, Location::caller(), downgraded) {
            Ok(real) => Ok(RwLockReadGuard::new(this.object, real, this.at)),
            Err(real) => {
                this.real = Some(real);
                Err(this)
            }
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn downgrade(self) -> RwLockReadGuard<'a, T> {
        Self::downgrade_map(self, |value| value)
    }
}

impl<T: ?Sized> Drop for RwLockWriteGuard<'_, T> {
    fn drop(&mut self) {
        if self.real.is_some() {
            write_is_over(self.object, self.at);
        }
    }
}

/// A part of what is written, as in [`::tokio::sync`].
#[must_use = "if unused the RwLock will immediately unlock"]
#[clippy::has_significant_drop]
pub struct RwLockMappedWriteGuard<'a, T: ?Sized> {
    object: &'a Object,
    real: Option<real::RwLockMappedWriteGuard<'a, T>>,
    at: &'static Location<'static>,
}

impl<'a, T: ?Sized> RwLockMappedWriteGuard<'a, T> {
    fn get(&self) -> &T {
        self.real.as_ref().expect(GONE)
    }

    fn get_mut(&mut self) -> &mut T {
        self.real.as_mut().expect(GONE)
    }

    /// As in the original.
    pub fn map<F, U: ?Sized>(mut this: Self, f: F) -> RwLockMappedWriteGuard<'a, U>
    where
        F: FnOnce(&mut T) -> &mut U,
    {
        let real = real::RwLockMappedWriteGuard::map(this.real.take().expect(GONE), f);
        RwLockMappedWriteGuard { object: this.object, real: Some(real), at: this.at }
    }

    /// As in the original.
    pub fn try_map<F, U: ?Sized>(
        mut this: Self,
        f: F,
    ) -> Result<RwLockMappedWriteGuard<'a, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        match real::RwLockMappedWriteGuard::try_map(this.real.take().expect(GONE), f) {
            Ok(real) => {
                Ok(RwLockMappedWriteGuard { object: this.object, real: Some(real), at: this.at })
            }
            Err(real) => {
                this.real = Some(real);
                Err(this)
            }
        }
    }
}

impl<T: ?Sized> Drop for RwLockMappedWriteGuard<'_, T> {
    fn drop(&mut self) {
        if self.real.is_some() {
            write_is_over(self.object, self.at);
        }
    }
}

guards! {
    impl['a, T] RwLockWriteGuard<'a, T> => T, exclusive;
    impl['a, T] RwLockMappedWriteGuard<'a, T> => T, exclusive;
}
