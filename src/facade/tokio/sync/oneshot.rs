//! Mirrors [`::tokio::sync::oneshot`].

use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::tokio::sync::oneshot as real;

pub use ::tokio::sync::oneshot::error;

use super::super::announcing::{Sign, changes, is_real, now, poll, wait_here};
use crate::engine::Object;
use crate::step::{Kind, What};

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::Channel, name, at }
}

/// A channel for one message, as in [`::tokio::sync::oneshot`].
#[track_caller]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let at = Location::caller();
    let (sender, receiver) = real::channel();
    let object = Arc::new(Object::at(at));
    let other = Arc::clone(&object);
    (
        Sender { object, at, real: Some(sender) },
        Receiver { object: other, at, real: receiver, done: false },
    )
}

/// The end that sends, as in [`::tokio::sync::oneshot`].
pub struct Sender<T> {
    object: Arc<Object>,
    at: &'static Location<'static>,
    /// Gone once it has sent.
    real: Option<real::Sender<T>>,
}

impl<T> Sender<T> {
    /// As in the original.
    #[track_caller]
    pub fn send(mut self, value: T) -> Result<(), T> {
        let Some(real) = self.real.take() else { return Err(value) };
        now(&self.object, sign("send", Location::caller()), || real.send(value), Result::is_ok)
    }

    /// As in the original.
    #[track_caller]
    pub fn is_closed(&self) -> bool {
        let sign = sign("is_closed", Location::caller());
        now(
            &self.object,
            sign,
            || self.real.as_ref().is_none_or(real::Sender::is_closed),
            |_| false,
        )
    }

    /// As in the original.
    #[track_caller]
    pub fn closed(&mut self) -> impl Future<Output = ()> {
        let at = Location::caller();
        poll_fn(move |context| self.poll_closed_at(context, at))
    }

    /// As in the original.
    #[track_caller]
    pub fn poll_closed(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.poll_closed_at(context, Location::caller())
    }

    fn poll_closed_at(
        &mut self,
        context: &mut Context<'_>,
        at: &'static Location<'static>,
    ) -> Poll<()> {
        let Self { object, real, .. } = self;
        let mut closes = poll_fn(|context: &mut Context<'_>| match real {
            Some(real) => real.poll_closed(context),
            None => Poll::Ready(()),
        });
        poll(object, sign("closed", at), Pin::new(&mut closes), context)
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if self.real.is_some() {
            changes(&self.object, sign("close", self.at), Kind::Async("close"));
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("inner", &self.real).finish_non_exhaustive()
    }
}

/// The end that receives, as in [`::tokio::sync::oneshot`].
pub struct Receiver<T> {
    object: Arc<Object>,
    at: &'static Location<'static>,
    real: real::Receiver<T>,
    /// Whether it has had its message, or knows that none will come.
    done: bool,
}

impl<T> Receiver<T> {
    /// As in the original.
    #[track_caller]
    pub fn close(&mut self) {
        let Self { object, real, .. } = self;
        now(object, sign("close", Location::caller()), || real.close(), |()| true);
    }

    /// As in the original.
    #[track_caller]
    pub fn try_recv(&mut self) -> Result<T, error::TryRecvError> {
        let Self { object, real, .. } = self;
        let sign = sign("try_recv", Location::caller());
        let received = now(object, sign, || real.try_recv(), Result::is_ok);
        self.done |= !matches!(received, Err(error::TryRecvError::Empty));
        received
    }

    /// As in the original.
    #[track_caller]
    pub fn blocking_recv(mut self) -> Result<T, error::RecvError> {
        let at = Location::caller();
        if is_real() {
            self.done = true;
            let (_, none) = real::channel();
            return std::mem::replace(&mut self.real, none).blocking_recv();
        }
        self.at = at;
        wait_here(self, at)
    }

    /// As in the original. No step: it is the receiver's own.
    pub fn is_terminated(&self) -> bool {
        self.real.is_terminated()
    }

    /// As in the original.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        let sign = sign("is_empty", Location::caller());
        now(&self.object, sign, || self.real.is_empty(), |_| false)
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, error::RecvError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { object, at, real, done } = &mut *self;
        let polled = poll(object, sign("recv", at), Pin::new(real), context);
        *done |= polled.is_ready();
        polled
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        if !self.done {
            changes(&self.object, sign("close", self.at), Kind::Async("close"));
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("inner", &self.real).finish_non_exhaustive()
    }
}
