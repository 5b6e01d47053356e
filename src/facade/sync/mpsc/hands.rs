//! A channel that keeps nothing, under the explorer: values go from hand to hand.
//!
//! Whoever comes first has taken a step and waits; whoever comes second lets the other go.

use super::super::super::announce;
use super::desk::{At, Desk, Patience};
use super::{RecvTimeoutError, TrySendError};
use crate::engine::Explorer;
use crate::engine::explorer::{Let, Operation, StrandId};
use crate::step::{Kind, Mode, What};

impl<T> Desk<T> {
    /// Sends from hand to hand.
    pub(super) fn hand_over(
        &self,
        explorer: &'static Explorer,
        value: T,
        patience: Patience,
        at: At,
    ) -> Result<(), TrySendError<T>> {
        let (what, name) = match patience {
            Patience::None => (What::Channel, "try_send"),
            _ => (What::Channel, "send"),
        };
        let turn = announce(explorer, &self.object, what, Kind::Update(name), at);
        let me = explorer.current();
        let mut inner = self.inner();
        if !inner.receiver {
            turn.read(None);
            return Err(TrySendError::Disconnected(value));
        }
        if let Some(receiver) = inner.waits.take() {
            inner.handed = Some(value);
            drop(inner);
            turn.wrote(None, None);
            explorer.let_go(receiver);
            return Ok(());
        }
        if patience == Patience::None {
            turn.read(None);
            return Err(TrySendError::Full(value));
        }
        inner.offers.push((me, value));
        let gate = inner.gate();
        drop(inner);
        turn.wrote(None, None);
        explorer.set_gate(&self.object, what, gate, at);
        let kind = Kind::Update(name);
        explorer.block(&Operation { object: &self.object, what, kind, at, options: 1 }, None);
        let mut inner = self.inner();
        match inner.offers.iter().position(|(who, _)| *who == me) {
            None => Ok(()),
            Some(mine) => Err(TrySendError::Disconnected(inner.offers.remove(mine).1)),
        }
    }

    /// Receives from hand to hand.
    pub(super) fn take_over(
        &self,
        explorer: &'static Explorer,
        patience: Patience,
        at: At,
    ) -> Result<T, RecvTimeoutError> {
        let (within, name) = match patience {
            Patience::None => (None, "try_recv"),
            Patience::Until(within) => (Some(within), "recv"),
            Patience::Endless => (None, "recv"),
        };
        let received = self.take_offer(explorer, Kind::Meet(name), patience, at);
        if patience == Patience::None || received.as_ref().is_err_and(|why| !is_timeout(*why)) {
            return received;
        }
        if received.is_ok() {
            return received;
        }
        let (object, what, kind) = (&self.object, What::Channel, Kind::Meet(name));
        match explorer.block(&Operation { object, what, kind, at, options: 1 }, within) {
            Let::TimeIsUp => self.take_offer(explorer, Kind::Meet(name), Patience::None, at),
            Let::Go | Let::Down => {
                let mut inner = self.inner();
                inner.waits = None;
                inner.handed.take().ok_or(RecvTimeoutError::Disconnected)
            }
        }
    }

    /// Takes what is in somebody's hands, or what was handed over. Whoever is patient waits from then on.
    fn take_offer(
        &self,
        explorer: &'static Explorer,
        kind: Kind,
        patience: Patience,
        at: At,
    ) -> Result<T, RecvTimeoutError> {
        let turn = announce(explorer, &self.object, What::Channel, kind, at);
        let option = usize::from(turn.option);
        explorer.also(&self.senders, What::Channel, Mode::Read, at);
        let mut inner = self.inner();
        inner.waits = None;
        if let Some(value) = inner.handed.take() {
            turn.wrote(None, None);
            return Ok(value);
        }
        let mut senders: Vec<StrandId> = inner.offers.iter().map(|(who, _)| *who).collect();
        explorer.in_order(&mut senders);
        let Some(&sender) = senders.get(option) else {
            if inner.senders == 0 {
                turn.read(None);
                return Err(RecvTimeoutError::Disconnected);
            }
            if patience == Patience::None {
                turn.wrote(None, None);
            } else {
                inner.waits = Some(explorer.current());
                turn.wrote(None, None);
            }
            return Err(RecvTimeoutError::Timeout);
        };
        let mine = inner.offers.iter().position(|(who, _)| *who == sender);
        let (_, value) = inner.offers.swap_remove(mine.expect("internal error: an offer is gone"));
        let gate = inner.gate();
        drop(inner);
        turn.wrote(None, None);
        explorer.set_gate(&self.object, What::Channel, gate, at);
        explorer.let_go(sender);
        Ok(value)
    }
}

fn is_timeout(why: RecvTimeoutError) -> bool {
    why == RecvTimeoutError::Timeout
}
