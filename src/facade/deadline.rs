//! When has somebody waited long enough who has to begin again?

use super::time::{Duration, Instant};

/// A moment in the future, if there is such a moment.
#[derive(Clone, Copy)]
pub(super) struct Deadline(Option<Instant>);

impl Deadline {
    /// So long from now.
    #[track_caller]
    pub(super) fn after(duration: Duration) -> Self {
        Self(Instant::now().checked_add(duration))
    }

    /// How long that is from now; `None` if it has passed.
    #[track_caller]
    pub(super) fn left(self) -> Option<Duration> {
        let left = self.0.map_or(Duration::MAX, Instant::left);
        Some(left).filter(|left| !left.is_zero())
    }
}
