//! A moment of a clock that never goes back.

use std::fmt;
use std::ops;
use std::sync::OnceLock;
use std::time::{self as real, Duration};

use super::passed;

/// A moment, as in [`std::time`]. Under an engine it is so much virtual time after a fixed one. Which real moment
/// that is differs from process to process, and nothing depends on it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    real: real::Instant,
}

/// The moment at which virtual time begins.
fn beginning() -> real::Instant {
    static BEGINNING: OnceLock<real::Instant> = OnceLock::new();
    *BEGINNING.get_or_init(real::Instant::now)
}

/// So far ahead that nobody waits for it: for a time that cannot be added.
pub(crate) const FAR: Duration = Duration::from_secs(86_400 * 365 * 30);

impl Instant {
    /// As in the original.
    #[track_caller]
    pub fn now() -> Self {
        passed().map_or_else(|| Self { real: real::Instant::now() }, Self::after)
    }

    /// The moment after so much virtual time.
    pub(crate) fn after(time: Duration) -> Self {
        Self { real: beginning().checked_add(time).unwrap_or_else(|| beginning() + FAR) }
    }

    /// How much virtual time has passed by then.
    #[cfg_attr(not(feature = "tokio"), allow(dead_code, reason = "only tokio's timers ask"))]
    pub(crate) fn since_beginning(self) -> Duration {
        self.real.saturating_duration_since(beginning())
    }

    /// How long that is from now: nothing, if it has passed.
    #[track_caller]
    pub(crate) fn left(self) -> Duration {
        self.saturating_duration_since(Self::now())
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
        self.real.checked_add(duration).map(Self::from)
    }

    /// As in the original.
    pub fn checked_sub(&self, duration: Duration) -> Option<Self> {
        self.real.checked_sub(duration).map(Self::from)
    }
}

/// For whoever has one of the original: under an engine its clock is not the one that counts.
impl From<real::Instant> for Instant {
    fn from(real: real::Instant) -> Self {
        Self { real }
    }
}

/// For whoever wants one of the original.
impl From<Instant> for real::Instant {
    fn from(instant: Instant) -> Self {
        instant.real
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

    #[expect(clippy::unchecked_time_subtraction, reason = "as in the original")]
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
