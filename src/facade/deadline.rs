//! When has somebody waited long enough who has to begin again?

use std::time::{Duration, Instant};

use crate::engine::{Driver, driver};

/// A moment in the future, on the clock of whoever drives.
#[derive(Clone, Copy)]
pub(super) enum Deadline {
    /// `None` if there is no such moment.
    Real(Option<Instant>),
    /// How much virtual time will have passed by then.
    Virtual(Duration),
}

impl Deadline {
    /// So long from now.
    #[track_caller]
    pub(super) fn after(duration: Duration) -> Self {
        match driver() {
            Driver::Explorer(explorer) => Self::Virtual(explorer.now().saturating_add(duration)),
            _ => Self::Real(Instant::now().checked_add(duration)),
        }
    }

    /// How long that is from now; `None` if it has passed.
    #[track_caller]
    pub(super) fn left(self) -> Option<Duration> {
        let left = match (self, driver()) {
            (Self::Virtual(deadline), Driver::Explorer(explorer)) => {
                deadline.saturating_sub(explorer.now())
            }
            (Self::Virtual(_), _) => Duration::ZERO,
            (Self::Real(None), _) => Duration::MAX,
            (Self::Real(Some(deadline)), _) => deadline.saturating_duration_since(Instant::now()),
        };
        Some(left).filter(|left| !left.is_zero())
    }
}
