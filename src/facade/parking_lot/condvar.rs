//! Mirrors `parking_lot::Condvar`.

use std::fmt;
use std::panic::Location;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::Duration;

use lock_api::{RawMutex as _, WaitTimeoutResult};
use parking_lot as real;

use super::super::announce;
use super::super::time::Instant;
use super::{MutexGuard, RawMutex};
use crate::engine::{Driver, Object, driver};
use crate::step::{Kind, What};

/// A condition variable, as in `parking_lot`. Under the explorer a `notify_one` may wake any of the
/// waiters. Under loom the number of those woken is not known, and is said to be none.
pub struct Condvar {
    inner: lock_api::Condvar<RawCondvar>,
}

impl Condvar {
    /// As in the original.
    pub const fn new() -> Self {
        Self { inner: lock_api::Condvar::new() }
    }

    /// As in the original.
    #[track_caller]
    pub fn wait<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>) {
        self.inner.raw().called_at(Location::caller());
        self.inner.wait(guard);
    }

    /// As in the original.
    #[track_caller]
    pub fn wait_while<T: ?Sized, F: FnMut(&mut T) -> bool>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        mut condition: F,
    ) {
        while condition(guard) {
            self.wait(guard);
        }
    }

    /// As in the original; under the explorer the time is virtual, and may be up at any moment.
    #[track_caller]
    pub fn wait_for<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        timeout: Duration,
    ) -> WaitTimeoutResult {
        self.inner.raw().called_at(Location::caller());
        self.inner.wait_for(guard, timeout)
    }

    /// As in the original.
    #[track_caller]
    pub fn wait_until<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        timeout: Instant,
    ) -> WaitTimeoutResult {
        self.inner.raw().called_at(Location::caller());
        self.inner.wait_until(guard, timeout)
    }

    /// As in the original.
    #[track_caller]
    pub fn wait_while_for<T: ?Sized, F: FnMut(&mut T) -> bool>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        condition: F,
        timeout: Duration,
    ) -> WaitTimeoutResult {
        if let Some(timeout) = Instant::now().checked_add(timeout) {
            return self.wait_while_until(guard, condition, timeout);
        }
        self.wait_while(guard, condition);
        self.in_time(guard)
    }

    /// As in the original.
    #[track_caller]
    pub fn wait_while_until<T: ?Sized, F: FnMut(&mut T) -> bool>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        mut condition: F,
        timeout: Instant,
    ) -> WaitTimeoutResult {
        let mut result: Option<WaitTimeoutResult> = None;
        loop {
            if !condition(guard) {
                return self.in_time(guard);
            }
            if let Some(result) = result.filter(|result| result.timed_out()) {
                return result;
            }
            result = Some(self.wait_until(guard, timeout));
        }
    }

    /// That a wait was in time: the original makes its result itself. This waits for nothing.
    fn in_time<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>) -> WaitTimeoutResult {
        self.inner.wait_while_until(guard, |_| false, Instant::after(Duration::ZERO))
    }

    /// As in the original: what is done to it directly, is done from an unknown line.
    pub fn raw(&self) -> &RawCondvar {
        self.inner.raw()
    }

    /// As in the original.
    #[track_caller]
    pub fn notify_one(&self) -> bool {
        self.inner.raw().called_at(Location::caller());
        self.inner.notify_one()
    }

    /// As in the original.
    #[track_caller]
    pub fn notify_all(&self) -> usize {
        self.inner.raw().called_at(Location::caller());
        self.inner.notify_all()
    }
}

impl Default for Condvar {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condvar").finish_non_exhaustive()
    }
}

/// The condition variable below [`Condvar`].
pub struct RawCondvar {
    real: real::RawCondvar,
    object: Object,
    /// The line that calls, which `lock_api` does not pass on here.
    caller: AtomicPtr<Location<'static>>,
}

impl RawCondvar {
    fn called_at(&self, at: &'static Location<'static>) {
        // ORDERING: only looked at under an engine, where one thread does all the work.
        self.caller.store(ptr::from_ref(at).cast_mut(), Ordering::Relaxed);
    }

    fn caller(&self) -> &'static Location<'static> {
        let at = self.caller.load(Ordering::Relaxed);
        // SAFETY: it is null or came from a `&'static Location`.
        #[expect(unsafe_code, reason = "there is no atomic reference")]
        let at = unsafe { at.as_ref() };
        at.unwrap_or(Location::caller())
    }
}

// SAFETY: `wait` gives the lock back and takes it again before it returns, also when it unwinds: the
// real condition variable does so itself, and under an engine nothing between the two unwinds but the
// end of the check, where `guard` is made anew first.
#[expect(unsafe_code, reason = "`lock_api` is told that a wait restores the lock")]
unsafe impl lock_api::RawCondvar for RawCondvar {
    const INIT: Self = Self {
        real: real::RawCondvar::INIT,
        object: Object::unknown(),
        caller: AtomicPtr::new(ptr::null_mut()),
    };

    type RawMutex = RawMutex;

    unsafe fn wait(&self, mutex: &RawMutex, guard: &mut <RawMutex as lock_api::RawMutex>::Guard) {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = self.caller();
                announce(explorer, &self.object, What::Condvar, Kind::Wait, at).wrote(None, None);
                let _again = Again::new(mutex, guard);
                explorer.wait(&self.object, &mutex.object, at);
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                let _again = Again::new(mutex, guard);
                loom.wait(&self.object, &mutex.object);
            }
            _ => {
                // SAFETY: the caller has `mutex`, and `guard` is what taking it returned.
                unsafe {
                    self.real.wait(&mutex.real, guard);
                }
            }
        }
    }

    fn notify_one(&self) -> bool {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = self.caller();
                announce(explorer, &self.object, What::Condvar, Kind::NotifyOne, at)
                    .wrote(None, None);
                explorer.woken(&self.object, at) > 0
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                loom.notify_one(&self.object);
                false
            }
            _ => self.real.notify_one(),
        }
    }

    fn notify_all(&self) -> usize {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = self.caller();
                announce(explorer, &self.object, What::Condvar, Kind::NotifyAll, at)
                    .wrote(None, None);
                explorer.woken(&self.object, at)
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                loom.notify_all(&self.object);
                0
            }
            _ => self.real.notify_all(),
        }
    }
}

// SAFETY: as above.
#[expect(unsafe_code, reason = "`lock_api` is told that a wait restores the lock")]
unsafe impl lock_api::RawCondvarTimed for RawCondvar {
    fn checked_duration_to_instant(timeout: &Duration) -> Option<Instant> {
        Instant::now().checked_add(*timeout)
    }

    unsafe fn wait_until(
        &self,
        mutex: &RawMutex,
        guard: &mut <RawMutex as lock_api::RawMutex>::Guard,
        timeout: &Instant,
    ) -> bool {
        match driver() {
            Driver::Nobody | Driver::Native(_) => {
                let timeout = (*timeout).into();
                // SAFETY: the caller has `mutex`, and `guard` is what taking it returned.
                unsafe { self.real.wait_until(&mutex.real, guard, &timeout) }
            }
            // SAFETY: as above.
            _ => unsafe { self.wait_for(mutex, guard, &timeout.left()) },
        }
    }

    unsafe fn wait_for(
        &self,
        mutex: &RawMutex,
        guard: &mut <RawMutex as lock_api::RawMutex>::Guard,
        timeout: &Duration,
    ) -> bool {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = self.caller();
                announce(explorer, &self.object, What::Condvar, Kind::Wait, at).wrote(None, None);
                let _again = Again::new(mutex, guard);
                explorer.wait_within(&self.object, &mutex.object, *timeout, at)
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                loom.refuse(crate::engine::loom::NO_CLOCK);
                true
            }
            _ => {
                // SAFETY: the caller has `mutex`, and `guard` is what taking it returned.
                unsafe { self.real.wait_for(&mutex.real, guard, timeout) }
            }
        }
    }
}

/// Gives the real lock back for as long as it lives, and takes it again at its end.
struct Again<'a> {
    mutex: &'a RawMutex,
    guard: &'a mut <RawMutex as lock_api::RawMutex>::Guard,
}

impl<'a> Again<'a> {
    fn new(mutex: &'a RawMutex, guard: &'a mut <RawMutex as lock_api::RawMutex>::Guard) -> Self {
        // SAFETY: the guard's state is moved out, and `drop` puts a new one in its place before
        // anybody can look: it runs on a return and on an unwinding alike.
        #[expect(unsafe_code, reason = "the state of a lent guard cannot be moved otherwise")]
        let state = unsafe { ptr::read(guard) };
        // SAFETY: that was the state of the lock which the caller of `wait` has.
        #[expect(unsafe_code, reason = "a wait gives back a lock that its caller has")]
        unsafe {
            mutex.real.unlock(state);
        }
        Self { mutex, guard }
    }
}

impl Drop for Again<'_> {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Driver::Explorer(explorer) = driver()
        {
            // The wait was cut short, so the engine has not given the lock back to this strand.
            let at = Location::caller();
            announce(explorer, &self.mutex.object, What::Mutex, Kind::Lock, at).wrote(None, None);
        }
        let state = match self.mutex.real.try_lock() {
            Some(state) => state,
            // Only when loom has failed: its strands are unwound in no good order, and the holder's
            // turn is still to come. Nobody looks at the data any more.
            None if std::thread::panicking() => forged(),
            None => self.mutex.take(),
        };
        // SAFETY: the old state was moved out in `new`.
        #[expect(unsafe_code, reason = "the old state must not be dropped a second time")]
        unsafe {
            ptr::write(self.guard, state);
        }
    }
}

/// The state of a guard that holds nothing.
fn forged() -> <RawMutex as lock_api::RawMutex>::Guard {
    const { assert!(size_of::<<RawMutex as lock_api::RawMutex>::Guard>() == 0) };
    // SAFETY: the type has no bytes, and no destructor that could tell.
    #[expect(unsafe_code, reason = "a wait must restore a guard even when it unwinds")]
    unsafe {
        ptr::NonNull::dangling().read()
    }
}
