//! A moment of the clock on the wall.

use std::fmt;
use std::ops;
use std::time::{self as real, Duration, SystemTimeError};

use super::passed;

/// A moment of the clock on the wall, as in [`std::time`]. Under an engine it is the same in every execution when
/// that begins, a milliard seconds after the epoch, and the clock is never set.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemTime {
    real: real::SystemTime,
}

/// The moment that the clock on the wall counts from, as in [`std::time`].
pub const UNIX_EPOCH: SystemTime = SystemTime::UNIX_EPOCH;

/// The time on the wall when virtual time begins.
const BEGINNING: Duration = Duration::from_secs(1_000_000_000);

impl SystemTime {
    /// As in the original.
    pub const UNIX_EPOCH: Self = Self { real: real::SystemTime::UNIX_EPOCH };

    /// As in the original.
    #[track_caller]
    pub fn now() -> Self {
        let now = passed().map(|passed| Self::UNIX_EPOCH.checked_add(BEGINNING + passed));
        now.flatten().unwrap_or_else(|| Self { real: real::SystemTime::now() })
    }

    /// As in the original.
    pub fn duration_since(&self, earlier: Self) -> Result<Duration, SystemTimeError> {
        self.real.duration_since(earlier.real)
    }

    /// As in the original.
    #[track_caller]
    pub fn elapsed(&self) -> Result<Duration, SystemTimeError> {
        Self::now().duration_since(*self)
    }

    /// As in the original.
    pub fn checked_add(&self, duration: Duration) -> Option<Self> {
        self.real.checked_add(duration).map(Self::from)
    }

    /// As in the original.
    pub fn checked_sub(&self, duration: Duration) -> Option<Self> {
        self.real.checked_sub(duration).map(Self::from)
    }
}

/// For whoever has one of the original: of a file, say.
impl From<real::SystemTime> for SystemTime {
    fn from(real: real::SystemTime) -> Self {
        Self { real }
    }
}

/// For whoever wants one of the original.
impl From<SystemTime> for real::SystemTime {
    fn from(time: SystemTime) -> Self {
        time.real
    }
}

impl ops::Add<Duration> for SystemTime {
    type Output = Self;

    fn add(self, other: Duration) -> Self {
        Self { real: self.real + other }
    }
}

impl ops::AddAssign<Duration> for SystemTime {
    fn add_assign(&mut self, other: Duration) {
        self.real += other;
    }
}

impl ops::Sub<Duration> for SystemTime {
    type Output = Self;

    fn sub(self, other: Duration) -> Self {
        Self { real: self.real - other }
    }
}

impl ops::SubAssign<Duration> for SystemTime {
    fn sub_assign(&mut self, other: Duration) {
        self.real -= other;
    }
}

impl fmt::Debug for SystemTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}
