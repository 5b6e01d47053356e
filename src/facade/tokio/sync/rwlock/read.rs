//! Locks held by who reads.

use std::panic::Location;

use ::tokio::sync as real;

use super::super::kept::guards;
use super::{GONE, read_is_over};
use crate::engine::Object;

/// A lock held by who reads, as in [`::tokio::sync`].
#[must_use = "if unused the RwLock will immediately unlock"]
#[clippy::has_significant_drop]
pub struct RwLockReadGuard<'a, T: ?Sized> {
    object: &'a Object,
    /// Gone once it has become another guard.
    real: Option<real::RwLockReadGuard<'a, T>>,
    at: &'static Location<'static>,
}

impl<'a, T: ?Sized> RwLockReadGuard<'a, T> {
    pub(super) fn new(
        object: &'a Object,
        real: real::RwLockReadGuard<'a, T>,
        at: &'static Location<'static>,
    ) -> Self {
        Self { object, real: Some(real), at }
    }

    fn get(&self) -> &T {
        self.real.as_ref().expect(GONE)
    }

    /// As in the original.
    pub fn map<F, U: ?Sized>(mut this: Self, f: F) -> RwLockReadGuard<'a, U>
    where
        F: FnOnce(&T) -> &U,
    {
        let real = real::RwLockReadGuard::map(this.real.take().expect(GONE), f);
        RwLockReadGuard::new(this.object, real, this.at)
    }

    /// As in the original.
    pub fn try_map<F, U: ?Sized>(mut this: Self, f: F) -> Result<RwLockReadGuard<'a, U>, Self>
    where
        F: FnOnce(&T) -> Option<&U>,
    {
        match real::RwLockReadGuard::try_map(this.real.take().expect(GONE), f) {
            Ok(real) => Ok(RwLockReadGuard::new(this.object, real, this.at)),
            Err(real) => {
                this.real = Some(real);
                Err(this)
            }
        }
    }
}

impl<T: ?Sized> Drop for RwLockReadGuard<'_, T> {
    fn drop(&mut self) {
        if self.real.is_some() {
            read_is_over(self.object, self.at);
        }
    }
}

guards! {
    impl['a, T] RwLockReadGuard<'a, T> => T, shared;
}
