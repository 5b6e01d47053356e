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

    /// The signal of this execution. It can come from the first time on that somebody asks.
    fn of_execution(at: &'static Location<'static>) -> Arc<Self> {
        let make = || Self::new(at);
        match driver() {
            Driver::Explorer(explorer) => {
                let (signal, new) = explorer.one_of(make);
                if new {
                    let own = Arc::clone(&signal);
                    let name = Some("ctrl_c".to_owned());
                    explorer.spawn_thread(Box::new(move || own.come(at)), name, at);
                }
                signal
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                let (signal, new) = loom.one_of(make);
                if new {
                    let own = Arc::clone(&signal);
                    loom.spawn_thread(Box::new(move || own.come(at)));
                }
                signal
            }
            Driver::Nobody | Driver::Native(_) => {
                unreachable!("internal error: no engine drives")
            }
        }
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
        let signal = Signal::of_execution(at);
        let listen = || signal.inner().has_come;
        let early = now(&signal.object, sign("listen", at), listen, |_| false);
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
async fn really() -> io::Result<()> {
    let text = "outside a check there is no signal\nhelp: enable drawloom's feature `signal`";
    Err(io::Error::new(io::ErrorKind::Unsupported, text))
}
