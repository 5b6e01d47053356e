//! Mirrors [`::tokio::time::Timeout`].

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::super::macros::waiting_for_any;
use super::super::task::coop;
use super::Instant;
use super::error::Elapsed;
use super::sleep::{Sleep, sleep, sleep_until};

/// A future and a deadline, as in [`::tokio::time`].
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Timeout<T> {
    /// Pinned with this.
    value: T,
    delay: Sleep,
}

/// Gives a future so much time, as in [`::tokio::time`]: it is dropped if that was not enough.
#[track_caller]
pub fn timeout<F: IntoFuture>(duration: Duration, future: F) -> Timeout<F::IntoFuture> {
    Timeout { value: future.into_future(), delay: sleep(duration) }
}

/// Gives a future time up to a moment, as in [`::tokio::time`].
#[track_caller]
pub fn timeout_at<F: IntoFuture>(deadline: Instant, future: F) -> Timeout<F::IntoFuture> {
    Timeout { value: future.into_future(), delay: sleep_until(deadline) }
}

impl<T> Timeout<T> {
    /// As in the original.
    pub fn get_ref(&self) -> &T {
        &self.value
    }

    /// As in the original.
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.value
    }

    /// As in the original.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T: Future> Future for Timeout<T> {
    type Output = Result<T::Output, Elapsed>;

    /// As in the original, the future is asked first and the deadline second.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: nothing is moved out, and the value is only lent on pinned.
        #[expect(unsafe_code, reason = "a field is pinned with the whole")]
        let Self { value, delay } = unsafe { self.get_unchecked_mut() };
        // SAFETY: it is a field of something pinned, and never moved before that is dropped.
        #[expect(unsafe_code, reason = "a field is pinned with the whole")]
        let value = unsafe { Pin::new_unchecked(value) };
        let had_budget = coop::has_budget_remaining();
        waiting_for_any(|| {
            if let Poll::Ready(output) = value.poll(context) {
                return Poll::Ready(Ok(output));
            }
            let mut delay = || Pin::new(&mut *delay).poll(context).map(|()| Err(Elapsed(())));
            // A future that has spent the whole budget must not keep the deadline from being seen.
            if had_budget && !coop::has_budget_remaining() {
                coop::with_budget(None, delay)
            } else {
                delay()
            }
        })
    }
}
