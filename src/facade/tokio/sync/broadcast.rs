//! Mirrors [`::tokio::sync::broadcast`].

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use ::tokio::sync::broadcast as real;

pub use ::tokio::sync::broadcast::error;

use super::super::announcing::{Sign, changes, is_real, now, until_ready, wait_here};
use crate::engine::Object;
use crate::step::{Kind, What};

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::Channel, name, at }
}

/// What all ends have in common.
struct Shared {
    object: Object,
    at: &'static Location<'static>,
}

/// A channel whose every message goes to every receiver, as in [`::tokio::sync::broadcast`].
#[track_caller]
pub fn channel<T: Clone>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let at = Location::caller();
    let (sender, receiver) = real::channel(capacity);
    let shared = Arc::new(Shared { object: Object::at(at), at });
    let other = Arc::clone(&shared);
    (Sender { shared, real: sender }, Receiver { shared: other, real: receiver })
}

/// The end that sends, as in [`::tokio::sync::broadcast`].
pub struct Sender<T> {
    shared: Arc<Shared>,
    real: real::Sender<T>,
}

impl<T> Sender<T> {
    /// As in the original.
    #[track_caller]
    pub fn new(capacity: usize) -> Self {
        let at = Location::caller();
        let shared = Arc::new(Shared { object: Object::at(at), at });
        Self { shared, real: real::Sender::new(capacity) }
    }

    /// As in the original.
    #[track_caller]
    pub fn send(&self, value: T) -> Result<usize, error::SendError<T>> {
        let sign = sign("send", Location::caller());
        now(&self.shared.object, sign, || self.real.send(value), Result::is_ok)
    }

    /// As in the original.
    #[track_caller]
    pub fn subscribe(&self) -> Receiver<T> {
        let sign = sign("subscribe", Location::caller());
        let real = now(&self.shared.object, sign, || self.real.subscribe(), |_| true);
        Receiver { shared: Arc::clone(&self.shared), real }
    }

    /// As in the original.
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender { shared: Arc::clone(&self.shared), real: self.real.downgrade() }
    }

    /// As in the original.
    #[track_caller]
    pub fn len(&self) -> usize {
        now(&self.shared.object, sign("len", Location::caller()), || self.real.len(), |_| false)
    }

    /// As in the original.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        let sign = sign("is_empty", Location::caller());
        now(&self.shared.object, sign, || self.real.is_empty(), |_| false)
    }

    /// As in the original.
    #[track_caller]
    pub fn receiver_count(&self) -> usize {
        let sign = sign("receiver_count", Location::caller());
        now(&self.shared.object, sign, || self.real.receiver_count(), |_| false)
    }

    /// As in the original.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.real.same_channel(&other.real)
    }

    /// As in the original.
    #[track_caller]
    pub fn closed(&self) -> impl Future<Output = ()> {
        let sign = sign("closed", Location::caller());
        until_ready(&self.shared.object, sign, self.real.closed())
    }

    /// As in the original.
    pub fn strong_count(&self) -> usize {
        self.real.strong_count()
    }

    /// As in the original.
    pub fn weak_count(&self) -> usize {
        self.real.weak_count()
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), real: self.real.clone() }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        // Only the last of them can be told from outside.
        if self.real.strong_count() == 1 {
            let sign = sign("close", self.shared.at);
            changes(&self.shared.object, sign, Kind::Async("close"));
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

/// An end that sends only while another one does, as in [`::tokio::sync::broadcast`].
pub struct WeakSender<T> {
    shared: Arc<Shared>,
    real: real::WeakSender<T>,
}

impl<T> WeakSender<T> {
    /// As in the original.
    #[track_caller]
    pub fn upgrade(&self) -> Option<Sender<T>> {
        let sign = sign("upgrade", Location::caller());
        let real = now(&self.shared.object, sign, || self.real.upgrade(), |_| false)?;
        Some(Sender { shared: Arc::clone(&self.shared), real })
    }

    /// As in the original.
    pub fn strong_count(&self) -> usize {
        self.real.strong_count()
    }

    /// As in the original.
    pub fn weak_count(&self) -> usize {
        self.real.weak_count()
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), real: self.real.clone() }
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

/// The end that receives, as in [`::tokio::sync::broadcast`].
pub struct Receiver<T> {
    shared: Arc<Shared>,
    real: real::Receiver<T>,
}

impl<T> Receiver<T> {
    /// As in the original.
    #[track_caller]
    pub fn len(&self) -> usize {
        now(&self.shared.object, sign("len", Location::caller()), || self.real.len(), |_| false)
    }

    /// As in the original.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        let sign = sign("is_empty", Location::caller());
        now(&self.shared.object, sign, || self.real.is_empty(), |_| false)
    }

    /// As in the original.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.real.same_channel(&other.real)
    }

    /// As in the original.
    pub fn sender_strong_count(&self) -> usize {
        self.real.sender_strong_count()
    }

    /// As in the original.
    pub fn sender_weak_count(&self) -> usize {
        self.real.sender_weak_count()
    }

    /// As in the original.
    #[track_caller]
    pub fn is_closed(&self) -> bool {
        let sign = sign("is_closed", Location::caller());
        now(&self.shared.object, sign, || self.real.is_closed(), |_| false)
    }
}

impl<T: Clone> Receiver<T> {
    /// As in the original.
    #[track_caller]
    #[must_use]
    pub fn resubscribe(&self) -> Self {
        let sign = sign("resubscribe", Location::caller());
        let real = now(&self.shared.object, sign, || self.real.resubscribe(), |_| true);
        Self { shared: Arc::clone(&self.shared), real }
    }

    /// As in the original.
    #[track_caller]
    pub fn recv(&mut self) -> impl Future<Output = Result<T, error::RecvError>> {
        let sign = sign("recv", Location::caller());
        until_ready(&self.shared.object, sign, self.real.recv())
    }

    /// As in the original.
    #[track_caller]
    pub fn try_recv(&mut self) -> Result<T, error::TryRecvError> {
        let Self { shared, real } = self;
        let sign = sign("try_recv", Location::caller());
        // A message that is received by all is gone for the sender's `len`.
        now(&shared.object, sign, || real.try_recv(), Result::is_ok)
    }

    /// As in the original.
    #[track_caller]
    pub fn blocking_recv(&mut self) -> Result<T, error::RecvError> {
        if is_real() {
            return self.real.blocking_recv();
        }
        wait_here(self.recv(), Location::caller())
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        changes(&self.shared.object, sign("close", self.shared.at), Kind::Async("close"));
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}
