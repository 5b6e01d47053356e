//! Mirrors [`std::sync::OnceLock`].

use std::fmt;
use std::sync as real;

use super::once::{After, Once};
use super::slot::Slot;
use crate::engine::{Driver, driver};

/// A value that is set once, as in [`std::sync`]. In every execution it is still to be set.
pub struct OnceLock<T> {
    once: Once,
    real: real::OnceLock<T>,
    slot: Slot<T>,
}

/// Whether no engine drives.
fn is_real() -> bool {
    matches!(driver(), Driver::Nobody | Driver::Native(_))
}

impl<T> OnceLock<T> {
    /// As in the original.
    #[track_caller]
    pub const fn new() -> Self {
        Self { once: Once::new(), real: real::OnceLock::new(), slot: Slot::new() }
    }

    /// As in the original.
    #[track_caller]
    pub fn get(&self) -> Option<&T> {
        if let Some(value) = self.real.get() {
            return Some(value);
        }
        if !is_real() && !self.once.is_completed() {
            return None;
        }
        self.slot.get()
    }

    /// As in the original. No step: nobody else can have it.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.real.get_mut().or_else(|| self.slot.get_mut())
    }

    /// As in the original.
    #[track_caller]
    pub fn wait(&self) -> &T {
        if is_real() && self.slot.get().is_none() {
            return self.real.wait();
        }
        self.once.wait_force();
        self.there()
    }

    /// As in the original.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        self.get_or_init(|| value.take().expect("internal error: set twice"));
        match value {
            None => Ok(()),
            Some(value) => Err(value),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn get_or_init<F: FnOnce() -> T>(&self, f: F) -> &T {
        if is_real() {
            return match self.slot.get() {
                Some(value) => value,
                None => self.real.get_or_init(f),
            };
        }
        if self.real.get().is_none() {
            self.once.call(After::TriesAgain, |_| self.slot.put(f()));
        }
        self.there()
    }

    /// As in the original.
    pub fn into_inner(mut self) -> Option<T> {
        self.take()
    }

    /// As in the original. No step: nobody else can have it.
    pub fn take(&mut self) -> Option<T> {
        let value = self.real.take().or_else(|| self.slot.take());
        self.once.reset();
        value
    }

    fn there(&self) -> &T {
        let there = self.real.get().or_else(|| self.slot.get());
        there.expect("internal error: a value that was set is gone")
    }
}

impl<T> Default for OnceLock<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("OnceLock");
        match self.real.get().or_else(|| self.slot.get()) {
            Some(value) => tuple.field(value),
            None => tuple.field(&format_args!("<uninit>")),
        };
        tuple.finish()
    }
}

impl<T: Clone> Clone for OnceLock<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        match self.get() {
            Some(value) => Self::from(value.clone()),
            None => Self::new(),
        }
    }
}

impl<T> From<T> for OnceLock<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        let mut lock = Self::new();
        lock.real = real::OnceLock::from(value);
        lock
    }
}

impl<T: PartialEq> PartialEq for OnceLock<T> {
    #[track_caller]
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceLock<T> {}
