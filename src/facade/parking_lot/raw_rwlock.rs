//! The lock below [`super::RwLock`].

use std::panic::Location;

use parking_lot as real;

use super::super::announce;
use crate::engine::{Driver, Object, driver};
use crate::step::{Kind, What};

/// A raw reader-writer lock that announces itself and then takes the real one.
pub struct RawRwLock {
    real: real::RawRwLock,
    object: Object,
}

const OUTSIDE: &str = "the lock is held outside the check: a check cannot share locks with others";

// SAFETY: exclusion is that of the real lock, as in `RawMutex`.
#[expect(unsafe_code, reason = "`lock_api` is told that this excludes")]
unsafe impl lock_api::RawRwLock for RawRwLock {
    const INIT: Self = Self { real: real::RawRwLock::INIT, object: Object::unknown() };

    type SharedGuard = <real::RawRwLock as lock_api::RawRwLock>::SharedGuard;
    type ExclusiveGuard = <real::RawRwLock as lock_api::RawRwLock>::ExclusiveGuard;

    #[track_caller]
    fn lock_shared(&self) -> Self::SharedGuard {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = Location::caller();
                announce(explorer, &self.object, What::RwLock, Kind::ReadLock, at)
                    .wrote(None, None);
                self.real.try_lock_shared().expect(OUTSIDE)
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                loom.read_lock(&self.object);
                self.real.try_lock_shared().expect(OUTSIDE)
            }
            _ => self.real.lock_shared(),
        }
    }

    #[track_caller]
    fn try_lock_shared(&self) -> Option<Self::SharedGuard> {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = Location::caller();
                let turn = announce(explorer, &self.object, What::RwLock, Kind::TryReadLock, at);
                turn.attempted().then(|| self.real.try_lock_shared().expect(OUTSIDE))
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => loom
                .try_read_lock(&self.object)
                .then(|| self.real.try_lock_shared().expect(OUTSIDE)),
            _ => self.real.try_lock_shared(),
        }
    }

    unsafe fn unlock_shared(&self, guard: Self::SharedGuard) {
        if let Driver::Explorer(explorer) = driver() {
            let at = explorer.held_since(&self.object);
            announce(explorer, &self.object, What::RwLock, Kind::ReadUnlock, at).wrote(None, None);
        }
        // SAFETY: the caller has the lock, and `guard` is what taking it returned.
        unsafe {
            self.real.unlock_shared(guard);
        }
        #[cfg(feature = "loom")]
        if let Driver::Loom(loom) = driver() {
            loom.read_unlock(&self.object);
        }
    }

    #[track_caller]
    fn lock_exclusive(&self) -> Self::ExclusiveGuard {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = Location::caller();
                announce(explorer, &self.object, What::RwLock, Kind::WriteLock, at)
                    .wrote(None, None);
                self.real.try_lock_exclusive().expect(OUTSIDE)
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                loom.write_lock(&self.object);
                self.real.try_lock_exclusive().expect(OUTSIDE)
            }
            _ => self.real.lock_exclusive(),
        }
    }

    #[track_caller]
    fn try_lock_exclusive(&self) -> Option<Self::ExclusiveGuard> {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = Location::caller();
                let turn = announce(explorer, &self.object, What::RwLock, Kind::TryWriteLock, at);
                turn.attempted().then(|| self.real.try_lock_exclusive().expect(OUTSIDE))
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => loom
                .try_write_lock(&self.object)
                .then(|| self.real.try_lock_exclusive().expect(OUTSIDE)),
            _ => self.real.try_lock_exclusive(),
        }
    }

    unsafe fn unlock_exclusive(&self, guard: Self::ExclusiveGuard) {
        if let Driver::Explorer(explorer) = driver() {
            let at = explorer.held_since(&self.object);
            announce(explorer, &self.object, What::RwLock, Kind::WriteUnlock, at).wrote(None, None);
        }
        // SAFETY: the caller has the lock, and `guard` is what taking it returned.
        unsafe {
            self.real.unlock_exclusive(guard);
        }
        #[cfg(feature = "loom")]
        if let Driver::Loom(loom) = driver() {
            loom.write_unlock(&self.object);
        }
    }

    fn is_locked(&self) -> bool {
        self.real.is_locked()
    }

    fn is_locked_exclusive(&self) -> bool {
        self.real.is_locked_exclusive()
    }
}
