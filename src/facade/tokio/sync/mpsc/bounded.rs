//! Senders that wait for room.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use ::tokio::sync::mpsc as real;

use super::super::super::announcing::{
    changes, is_real, now, until_freely_ready, until_ready, wait_here,
};
use super::super::super::time::timeout;
use super::{OwnedPermit, Permit, PermitIterator, Shared, error, sender, sign};
use crate::step::Kind;

/// An end that sends, as in [`::tokio::sync::mpsc`].
pub struct Sender<T> {
    pub(super) shared: Arc<Shared>,
    pub(super) real: real::Sender<T>,
}

/// An end that sends only while another one does, as in [`::tokio::sync::mpsc`].
pub struct WeakSender<T> {
    shared: Arc<Shared>,
    real: real::WeakSender<T>,
}

sender!(Sender, WeakSender);

impl<T> Sender<T> {
    /// As in the original.
    #[track_caller]
    pub fn send(&self, value: T) -> impl Future<Output = Result<(), error::SendError<T>>> {
        let at = Location::caller();
        until_ready(&self.shared.object, sign("send", at), self.real.send(value))
    }

    /// As in the original.
    #[track_caller]
    pub fn send_timeout(
        &self,
        value: T,
        duration: Duration,
    ) -> impl Future<Output = Result<(), error::SendTimeoutError<T>>> {
        let at = Location::caller();
        async move {
            match timeout(duration, self.reserve_at(at)).await {
                Err(_) => Err(error::SendTimeoutError::Timeout(value)),
                Ok(Err(_)) => Err(error::SendTimeoutError::Closed(value)),
                Ok(Ok(permit)) => {
                    permit.send_at(value, at);
                    Ok(())
                }
            }
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn blocking_send(&self, value: T) -> Result<(), error::SendError<T>> {
        if is_real() {
            return self.real.blocking_send(value);
        }
        wait_here(self.send(value), Location::caller())
    }

    /// As in the original.
    #[track_caller]
    pub fn try_send(&self, message: T) -> Result<(), error::TrySendError<T>> {
        let sign = sign("try_send", Location::caller());
        now(&self.shared.object, sign, || self.real.try_send(message), Result::is_ok)
    }

    /// As in the original.
    #[track_caller]
    pub fn reserve(&self) -> impl Future<Output = Result<Permit<'_, T>, error::SendError<()>>> {
        self.reserve_at(Location::caller())
    }

    async fn reserve_at(
        &self,
        at: &'static Location<'static>,
    ) -> Result<Permit<'_, T>, error::SendError<()>> {
        let real = until_ready(&self.shared.object, sign("reserve", at), self.real.reserve());
        Ok(Permit::new(&self.shared, real.await?, at))
    }

    /// As in the original.
    #[track_caller]
    pub fn reserve_many(
        &self,
        n: usize,
    ) -> impl Future<Output = Result<PermitIterator<'_, T>, error::SendError<()>>> {
        let at = Location::caller();
        async move {
            let reserved = self.real.reserve_many(n);
            let real = until_ready(&self.shared.object, sign("reserve", at), reserved).await?;
            Ok(PermitIterator::new(&self.shared, real, at))
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn reserve_owned(
        self,
    ) -> impl Future<Output = Result<OwnedPermit<T>, error::SendError<()>>> {
        let at = Location::caller();
        async move {
            // A sender more, that becomes the permit: then this one is not the last when it goes.
            let reserved = self.real.clone().reserve_owned();
            let real = until_ready(&self.shared.object, sign("reserve", at), reserved).await?;
            Ok(OwnedPermit::new(&self.shared, real, at))
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn try_reserve(&self) -> Result<Permit<'_, T>, error::TrySendError<()>> {
        let at = Location::caller();
        let reserves = || self.real.try_reserve();
        let real = now(&self.shared.object, sign("try_reserve", at), reserves, Result::is_ok)?;
        Ok(Permit::new(&self.shared, real, at))
    }

    /// As in the original.
    #[track_caller]
    pub fn try_reserve_many(
        &self,
        n: usize,
    ) -> Result<PermitIterator<'_, T>, error::TrySendError<()>> {
        let at = Location::caller();
        let reserves = || self.real.try_reserve_many(n);
        let real = now(&self.shared.object, sign("try_reserve", at), reserves, Result::is_ok)?;
        Ok(PermitIterator::new(&self.shared, real, at))
    }

    /// As in the original.
    #[track_caller]
    pub fn try_reserve_owned(self) -> Result<OwnedPermit<T>, error::TrySendError<Self>> {
        let at = Location::caller();
        let reserves = || self.real.clone().try_reserve_owned();
        let sign = sign("try_reserve", at);
        match now(&self.shared.object, sign, reserves, Result::is_ok) {
            Ok(real) => Ok(OwnedPermit::new(&self.shared, real, at)),
            Err(error::TrySendError::Full(_)) => Err(error::TrySendError::Full(self)),
            Err(error::TrySendError::Closed(_)) => Err(error::TrySendError::Closed(self)),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn capacity(&self) -> usize {
        let sign = sign("capacity", Location::caller());
        now(&self.shared.object, sign, || self.real.capacity(), |_| false)
    }

    /// As in the original.
    pub fn max_capacity(&self) -> usize {
        self.real.max_capacity()
    }
}
