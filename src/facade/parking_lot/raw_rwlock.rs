//! The lock below [`super::RwLock`] and [`super::RecursiveRwLock`].

use std::panic::Location;
use std::time::Duration;

use lock_api::RawRwLock as _;
use parking_lot as real;

use super::super::announce;
use super::super::announce::announce_within;
use super::super::time::Instant;
use crate::engine::explorer::{Let, Operation};
use crate::engine::{Driver, Explorer, Object, driver};
use crate::step::{Kind, Value, What};

pub(super) type At = &'static Location<'static>;

/// A raw reader-writer lock that announces itself and then takes the real one.
///
/// A writer claims it: from then on no new reader gets in, and the writer waits for those that are
/// there. A recursive one lets readers in as long as there is one, so a writer waits until all are gone.
pub struct RawRwLock<const RECURSIVE: bool = false> {
    pub(super) real: real::RawRwLock<RECURSIVE>,
    pub(super) object: Object,
}

/// A raw reader-writer lock that a reader may take again.
pub type RawRwLockRecursive = RawRwLock<true>;

pub(super) const OUTSIDE: &str =
    "the lock is held outside the check: a check cannot share locks with others";

impl<const RECURSIVE: bool> RawRwLock<RECURSIVE> {
    /// Takes the write lock, within a time if there is one. Whether it was had.
    pub(super) fn write(
        &self,
        explorer: &'static Explorer,
        within: Option<Duration>,
        at: At,
    ) -> bool {
        let kind = if RECURSIVE { Kind::WriteLock } else { Kind::Claim };
        let (object, what) = (&self.object, What::RwLock);
        let Some(within) = within else {
            announce(explorer, object, what, kind, at).wrote(None, None);
            return RECURSIVE || explorer.wait_for_readers(object, kind, None, at) != Let::TimeIsUp;
        };
        let operation = Operation { object, what, kind, at, options: 1 };
        let (turn, late) = announce_within(explorer, &operation, within);
        if late || RECURSIVE {
            return turn.attempted_within(late);
        }
        turn.wrote(None, None);
        if explorer.wait_for_readers(object, kind, Some(within), at) == Let::TimeIsUp {
            announce(explorer, object, what, Kind::WriteUnlock, at).wrote(None, None);
            return false;
        }
        true
    }

    /// Gives something back.
    pub(super) fn give_back(&self, kind: Kind) {
        if let Driver::Explorer(explorer) = driver() {
            let at = explorer.held_since(&self.object);
            announce(explorer, &self.object, What::RwLock, kind, at).wrote(None, None);
            if kind == Kind::ReadUnlock {
                explorer.reader_left(&self.object, at);
            }
        }
    }

    /// Whether somebody has it.
    fn look(&self, at: At, look: impl FnOnce() -> bool) -> bool {
        let Driver::Explorer(explorer) = driver() else { return look() };
        let turn = announce(explorer, &self.object, What::RwLock, Kind::Load, at);
        let found = look();
        turn.read(Some(Value::Bool(found)));
        found
    }
}

// SAFETY: exclusion is that of the real lock, as in `RawMutex`.
#[expect(unsafe_code, reason = "`lock_api` is told that this excludes")]
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLock for RawRwLock<RECURSIVE> {
    const INIT: Self = Self { real: real::RawRwLock::INIT, object: Object::unknown() };

    type SharedGuard = <real::RawRwLock<RECURSIVE> as lock_api::RawRwLock>::SharedGuard;
    type ExclusiveGuard = <real::RawRwLock<RECURSIVE> as lock_api::RawRwLock>::ExclusiveGuard;

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
        self.give_back(Kind::ReadUnlock);
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
                self.write(explorer, None, Location::caller());
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
        self.give_back(Kind::WriteUnlock);
        // SAFETY: the caller has the lock, and `guard` is what taking it returned.
        unsafe {
            self.real.unlock_exclusive(guard);
        }
        #[cfg(feature = "loom")]
        if let Driver::Loom(loom) = driver() {
            loom.write_unlock(&self.object);
        }
    }

    #[track_caller]
    fn is_locked(&self) -> bool {
        self.look(Location::caller(), || self.real.is_locked())
    }

    #[track_caller]
    fn is_locked_exclusive(&self) -> bool {
        self.look(Location::caller(), || self.real.is_locked_exclusive())
    }
}

// SAFETY: as above. Under an engine a fair unlock is like any other, as with a `RawMutex`.
#[expect(unsafe_code, reason = "`lock_api` is told that this excludes")]
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLockFair for RawRwLock<RECURSIVE> {
    unsafe fn unlock_shared_fair(&self, guard: Self::SharedGuard) {
        if let Driver::Nobody | Driver::Native(_) = driver() {
            // SAFETY: the caller has the lock, and `guard` is what taking it returned.
            return unsafe { self.real.unlock_shared_fair(guard) };
        }
        // SAFETY: as above.
        unsafe {
            self.unlock_shared(guard);
        }
    }

    unsafe fn unlock_exclusive_fair(&self, guard: Self::ExclusiveGuard) {
        if let Driver::Nobody | Driver::Native(_) = driver() {
            // SAFETY: the caller has the lock, and `guard` is what taking it returned.
            return unsafe { self.real.unlock_exclusive_fair(guard) };
        }
        // SAFETY: as above.
        unsafe {
            self.unlock_exclusive(guard);
        }
    }
}

// SAFETY: as above.
#[expect(unsafe_code, reason = "`lock_api` is told that this excludes")]
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLockTimed for RawRwLock<RECURSIVE> {
    type Duration = Duration;
    type Instant = Instant;

    #[track_caller]
    fn try_lock_shared_for(&self, timeout: Duration) -> Option<Self::SharedGuard> {
        match driver() {
            Driver::Explorer(explorer) => {
                let (object, what, at) = (&self.object, What::RwLock, Location::caller());
                let operation = Operation { object, what, kind: Kind::ReadLock, at, options: 1 };
                let (turn, late) = announce_within(explorer, &operation, timeout);
                let had = turn.attempted_within(late);
                had.then(|| self.real.try_lock_shared().expect(OUTSIDE))
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                loom.refuse(crate::engine::loom::NO_CLOCK);
                None
            }
            _ => self.real.try_lock_shared_for(timeout),
        }
    }

    #[track_caller]
    fn try_lock_shared_until(&self, timeout: Instant) -> Option<Self::SharedGuard> {
        match driver() {
            Driver::Nobody | Driver::Native(_) => self.real.try_lock_shared_until(timeout.into()),
            _ => self.try_lock_shared_for(timeout.left()),
        }
    }

    #[track_caller]
    fn try_lock_exclusive_for(&self, timeout: Duration) -> Option<Self::ExclusiveGuard> {
        match driver() {
            Driver::Explorer(explorer) => {
                let had = self.write(explorer, Some(timeout), Location::caller());
                had.then(|| self.real.try_lock_exclusive().expect(OUTSIDE))
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                loom.refuse(crate::engine::loom::NO_CLOCK);
                None
            }
            _ => self.real.try_lock_exclusive_for(timeout),
        }
    }

    #[track_caller]
    fn try_lock_exclusive_until(&self, timeout: Instant) -> Option<Self::ExclusiveGuard> {
        match driver() {
            Driver::Nobody | Driver::Native(_) => {
                self.real.try_lock_exclusive_until(timeout.into())
            }
            _ => self.try_lock_exclusive_for(timeout.left()),
        }
    }
}
