//! Mirrors [`::tokio::time::Interval`].

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

pub use ::tokio::time::MissedTickBehavior;

use super::super::super::time::FAR;
use super::Instant;
use super::sleep::{Sleep, sleep_until};

/// How late a tick may be that is not taken for missed, as in the original.
const TOLERANCE: Duration = Duration::from_millis(5);

/// Ticks, as in [`::tokio::time`].
#[derive(Debug)]
pub struct Interval {
    delay: Pin<Box<Sleep>>,
    period: Duration,
    behavior: MissedTickBehavior,
}

/// Ticks now and after each period, as in [`::tokio::time`].
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    interval_at(Instant::now(), period)
}

/// Ticks at a moment and after each period, as in [`::tokio::time`].
#[track_caller]
pub fn interval_at(start: Instant, period: Duration) -> Interval {
    assert!(period > Duration::ZERO, "`period` must be non-zero.");
    let delay = Box::pin(sleep_until(start));
    Interval { delay, period, behavior: MissedTickBehavior::default() }
}

impl Interval {
    /// As in the original.
    pub fn tick(&mut self) -> impl Future<Output = Instant> {
        poll_fn(|context| self.poll_tick(context))
    }

    /// As in the original.
    pub fn poll_tick(&mut self, context: &mut Context<'_>) -> Poll<Instant> {
        ready!(self.delay.as_mut().poll(context));
        let due = self.delay.deadline();
        let now = Instant::now();
        let next =
            if now > due + TOLERANCE { self.after_missed(due, now) } else { due + self.period };
        self.delay.as_mut().reset_idly(next);
        Poll::Ready(due)
    }

    /// The next tick, when those up to `now` were missed.
    fn after_missed(&self, due: Instant, now: Instant) -> Instant {
        match self.behavior {
            MissedTickBehavior::Burst => due + self.period,
            MissedTickBehavior::Delay => now + self.period,
            MissedTickBehavior::Skip => {
                let over = (now - due).as_nanos() % self.period.as_nanos();
                let over = u64::try_from(over)
                    .expect("too much time has elapsed since the interval was supposed to tick");
                now + self.period.saturating_sub(Duration::from_nanos(over))
            }
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn reset(&mut self) {
        self.reset_at(Instant::now() + self.period);
    }

    /// As in the original.
    #[track_caller]
    pub fn reset_immediately(&mut self) {
        self.reset_at(Instant::now());
    }

    /// As in the original.
    #[track_caller]
    pub fn reset_after(&mut self, after: Duration) {
        self.reset_at(Instant::now() + after.min(FAR));
    }

    /// As in the original.
    #[track_caller]
    pub fn reset_at(&mut self, deadline: Instant) {
        self.delay.as_mut().reset(deadline);
    }

    /// As in the original.
    pub fn missed_tick_behavior(&self) -> MissedTickBehavior {
        self.behavior
    }

    /// As in the original.
    pub fn set_missed_tick_behavior(&mut self, behavior: MissedTickBehavior) {
        self.behavior = behavior;
    }

    /// As in the original.
    pub fn period(&self) -> Duration {
        self.period
    }
}
