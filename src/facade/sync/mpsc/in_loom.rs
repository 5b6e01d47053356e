//! A channel under loom.

use super::desk::{Desk, Patience};
use super::{RecvTimeoutError, TrySendError};
use crate::engine::loom::{Loom, NO_CLOCK};

impl<T> Desk<T> {
    pub(super) fn send_in_loom(
        &self,
        loom: &Loom,
        value: T,
        patience: Patience,
    ) -> Result<(), TrySendError<T>> {
        let mut value = Some(value);
        let mut turn = None;
        self.monitor.when(loom, || {
            let mut inner = self.inner();
            if let Some(turn) = turn {
                // In whose hands it is, nobody knows: they are taken in order.
                return (inner.taken > turn || !inner.receiver).then_some(Ok(()));
            }
            let own = value.take()?;
            if !inner.receiver {
                return Some(Err(TrySendError::Disconnected(own)));
            }
            let none = inner.keeps_none();
            let room = if none { inner.waits.is_some() } else { !inner.is_full() };
            if room && none {
                inner.waits = None;
                inner.handed = Some(own);
                return Some(Ok(()));
            }
            if room {
                inner.items.push_back(own);
                return Some(Ok(()));
            }
            if patience == Patience::None {
                return Some(Err(TrySendError::Full(own)));
            }
            if none {
                turn = Some(inner.taken + inner.items.len());
                inner.items.push_back(own);
                return None;
            }
            value = Some(own);
            None
        })
    }

    pub(super) fn receive_in_loom(
        &self,
        loom: &Loom,
        patience: Patience,
    ) -> Result<T, RecvTimeoutError> {
        if let Patience::Until(_) = patience {
            loom.refuse(NO_CLOCK);
        }
        self.monitor.when(loom, || {
            let mut inner = self.inner();
            if let Some(value) = inner.handed.take() {
                return Some(Ok(value));
            }
            let received = inner.pop();
            if received.is_ok() {
                inner.taken += 1;
            } else if patience == Patience::Endless && inner.senders > 0 {
                inner.waits = Some(0);
                return None;
            }
            Some(received)
        })
    }
}
