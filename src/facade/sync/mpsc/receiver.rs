//! The receiving side of a channel.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc as real;
use std::time::Duration;

use super::desk::{Desk, Patience};
use super::{OUTSIDE, RecvError, RecvTimeoutError, TryRecvError};
use crate::engine::{Driver, driver};

/// The receiving side of a channel, as in [`std::sync::mpsc`].
pub struct Receiver<T> {
    way: Way<T>,
}

enum Way<T> {
    Real(real::Receiver<T>),
    Ours(Arc<Desk<T>>),
}

impl<T> Receiver<T> {
    pub(super) fn real(receiver: real::Receiver<T>) -> Self {
        Self { way: Way::Real(receiver) }
    }

    pub(super) fn ours(desk: Arc<Desk<T>>) -> Self {
        Self { way: Way::Ours(desk) }
    }

    /// As in the original.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        match &self.way {
            Way::Real(receiver) => original(receiver).recv(),
            Way::Ours(desk) => desk.receive(Patience::Endless).map_err(|_| RecvError),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        match &self.way {
            Way::Real(receiver) => original(receiver).try_recv(),
            Way::Ours(desk) => desk.receive(Patience::None).map_err(|why| match why {
                RecvTimeoutError::Timeout => TryRecvError::Empty,
                RecvTimeoutError::Disconnected => TryRecvError::Disconnected,
            }),
        }
    }

    /// As in the original; under the explorer the time is virtual, and may be up at any moment.
    #[track_caller]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        match &self.way {
            Way::Real(receiver) => original(receiver).recv_timeout(timeout),
            Way::Ours(desk) => desk.receive(Patience::Until(timeout)),
        }
    }

    /// As in the original.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { receiver: self }
    }

    /// As in the original.
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter { receiver: self }
    }
}

/// The original, which must not be used under an engine.
fn original<T>(receiver: &real::Receiver<T>) -> &real::Receiver<T> {
    assert!(matches!(driver(), Driver::Nobody | Driver::Native(_)), "{OUTSIDE}");
    receiver
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        if let Way::Ours(desk) = &self.way {
            desk.drop_receiver();
        }
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}

/// What comes out of a channel until nobody can send any more, as in [`std::sync::mpsc`].
#[derive(Debug)]
pub struct Iter<'a, T: 'a> {
    receiver: &'a Receiver<T>,
}

/// What is in a channel, as in [`std::sync::mpsc`].
#[derive(Debug)]
pub struct TryIter<'a, T: 'a> {
    receiver: &'a Receiver<T>,
}

/// As [`Iter`], with the channel, as in [`std::sync::mpsc`].
#[derive(Debug)]
pub struct IntoIter<T> {
    receiver: Receiver<T>,
}

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.receiver.recv().ok()
    }
}

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.receiver.try_recv().ok()
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.receiver.recv().ok()
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter { receiver: self }
    }
}
