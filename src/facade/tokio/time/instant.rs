//! Mirrors [`::tokio::time::Instant`].
//!
//! Under an engine a moment is so much virtual time after a fixed one. Which real moment that is differs
//! from process to process, and nothing depends on it.

use std::fmt;
use std::ops;
use std::sync::OnceLock;
use std::time::Duration;

use ::tokio::time as real;

use crate::engine::{Driver, driver};

/// A moment, as in [`::tokio::time`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    real: real::Instant,
}

/// The moment at which virtual time begins.
fn beginning() -> std::time::Instant {
    static BEGINNING: OnceLock<std::time::Instant> = OnceLock::new();
    *BEGINNING.get_or_init(std::time::Instant::now)
}

/// So far ahead that nobody waits for it: what the original takes for a time that cannot be added.
pub(super) const FAR: Duration = Duration::from_secs(86_400 * 365 * 30);

impl Instant {
    /// As in the original.
    #[track_caller]
    pub fn now() -> Self {
        match driver() {
            Driver::Nobody | Driver::Native(_) => Self { real: real::Instant::now() },
            Driver::Explorer(explorer) => Self::after(explorer.now()),
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => Self::after(loom.now()),
        }
    }

    /// The moment after so much virtual time.
    pub(super) fn after(time: Duration) -> Self {
        let moment = beginning().checked_add(time).unwrap_or_else(|| beginning() + FAR);
        Self::from_std(moment)
    }

    /// How much virtual time has passed by then.
    pub(super) fn since_beginning(self) -> Duration {
        self.into_std().saturating_duration_since(beginning())
    }

    pub(super) fn real(self) -> real::Instant {
        self.real
    }

    pub(super) fn of_real(real: real::Instant) -> Self {
        Self { real }
    }

    /// As in the original.
    pub fn from_std(std: std::time::Instant) -> Self {
        Self { real: real::Instant::from_std(std) }
    }

    /// As in the original.
    pub fn into_std(self) -> std::time::Instant {
        self.real.into_std()
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

impl From<Instant> for std::time::Instant {
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
