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
use crate::engine::{Driver, Object, driver, explorer};
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
    let turn = turn(object, sign, Kind::Async(sign.name));
    let result = real();
    if let Some(turn) = turn {
        if changed(&result) {
            turn.wrote(None, None);
        } else {
            turn.read(None);
        }
    }
    result
}

/// One poll of the real future.
pub(super) fn poll<F: Future>(
    object: &Object,
    sign: Sign,
    real: Pin<&mut F>,
    context: &mut Context<'_>,
) -> Poll<F::Output> {
    let turn = turn(object, sign, Kind::Async(sign.name));
    let polled = real.poll(context);
    if let Some(turn) = turn {
        turn.wrote(None, None);
    }
    if polled.is_pending()
        && let Some(explorer) = explorer()
    {
        explorer.not_ready();
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
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        if self.waits {
            changes(self.object, self.sign, Kind::Async("withdraw"));
        }
    }
}
