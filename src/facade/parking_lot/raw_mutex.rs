//! The lock below [`super::Mutex`].

use std::panic::Location;

use lock_api::RawMutex as _;
use parking_lot as real;

use super::super::announce;
use crate::engine::{Driver, Object, driver};
use crate::step::{Kind, What};

/// A raw lock that announces itself and then takes the real one.
pub struct RawMutex {
    pub(super) real: real::RawMutex,
    pub(super) object: Object,
}

impl RawMutex {
    /// Takes the real lock, which the engine has found free.
    pub(super) fn take(&self) -> <real::RawMutex as lock_api::RawMutex>::Guard {
        self.real
            .try_lock()
            .expect("the lock is held outside the check: a check cannot share locks with others")
    }
}

// SAFETY: mutual exclusion is that of the real lock: every path that returns a guard has taken it,
// and `unlock` gives it back. The engine only says when. An operation unwinds before it has taken the
// lock, or, in `unlock`, not at all: during an unwinding an announcement does not unwind.
#[expect(unsafe_code, reason = "`lock_api` is told that this excludes")]
unsafe impl lock_api::RawMutex for RawMutex {
    const INIT: Self = Self { real: real::RawMutex::INIT, object: Object::unknown() };

    type Guard = <real::RawMutex as lock_api::RawMutex>::Guard;

    #[track_caller]
    fn lock(&self) -> Self::Guard {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = Location::caller();
                announce(explorer, &self.object, What::Mutex, Kind::Lock, at).wrote(None, None);
                self.take()
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                loom.lock(&self.object);
                self.take()
            }
            _ => self.real.lock(),
        }
    }

    #[track_caller]
    fn try_lock(&self) -> Option<Self::Guard> {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = Location::caller();
                let turn = announce(explorer, &self.object, What::Mutex, Kind::TryLock, at);
                turn.attempted().then(|| self.take())
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => loom.try_lock(&self.object).then(|| self.take()),
            _ => self.real.try_lock(),
        }
    }

    unsafe fn unlock(&self, guard: Self::Guard) {
        if let Driver::Explorer(explorer) = driver() {
            let at = explorer.held_since(&self.object);
            announce(explorer, &self.object, What::Mutex, Kind::Unlock, at).wrote(None, None);
        }
        // SAFETY: the caller has the lock, and `guard` is what taking it returned.
        unsafe {
            self.real.unlock(guard);
        }
        #[cfg(feature = "loom")]
        if let Driver::Loom(loom) = driver() {
            loom.unlock(&self.object);
        }
    }

    fn is_locked(&self) -> bool {
        self.real.is_locked()
    }
}
