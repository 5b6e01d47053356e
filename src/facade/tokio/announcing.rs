//! How does an operation of an asynchronous primitive speak to the engine?
//!
//! One that never waits announces itself and happens ([`now`]). One that may wait is a future, and
//! each of its polls does so ([`until_ready`]). A waiter that goes away before its time withdraws, and
//! that is visible too: whoever stands behind it in the queue moves up.

use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use super::super::{Announced, announce};
use super::task::coop;
use crate::engine::{Driver, Object, driver};
use crate::step::{Kind, What};

/// What an operation is, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sign {
    pub(super) what: What,
    pub(super) name: &'static str,
    pub(super) at: &'static Location<'static>,
}

/// Announces an operation, and returns when it is to happen to the real thing.
///
/// Loom only learns that something is about to happen to the object.
pub(super) fn turn(object: &Object, sign: Sign, kind: Kind) -> Option<Announced> {
    match driver() {
        Driver::Explorer(explorer) => Some(announce(explorer, object, sign.what, kind, sign.at)),
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => {
            loom.touch(object);
            None
        }
        _ => None,
    }
}

/// An operation that changes its object, announced: the real thing is up to the caller.
pub(super) fn changes(object: &Object, sign: Sign, kind: Kind) {
    if let Some(turn) = turn(object, sign, kind) {
        turn.wrote(None, None);
    }
}

/// An operation that does not wait. `changed` says whether it changed its object.
pub(super) fn now<R>(
    object: &Object,
    sign: Sign,
    real: impl FnOnce() -> R,
    changed: impl FnOnce(&R) -> bool,
) -> R {
    let Some(turn) = turn(object, sign, Kind::Async(sign.name)) else { return real() };
    let explorer = turn.explorer();
    explorer.begin_to_happen();
    let result = real();
    if changed(&result) {
        turn.wrote(None, None);
    } else {
        turn.read(None);
    }
    explorer.has_happened();
    result
}

/// Waits for a future on the calling thread, which drives no loop.
///
/// The caller has made sure that an engine drives.
pub(super) fn wait_here<F: Future>(future: F, at: &'static Location<'static>) -> F::Output {
    match driver() {
        Driver::Explorer(explorer) => {
            let inside = explorer.is_in_a_loop();
            no_blocking(inside);
            explorer.block_here(explorer.context(), future, at)
        }
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => {
            no_blocking(loom.is_in_a_loop());
            loom.block_here(future)
        }
        _ => unreachable!("internal error: no engine drives"),
    }
}

/// Whether the real thing is used as it is.
pub(super) fn is_real() -> bool {
    matches!(driver(), Driver::Nobody | Driver::Native(_))
}

/// Panics as the original does where a thread that drives tasks would wait.
#[track_caller]
fn no_blocking(inside: bool) {
    assert!(
        !inside,
        "Cannot block the current thread from within a runtime. This happens because a function \
         attempted to block the current thread while the thread is being used to drive asynchronous \
         tasks."
    );
}

/// One poll of the real future.
pub(super) fn poll<F: Future>(
    object: &Object,
    sign: Sign,
    real: Pin<&mut F>,
    context: &mut Context<'_>,
) -> Poll<F::Output> {
    if !coop::proceeds(context) {
        return Poll::Pending;
    }
    let polled = poll_freely(object, sign, real, context);
    if polled.is_ready() {
        coop::made_progress();
    }
    polled
}

/// One poll of the real future, which costs a task nothing of its budget.
pub(super) fn poll_freely<F: Future>(
    object: &Object,
    sign: Sign,
    real: Pin<&mut F>,
    context: &mut Context<'_>,
) -> Poll<F::Output> {
    let Some(turn) = turn(object, sign, Kind::Async(sign.name)) else { return real.poll(context) };
    let explorer = turn.explorer();
    // On a thread that drives no loop of ours, whoever polls has made the waker.
    let late = (!explorer.is_in_a_loop()).then(|| explorer.late(context.waker()));
    explorer.begin_to_happen();
    let polled = match &late {
        Some(late) => real.poll(&mut Context::from_waker(late)),
        None => real.poll(context),
    };
    turn.wrote(None, None);
    explorer.has_happened();
    if polled.is_pending() {
        explorer.not_ready();
        explorer.waits_at(sign.at);
    }
    polled
}

/// The real future, announced: each of its polls, and its end if it is dropped while it waits.
pub(super) async fn until_ready<F: Future>(object: &Object, sign: Sign, real: F) -> F::Output {
    let mut real = pin!(real);
    // Declared last, so dropped first: the withdrawal is announced before it happens.
    let mut waiter = Waiter { object, sign, waits: false };
    poll_fn(move |context| waiter.poll(real.as_mut(), context)).await
}

/// As [`until_ready`], of what costs a task nothing of its budget.
pub(super) async fn until_freely_ready<F: Future>(
    object: &Object,
    sign: Sign,
    real: F,
) -> F::Output {
    let mut real = pin!(real);
    let mut waiter = Waiter { object, sign, waits: false };
    poll_fn(move |context| waiter.poll_freely(real.as_mut(), context)).await
}

/// A place in a primitive's queue.
#[derive(Debug)]
pub(super) struct Waiter<'a> {
    pub(super) object: &'a Object,
    pub(super) sign: Sign,
    /// Whether it was polled and has not had what it waits for.
    pub(super) waits: bool,
}

impl Waiter<'_> {
    pub(super) fn poll<F: Future>(
        &mut self,
        real: Pin<&mut F>,
        context: &mut Context<'_>,
    ) -> Poll<F::Output> {
        let polled = poll(self.object, self.sign, real, context);
        self.waits = polled.is_pending();
        polled
    }

    pub(super) fn poll_freely<F: Future>(
        &mut self,
        real: Pin<&mut F>,
        context: &mut Context<'_>,
    ) -> Poll<F::Output> {
        let polled = poll_freely(self.object, self.sign, real, context);
        self.waits = polled.is_pending();
        polled
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        if self.waits {
            changes(self.object, self.sign, Kind::Async("withdraw"));
        }
    }
}
