//! Mirrors [`::tokio::sync::Semaphore`].

use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use ::tokio::sync::{self as real, AcquireError, TryAcquireError};

use super::super::announcing::{Sign, changes, is_real, now, until_ready, wait_here};
use crate::engine::Object;
use crate::step::{Kind, What};

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::Semaphore, name, at }
}

/// Counted permits, as in [`::tokio::sync`]. It is fair: who waits first is served first.
#[derive(Debug)]
pub struct Semaphore {
    object: Object,
    real: real::Semaphore,
}

impl Semaphore {
    /// As in the original.
    pub const MAX_PERMITS: usize = real::Semaphore::MAX_PERMITS;

    /// As in the original.
    #[track_caller]
    pub fn new(permits: usize) -> Self {
        Self { object: Object::at(Location::caller()), real: real::Semaphore::new(permits) }
    }

    /// As in the original.
    #[track_caller]
    pub const fn const_new(permits: usize) -> Self {
        Self { object: Object::at(Location::caller()), real: real::Semaphore::const_new(permits) }
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
            let acquired = self.real.acquire_many(n);
            until_ready(&self.object, sign("acquire", at), acquired).await?.forget();
            Ok(OwnedSemaphorePermit { of: self, at, permits: n })
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn blocking_acquire(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        self.blocking_acquire_many(1)
    }

    /// As in the original.
    #[track_caller]
    pub fn blocking_acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, AcquireError> {
        let at = Location::caller();
        if is_real() {
            let real = self.real.blocking_acquire_many(n)?;
            return Ok(SemaphorePermit { of: self, at, real });
        }
        wait_here(self.acquire_many(n), at)
    }

    /// As in the original.
    #[track_caller]
    pub fn blocking_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.blocking_acquire_many_owned(1)
    }

    /// As in the original.
    #[track_caller]
    pub fn blocking_acquire_many_owned(
        self: Arc<Self>,
        n: u32,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        let at = Location::caller();
        if is_real() {
            self.real.blocking_acquire_many(n)?.forget();
            return Ok(OwnedSemaphorePermit { of: self, at, permits: n });
        }
        wait_here(self.acquire_many_owned(n), at)
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
        let acquires = || self.real.try_acquire_many(n);
        now(&self.object, sign("try_acquire", at), acquires, Result::is_ok)?.forget();
        Ok(OwnedSemaphorePermit { of: self, at, permits: n })
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

impl<'a> SemaphorePermit<'a> {
    /// As in the original.
    #[track_caller]
    pub fn merge(&mut self, mut other: Self) {
        assert!(
            std::ptr::eq(self.of, other.of),
            "merging permits from different semaphore instances"
        );
        let n = other.real.num_permits();
        if let Some(permits) = other.real.split(n) {
            self.real.merge(permits);
        }
    }

    /// As in the original.
    pub fn split(&mut self, n: usize) -> Option<Self> {
        Some(Self { of: self.of, at: self.at, real: self.real.split(n)? })
    }

    /// As in the original.
    pub fn semaphore(&self) -> &'a Semaphore {
        self.of
    }

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
    /// How many were taken of the real semaphore, which does not expect them back by itself.
    permits: u32,
}

impl OwnedSemaphorePermit {
    /// As in the original.
    pub fn forget(mut self) {
        self.permits = 0;
    }

    /// As in the original.
    #[track_caller]
    pub fn merge(&mut self, mut other: Self) {
        assert!(
            Arc::ptr_eq(&self.of, &other.of),
            "merging permits from different semaphore instances"
        );
        self.permits += std::mem::take(&mut other.permits);
    }

    /// As in the original.
    pub fn split(&mut self, n: usize) -> Option<Self> {
        let n = u32::try_from(n).ok().filter(|&n| n <= self.permits)?;
        self.permits -= n;
        Some(Self { of: Arc::clone(&self.of), at: self.at, permits: n })
    }

    /// As in the original.
    pub fn num_permits(&self) -> usize {
        self.permits as usize
    }

    /// As in the original.
    pub fn semaphore(&self) -> &Arc<Semaphore> {
        &self.of
    }
}

impl Drop for OwnedSemaphorePermit {
    fn drop(&mut self) {
        if self.permits > 0 {
            changes(&self.of.object, sign("release", self.at), Kind::Async("release"));
            self.of.real.add_permits(self.permits as usize);
        }
    }
}
