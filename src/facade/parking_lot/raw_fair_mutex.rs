//! The lock below [`super::FairMutex`].

use std::time::Duration;

use super::super::time::Instant;
use lock_api::RawMutexFair as _;

use super::RawMutex;

/// A raw lock that is always given back fairly.
pub struct RawFairMutex(RawMutex);

// SAFETY: all of it is done by the lock inside.
#[expect(unsafe_code, reason = "`lock_api` is told that this excludes")]
unsafe impl lock_api::RawMutex for RawFairMutex {
    const INIT: Self = Self(RawMutex::INIT);

    type Guard = <RawMutex as lock_api::RawMutex>::Guard;

    #[track_caller]
    fn lock(&self) -> Self::Guard {
        self.0.lock()
    }

    #[track_caller]
    fn try_lock(&self) -> Option<Self::Guard> {
        self.0.try_lock()
    }

    unsafe fn unlock(&self, guard: Self::Guard) {
        // SAFETY: the caller has the lock, and `guard` is what taking it returned.
        unsafe {
            self.0.unlock_fair(guard);
        }
    }

    #[track_caller]
    fn is_locked(&self) -> bool {
        self.0.is_locked()
    }
}

// SAFETY: as above.
#[expect(unsafe_code, reason = "`lock_api` is told that this excludes")]
unsafe impl lock_api::RawMutexFair for RawFairMutex {
    unsafe fn unlock_fair(&self, guard: Self::Guard) {
        // SAFETY: as in `unlock`.
        unsafe {
            self.0.unlock_fair(guard);
        }
    }
}

// SAFETY: as above.
#[expect(unsafe_code, reason = "`lock_api` is told that this excludes")]
unsafe impl lock_api::RawMutexTimed for RawFairMutex {
    type Duration = Duration;
    type Instant = Instant;

    #[track_caller]
    fn try_lock_for(&self, timeout: Duration) -> Option<Self::Guard> {
        self.0.try_lock_for(timeout)
    }

    #[track_caller]
    fn try_lock_until(&self, timeout: Instant) -> Option<Self::Guard> {
        self.0.try_lock_until(timeout)
    }
}
