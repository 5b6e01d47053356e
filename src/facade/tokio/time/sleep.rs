//! Mirrors [`::tokio::time::Sleep`].

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use ::tokio::time as real;

use super::super::announcing::is_real;
use super::super::task::coop;
use super::Instant;
use crate::engine::explorer::TimerId;
use crate::engine::{Driver, driver, explorer};

/// Waits for a moment, as in [`::tokio::time`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Sleep {
    inner: Inner,
}

enum Inner {
    Real(Pin<Box<real::Sleep>>),
    Virtual(Timer),
}

/// A virtual timer: set when it is first asked, like the original.
struct Timer {
    deadline: Instant,
    at: &'static Location<'static>,
    set: Option<Set>,
    /// Whom it wakes.
    waker: Option<Waker>,
    /// Whether it was seen to be up.
    up: bool,
}

#[derive(Clone, Copy)]
enum Set {
    Explorer(TimerId),
    #[cfg(feature = "loom")]
    Loom(usize),
}

/// Waits for so long, as in [`::tokio::time`].
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    if is_real() {
        return Sleep { inner: Inner::Real(Box::pin(real::sleep(duration))) };
    }
    let now = Instant::now().since_beginning();
    Sleep::until(Instant::after(now.saturating_add(duration)), Location::caller())
}

/// Waits for a moment, as in [`::tokio::time`].
#[track_caller]
pub fn sleep_until(deadline: Instant) -> Sleep {
    if is_real() {
        return Sleep { inner: Inner::Real(Box::pin(real::sleep_until(deadline.real()))) };
    }
    Sleep::until(deadline, Location::caller())
}

impl Sleep {
    fn until(deadline: Instant, at: &'static Location<'static>) -> Self {
        let timer = Timer { deadline, at, set: None, waker: None, up: false };
        Self { inner: Inner::Virtual(timer) }
    }

    /// As in the original.
    pub fn deadline(&self) -> Instant {
        match &self.inner {
            Inner::Real(sleep) => Instant::of_real(sleep.deadline()),
            Inner::Virtual(timer) => timer.deadline,
        }
    }

    /// As in the original.
    pub fn is_elapsed(&self) -> bool {
        match &self.inner {
            Inner::Real(sleep) => sleep.is_elapsed(),
            Inner::Virtual(timer) => timer.up || timer.is_past() || timer.has_fired(),
        }
    }

    /// As in the original.
    pub fn reset(mut self: Pin<&mut Self>, deadline: Instant) {
        match &mut self.inner {
            Inner::Real(sleep) => sleep.as_mut().reset(deadline.real()),
            Inner::Virtual(timer) => {
                let waker = timer.waker.take();
                timer.forget();
                timer.deadline = deadline;
                if let Some(waker) = waker {
                    timer.set(waker);
                }
            }
        }
    }

    /// As [`Sleep::reset`], but it is not set before it is asked.
    pub(super) fn reset_idly(mut self: Pin<&mut Self>, deadline: Instant) {
        match &mut self.inner {
            Inner::Real(sleep) => sleep.as_mut().reset(deadline.real()),
            Inner::Virtual(timer) => {
                timer.waker = None;
                timer.forget();
                timer.deadline = deadline;
            }
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.inner {
            Inner::Real(sleep) => sleep.as_mut().poll(context),
            Inner::Virtual(timer) => {
                if coop::proceeds(context) && timer.poll(context) {
                    coop::made_progress();
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            }
        }
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").finish_non_exhaustive()
    }
}

impl Timer {
    /// Whether time has gone past it already, set or not.
    fn is_past(&self) -> bool {
        explorer().is_some_and(|explorer| explorer.now() > self.deadline.since_beginning())
    }

    /// Whether it has fired, also if nobody has asked since.
    fn has_fired(&self) -> bool {
        match (self.set, explorer()) {
            (Some(Set::Explorer(id)), Some(explorer)) => explorer.has_fired(id),
            _ => false,
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> bool {
        if self.up {
            return true;
        }
        match driver() {
            Driver::Explorer(explorer) => {
                explorer.asks();
                self.up = match self.set {
                    Some(Set::Explorer(id)) => explorer.poll_timer(id, context.waker()),
                    _ => self.is_past(),
                };
                if !self.up {
                    if self.set.is_none() {
                        self.set(context.waker().clone());
                    }
                    explorer.not_ready();
                }
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                if let Some(Set::Loom(id)) = self.set {
                    self.up = loom.poll_timer(id, context.waker());
                } else {
                    self.set(context.waker().clone());
                }
            }
            // Whoever drove has gone: nobody is left to wake it.
            Driver::Nobody | Driver::Native(_) => {}
        }
        self.waker = Some(context.waker().clone());
        self.up
    }

    fn set(&mut self, waker: Waker) {
        let deadline = self.deadline.since_beginning();
        self.waker = Some(waker.clone());
        match driver() {
            Driver::Explorer(explorer) => {
                let id = explorer.set_timer(deadline, Some(waker), self.at);
                self.set = Some(Set::Explorer(id));
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                let id = loom.set_timer(deadline.saturating_sub(loom.now()), waker);
                self.set = Some(Set::Loom(id));
            }
            Driver::Nobody | Driver::Native(_) => {}
        }
    }

    /// It is not waited for any more.
    fn forget(&mut self) {
        let up = std::mem::take(&mut self.up);
        match (self.set.take(), driver()) {
            _ if up => {}
            (Some(Set::Explorer(id)), Driver::Explorer(explorer)) => explorer.drop_timer(id),
            #[cfg(feature = "loom")]
            (Some(Set::Loom(id)), Driver::Loom(loom)) => loom.drop_timer(id),
            _ => {}
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.forget();
    }
}
