//! Mirrors [`::tokio::sync::watch`].
//!
//! In the original the value lies in a lock that blocks its thread: a [`Ref`] reads, a `send` writes. The
//! engine has that lock too, so that who keeps a [`Ref`] is seen to hold a `send` up.

mod lock;

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ::tokio::sync::watch as real;

pub use ::tokio::sync::watch::error;
pub use lock::Ref;

use lock::{Holding, Lock, look};

use super::super::announcing::{Sign, changes, is_real, now, until_ready};
use crate::engine::Object;
use crate::step::{Kind, What};

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::Watch, name, at }
}

/// What all ends have in common.
struct Shared {
    object: Object,
    at: &'static Location<'static>,
    senders: AtomicUsize,
    receivers: AtomicUsize,
}

impl Shared {
    fn changes(&self, name: &'static str) {
        changes(&self.object, sign(name, self.at), Kind::Async(name));
    }

    /// Whether whoever leaves is the last of so many.
    fn is_last(ends: &AtomicUsize) -> bool {
        // ORDERING: the real channel has its own count; this one only says what is worth a step.
        ends.fetch_sub(1, Ordering::Relaxed) == 1
    }
}

/// A channel that keeps its last value only, as in [`::tokio::sync::watch`].
#[track_caller]
pub fn channel<T>(init: T) -> (Sender<T>, Receiver<T>) {
    let sender = Sender::new(init);
    let receiver = sender.receiver();
    (sender, receiver)
}

/// The end that sends, as in [`::tokio::sync::watch`].
pub struct Sender<T> {
    shared: Arc<Shared>,
    real: real::Sender<T>,
}

impl<T> Sender<T> {
    /// As in the original.
    #[track_caller]
    pub fn new(init: T) -> Self {
        let at = Location::caller();
        let (senders, receivers) = (AtomicUsize::new(1), AtomicUsize::new(0));
        let shared = Shared { object: Object::at(at), at, senders, receivers };
        Self { shared: Arc::new(shared), real: real::Sender::new(init) }
    }

    fn receiver(&self) -> Receiver<T> {
        // ORDERING: as in `Shared::is_last`.
        self.shared.receivers.fetch_add(1, Ordering::Relaxed);
        Receiver { shared: Arc::clone(&self.shared), real: self.real.subscribe() }
    }

    fn writes<R>(&self, at: &'static Location<'static>, real: impl FnOnce() -> R) -> R {
        let _holding = Holding::new(&self.shared.object, Lock::Write, at);
        real()
    }

    /// As in the original.
    #[track_caller]
    pub fn send(&self, value: T) -> Result<(), error::SendError<T>> {
        let at = Location::caller();
        if is_real() {
            return self.real.send(value);
        }
        // As in the original, that anybody listens is asked first, and by itself.
        let count = || self.real.receiver_count();
        if now(&self.shared.object, sign("receiver_count", at), count, |_| false) == 0 {
            return Err(error::SendError(value));
        }
        self.writes(at, || drop(self.real.send_replace(value)));
        Ok(())
    }

    /// As in the original.
    #[track_caller]
    pub fn send_modify<F>(&self, modify: F)
    where
        F: FnOnce(&mut T),
    {
        self.writes(Location::caller(), || self.real.send_modify(modify));
    }

    /// As in the original.
    #[track_caller]
    pub fn send_if_modified<F>(&self, modify: F) -> bool
    where
        F: FnOnce(&mut T) -> bool,
    {
        self.writes(Location::caller(), || self.real.send_if_modified(modify))
    }

    /// As in the original.
    #[track_caller]
    pub fn send_replace(&self, value: T) -> T {
        self.writes(Location::caller(), || self.real.send_replace(value))
    }

    /// As in the original.
    #[track_caller]
    pub fn borrow(&self) -> Ref<'_, T> {
        look(&self.shared.object, Location::caller(), || self.real.borrow())
    }

    /// As in the original.
    #[track_caller]
    pub fn is_closed(&self) -> bool {
        let sign = sign("is_closed", Location::caller());
        now(&self.shared.object, sign, || self.real.is_closed(), |_| false)
    }

    /// As in the original.
    #[track_caller]
    pub fn closed(&self) -> impl Future<Output = ()> {
        let sign = sign("closed", Location::caller());
        until_ready(&self.shared.object, sign, self.real.closed())
    }

    /// As in the original.
    #[track_caller]
    pub fn subscribe(&self) -> Receiver<T> {
        let sign = sign("subscribe", Location::caller());
        now(&self.shared.object, sign, || self.receiver(), |_| true)
    }

    /// As in the original.
    #[track_caller]
    pub fn receiver_count(&self) -> usize {
        let sign = sign("receiver_count", Location::caller());
        now(&self.shared.object, sign, || self.real.receiver_count(), |_| false)
    }

    /// As in the original.
    #[track_caller]
    pub fn sender_count(&self) -> usize {
        let sign = sign("sender_count", Location::caller());
        now(&self.shared.object, sign, || self.real.sender_count(), |_| false)
    }

    /// As in the original.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.real.same_channel(&other.real)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        // ORDERING: as in `Shared::is_last`.
        self.shared.senders.fetch_add(1, Ordering::Relaxed);
        Self { shared: Arc::clone(&self.shared), real: self.real.clone() }
    }
}

impl<T: Default> Default for Sender<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if Shared::is_last(&self.shared.senders) {
            self.shared.changes("close");
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

/// The end that receives, as in [`::tokio::sync::watch`].
pub struct Receiver<T> {
    shared: Arc<Shared>,
    real: real::Receiver<T>,
}

impl<T> Receiver<T> {
    /// As in the original.
    #[track_caller]
    pub fn borrow(&self) -> Ref<'_, T> {
        look(&self.shared.object, Location::caller(), || self.real.borrow())
    }

    /// As in the original.
    #[track_caller]
    pub fn borrow_and_update(&mut self) -> Ref<'_, T> {
        look(&self.shared.object, Location::caller(), || self.real.borrow_and_update())
    }

    /// As in the original.
    #[track_caller]
    pub fn has_changed(&self) -> Result<bool, error::RecvError> {
        let sign = sign("has_changed", Location::caller());
        now(&self.shared.object, sign, || self.real.has_changed(), |_| false)
    }

    /// As in the original.
    #[track_caller]
    pub fn is_closed(&self) -> bool {
        let sign = sign("is_closed", Location::caller());
        now(&self.shared.object, sign, || self.real.is_closed(), |_| false)
    }

    /// As in the original. No step: it is the receiver's own.
    pub fn mark_changed(&mut self) {
        self.real.mark_changed();
    }

    /// As in the original.
    #[track_caller]
    pub fn mark_unchanged(&mut self) {
        let Self { shared, real } = self;
        let sign = sign("mark_unchanged", Location::caller());
        now(&shared.object, sign, || real.mark_unchanged(), |()| false);
    }

    /// As in the original.
    #[track_caller]
    pub fn changed(&mut self) -> impl Future<Output = Result<(), error::RecvError>> {
        self.changed_at(Location::caller())
    }

    fn changed_at(
        &mut self,
        at: &'static Location<'static>,
    ) -> impl Future<Output = Result<(), error::RecvError>> {
        let Self { shared, real } = self;
        until_ready(&shared.object, sign("changed", at), real.changed())
    }

    /// As in the original.
    #[track_caller]
    pub fn wait_for(
        &mut self,
        mut f: impl FnMut(&T) -> bool,
    ) -> impl Future<Output = Result<Ref<'_, T>, error::RecvError>> {
        let at = Location::caller();
        async move {
            if is_real() {
                let Self { shared, real } = self;
                let real = real.wait_for(f).await?;
                let holding = Holding::new(&shared.object, Lock::Read, at);
                return Ok(Ref { has_changed: real.has_changed(), real, _holding: holding });
            }
            let mut closed = None;
            loop {
                if let Some(has_changed) = self.matches(&mut f, closed.is_none(), at) {
                    return Ok(self.look_on(has_changed, at));
                }
                if let Some(closed) = closed {
                    return Err(closed);
                }
                closed = self.changed_at(at).await.err();
            }
        }
    }

    /// Whether the value fits, if it is asked or is a new one; says whether it is new, and goes on holding
    /// the lock: see [`Receiver::look_on`].
    fn matches(
        &mut self,
        f: &mut impl FnMut(&T) -> bool,
        asked: bool,
        at: &'static Location<'static>,
    ) -> Option<bool> {
        let holding = Holding::new(&self.shared.object, Lock::Read, at);
        let value = self.real.borrow_and_update();
        let has_changed = value.has_changed();
        let fits = (asked || has_changed) && f(&value);
        drop(value);
        if !fits {
            return None;
        }
        std::mem::forget(holding);
        Some(has_changed)
    }

    /// The value that was found to fit. The lock is still held: it is the same.
    fn look_on(&self, has_changed: bool, at: &'static Location<'static>) -> Ref<'_, T> {
        let holding = Holding { object: &self.shared.object, lock: Lock::Read, at };
        Ref { real: self.real.borrow(), has_changed, _holding: holding }
    }

    /// As in the original.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.real.same_channel(&other.real)
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        // ORDERING: as in `Shared::is_last`.
        self.shared.receivers.fetch_add(1, Ordering::Relaxed);
        Self { shared: Arc::clone(&self.shared), real: self.real.clone() }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        if Shared::is_last(&self.shared.receivers) {
            self.shared.changes("close");
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}
