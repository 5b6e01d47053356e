//! Mirrors [`std::sync::Condvar`].

use std::fmt;
use std::panic::Location;
use std::sync::{self as real, LockResult, PoisonError};
use std::time::Duration;

use super::super::announce;
use super::super::deadline::Deadline;
use super::mutex::MutexGuard;
use crate::engine::{Driver, Object, driver};
use crate::step::{Kind, What};

/// A condition variable, as in [`std::sync`]. Under the explorer a `notify_one` may wake any of the
/// waiters, and nobody wakes for no reason unless [`Check::spurious_wakeups`](crate::Check::spurious_wakeups)
/// says so.
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
                let wakes = explorer.announce_wait(&self.object, at);
                let lock = guard.release();
                if wakes {
                    explorer.wake_at_once(&lock.object, at);
                } else {
                    explorer.wait(&self.object, &lock.object, at);
                }
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
    pub fn wait_while<'a, T, F: FnMut(&mut T) -> bool>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: F,
    ) -> LockResult<MutexGuard<'a, T>> {
        while condition(&mut guard) {
            guard = self.wait(guard).map_err(|poisoned| PoisonError::new(poisoned.into_inner()))?;
        }
        Ok(guard)
    }

    /// As in the original; under the explorer the time is virtual, and may be up at any moment.
    #[track_caller]
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        dur: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let (locked, timed_out) = match driver() {
            Driver::Explorer(explorer) => {
                let at = Location::caller();
                let wakes = explorer.announce_wait(&self.object, at);
                let lock = guard.release();
                let timed_out = if wakes {
                    explorer.wake_at_once(&lock.object, at);
                    false
                } else {
                    explorer.wait_within(&self.object, &lock.object, dur, at)
                };
                (lock.hold(lock.taken()), timed_out)
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                loom.refuse(crate::engine::loom::NO_CLOCK);
                (Ok(guard), true)
            }
            _ => {
                let (lock, guard) = guard.into_real();
                return match self.real.wait_timeout(guard, dur) {
                    Ok((guard, waited)) => {
                        let result = WaitTimeoutResult(waited.timed_out());
                        with_result(lock.hold(Ok(guard)), result)
                    }
                    Err(poisoned) => {
                        let (guard, waited) = poisoned.into_inner();
                        let result = WaitTimeoutResult(waited.timed_out());
                        with_result(lock.hold(Err(PoisonError::new(guard))), result)
                    }
                };
            }
        };
        with_result(locked, WaitTimeoutResult(timed_out))
    }

    /// As in the original. Under the explorer the clock does not start anew with each wake-up.
    #[track_caller]
    pub fn wait_timeout_while<'a, T, F: FnMut(&mut T) -> bool>(
        &self,
        mut guard: MutexGuard<'a, T>,
        dur: Duration,
        mut condition: F,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let deadline = Deadline::after(dur);
        loop {
            if !condition(&mut guard) {
                return Ok((guard, WaitTimeoutResult(false)));
            }
            let Some(left) = deadline.left() else {
                return Ok((guard, WaitTimeoutResult(true)));
            };
            guard = self.wait_timeout(guard, left)?.0;
        }
    }

    /// As in the original.
    #[track_caller]
    #[deprecated(note = "replaced by `wait_timeout`, as in the original")]
    pub fn wait_timeout_ms<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        ms: u32,
    ) -> LockResult<(MutexGuard<'a, T>, bool)> {
        let told =
            |(guard, result): (MutexGuard<'a, T>, WaitTimeoutResult)| (guard, !result.timed_out());
        match self.wait_timeout(guard, Duration::from_millis(ms.into())) {
            Ok(waited) => Ok(told(waited)),
            Err(poisoned) => Err(PoisonError::new(told(poisoned.into_inner()))),
        }
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

fn with_result<G>(
    locked: LockResult<G>,
    result: WaitTimeoutResult,
) -> LockResult<(G, WaitTimeoutResult)> {
    match locked {
        Ok(guard) => Ok((guard, result)),
        Err(poisoned) => Err(PoisonError::new((poisoned.into_inner(), result))),
    }
}

/// Whether a wait has lasted too long, as in [`std::sync`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// As in the original.
    pub fn timed_out(&self) -> bool {
        self.0
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
