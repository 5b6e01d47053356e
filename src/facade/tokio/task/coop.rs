//! Mirrors [`::tokio::task::coop`]: how much may a task do in one poll?
//!
//! The real primitives ask tokio's own scheduler, which is not there under an engine. So the explorer's
//! loops keep the budget themselves, of the same size and spent by the same operations. Under loom there
//! is none.

use std::cell::Cell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use ::tokio::task::coop as real;

use super::super::announcing::is_real;
use crate::engine::explorer;

/// How many operations a task may do in one poll, as in the original.
const BUDGET: u8 = 128;

/// Whether the task at hand may do one more operation; if not, it is polled again.
pub(in crate::facade::tokio) fn proceeds(context: &Context<'_>) -> bool {
    let left = explorer().and_then(crate::engine::Explorer::budget);
    if left == Some(0) {
        context.waker().wake_by_ref();
    }
    left != Some(0)
}

/// The task at hand has done one operation.
pub(in crate::facade::tokio) fn made_progress() {
    if let Some(explorer) = explorer()
        && let Some(left) = explorer.budget()
    {
        explorer.set_budget(Some(left.saturating_sub(1)));
    }
}

/// Does something with a budget, or without.
pub(in crate::facade::tokio) fn with_budget<R>(budget: Option<u8>, body: impl FnOnce() -> R) -> R {
    struct Before(Option<u8>);

    impl Drop for Before {
        fn drop(&mut self) {
            if let Some(explorer) = explorer() {
                explorer.set_budget(self.0);
            }
        }
    }

    let Some(explorer) = explorer() else { return body() };
    let _before = Before(explorer.set_budget(budget));
    body()
}

/// A future each of whose polls has a whole budget: that of a task, or of `block_on`.
pub(in crate::facade::tokio) async fn budgeted<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    poll_fn(|context| with_budget(Some(BUDGET), || future.as_mut().poll(context))).await
}

/// As in the original.
pub fn has_budget_remaining() -> bool {
    if is_real() {
        return real::has_budget_remaining();
    }
    explorer().and_then(crate::engine::Explorer::budget) != Some(0)
}

/// What [`poll_proceed`] returns, as in the original.
#[must_use]
pub struct RestoreOnPending {
    inner: Restore,
}

enum Restore {
    Real(real::RestoreOnPending),
    /// The budget before, unless there was progress.
    Budget(Cell<Option<u8>>),
}

impl RestoreOnPending {
    /// As in the original.
    pub fn made_progress(&self) {
        match &self.inner {
            Restore::Real(real) => real.made_progress(),
            Restore::Budget(before) => before.set(None),
        }
    }
}

impl Drop for RestoreOnPending {
    fn drop(&mut self) {
        if let Restore::Budget(before) = &self.inner
            && let (Some(before), Some(explorer)) = (before.get(), explorer())
        {
            explorer.set_budget(Some(before));
        }
    }
}

impl fmt::Debug for RestoreOnPending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestoreOnPending").finish_non_exhaustive()
    }
}

/// As in the original.
pub fn poll_proceed(context: &mut Context<'_>) -> Poll<RestoreOnPending> {
    if is_real() {
        return real::poll_proceed(context)
            .map(|real| RestoreOnPending { inner: Restore::Real(real) });
    }
    if !proceeds(context) {
        return Poll::Pending;
    }
    let before = explorer().and_then(crate::engine::Explorer::budget);
    made_progress();
    Poll::Ready(RestoreOnPending { inner: Restore::Budget(Cell::new(before)) })
}

/// A future that costs budget, as in the original.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Coop<F: Future> {
    future: Pin<Box<F>>,
}

impl<F: Future> Future for Coop<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let coop = std::task::ready!(poll_proceed(context));
        let polled = self.future.as_mut().poll(context);
        if polled.is_ready() {
            coop.made_progress();
        }
        polled
    }
}

/// As in the original.
pub fn cooperative<F: Future>(fut: F) -> Coop<F> {
    Coop { future: Box::pin(fut) }
}

/// As in the original.
pub async fn consume_budget() {
    poll_fn(|context| {
        let coop = std::task::ready!(poll_proceed(context));
        coop.made_progress();
        Poll::Ready(())
    })
    .await;
}

/// A future without a budget, as in the original.
#[must_use = "Unconstrained does nothing unless polled"]
pub struct Unconstrained<F> {
    inner: Pin<Box<real::Unconstrained<F>>>,
}

/// As in the original.
pub fn unconstrained<F>(inner: F) -> Unconstrained<F> {
    Unconstrained { inner: Box::pin(real::unconstrained(inner)) }
}

impl<F: Future> Future for Unconstrained<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        with_budget(None, || self.inner.as_mut().poll(context))
    }
}
