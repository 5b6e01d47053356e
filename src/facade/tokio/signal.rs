//! Mirrors [`::tokio::signal::ctrl_c`](https://docs.rs/tokio/latest/tokio/signal/fn.ctrl_c.html).
//!
//! Under an engine the signal is a thread of its own, `ctrl_c`, with one step: it may come at any moment
//! after somebody has first listened for it, or never, and at most once in an execution.

use std::future::{Future, poll_fn};
use std::io;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use super::announcing::{Sign, is_real, now, until_freely_ready};
use crate::engine::{Driver, Object, driver};
use crate::step::What;

/// The signal, as those who listen share it.
struct Signal {
    object: Object,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    has_come: bool,
    waiting: Vec<Waker>,
}

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::Signal, name, at }
}

impl Signal {
    fn new(at: &'static Location<'static>) -> Self {
        Self { object: Object::at(at), inner: Mutex::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn come(&self, at: &'static Location<'static>) {
        let come = || {
            let waiting = {
                let mut inner = self.inner();
                inner.has_come = true;
                std::mem::take(&mut inner.waiting)
            };
            waiting.into_iter().for_each(Waker::wake);
        };
        now(&self.object, sign("ctrl_c", at), come, |()| true);
    }

    /// Listens for the signal of this execution, and says whether it had come before. It can come from
    /// the first time on that somebody listens.
    fn listen(at: &'static Location<'static>) -> (Arc<Self>, bool) {
        let make = || Self::new(at);
        let (signal, new) = match driver() {
            Driver::Explorer(explorer) => explorer.one_of(make),
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => loom.one_of(make),
            Driver::Nobody | Driver::Native(_) => unreachable!("internal error: no engine drives"),
        };
        let has_come = || signal.inner().has_come;
        let early = now(&signal.object, sign("listen", at), has_come, |_| false);
        if new {
            let own = Arc::clone(&signal);
            let body = Box::new(move || own.come(at));
            match driver() {
                Driver::Explorer(explorer) => {
                    explorer.spawn_thread(body, Some("ctrl_c".to_owned()), at);
                }
                #[cfg(feature = "loom")]
                Driver::Loom(loom) => {
                    loom.spawn_thread(body);
                }
                Driver::Nobody | Driver::Native(_) => {}
            }
        }
        (signal, early)
    }
}

/// Waits for the user to press ctrl-c, as in the original.
#[track_caller]
pub fn ctrl_c() -> impl Future<Output = io::Result<()>> + Send {
    let at = Location::caller();
    async move {
        if is_real() {
            return really().await;
        }
        let (signal, early) = Signal::listen(at);
        let comes = poll_fn(|context| {
            let mut inner = signal.inner();
            if inner.has_come && !early {
                return Poll::Ready(());
            }
            inner.waiting.push(context.waker().clone());
            Poll::Pending
        });
        until_freely_ready(&signal.object, sign("ctrl_c", at), comes).await;
        Ok(())
    }
}

#[cfg(feature = "signal")]
async fn really() -> io::Result<()> {
    ::tokio::signal::ctrl_c().await
}

#[cfg(not(feature = "signal"))]
fn really() -> impl Future<Output = io::Result<()>> + Send {
    let text = "outside a check there is no signal\nhelp: enable drawloom's feature `signal`";
    std::future::ready(Err(io::Error::new(io::ErrorKind::Unsupported, text)))
}
