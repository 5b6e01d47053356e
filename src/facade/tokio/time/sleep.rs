//! Mirrors [`::tokio::time::Sleep`].

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use ::tokio::time as real;

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
    /// When it is up, in virtual time; under loom, how long it takes.
    deadline: Duration,
    at: &'static Location<'static>,
    set: Option<Set>,
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
    let at = Location::caller();
    let deadline = match driver() {
        Driver::Nobody | Driver::Native(_) => {
            return Sleep { inner: Inner::Real(Box::pin(real::sleep(duration))) };
        }
        Driver::Explorer(explorer) => explorer.now().saturating_add(duration),
        #[cfg(feature = "loom")]
        Driver::Loom(_) => duration,
    };
    Sleep { inner: Inner::Virtual(Timer { deadline, at, set: None, up: false }) }
}

impl Sleep {
    /// As in the original.
    pub fn is_elapsed(&self) -> bool {
        match &self.inner {
            Inner::Real(sleep) => sleep.is_elapsed(),
            Inner::Virtual(timer) => timer.up || timer.is_past(),
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.inner {
            Inner::Real(sleep) => sleep.as_mut().poll(context),
            Inner::Virtual(timer) => {
                if timer.poll(context) {
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
        explorer().is_some_and(|explorer| explorer.now() > self.deadline)
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
                        let waker = Some(context.waker().clone());
                        let id = explorer.set_timer(self.deadline, waker, self.at);
                        self.set = Some(Set::Explorer(id));
                    }
                    explorer.not_ready();
                }
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                if let Some(Set::Loom(id)) = self.set {
                    self.up = loom.poll_timer(id, context.waker());
                } else {
                    let id = loom.set_timer(self.deadline, context.waker().clone());
                    self.set = Some(Set::Loom(id));
                }
            }
            // Whoever drove has gone: nobody is left to wake it.
            Driver::Nobody | Driver::Native(_) => {}
        }
        self.up
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if self.up {
            return;
        }
        match (self.set, driver()) {
            (Some(Set::Explorer(id)), Driver::Explorer(explorer)) => explorer.drop_timer(id),
            #[cfg(feature = "loom")]
            (Some(Set::Loom(id)), Driver::Loom(loom)) => loom.drop_timer(id),
            _ => {}
        }
    }
}
