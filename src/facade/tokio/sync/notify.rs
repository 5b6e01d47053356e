//! Mirrors [`::tokio::sync::Notify`].

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::tokio::sync as real;

use super::super::announcing::{Sign, Waiter, changes, now, poll_freely};
use crate::engine::Object;
use crate::step::{Kind, What};

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::Notify, name, at }
}

/// A notification that is remembered once, as in [`::tokio::sync`].
#[derive(Debug)]
pub struct Notify {
    object: Object,
    real: real::Notify,
}

/// Whoever has made it has not been notified yet.
fn begins_to_wait(sign: Sign) {
    if let Some(explorer) = crate::engine::explorer() {
        explorer.waits_at(sign.at);
    }
}

impl Notify {
    /// As in the original.
    #[track_caller]
    pub const fn new() -> Self {
        Self::const_new()
    }

    /// As in the original.
    #[track_caller]
    pub const fn const_new() -> Self {
        Self { object: Object::at(Location::caller()), real: real::Notify::const_new() }
    }

    /// As in the original. A step: from here on a `notify_waiters` counts for it.
    #[track_caller]
    pub fn notified(&self) -> Notified<'_> {
        let sign = sign("notified", Location::caller());
        let real = now(&self.object, sign, || Box::pin(self.real.notified()), |_| false);
        begins_to_wait(sign);
        Notified { waiter: Waiter { object: &self.object, sign, waits: false }, real }
    }

    /// As in the original. A step, as [`Notify::notified`] is.
    #[track_caller]
    pub fn notified_owned(self: Arc<Self>) -> OwnedNotified {
        let sign = sign("notified", Location::caller());
        // SAFETY: `OwnedNotified` drops what borrows this before it gives back its part of the `Arc`,
        // and does not lend it.
        #[expect(unsafe_code, reason = "the real notification lies inside what the future owns")]
        let notify: &'static real::Notify = unsafe { &*std::ptr::from_ref(&self.real) };
        let real = now(&self.object, sign, || Box::pin(notify.notified()), |_| false);
        begins_to_wait(sign);
        OwnedNotified { real: Some(real), sign, waits: false, notify: self }
    }

    /// As in the original.
    #[track_caller]
    pub fn notify_one(&self) {
        let sign = sign("notify_one", Location::caller());
        now(&self.object, sign, || self.real.notify_one(), |()| true);
    }

    /// As in the original.
    #[track_caller]
    pub fn notify_last(&self) {
        let sign = sign("notify_last", Location::caller());
        now(&self.object, sign, || self.real.notify_last(), |()| true);
    }

    /// As in the original.
    #[track_caller]
    pub fn notify_waiters(&self) {
        let sign = sign("notify_waiters", Location::caller());
        now(&self.object, sign, || self.real.notify_waiters(), |()| true);
    }
}

impl Default for Notify {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

/// Waits for a notification, as in [`::tokio::sync::futures`].
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Notified<'a> {
    // Dropped before the real one: the withdrawal is announced before it happens.
    waiter: Waiter<'a>,
    real: Pin<Box<real::futures::Notified<'a>>>,
}

impl Notified<'_> {
    /// As in the original.
    #[track_caller]
    pub fn enable(mut self: Pin<&mut Self>) -> bool {
        let sign = sign("enable", Location::caller());
        let Self { waiter, real } = &mut *self;
        let enabled = now(waiter.object, sign, || real.as_mut().enable(), |_| true);
        waiter.waits = !enabled;
        enabled
    }
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Self { waiter, real } = &mut *self;
        waiter.poll_freely(real.as_mut(), context)
    }
}

/// Waits for a notification and owns what notifies, as in [`::tokio::sync::futures`].
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct OwnedNotified {
    /// Borrows from `notify`. INVARIANT: there until this is dropped.
    real: Option<Pin<Box<real::futures::Notified<'static>>>>,
    sign: Sign,
    waits: bool,
    notify: Arc<Notify>,
}

impl OwnedNotified {
    fn real<'a>(
        real: &'a mut Option<Pin<Box<real::futures::Notified<'static>>>>,
    ) -> Pin<&'a mut real::futures::Notified<'static>> {
        real.as_mut().expect("internal error: a notification that was dropped").as_mut()
    }

    /// As in the original.
    #[track_caller]
    pub fn enable(mut self: Pin<&mut Self>) -> bool {
        let sign = sign("enable", Location::caller());
        let Self { real, notify, waits, .. } = &mut *self;
        let enabled = now(&notify.object, sign, || Self::real(real).enable(), |_| true);
        *waits = !enabled;
        enabled
    }
}

impl Future for OwnedNotified {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Self { real, notify, waits, sign } = &mut *self;
        let polled = poll_freely(&notify.object, *sign, Self::real(real), context);
        *waits = polled.is_pending();
        polled
    }
}

impl Drop for OwnedNotified {
    fn drop(&mut self) {
        if self.waits {
            changes(&self.notify.object, self.sign, Kind::Async("withdraw"));
        }
        self.real = None;
    }
}
