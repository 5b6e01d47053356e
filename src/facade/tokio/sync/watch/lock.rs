//! The lock around the value: who looks at it, and who writes.

use std::fmt;
use std::ops::Deref;
use std::panic::Location;

use ::tokio::sync::watch as real;

use super::super::super::announcing::changes;
use super::sign;
use crate::engine::{Driver, Object, driver};
use crate::step::Kind;

/// The engine's part of the lock around the value.
#[derive(Clone, Copy)]
pub(super) enum Lock {
    Read,
    Write,
}

/// A lock that is held until this is dropped.
pub(super) struct Holding<'a> {
    pub(super) object: &'a Object,
    pub(super) lock: Lock,
    pub(super) at: &'static Location<'static>,
}

impl<'a> Holding<'a> {
    pub(super) fn new(object: &'a Object, lock: Lock, at: &'static Location<'static>) -> Self {
        match driver() {
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => match lock {
                Lock::Read => loom.read_lock(object),
                Lock::Write => loom.write_lock(object),
            },
            Driver::Explorer(_) => {
                let (name, kind) = match lock {
                    Lock::Read => ("read", Kind::ReadLock),
                    Lock::Write => ("write", Kind::WriteLock),
                };
                changes(object, sign(name, at), kind);
            }
            _ => {}
        }
        Self { object, lock, at }
    }
}

impl Drop for Holding<'_> {
    fn drop(&mut self) {
        match driver() {
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => match self.lock {
                Lock::Read => loom.read_unlock(self.object),
                Lock::Write => loom.write_unlock(self.object),
            },
            Driver::Explorer(_) => {
                let kind = match self.lock {
                    Lock::Read => Kind::ReadUnlock,
                    Lock::Write => Kind::WriteUnlock,
                };
                changes(self.object, sign("unlock", self.at), kind);
            }
            _ => {}
        }
    }
}

/// The value, being looked at, as in [`::tokio::sync::watch`].
pub struct Ref<'a, T> {
    // Dropped first: whoever waits for the lock must find the real one free.
    pub(super) real: real::Ref<'a, T>,
    pub(super) has_changed: bool,
    pub(super) _holding: Holding<'a>,
}

impl<T> Ref<'_, T> {
    /// As in the original.
    pub fn has_changed(&self) -> bool {
        self.has_changed
    }
}

impl<T> Deref for Ref<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.real
    }
}

impl<T: fmt::Debug> fmt::Debug for Ref<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

pub(super) fn look<'a, T>(
    object: &'a Object,
    at: &'static Location<'static>,
    real: impl FnOnce() -> real::Ref<'a, T>,
) -> Ref<'a, T> {
    let holding = Holding::new(object, Lock::Read, at);
    let real = real();
    Ref { has_changed: real.has_changed(), real, _holding: holding }
}
