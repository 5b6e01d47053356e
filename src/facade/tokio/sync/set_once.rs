//! Mirrors [`::tokio::sync::SetOnce`].

use std::fmt;
use std::future::Future;
use std::panic::Location;

use ::tokio::sync::{self as real, SetOnceError};

use super::super::announcing::{Sign, now, until_freely_ready};
use crate::engine::Object;
use crate::step::What;

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::OnceCell, name, at }
}

/// A value that is set once and waited for, as in [`::tokio::sync`].
pub struct SetOnce<T> {
    object: Object,
    real: real::SetOnce<T>,
}

impl<T> SetOnce<T> {
    /// As in the original.
    #[track_caller]
    pub fn new() -> Self {
        Self::const_new()
    }

    /// As in the original.
    #[track_caller]
    pub const fn const_new() -> Self {
        Self { object: Object::at(Location::caller()), real: real::SetOnce::const_new() }
    }

    /// As in the original.
    #[track_caller]
    pub fn new_with(value: Option<T>) -> Self {
        Self { object: Object::at(Location::caller()), real: real::SetOnce::new_with(value) }
    }

    /// As in the original.
    #[track_caller]
    pub const fn const_new_with(value: T) -> Self {
        Self { object: Object::at(Location::caller()), real: real::SetOnce::const_new_with(value) }
    }

    /// As in the original.
    #[track_caller]
    pub fn initialized(&self) -> bool {
        let sign = sign("initialized", Location::caller());
        now(&self.object, sign, || self.real.initialized(), |_| false)
    }

    /// As in the original.
    #[track_caller]
    pub fn get(&self) -> Option<&T> {
        now(&self.object, sign("get", Location::caller()), || self.real.get(), |_| false)
    }

    /// As in the original.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), SetOnceError<T>> {
        let sign = sign("set", Location::caller());
        now(&self.object, sign, || self.real.set(value), Result::is_ok)
    }

    /// As in the original.
    pub fn into_inner(self) -> Option<T> {
        self.real.into_inner()
    }

    /// As in the original.
    #[track_caller]
    pub fn wait(&self) -> impl Future<Output = &T> {
        let sign = sign("wait", Location::caller());
        until_freely_ready(&self.object, sign, self.real.wait())
    }
}

impl<T> Default for SetOnce<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for SetOnce<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

impl<T: Clone> Clone for SetOnce<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        Self::new_with(self.get().cloned())
    }
}

impl<T: PartialEq> PartialEq for SetOnce<T> {
    #[track_caller]
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for SetOnce<T> {}

impl<T> From<T> for SetOnce<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Self::const_new_with(value)
    }
}
