//! How far is a check, for somebody who waits for it?

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How far a check is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// How many executions are over.
    pub executions: u64,
    /// How many of them failed.
    pub failing: u64,
    /// About how many executions there will be in all, where the search can tell.
    pub estimate: Option<u64>,
    /// How long the check has been running.
    pub elapsed: Duration,
}

impl Progress {
    /// A moment of a check.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let progress = drawloom::Progress::new(120, 3, Some(450), Duration::from_secs(8));
    /// assert_eq!(progress.percent(), Some(26));
    /// ```
    pub fn new(executions: u64, failing: u64, estimate: Option<u64>, elapsed: Duration) -> Self {
        Self { executions, failing, estimate, elapsed }
    }

    /// How much of the estimate is done, rounded down; never all of it, since it goes on.
    pub fn percent(&self) -> Option<u64> {
        let estimate = u128::from(self.estimate.filter(|&estimate| estimate > 0)?);
        let done = u128::from(self.executions) * 100 / estimate;
        Some(u64::try_from(done.min(99)).unwrap_or(99))
    }
}

/// Somebody who is told how far a check is.
#[derive(Clone)]
pub(crate) struct Observer(pub(crate) Arc<dyn Fn(&Progress) + Send + Sync>);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}

/// An estimate as a count.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a conversion stops at the ends of the range, and so does a guess"
)]
pub(crate) fn whole(estimate: f64) -> u64 {
    estimate.round() as u64
}
