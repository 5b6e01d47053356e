//! Mirrors [`::tokio::sync::mpsc`].

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use ::tokio::sync::mpsc as real;

pub use ::tokio::sync::mpsc::error;

use super::super::announcing::{Sign, changes, now, until_ready};
use crate::engine::Object;
use crate::step::{Kind, What};

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::Channel, name, at }
}

/// A channel with room for so many messages, as in [`::tokio::sync::mpsc`].
#[track_caller]
pub fn channel<T>(buffer: usize) -> (Sender<T>, Receiver<T>) {
    let at = Location::caller();
    let (sender, receiver) = real::channel(buffer);
    let object = Arc::new(Object::at(at));
    let other = Arc::clone(&object);
    (Sender { object, at, real: sender }, Receiver { object: other, at, real: receiver })
}

/// A channel with room for any number of messages, as in [`::tokio::sync::mpsc`].
#[track_caller]
pub fn unbounded_channel<T>() -> (UnboundedSender<T>, UnboundedReceiver<T>) {
    let at = Location::caller();
    let (sender, receiver) = real::unbounded_channel();
    let object = Arc::new(Object::at(at));
    let other = Arc::clone(&object);
    (
        UnboundedSender { object, at, real: sender },
        UnboundedReceiver { object: other, at, real: receiver },
    )
}

/// An end that sends, as in [`::tokio::sync::mpsc`].
pub struct Sender<T> {
    object: Arc<Object>,
    at: &'static Location<'static>,
    real: real::Sender<T>,
}

impl<T> Sender<T> {
    /// As in the original.
    #[track_caller]
    pub fn send(&self, value: T) -> impl Future<Output = Result<(), error::SendError<T>>> {
        let at = Location::caller();
        until_ready(&self.object, sign("send", at), self.real.send(value))
    }

    /// As in the original.
    #[track_caller]
    pub fn try_send(&self, message: T) -> Result<(), error::TrySendError<T>> {
        let sign = sign("try_send", Location::caller());
        now(&self.object, sign, || self.real.try_send(message), Result::is_ok)
    }

    /// As in the original.
    #[track_caller]
    pub fn capacity(&self) -> usize {
        let sign = sign("capacity", Location::caller());
        now(&self.object, sign, || self.real.capacity(), |_| false)
    }

    /// As in the original.
    pub fn max_capacity(&self) -> usize {
        self.real.max_capacity()
    }
}

/// An end that sends and never waits, as in [`::tokio::sync::mpsc`].
pub struct UnboundedSender<T> {
    object: Arc<Object>,
    at: &'static Location<'static>,
    real: real::UnboundedSender<T>,
}

impl<T> UnboundedSender<T> {
    /// As in the original.
    #[track_caller]
    pub fn send(&self, message: T) -> Result<(), error::SendError<T>> {
        let sign = sign("send", Location::caller());
        now(&self.object, sign, || self.real.send(message), Result::is_ok)
    }
}

/// The end that receives, as in [`::tokio::sync::mpsc`].
pub struct Receiver<T> {
    object: Arc<Object>,
    at: &'static Location<'static>,
    real: real::Receiver<T>,
}

/// The end that receives, as in [`::tokio::sync::mpsc`].
pub struct UnboundedReceiver<T> {
    object: Arc<Object>,
    at: &'static Location<'static>,
    real: real::UnboundedReceiver<T>,
}

/// What both senders can do.
macro_rules! sender {
    ($($sender:ident)*) => {$(
        impl<T> $sender<T> {
            /// As in the original.
            #[track_caller]
            pub fn is_closed(&self) -> bool {
                let sign = sign("is_closed", Location::caller());
                now(&self.object, sign, || self.real.is_closed(), |_| false)
            }

            /// As in the original.
            #[track_caller]
            pub fn closed(&self) -> impl Future<Output = ()> {
                until_ready(&self.object, sign("closed", Location::caller()), self.real.closed())
            }

            /// As in the original.
            pub fn same_channel(&self, other: &Self) -> bool {
                self.real.same_channel(&other.real)
            }
        }

        impl<T> Clone for $sender<T> {
            fn clone(&self) -> Self {
                Self { object: Arc::clone(&self.object), at: self.at, real: self.real.clone() }
            }
        }

        impl<T> Drop for $sender<T> {
            fn drop(&mut self) {
                // Only the last of them can be told from outside.
                if self.real.strong_count() == 1 {
                    changes(&self.object, sign("close", self.at), Kind::Async("close"));
                }
            }
        }

        impl<T> fmt::Debug for $sender<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.real.fmt(f)
            }
        }
    )*};
}

/// What both receivers can do.
macro_rules! receiver {
    ($($receiver:ident)*) => {$(
        impl<T> $receiver<T> {
            /// As in the original.
            #[track_caller]
            pub fn recv(&mut self) -> impl Future<Output = Option<T>> {
                let sign = sign("recv", Location::caller());
                until_ready(&self.object, sign, self.real.recv())
            }

            /// As in the original.
            #[track_caller]
            pub fn try_recv(&mut self) -> Result<T, error::TryRecvError> {
                let Self { object, real, .. } = self;
                let sign = sign("try_recv", Location::caller());
                now(object, sign, || real.try_recv(), Result::is_ok)
            }

            /// As in the original.
            #[track_caller]
            pub fn close(&mut self) {
                let Self { object, real, .. } = self;
                now(object, sign("close", Location::caller()), || real.close(), |()| true);
            }

            /// As in the original.
            #[track_caller]
            pub fn is_closed(&self) -> bool {
                let sign = sign("is_closed", Location::caller());
                now(&self.object, sign, || self.real.is_closed(), |_| false)
            }

            /// As in the original.
            #[track_caller]
            pub fn is_empty(&self) -> bool {
                let sign = sign("is_empty", Location::caller());
                now(&self.object, sign, || self.real.is_empty(), |_| false)
            }

            /// As in the original.
            #[track_caller]
            pub fn len(&self) -> usize {
                let sign = sign("len", Location::caller());
                now(&self.object, sign, || self.real.len(), |_| false)
            }
        }

        impl<T> Drop for $receiver<T> {
            fn drop(&mut self) {
                changes(&self.object, sign("close", self.at), Kind::Async("close"));
            }
        }

        impl<T> fmt::Debug for $receiver<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.real.fmt(f)
            }
        }
    )*};
}

sender!(Sender UnboundedSender);
receiver!(Receiver UnboundedReceiver);
