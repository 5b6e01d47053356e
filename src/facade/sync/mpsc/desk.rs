//! A channel under an engine.
//!
//! One that keeps values is a gate: who receives waits while it is empty, who sends waits while it is
//! full. Neither has taken a step by then. In one that keeps none, values go from hand to hand, and
//! whoever comes first *has* taken a step: a `try_send` can tell whether the receiver is there.
//!
//! That a sender goes is a step, too, since nobody but the receiver knows whether it was the last.

use std::collections::VecDeque;
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::super::super::announce;
#[cfg(feature = "loom")]
use super::super::monitor::Monitor;
use super::{RecvTimeoutError, TrySendError};
use crate::engine::explorer::{Gate, Level, Operation, StrandId};
use crate::engine::{Driver, Explorer, Object, driver};
use crate::step::{Kind, Mode, What};

pub(super) type At = &'static Location<'static>;

/// How long somebody is willing to wait.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    None,
    Until(Duration),
    Endless,
}

/// A channel, and who is at it.
pub(super) struct Desk<T> {
    /// What is in it.
    pub(super) object: Object,
    /// Who can still send.
    pub(super) senders: Object,
    pub(super) inner: Mutex<Inner<T>>,
    #[cfg(feature = "loom")]
    pub(super) monitor: Monitor,
}

pub(super) struct Inner<T> {
    pub(super) items: VecDeque<T>,
    /// How many values it keeps; `None` if it keeps all.
    pub(super) bound: Option<usize>,
    pub(super) senders: usize,
    pub(super) receiver: bool,
    /// Values in the hands of senders who wait, where none are kept.
    pub(super) offers: Vec<(StrandId, T)>,
    /// The receiver who waits, where none are kept, and what was handed to it.
    pub(super) waits: Option<StrandId>,
    pub(super) handed: Option<T>,
    /// How many values were taken out of hands.
    #[cfg(feature = "loom")]
    pub(super) taken: usize,
}

impl<T> Inner<T> {
    pub(super) fn is_full(&self) -> bool {
        self.bound.is_some_and(|bound| self.items.len() >= bound)
    }

    pub(super) fn keeps_none(&self) -> bool {
        self.bound == Some(0)
    }

    pub(super) fn gate(&self) -> Gate {
        let options = u16::try_from(self.offers.len()).unwrap_or(u16::MAX);
        let level = if self.items.is_empty() && self.senders > 0 {
            Level::Empty
        } else if self.is_full() && self.receiver {
            Level::Full
        } else {
            Level::Some
        };
        let room = self.bound.and_then(|bound| u32::try_from(bound).ok()).unwrap_or(u32::MAX);
        Gate { level, room, options }
    }

    /// What comes out of it, or why nothing does.
    pub(super) fn pop(&mut self) -> Result<T, RecvTimeoutError> {
        let none = if self.senders == 0 {
            RecvTimeoutError::Disconnected
        } else {
            RecvTimeoutError::Timeout
        };
        self.items.pop_front().ok_or(none)
    }
}

impl<T> Desk<T> {
    #[track_caller]
    pub(super) fn new(bound: Option<usize>) -> Self {
        let inner = Inner {
            items: VecDeque::new(),
            bound,
            senders: 1,
            receiver: true,
            offers: Vec::new(),
            waits: None,
            handed: None,
            #[cfg(feature = "loom")]
            taken: 0,
        };
        Self {
            object: Object::at(Location::caller()),
            senders: Object::at(Location::caller()),
            inner: Mutex::new(inner),
            #[cfg(feature = "loom")]
            monitor: Monitor::new(),
        }
    }

    pub(super) fn inner(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There is one sender more. No step: that there is one already is all that can be told.
    pub(super) fn add_sender(&self) {
        self.inner().senders += 1;
    }

    #[track_caller]
    pub(super) fn send(&self, value: T, patience: Patience) -> Result<(), TrySendError<T>> {
        let at = Location::caller();
        match driver() {
            Driver::Explorer(explorer) if self.inner().keeps_none() => {
                self.hand_over(explorer, value, patience, at)
            }
            Driver::Explorer(explorer) => self.put(explorer, value, patience, at),
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => self.send_in_loom(loom, value, patience),
            _ => self.put_now(value),
        }
    }

    #[track_caller]
    pub(super) fn receive(&self, patience: Patience) -> Result<T, RecvTimeoutError> {
        let at = Location::caller();
        match driver() {
            Driver::Explorer(explorer) if self.inner().keeps_none() => {
                self.take_over(explorer, patience, at)
            }
            Driver::Explorer(explorer) => self.take(explorer, patience, at),
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => self.receive_in_loom(loom, patience),
            _ => self.inner().pop(),
        }
    }

    /// A sender goes.
    pub(super) fn drop_sender(&self) {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = self.object.birth().unwrap_or(Location::caller());
                let kind = Kind::Disconnect;
                let turn = announce(explorer, &self.senders, What::Channel, kind, at);
                let mut inner = self.inner();
                inner.senders -= 1;
                let waits = inner.waits.filter(|_| inner.senders == 0);
                turn.added();
                explorer.set_gate(&self.object, What::Channel, inner.gate(), at);
                drop(inner);
                if let Some(receiver) = waits {
                    explorer.let_go(receiver);
                }
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => self.monitor.now(loom, || self.inner().senders -= 1),
            _ => self.inner().senders -= 1,
        }
    }

    /// The receiver goes, and with it what it has not received.
    pub(super) fn drop_receiver(&self) {
        let mut left = VecDeque::new();
        match driver() {
            Driver::Explorer(explorer) => {
                let at = self.object.birth().unwrap_or(Location::caller());
                let turn = announce(explorer, &self.object, What::Channel, Kind::Close, at);
                let mut inner = self.inner();
                inner.receiver = false;
                left.append(&mut inner.items);
                let waiting: Vec<StrandId> = inner.offers.iter().map(|(who, _)| *who).collect();
                turn.wrote(None, None);
                explorer.set_gate(&self.object, What::Channel, inner.gate(), at);
                drop(inner);
                for sender in waiting {
                    explorer.let_go(sender);
                }
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => self.monitor.now(loom, || {
                let mut inner = self.inner();
                inner.receiver = false;
                left.append(&mut inner.items);
            }),
            _ => self.inner().receiver = false,
        }
    }

    /// Sends where nobody waits for anybody.
    fn put_now(&self, value: T) -> Result<(), TrySendError<T>> {
        let mut inner = self.inner();
        if !inner.receiver {
            return Err(TrySendError::Disconnected(value));
        }
        if inner.is_full() {
            return Err(TrySendError::Full(value));
        }
        inner.items.push_back(value);
        Ok(())
    }

    fn put(
        &self,
        explorer: &'static Explorer,
        value: T,
        patience: Patience,
        at: At,
    ) -> Result<(), TrySendError<T>> {
        explorer.set_gate(&self.object, What::Channel, self.inner().gate(), at);
        let kind = if patience == Patience::None { Kind::TrySend } else { Kind::Send };
        let turn = announce(explorer, &self.object, What::Channel, kind, at);
        let sent = self.put_now(value);
        match &sent {
            Ok(()) => turn.wrote(None, None),
            Err(_) => turn.read(None),
        }
        let inner = self.inner();
        if inner.is_full() {
            // Whoever comes next may have to wait for room, and could have been the first.
            explorer.is_subtle();
        }
        explorer.set_gate(&self.object, What::Channel, inner.gate(), at);
        sent
    }

    fn take(
        &self,
        explorer: &'static Explorer,
        patience: Patience,
        at: At,
    ) -> Result<T, RecvTimeoutError> {
        explorer.set_gate(&self.object, What::Channel, self.inner().gate(), at);
        let (object, what) = (&self.object, What::Channel);
        if let Patience::Until(within) = patience {
            let operation = Operation { object, what, kind: Kind::Recv, at, options: 1 };
            explorer.announce_within(&operation, within);
        } else {
            let kind = if patience == Patience::None { Kind::TryRecv } else { Kind::Recv };
            explorer.announce(&Operation { object, what, kind, at, options: 1 });
        }
        let mut inner = self.inner();
        let received = inner.pop();
        let mode = if received.is_ok() { Mode::Write } else { Mode::Read };
        explorer.done(mode, None, None);
        explorer.set_gate(object, what, inner.gate(), at);
        drop(inner);
        if patience != Patience::Endless || received.is_err() {
            explorer.also(&self.senders, what, Mode::Read, at);
        }
        received
    }
}
