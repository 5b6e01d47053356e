//! Mirrors [`::tokio::time::Instant`].
//!
//! Under an engine it is a moment of the clock that threads have, too.

use std::fmt;
use std::ops;
use std::time::Duration;

use ::tokio::time as real;

use super::super::super::time as clock;
use crate::engine::{Driver, driver};

/// A moment, as in [`::tokio::time`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    real: real::Instant,
}

impl Instant {
    /// As in the original.
    #[track_caller]
    pub fn now() -> Self {
        match driver() {
            // The original's clock can be paused.
            Driver::Nobody | Driver::Native(_) => Self { real: real::Instant::now() },
            _ => Self::from_std(clock::Instant::now()),
        }
    }

    /// The moment after so much virtual time.
    pub(super) fn after(time: Duration) -> Self {
        Self::from_std(clock::Instant::after(time))
    }

    /// How much virtual time has passed by then.
    pub(super) fn since_beginning(self) -> Duration {
        self.into_std().since_beginning()
    }

    pub(super) fn real(self) -> real::Instant {
        self.real
    }

    pub(super) fn of_real(real: real::Instant) -> Self {
        Self { real }
    }

    /// As in the original.
    pub fn from_std(std: impl Into<clock::Instant>) -> Self {
        let std: clock::Instant = std.into();
        Self { real: real::Instant::from_std(std.into()) }
    }

    /// As in the original.
    pub fn into_std(self) -> clock::Instant {
        self.real.into_std().into()
    }

    /// As in the original.
    pub fn duration_since(&self, earlier: Self) -> Duration {
        self.real.duration_since(earlier.real)
    }

    /// As in the original.
    pub fn checked_duration_since(&self, earlier: Self) -> Option<Duration> {
        self.real.checked_duration_since(earlier.real)
    }

    /// As in the original.
    pub fn saturating_duration_since(&self, earlier: Self) -> Duration {
        self.real.saturating_duration_since(earlier.real)
    }

    /// As in the original.
    #[track_caller]
    pub fn elapsed(&self) -> Duration {
        Self::now().duration_since(*self)
    }

    /// As in the original.
    pub fn checked_add(&self, duration: Duration) -> Option<Self> {
        self.real.checked_add(duration).map(Self::of_real)
    }

    /// As in the original.
    pub fn checked_sub(&self, duration: Duration) -> Option<Self> {
        self.real.checked_sub(duration).map(Self::of_real)
    }
}

impl From<std::time::Instant> for Instant {
    fn from(time: std::time::Instant) -> Self {
        Self::from_std(time)
    }
}

impl From<clock::Instant> for Instant {
    fn from(time: clock::Instant) -> Self {
        Self::from_std(time)
    }
}

impl From<Instant> for std::time::Instant {
    fn from(time: Instant) -> Self {
        time.into_std().into()
    }
}

impl From<Instant> for clock::Instant {
    fn from(time: Instant) -> Self {
        time.into_std()
    }
}

impl ops::Add<Duration> for Instant {
    type Output = Self;

    fn add(self, other: Duration) -> Self {
        Self { real: self.real + other }
    }
}

impl ops::AddAssign<Duration> for Instant {
    fn add_assign(&mut self, other: Duration) {
        self.real += other;
    }
}

impl ops::Sub for Instant {
    type Output = Duration;

    fn sub(self, other: Self) -> Duration {
        self.real - other.real
    }
}

impl ops::Sub<Duration> for Instant {
    type Output = Self;

    fn sub(self, other: Duration) -> Self {
        Self { real: self.real - other }
    }
}

impl ops::SubAssign<Duration> for Instant {
    fn sub_assign(&mut self, other: Duration) {
        self.real -= other;
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}
