//! Mirrors tokio's `select!`, `join!` and `try_join!`.
//!
//! The three are tokio's own, step for step, with two differences. Where the original takes a random
//! number, a choice is announced, so that every order is tried. And the engine is told whether what is
//! asked has to end all, or any.
//!
//! The expansion of the original cannot be used: it hides how many branches are enabled, and so how
//! many orders there are.

mod join;
mod select;

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::engine::explorer::Operation;
use crate::engine::{Driver, Explorer, Object, driver, explorer};
use crate::step::{Kind, Mode, What};

/// One of several: the branch of a `select!` that was ready, in nested pairs.
#[derive(Debug)]
pub enum Either<L, R> {
    /// This one.
    Left(L),
    /// One of those behind it.
    Right(R),
}

/// In which order a `select!` asks its branches.
#[derive(Debug)]
pub struct Order {
    at: &'static Location<'static>,
    object: Object,
    biased: bool,
    branches: usize,
    disabled: Vec<bool>,
}

impl Order {
    /// The order of a `select!` whose branches are as yet all enabled.
    #[track_caller]
    pub fn new(biased: bool, branches: usize) -> Self {
        let at = Location::caller();
        let disabled = vec![false; branches];
        Self { at, object: Object::at(at), biased, branches, disabled }
    }

    /// A branch is not asked again.
    pub fn disable(&mut self, branch: usize) {
        self.disabled[branch] = true;
    }

    /// Whether a branch is still asked.
    pub fn is_enabled(&self, branch: usize) -> bool {
        !self.disabled[branch]
    }

    /// The branch with which a poll starts. The others follow, and the first comes after the last.
    pub fn start(&self) -> usize {
        let enabled: Vec<usize> =
            (0..self.branches).filter(|&branch| self.is_enabled(branch)).collect();
        if self.biased || enabled.len() < 2 {
            return 0;
        }
        let options = u16::try_from(enabled.len()).unwrap_or(u16::MAX);
        let chosen = match driver() {
            Driver::Explorer(explorer) => {
                let (object, at) = (&self.object, self.at);
                let what = What::Program;
                let option =
                    explorer.announce(&Operation { object, what, kind: Kind::Choose, at, options });
                explorer.done(Mode::Read, None, None);
                usize::from(option)
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => loom.choose(enabled.len()),
            Driver::Nobody | Driver::Native(_) => crate::facade::random(enabled.len()),
        };
        enabled[chosen]
    }
}

/// A poll that is over as soon as any of what it asks is ready.
pub(super) fn waiting_for_any<R>(poll: impl FnOnce() -> R) -> R {
    let around = explorer().map(Explorer::waits_for_any);
    let polled = poll();
    if let (Some(around), Some(explorer)) = (around, explorer()) {
        explorer.waits_as_before(around);
    }
    polled
}

/// A future each of whose polls is over as soon as any of what it asks is ready.
#[derive(Debug)]
pub struct Any<F>(pub F);

impl<F: Future + Unpin> Future for Any<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        waiting_for_any(|| Pin::new(&mut self.0).poll(context))
    }
}

/// A future that waits for the end of all that it asks.
#[derive(Debug)]
pub struct All<F>(pub F);

impl<F: Future + Unpin> Future for All<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        if let Some(explorer) = explorer() {
            explorer.waits_for_all(true);
        }
        let polled = Pin::new(&mut self.0).poll(context);
        if let Some(explorer) = explorer() {
            explorer.waits_for_all(false);
        }
        polled
    }
}

/// A future of a `join!`, and then its output.
#[derive(Debug)]
pub struct MaybeDone<F: Future> {
    future: Option<Pin<Box<F>>>,
    output: Option<F::Output>,
}

/// A future that has not been asked yet.
pub fn maybe_done<F: std::future::IntoFuture>(future: F) -> MaybeDone<F::IntoFuture> {
    MaybeDone { future: Some(Box::pin(future.into_future())), output: None }
}

impl<F: Future> MaybeDone<F> {
    /// Asks the future, unless it has had its end. Says whether it still waits.
    pub fn waits(&mut self, context: &mut Context<'_>) -> bool {
        let Some(future) = &mut self.future else { return false };
        match future.as_mut().poll(context) {
            Poll::Pending => true,
            Poll::Ready(output) => {
                self.future = None;
                self.output = Some(output);
                false
            }
        }
    }

    /// Whether it has not had its end.
    pub fn is_open(&self) -> bool {
        self.future.is_some()
    }

    /// What came of it.
    pub fn output(&self) -> Option<&F::Output> {
        self.output.as_ref()
    }

    /// Takes what came of it.
    pub fn take(&mut self) -> F::Output {
        self.output.take().expect("internal error: a joined future without an output")
    }
}

/// The branch at a place, counted on from the first again behind the last.
pub fn round(place: usize, branches: usize) -> usize {
    place % branches
}

/// A `try_join!` ends while some of its futures still wait.
pub fn ends_early() {
    if let Some(explorer) = explorer() {
        explorer.ends_early();
    }
}

/// How many `_`s there are.
#[macro_export]
#[doc(hidden)]
macro_rules! __tokio_count {
    () => { 0_usize };
    // Several at a time, as below: a macro may only call itself so often, and a `select!` has 64 branches.
    (_ _ _ _ _ _ _ _ $($rest:tt)*) => { 8_usize + $crate::__tokio_count!($($rest)*) };
    (_ $($rest:tt)*) => { 1_usize + $crate::__tokio_count!($($rest)*) };
}

/// The field of a tuple with as many before it as there are `_`s.
#[macro_export]
#[doc(hidden)]
macro_rules! __tokio_field {
    ($tuple:ident, $($skip:tt)*) => {{
        let ( $($skip,)* field, .. ) = $tuple;
        field
    }};
}

/// A value or a pattern for the branch with as many before it as there are `_`s.
#[macro_export]
#[doc(hidden)]
macro_rules! __tokio_nth {
    (() $($it:tt)*) => { $crate::tokio::support::Left($($it)*) };
    ((_ _ _ _ $($skip:tt)*) $($it:tt)*) => {
        $crate::tokio::support::Right($crate::tokio::support::Right(
            $crate::tokio::support::Right($crate::tokio::support::Right(
                $crate::__tokio_nth!(($($skip)*) $($it)*)
            ))
        ))
    };
    ((_ $($skip:tt)*) $($it:tt)*) => {
        $crate::tokio::support::Right($crate::__tokio_nth!(($($skip)*) $($it)*))
    };
}

/// The value or pattern behind all branches.
#[macro_export]
#[doc(hidden)]
macro_rules! __tokio_rest {
    (() $($it:tt)*) => { $($it)* };
    ((_ _ _ _ $($skip:tt)*) $($it:tt)*) => {
        $crate::tokio::support::Right($crate::tokio::support::Right(
            $crate::tokio::support::Right($crate::tokio::support::Right(
                $crate::__tokio_rest!(($($skip)*) $($it)*)
            ))
        ))
    };
    ((_ $($skip:tt)*) $($it:tt)*) => {
        $crate::tokio::support::Right($crate::__tokio_rest!(($($skip)*) $($it)*))
    };
}
