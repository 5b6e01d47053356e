//! Mirrors [`::tokio::time::Timeout`].

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::super::macros::waiting_for_any;
use super::error::Elapsed;
use super::sleep::{Sleep, sleep};

/// A future and a deadline, as in [`::tokio::time`].
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Timeout<T> {
    value: Pin<Box<T>>,
    delay: Pin<Box<Sleep>>,
}

/// Gives a future so much time, as in [`::tokio::time`]: it is dropped if that was not enough.
#[track_caller]
pub fn timeout<F: IntoFuture>(duration: Duration, future: F) -> Timeout<F::IntoFuture> {
    Timeout { value: Box::pin(future.into_future()), delay: Box::pin(sleep(duration)) }
}

impl<T: Future> Future for Timeout<T> {
    type Output = Result<T::Output, Elapsed>;

    /// As in the original, the future is asked first and the deadline second.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { value, delay } = &mut *self;
        waiting_for_any(|| {
            if let Poll::Ready(output) = value.as_mut().poll(context) {
                return Poll::Ready(Ok(output));
            }
            delay.as_mut().poll(context).map(|()| Err(Elapsed(())))
        })
    }
}
