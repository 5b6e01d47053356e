//! The lock below [`super::Mutex`].

use std::panic::Location;
use std::time::Duration;

use lock_api::RawMutex as _;
use parking_lot as real;

use super::super::announce;
use super::super::announce::announce_within;
use super::super::time::Instant;
use crate::engine::explorer::Operation;
use crate::engine::{Driver, Object, driver};
use crate::step::{Kind, Value, What};

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
        if let Driver::Explorer(explorer) = driver() {
            let at = Location::caller();
            let turn = announce(explorer, &self.object, What::Mutex, Kind::Load, at);
            let locked = self.real.is_locked();
            turn.read(Some(Value::Bool(locked)));
            return locked;
        }
        self.real.is_locked()
    }
}

// SAFETY: as above. Under an engine a fair unlock is like any other: who waits and who is about to
// cannot be told apart, so it may go to anybody whatever it is.
#[expect(unsafe_code, reason = "`lock_api` is told that this excludes")]
unsafe impl lock_api::RawMutexFair for RawMutex {
    unsafe fn unlock_fair(&self, guard: Self::Guard) {
        match driver() {
            Driver::Nobody | Driver::Native(_) => {
                // SAFETY: the caller has the lock, and `guard` is what taking it returned.
                unsafe {
                    self.real.unlock_fair(guard);
                }
            }
            _ => {
                // SAFETY: as above.
                unsafe {
                    self.unlock(guard);
                }
            }
        }
    }
}

// SAFETY: as above.
#[expect(unsafe_code, reason = "`lock_api` is told that this excludes")]
unsafe impl lock_api::RawMutexTimed for RawMutex {
    type Duration = Duration;
    type Instant = Instant;

    #[track_caller]
    fn try_lock_for(&self, timeout: Duration) -> Option<Self::Guard> {
        match driver() {
            Driver::Explorer(explorer) => {
                let (object, what, at) = (&self.object, What::Mutex, Location::caller());
                let operation = Operation { object, what, kind: Kind::Lock, at, options: 1 };
                let (turn, late) = announce_within(explorer, &operation, timeout);
                turn.attempted_within(late).then(|| self.take())
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                loom.refuse(crate::engine::loom::NO_CLOCK);
                None
            }
            _ => self.real.try_lock_for(timeout),
        }
    }

    #[track_caller]
    fn try_lock_until(&self, timeout: Instant) -> Option<Self::Guard> {
        match driver() {
            Driver::Nobody | Driver::Native(_) => self.real.try_lock_until(timeout.into()),
            _ => self.try_lock_for(timeout.left()),
        }
    }
}
