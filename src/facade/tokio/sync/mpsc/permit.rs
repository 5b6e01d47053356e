//! Room in a channel that was set aside.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use ::tokio::sync::mpsc as real;

use super::super::super::announcing::{changes, now};
use super::{Sender, Shared, sign};
use crate::step::Kind;

/// What a permit says that was used up.
const USED: &str = "internal error: a permit that was used";

/// Room for one message, as in [`::tokio::sync::mpsc`].
pub struct Permit<'a, T> {
    shared: &'a Shared,
    at: &'static Location<'static>,
    /// Gone once it has been used.
    real: Option<real::Permit<'a, T>>,
}

impl<'a, T> Permit<'a, T> {
    pub(super) fn new(
        shared: &'a Shared,
        real: real::Permit<'a, T>,
        at: &'static Location<'static>,
    ) -> Self {
        Self { shared, at, real: Some(real) }
    }

    /// As in the original.
    #[track_caller]
    pub fn send(self, value: T) {
        self.send_at(value, Location::caller());
    }

    pub(super) fn send_at(mut self, value: T, at: &'static Location<'static>) {
        let real = self.real.take().expect(USED);
        now(&self.shared.object, sign("send", at), || real.send(value), |()| true);
    }
}

impl<T> Drop for Permit<'_, T> {
    fn drop(&mut self) {
        if self.real.is_some() {
            changes(&self.shared.object, sign("release", self.at), Kind::Async("release"));
        }
    }
}

impl<T> fmt::Debug for Permit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.as_ref().expect(USED).fmt(f)
    }
}

/// Room for several messages, as in [`::tokio::sync::mpsc`].
pub struct PermitIterator<'a, T> {
    shared: &'a Shared,
    at: &'static Location<'static>,
    real: real::PermitIterator<'a, T>,
}

impl<'a, T> PermitIterator<'a, T> {
    pub(super) fn new(
        shared: &'a Shared,
        real: real::PermitIterator<'a, T>,
        at: &'static Location<'static>,
    ) -> Self {
        Self { shared, at, real }
    }
}

impl<'a, T> Iterator for PermitIterator<'a, T> {
    type Item = Permit<'a, T>;

    fn next(&mut self) -> Option<Self::Item> {
        let real = self.real.next()?;
        Some(Permit::new(self.shared, real, self.at))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.real.size_hint()
    }
}

impl<T> ExactSizeIterator for PermitIterator<'_, T> {}
impl<T> std::iter::FusedIterator for PermitIterator<'_, T> {}

impl<T> Drop for PermitIterator<'_, T> {
    fn drop(&mut self) {
        if self.real.len() > 0 {
            changes(&self.shared.object, sign("release", self.at), Kind::Async("release"));
        }
    }
}

impl<T> fmt::Debug for PermitIterator<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

/// Room for one message that owns its sender, as in [`::tokio::sync::mpsc`].
pub struct OwnedPermit<T> {
    shared: Arc<Shared>,
    at: &'static Location<'static>,
    /// Gone once it has been used.
    real: Option<real::OwnedPermit<T>>,
}

impl<T> OwnedPermit<T> {
    pub(super) fn new(
        shared: &Arc<Shared>,
        real: real::OwnedPermit<T>,
        at: &'static Location<'static>,
    ) -> Self {
        Self { shared: Arc::clone(shared), at, real: Some(real) }
    }

    /// As in the original.
    #[track_caller]
    pub fn send(mut self, value: T) -> Sender<T> {
        let real = self.real.take().expect(USED);
        let sign = sign("send", Location::caller());
        let sender = now(&self.shared.object, sign, || real.send(value), |_| true);
        Sender::new(&self.shared, sender)
    }

    /// As in the original.
    #[track_caller]
    pub fn release(mut self) -> Sender<T> {
        let real = self.real.take().expect(USED);
        let sign = sign("release", Location::caller());
        let sender = now(&self.shared.object, sign, || real.release(), |_| true);
        Sender::new(&self.shared, sender)
    }

    /// As in the original.
    pub fn same_channel(&self, other: &Self) -> bool {
        let (one, other) = (self.real.as_ref(), other.real.as_ref());
        one.zip(other).is_some_and(|(one, other)| one.same_channel(other))
    }

    /// As in the original.
    pub fn same_channel_as_sender(&self, sender: &Sender<T>) -> bool {
        self.real.as_ref().is_some_and(|real| real.same_channel_as_sender(&sender.real))
    }
}

impl<T> Drop for OwnedPermit<T> {
    fn drop(&mut self) {
        if self.real.is_some() {
            changes(&self.shared.object, sign("release", self.at), Kind::Async("release"));
        }
    }
}

impl<T> fmt::Debug for OwnedPermit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.as_ref().expect(USED).fmt(f)
    }
}
