//! What does a lock guard at the beginning of each execution?
//!
//! A lock that lives longer than an execution, a static above all, would begin the next one with what
//! the last has left. Where the data is a primitive it gets back the value that it had when a check
//! first used it. Where it is not, nobody can tell how to: then it may be read in every execution, and
//! be written in one only. A second is refused.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::super::fresh::execution;
use super::initial::Initial;
use super::mutex::{restore, shown};
use crate::engine::{Age, Driver, Object, driver};
use crate::step::Value;

/// What is said of a lock that cannot begin afresh.
const STALE: &str = "a lock that lives longer than an execution guards what an execution before has \
    changed, and only primitives can be put back\nhelp: make it in the program, or in a static LazyLock";

/// What a lock guarded at first.
pub(super) struct First {
    value: Initial<Value>,
    /// Whether anybody may have changed what it guards since.
    changed: AtomicBool,
    /// What it guarded when it was taken, for whoever has it. WHY: not in the guard, which is moved about also where
    /// nobody asks.
    taken: Mutex<Option<Value>>,
}

impl First {
    pub(super) const fn new() -> Self {
        Self { value: Initial::new(), changed: AtomicBool::new(false), taken: Mutex::new(None) }
    }

    /// Somebody may change what is guarded.
    pub(super) fn is_changed(&self) {
        // ORDERING: only looked at under an engine, where one thread does all the work.
        self.changed.store(true, Ordering::Relaxed);
    }

    /// The lock was taken, under the explorer, and guards this.
    pub(super) fn is_taken<T: ?Sized>(&self, guarded: &T) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = shown(guarded);
    }

    /// The lock is given back, under the explorer: what it guarded when it was taken and what it guards, if that
    /// can be told and is not the same.
    pub(super) fn is_given_back<T: ?Sized>(&self, guarded: &T) -> Option<(Value, Value)> {
        let before = self.taken.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        shown(guarded).filter(|after| *after != before).map(|after| (before, after))
    }

    /// An engine is about to use the lock. `with` lends out what it guards, if nobody has it, and
    /// forgets that somebody has panicked with it.
    pub(super) fn start_afresh<T: ?Sized>(
        &self,
        object: &Object,
        with: impl FnOnce(Age, &mut dyn FnMut(&mut T)),
    ) {
        let age = object.age(execution());
        if age == Age::Known {
            return;
        }
        let mut stale = false;
        with(age, &mut |guarded: &mut T| match (age, self.value.kept()) {
            (Age::New, _) => {
                // ORDERING: as above.
                self.changed.store(false, Ordering::Relaxed);
                if let Some(value) = shown(guarded) {
                    self.value.keep(value);
                }
            }
            (_, Some(value)) => restore(guarded, value),
            (_, None) => {
                stale = self.changed.load(Ordering::Relaxed) && size_of_val(guarded) > 0;
            }
        });
        match driver() {
            Driver::Explorer(explorer) if stale => explorer.refuse(STALE),
            #[cfg(feature = "loom")]
            Driver::Loom(loom) if stale => loom.refuse(STALE),
            _ => {}
        }
    }
}
