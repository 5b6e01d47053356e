//! Who drives the program?
//!
//! Every operation of the facade asks [`driver`]: nobody, then it is the real thing; the
//! [`explorer`], then it is announced and waits for its turn; or [`loom`], then loom is asked. This
//! file holds the one thread-local of the library. A check runs on a thread of its own, so two checks
//! never meet in it.

#[cfg_attr(
    not(feature = "tokio"),
    allow(dead_code, unused_imports, reason = "only the tokio facade drives event loops")
)]
pub(crate) mod explorer;
#[cfg(feature = "loom")]
#[cfg_attr(
    not(feature = "tokio"),
    allow(dead_code, reason = "only the tokio facade drives event loops")
)]
pub(crate) mod loom;
mod locals;
pub(crate) mod native;
#[cfg_attr(
    not(feature = "parking_lot"),
    allow(dead_code, reason = "only a `lock_api` lock does not know where it was made")
)]
mod object;
mod panics;

use std::cell::Cell;

pub(crate) use explorer::Explorer;
pub(crate) use locals::{Found, Locals};
pub(crate) use object::{Age, Object};
pub(crate) use panics::{Panicked, message_of, silence_panics};

/// Who drives the program on this thread.
#[derive(Clone, Copy)]
pub(crate) enum Driver {
    /// No check: a facade type is what it stands for.
    Nobody,
    /// Real threads under a native check with this number: as nobody, but panics are kept.
    Native(u64),
    /// Our own engine.
    Explorer(&'static Explorer),
    /// The second opinion.
    #[cfg(feature = "loom")]
    Loom(&'static loom::Loom),
}

thread_local! {
    static DRIVER: Cell<Driver> = const { Cell::new(Driver::Nobody) };
}

/// Who drives the program on this thread.
pub(crate) fn driver() -> Driver {
    // A destructor of another thread-local may still use the facade after this one is gone.
    DRIVER.try_with(Cell::get).unwrap_or(Driver::Nobody)
}

/// The explorer, if it drives this thread.
pub(crate) fn explorer() -> Option<&'static Explorer> {
    match driver() {
        Driver::Explorer(explorer) => Some(explorer),
        _ => None,
    }
}

/// Runs `body` with a driver installed, and takes it away again whatever happens.
///
/// `install` makes the driver from a reference whose lifetime is longer than it really is.
fn drive<E, R>(engine: &E, install: fn(&'static E) -> Driver, body: impl FnOnce() -> R) -> R {
    // SAFETY: the reference is reachable through `DRIVER` only, and `Uninstall` takes it out again
    // before `engine` can go away. What copies it out of `driver()` keeps it no longer than one
    // operation of the program, which runs inside `body`.
    #[expect(unsafe_code, reason = "a thread-local cannot hold a borrowed reference")]
    let unbounded: &'static E = unsafe { &*std::ptr::from_ref(engine) };
    let _uninstall = Uninstall(DRIVER.replace(install(unbounded)));
    body()
}

/// Runs `body` as part of a native check.
fn drive_natively<R>(check: u64, body: impl FnOnce() -> R) -> R {
    let _uninstall = Uninstall(DRIVER.replace(Driver::Native(check)));
    body()
}

/// Puts the driver back that was there before.
struct Uninstall(Driver);

impl Drop for Uninstall {
    fn drop(&mut self) {
        DRIVER.set(self.0);
    }
}

/// Whether a program that has failed is being cleared away.
pub(crate) fn is_clearing_away() -> bool {
    explorer().is_some_and(Explorer::is_tearing_down)
}

/// Has a closure for another real thread be part of the native check that drives this one, if any.
pub(crate) fn inherit<T>(f: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let check = match driver() {
        Driver::Native(check) => Some(check),
        _ => None,
    };
    move || match check {
        Some(check) => drive_natively(check, f),
        None => f(),
    }
}

/// Has a future for other real threads be part of the native check that drives this one, if any.
#[cfg(feature = "tokio")]
pub(crate) fn inherit_polls<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let check = match driver() {
        Driver::Native(check) => Some(check),
        _ => None,
    };
    async move {
        let mut future = std::pin::pin!(future);
        std::future::poll_fn(|context| match check {
            Some(check) => drive_natively(check, || future.as_mut().poll(context)),
            None => future.as_mut().poll(context),
        })
        .await
    }
}
