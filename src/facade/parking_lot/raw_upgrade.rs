//! The ways in which a reader-writer lock becomes another: upgrades and downgrades.
//!
//! Who may upgrade reads beside other readers, and nobody else may upgrade or write meanwhile. When it
//! does, no new reader gets in, and it waits for those that are there.

use std::panic::Location;
use std::time::Duration;

use lock_api::RawRwLockUpgrade as _;
use parking_lot as real;

use super::super::announce;
use super::super::announce::announce_within;
use super::super::time::Instant;
use super::raw_rwlock::{At, OUTSIDE, RawRwLock};
use crate::engine::explorer::{Let, Operation};
use crate::engine::{Driver, Explorer, driver};
use crate::step::{Kind, TO_UPGRADABLE, What};

/// What is said of such a lock under loom.
#[cfg(feature = "loom")]
const NOT_IN_LOOM: &str = "loom has no reader-writer lock that can be upgraded or downgraded\n\
    help: check the program with the explorer";

/// Ends a check by loom.
fn refuse() {
    #[cfg(feature = "loom")]
    if let Driver::Loom(loom) = driver() {
        loom.refuse(NOT_IN_LOOM);
    }
}

impl<const RECURSIVE: bool> RawRwLock<RECURSIVE> {
    /// The lock becomes another. What the pairs of its steps do not show, a search has to know.
    fn becomes(&self, kind: Kind, at: At) {
        if let Driver::Explorer(explorer) = driver() {
            explorer.is_subtle();
            announce(explorer, &self.object, What::RwLock, kind, at).wrote(None, None);
        }
    }

    /// Becomes a writer, within a time if there is one. Whether it has.
    fn upgrades(&self, explorer: &'static Explorer, within: Option<Duration>, at: At) -> bool {
        self.becomes(Kind::Upgrade, at);
        let ended = explorer.wait_for_readers(&self.object, Kind::Upgrade, within, at);
        if ended == Let::TimeIsUp {
            self.becomes(Kind::Downgrade(TO_UPGRADABLE), at);
            return false;
        }
        true
    }
}

// SAFETY: exclusion is that of the real lock, which is asked each time.
#[expect(unsafe_code, reason = "`lock_api` is told that this excludes")]
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLockDowngrade for RawRwLock<RECURSIVE> {
    #[track_caller]
    unsafe fn downgrade(&self, guard: Self::ExclusiveGuard) -> Self::SharedGuard {
        refuse();
        self.becomes(Kind::Downgrade("downgrade"), Location::caller());
        // SAFETY: the caller has the lock, and `guard` is what taking it returned.
        unsafe { self.real.downgrade(guard) }
    }
}

// SAFETY: as above.
#[expect(unsafe_code, reason = "`lock_api` is told that this excludes")]
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLockUpgrade for RawRwLock<RECURSIVE> {
    type UpgradableGuard =
        <real::RawRwLock<RECURSIVE> as lock_api::RawRwLockUpgrade>::UpgradableGuard;

    #[track_caller]
    fn lock_upgradable(&self) -> Self::UpgradableGuard {
        refuse();
        if let Driver::Explorer(_) = driver() {
            self.becomes(Kind::UpgradableLock, Location::caller());
            return self.real.try_lock_upgradable().expect(OUTSIDE);
        }
        self.real.lock_upgradable()
    }

    #[track_caller]
    fn try_lock_upgradable(&self) -> Option<Self::UpgradableGuard> {
        refuse();
        if let Driver::Explorer(explorer) = driver() {
            explorer.is_subtle();
            let at = Location::caller();
            let turn = announce(explorer, &self.object, What::RwLock, Kind::TryUpgradableLock, at);
            return turn.attempted().then(|| self.real.try_lock_upgradable().expect(OUTSIDE));
        }
        self.real.try_lock_upgradable()
    }

    unsafe fn unlock_upgradable(&self, guard: Self::UpgradableGuard) {
        self.give_back(Kind::UpgradableUnlock);
        // SAFETY: the caller has the lock, and `guard` is what taking it returned.
        unsafe {
            self.real.unlock_upgradable(guard);
        }
    }

    #[track_caller]
    unsafe fn upgrade(&self, guard: Self::UpgradableGuard) -> Self::ExclusiveGuard {
        if let Driver::Explorer(explorer) = driver() {
            self.upgrades(explorer, None, Location::caller());
        }
        // SAFETY: as above. Under the explorer the last reader has left, so nobody waits here.
        unsafe { self.real.upgrade(guard) }
    }

    #[track_caller]
    unsafe fn try_upgrade(
        &self,
        guard: Self::UpgradableGuard,
    ) -> Result<Self::ExclusiveGuard, Self::UpgradableGuard> {
        if let Driver::Explorer(explorer) = driver() {
            let at = Location::caller();
            let turn = announce(explorer, &self.object, What::RwLock, Kind::TryUpgrade, at);
            if !turn.attempted() {
                return Err(guard);
            }
        }
        // SAFETY: as above.
        unsafe { self.real.try_upgrade(guard) }
    }
}

// SAFETY: as above.
#[expect(unsafe_code, reason = "`lock_api` is told that this excludes")]
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLockUpgradeFair for RawRwLock<RECURSIVE> {
    unsafe fn unlock_upgradable_fair(&self, guard: Self::UpgradableGuard) {
        self.give_back(Kind::UpgradableUnlock);
        // SAFETY: as above.
        unsafe {
            self.real.unlock_upgradable_fair(guard);
        }
    }
}

// SAFETY: as above.
#[expect(unsafe_code, reason = "`lock_api` is told that this excludes")]
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLockUpgradeDowngrade for RawRwLock<RECURSIVE> {
    #[track_caller]
    unsafe fn downgrade_upgradable(&self, guard: Self::UpgradableGuard) -> Self::SharedGuard {
        self.becomes(Kind::Downgrade("downgrade"), Location::caller());
        // SAFETY: as above.
        unsafe { self.real.downgrade_upgradable(guard) }
    }

    #[track_caller]
    unsafe fn downgrade_to_upgradable(&self, guard: Self::ExclusiveGuard) -> Self::UpgradableGuard {
        refuse();
        self.becomes(Kind::Downgrade(TO_UPGRADABLE), Location::caller());
        // SAFETY: as above.
        unsafe { self.real.downgrade_to_upgradable(guard) }
    }
}

// SAFETY: as above.
#[expect(unsafe_code, reason = "`lock_api` is told that this excludes")]
unsafe impl<const RECURSIVE: bool> lock_api::RawRwLockUpgradeTimed for RawRwLock<RECURSIVE> {
    #[track_caller]
    fn try_lock_upgradable_for(&self, timeout: Duration) -> Option<Self::UpgradableGuard> {
        refuse();
        if let Driver::Explorer(explorer) = driver() {
            let (object, what, at) = (&self.object, What::RwLock, Location::caller());
            let operation = Operation { object, what, kind: Kind::UpgradableLock, at, options: 1 };
            let (turn, late) = announce_within(explorer, &operation, timeout);
            let had = turn.attempted_within(late);
            return had.then(|| self.real.try_lock_upgradable().expect(OUTSIDE));
        }
        self.real.try_lock_upgradable_for(timeout)
    }

    #[track_caller]
    fn try_lock_upgradable_until(&self, timeout: Instant) -> Option<Self::UpgradableGuard> {
        match driver() {
            Driver::Nobody | Driver::Native(_) => {
                self.real.try_lock_upgradable_until(timeout.into())
            }
            _ => self.try_lock_upgradable_for(timeout.left()),
        }
    }

    #[track_caller]
    unsafe fn try_upgrade_for(
        &self,
        guard: Self::UpgradableGuard,
        timeout: Duration,
    ) -> Result<Self::ExclusiveGuard, Self::UpgradableGuard> {
        if let Driver::Explorer(explorer) = driver()
            && !self.upgrades(explorer, Some(timeout), Location::caller())
        {
            return Err(guard);
        }
        // SAFETY: as above.
        unsafe { self.real.try_upgrade_for(guard, timeout) }
    }

    #[track_caller]
    unsafe fn try_upgrade_until(
        &self,
        guard: Self::UpgradableGuard,
        timeout: Instant,
    ) -> Result<Self::ExclusiveGuard, Self::UpgradableGuard> {
        match driver() {
            Driver::Nobody | Driver::Native(_) => {
                // SAFETY: as above.
                unsafe { self.real.try_upgrade_until(guard, timeout.into()) }
            }
            // SAFETY: as above.
            _ => unsafe { self.try_upgrade_for(guard, timeout.left()) },
        }
    }
}
