//! Mirrors [`std::sync::mpsc`].
//!
//! Outside a check a channel is the original. Under an engine it is a queue of ours, since the original
//! tells nobody when it has something: what a `Sender` and a `Receiver` do to it is in `desk`.

mod desk;
mod hands;
#[cfg(feature = "loom")]
mod in_loom;
mod receiver;
mod sender;

use std::sync::Arc;
use std::sync::mpsc as real;

pub use receiver::{IntoIter, Iter, Receiver, TryIter};
pub use sender::{Sender, SyncSender};
pub use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};

use crate::engine::{Driver, driver};
use desk::Desk;

/// A channel without a bound, as in [`std::sync::mpsc`].
#[track_caller]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    if let Driver::Nobody | Driver::Native(_) = driver() {
        let (sender, receiver) = real::channel();
        return (Sender::real(sender), Receiver::real(receiver));
    }
    let desk = Arc::new(Desk::new(None));
    (Sender::ours(Arc::clone(&desk)), Receiver::ours(desk))
}

/// A channel with a bound, as in [`std::sync::mpsc`].
#[track_caller]
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    if let Driver::Nobody | Driver::Native(_) = driver() {
        let (sender, receiver) = real::sync_channel(bound);
        return (SyncSender::real(sender), Receiver::real(receiver));
    }
    let desk = Arc::new(Desk::new(Some(bound)));
    (SyncSender::ours(Arc::clone(&desk)), Receiver::ours(desk))
}

/// What is said of a channel of the original that is used under an engine.
const OUTSIDE: &str =
    "the channel was made outside the check: a check cannot share channels with others";
