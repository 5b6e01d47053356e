//! Mirrors [`std::sync::Condvar`].

use std::fmt;
use std::panic::Location;
use std::sync::{self as real, LockResult, PoisonError};

use super::super::announce;
use super::mutex::MutexGuard;
use crate::engine::{Driver, Object, driver};
use crate::step::{Kind, What};

/// A condition variable, as in [`std::sync`]. Under the explorer nobody wakes for no reason, and a
/// `notify_one` may wake any of the waiters.
pub struct Condvar {
    object: Object,
    real: real::Condvar,
}

impl Condvar {
    /// As in the original.
    #[track_caller]
    pub const fn new() -> Self {
        Self { object: Object::at(Location::caller()), real: real::Condvar::new() }
    }

    /// As in the original.
    #[track_caller]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = Location::caller();
                announce(explorer, &self.object, What::Condvar, Kind::Wait, at).wrote(None, None);
                let lock = guard.release();
                explorer.wait(&self.object, &lock.object, at);
                lock.hold(lock.taken())
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                let lock = guard.release();
                loom.wait(&self.object, &lock.object);
                lock.hold(lock.taken())
            }
            _ => {
                let (lock, guard) = guard.into_real();
                lock.hold(self.real.wait(guard))
            }
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn wait_while<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<MutexGuard<'a, T>> {
        let mut guard = guard;
        while condition(&mut guard) {
            guard = self.wait(guard).map_err(|poisoned| PoisonError::new(poisoned.into_inner()))?;
        }
        Ok(guard)
    }

    /// As in the original.
    #[track_caller]
    pub fn notify_one(&self) {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = Location::caller();
                announce(explorer, &self.object, What::Condvar, Kind::NotifyOne, at)
                    .wrote(None, None);
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => loom.notify_one(&self.object),
            _ => self.real.notify_one(),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn notify_all(&self) {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = Location::caller();
                announce(explorer, &self.object, What::Condvar, Kind::NotifyAll, at)
                    .wrote(None, None);
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => loom.notify_all(&self.object),
            _ => self.real.notify_all(),
        }
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condvar").finish_non_exhaustive()
    }
}

impl Default for Condvar {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}
