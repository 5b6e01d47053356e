//! The ends that receive.

use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::tokio::sync::mpsc as real;

use super::super::super::announcing::{changes, is_real, now, poll, until_ready, wait_here};
use super::{Shared, error, sign};
use crate::step::Kind;

/// The end that receives, as in [`::tokio::sync::mpsc`].
pub struct Receiver<T> {
    shared: Arc<Shared>,
    real: real::Receiver<T>,
}

/// The end that receives, as in [`::tokio::sync::mpsc`].
pub struct UnboundedReceiver<T> {
    shared: Arc<Shared>,
    real: real::UnboundedReceiver<T>,
}

/// What both receivers can do.
macro_rules! receiver {
    ($($receiver:ident)*) => {$(
        impl<T> $receiver<T> {
            pub(super) fn new(shared: &Arc<Shared>, real: real::$receiver<T>) -> Self {
                Self { shared: Arc::clone(shared), real }
            }

            /// As in the original.
            #[track_caller]
            pub fn recv(&mut self) -> impl Future<Output = Option<T>> {
                let sign = sign("recv", Location::caller());
                until_ready(&self.shared.object, sign, self.real.recv())
            }

            /// As in the original.
            #[track_caller]
            pub fn recv_many(
                &mut self,
                buffer: &mut Vec<T>,
                limit: usize,
            ) -> impl Future<Output = usize> {
                let sign = sign("recv_many", Location::caller());
                until_ready(&self.shared.object, sign, self.real.recv_many(buffer, limit))
            }

            /// As in the original.
            #[track_caller]
            pub fn try_recv(&mut self) -> Result<T, error::TryRecvError> {
                let Self { shared, real, .. } = self;
                let sign = sign("try_recv", Location::caller());
                now(&shared.object, sign, || real.try_recv(), Result::is_ok)
            }

            /// As in the original.
            #[track_caller]
            pub fn blocking_recv(&mut self) -> Option<T> {
                if is_real() {
                    return self.real.blocking_recv();
                }
                wait_here(self.recv(), Location::caller())
            }

            /// As in the original.
            #[track_caller]
            pub fn blocking_recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> usize {
                if is_real() {
                    return self.real.blocking_recv_many(buffer, limit);
                }
                wait_here(self.recv_many(buffer, limit), Location::caller())
            }

            /// As in the original.
            #[track_caller]
            pub fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
                let Self { shared, real } = self;
                let sign = sign("recv", Location::caller());
                let mut received = poll_fn(|context| real.poll_recv(context));
                poll(&shared.object, sign, Pin::new(&mut received), context)
            }

            /// As in the original.
            #[track_caller]
            pub fn poll_recv_many(
                &mut self,
                context: &mut Context<'_>,
                buffer: &mut Vec<T>,
                limit: usize,
            ) -> Poll<usize> {
                let Self { shared, real } = self;
                let sign = sign("recv_many", Location::caller());
                let mut received = poll_fn(|context| real.poll_recv_many(context, buffer, limit));
                poll(&shared.object, sign, Pin::new(&mut received), context)
            }

            /// As in the original.
            #[track_caller]
            pub fn close(&mut self) {
                let Self { shared, real, .. } = self;
                let sign = sign("close", Location::caller());
                now(&shared.object, sign, || real.close(), |()| true);
            }

            /// As in the original.
            #[track_caller]
            pub fn is_closed(&self) -> bool {
                let sign = sign("is_closed", Location::caller());
                now(&self.shared.object, sign, || self.real.is_closed(), |_| false)
            }

            /// As in the original.
            #[track_caller]
            pub fn is_empty(&self) -> bool {
                let sign = sign("is_empty", Location::caller());
                now(&self.shared.object, sign, || self.real.is_empty(), |_| false)
            }

            /// As in the original.
            #[track_caller]
            pub fn len(&self) -> usize {
                let sign = sign("len", Location::caller());
                now(&self.shared.object, sign, || self.real.len(), |_| false)
            }

            /// As in the original.
            pub fn sender_strong_count(&self) -> usize {
                self.real.sender_strong_count()
            }

            /// As in the original.
            pub fn sender_weak_count(&self) -> usize {
                self.real.sender_weak_count()
            }
        }

        impl<T> Drop for $receiver<T> {
            fn drop(&mut self) {
                let sign = sign("close", self.shared.at);
                changes(&self.shared.object, sign, Kind::Async("close"));
            }
        }

        impl<T> fmt::Debug for $receiver<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.real.fmt(f)
            }
        }
    )*};
}

receiver!(Receiver UnboundedReceiver);

impl<T> Receiver<T> {
    /// As in the original.
    #[track_caller]
    pub fn capacity(&self) -> usize {
        let sign = sign("capacity", Location::caller());
        now(&self.shared.object, sign, || self.real.capacity(), |_| false)
    }

    /// As in the original.
    pub fn max_capacity(&self) -> usize {
        self.real.max_capacity()
    }
}
