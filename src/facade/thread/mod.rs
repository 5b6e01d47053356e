//! Mirrors [`std::thread`].

mod handle;
mod local;
mod scope;

use std::io;
use std::panic::Location;
use std::thread as real;
use std::time::Duration;

pub use handle::{JoinHandle, Thread, ThreadId};
pub use local::{AccessError, LocalKey};
pub use scope::{Scope, ScopedJoinHandle, scope};
pub use std::thread::{Result, available_parallelism, panicking};

use crate::engine::{self, Driver, driver};
use handle::{Handle, Joining, Strand, start};

/// Starts a thread, as in [`std::thread`].
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Builder::new().spawn(f).expect("failed to spawn thread")
}

/// Describes a thread to be started, as in [`std::thread`].
#[derive(Debug, Default)]
#[must_use = "must eventually spawn the thread"]
pub struct Builder {
    name: Option<String>,
    stack_size: Option<usize>,
}

impl Builder {
    /// As in the original.
    pub fn new() -> Self {
        Self::default()
    }

    /// As in the original.
    pub fn name(mut self, name: String) -> Self {
        self.name = Some(name);
        self
    }

    /// As in the original. Under an engine all stacks have the size that the check was given.
    pub fn stack_size(mut self, size: usize) -> Self {
        self.stack_size = Some(size);
        self
    }

    /// As in the original.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let name = self.name.clone();
        let (strand, slot) = match driver() {
            Driver::Nobody | Driver::Native(_) => {
                let handle = self.into_real().spawn(engine::inherit(f))?;
                let thread = Thread { inner: Handle::Real(handle.thread().clone()), name };
                return Ok(JoinHandle { inner: Joining::Real(handle), thread });
            }
            _ => start(self.name, f, Location::caller()),
        };
        let thread = Thread { inner: Handle::Strand(strand), name };
        Ok(JoinHandle { inner: Joining::Strand(strand, slot), thread })
    }

    fn into_real(self) -> real::Builder {
        let mut builder = real::Builder::new();
        if let Some(name) = self.name {
            builder = builder.name(name);
        }
        if let Some(size) = self.stack_size {
            builder = builder.stack_size(size);
        }
        builder
    }
}

/// The thread that calls it, as in [`std::thread`].
pub fn current() -> Thread {
    match driver() {
        Driver::Explorer(explorer) => {
            let strand = explorer.current();
            let name = explorer.look(|state| state.strands[strand].given_name.clone());
            let name = name.or_else(|| (strand == 0).then(|| "main".to_owned()));
            let inner = Handle::Strand(Strand::Explorer(strand, explorer.execution()));
            Thread { inner, name }
        }
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => {
            let inner = Handle::Strand(Strand::Loom(loom.current()));
            Thread { inner, name: None }
        }
        _ => Thread { inner: Handle::Real(real::current()), name: None },
    }
}

/// Waits for the calling thread's token, as in [`std::thread`]; nobody wakes for no reason unless
/// [`Check::spurious_wakeups`](crate::Check::spurious_wakeups) says so.
#[track_caller]
pub fn park() {
    match driver() {
        Driver::Explorer(explorer) => explorer.park(Location::caller()),
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.park(),
        _ => real::park(),
    }
}

/// Waits for the calling thread's token, and no longer than so long, as in [`std::thread`]. Under the
/// explorer the time is virtual, and may be up at any moment.
#[track_caller]
pub fn park_timeout(duration: Duration) {
    match driver() {
        Driver::Explorer(explorer) => explorer.park_within(duration, Location::caller()),
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.refuse(engine::loom::NO_CLOCK),
        _ => real::park_timeout(duration),
    }
}

/// As in [`std::thread`].
#[track_caller]
#[deprecated(note = "replaced by `park_timeout`, as in the original")]
pub fn park_timeout_ms(ms: u32) {
    park_timeout(Duration::from_millis(ms.into()));
}

/// As in [`std::thread`].
#[track_caller]
#[deprecated(note = "replaced by `sleep`, as in the original")]
pub fn sleep_ms(ms: u32) {
    sleep(Duration::from_millis(ms.into()));
}

/// As in [`std::thread`]. Under an engine, a strand that only yields and reads waits until somebody
/// else has written what it reads.
#[track_caller]
pub fn yield_now() {
    match driver() {
        Driver::Explorer(explorer) => explorer.yield_now(),
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.yield_now(),
        _ => real::yield_now(),
    }
}

/// As in [`std::thread`]. Under an engine time is virtual: who sleeps wakes in the order of the
/// deadlines, and at any moment relative to all else.
#[track_caller]
pub fn sleep(duration: Duration) {
    match driver() {
        Driver::Explorer(explorer) => explorer.sleep(duration, Location::caller()),
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.yield_now(),
        _ => real::sleep(duration),
    }
}
