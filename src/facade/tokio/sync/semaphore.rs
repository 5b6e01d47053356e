//! Mirrors [`::tokio::sync::Semaphore`].

use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use ::tokio::sync::{self as real, AcquireError, TryAcquireError};

use super::super::announcing::{Sign, changes, now, until_ready};
use crate::engine::Object;
use crate::step::{Kind, What};

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::Semaphore, name, at }
}

/// Counted permits, as in [`::tokio::sync`]. It is fair: who waits first is served first.
#[derive(Debug)]
pub struct Semaphore {
    object: Object,
    /// Shared with the permits that own it.
    real: Arc<real::Semaphore>,
}

impl Semaphore {
    /// As in the original.
    pub const MAX_PERMITS: usize = real::Semaphore::MAX_PERMITS;

    /// As in the original.
    #[track_caller]
    pub fn new(permits: usize) -> Self {
        let real = Arc::new(real::Semaphore::new(permits));
        Self { object: Object::at(Location::caller()), real }
    }

    /// As in the original.
    #[track_caller]
    pub fn available_permits(&self) -> usize {
        let sign = sign("available_permits", Location::caller());
        now(&self.object, sign, || self.real.available_permits(), |_| false)
    }

    /// As in the original.
    #[track_caller]
    pub fn add_permits(&self, n: usize) {
        let sign = sign("add_permits", Location::caller());
        now(&self.object, sign, || self.real.add_permits(n), |()| true);
    }

    /// As in the original.
    #[track_caller]
    pub fn forget_permits(&self, n: usize) -> usize {
        let sign = sign("forget_permits", Location::caller());
        now(&self.object, sign, || self.real.forget_permits(n), |&forgotten| forgotten > 0)
    }

    /// As in the original.
    #[track_caller]
    pub fn acquire(&self) -> impl Future<Output = Result<SemaphorePermit<'_>, AcquireError>> {
        self.acquire_many(1)
    }

    /// As in the original.
    #[track_caller]
    pub fn acquire_many(
        &self,
        n: u32,
    ) -> impl Future<Output = Result<SemaphorePermit<'_>, AcquireError>> {
        let at = Location::caller();
        async move {
            let acquired = self.real.acquire_many(n);
            let real = until_ready(&self.object, sign("acquire", at), acquired).await?;
            Ok(SemaphorePermit { of: self, at, real })
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn acquire_owned(
        self: Arc<Self>,
    ) -> impl Future<Output = Result<OwnedSemaphorePermit, AcquireError>> {
        self.acquire_many_owned(1)
    }

    /// As in the original.
    #[track_caller]
    pub fn acquire_many_owned(
        self: Arc<Self>,
        n: u32,
    ) -> impl Future<Output = Result<OwnedSemaphorePermit, AcquireError>> {
        let at = Location::caller();
        async move {
            let acquired = Arc::clone(&self.real).acquire_many_owned(n);
            let real = until_ready(&self.object, sign("acquire", at), acquired).await?;
            Ok(OwnedSemaphorePermit { of: self, at, real })
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn try_acquire(&self) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_acquire_many(1)
    }

    /// As in the original.
    #[track_caller]
    pub fn try_acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        let at = Location::caller();
        let acquires = || self.real.try_acquire_many(n);
        let real = now(&self.object, sign("try_acquire", at), acquires, Result::is_ok)?;
        Ok(SemaphorePermit { of: self, at, real })
    }

    /// As in the original.
    #[track_caller]
    pub fn try_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_acquire_many_owned(1)
    }

    /// As in the original.
    #[track_caller]
    pub fn try_acquire_many_owned(
        self: Arc<Self>,
        n: u32,
    ) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        let at = Location::caller();
        let acquires = || Arc::clone(&self.real).try_acquire_many_owned(n);
        let real = now(&self.object, sign("try_acquire", at), acquires, Result::is_ok)?;
        Ok(OwnedSemaphorePermit { of: self, at, real })
    }

    /// As in the original.
    #[track_caller]
    pub fn close(&self) {
        let sign = sign("close", Location::caller());
        now(&self.object, sign, || self.real.close(), |()| true);
    }

    /// As in the original.
    #[track_caller]
    pub fn is_closed(&self) -> bool {
        let sign = sign("is_closed", Location::caller());
        now(&self.object, sign, || self.real.is_closed(), |_| false)
    }
}

/// Permits that were taken, as in [`::tokio::sync`].
#[must_use]
#[clippy::has_significant_drop]
#[derive(Debug)]
pub struct SemaphorePermit<'a> {
    of: &'a Semaphore,
    /// Where they were taken.
    at: &'static Location<'static>,
    real: real::SemaphorePermit<'a>,
}

impl SemaphorePermit<'_> {
    /// As in the original.
    pub fn forget(mut self) {
        // What is dropped in its place has no permits, and nothing to give back.
        if let Some(permits) = self.real.split(self.real.num_permits()) {
            permits.forget();
        }
    }

    /// As in the original.
    pub fn num_permits(&self) -> usize {
        self.real.num_permits()
    }
}

impl Drop for SemaphorePermit<'_> {
    fn drop(&mut self) {
        if self.real.num_permits() > 0 {
            changes(&self.of.object, sign("release", self.at), Kind::Async("release"));
        }
    }
}

/// Permits that own their semaphore, as in [`::tokio::sync`].
#[must_use]
#[clippy::has_significant_drop]
#[derive(Debug)]
pub struct OwnedSemaphorePermit {
    of: Arc<Semaphore>,
    /// Where they were taken.
    at: &'static Location<'static>,
    real: real::OwnedSemaphorePermit,
}

impl OwnedSemaphorePermit {
    /// As in the original.
    pub fn forget(mut self) {
        // What is dropped in its place has no permits, and nothing to give back.
        if let Some(permits) = self.real.split(self.real.num_permits()) {
            permits.forget();
        }
    }

    /// As in the original.
    pub fn num_permits(&self) -> usize {
        self.real.num_permits()
    }

    /// As in the original.
    pub fn semaphore(&self) -> &Arc<Semaphore> {
        &self.of
    }
}

impl Drop for OwnedSemaphorePermit {
    fn drop(&mut self) {
        if self.real.num_permits() > 0 {
            changes(&self.of.object, sign("release", self.at), Kind::Async("release"));
        }
    }
}
