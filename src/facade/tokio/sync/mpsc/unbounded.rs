//! Senders that never wait.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use ::tokio::sync::mpsc as real;

use super::super::super::announcing::{changes, now, until_freely_ready};
use super::{Shared, error, sender, sign};
use crate::step::Kind;

/// An end that sends and never waits, as in [`::tokio::sync::mpsc`].
pub struct UnboundedSender<T> {
    shared: Arc<Shared>,
    real: real::UnboundedSender<T>,
}

/// An end that sends only while another one does, as in [`::tokio::sync::mpsc`].
pub struct WeakUnboundedSender<T> {
    shared: Arc<Shared>,
    real: real::WeakUnboundedSender<T>,
}

sender!(UnboundedSender, WeakUnboundedSender);

impl<T> UnboundedSender<T> {
    /// As in the original.
    #[track_caller]
    pub fn send(&self, message: T) -> Result<(), error::SendError<T>> {
        let sign = sign("send", Location::caller());
        now(&self.shared.object, sign, || self.real.send(message), Result::is_ok)
    }
}
