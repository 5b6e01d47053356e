//! Mirrors tokio's `select!`, `join!` and `try_join!`.
//!
//! The three are tokio's own, step for step, with two differences. Where the original takes a random
//! number, a choice is announced, so that every order is tried. And the engine is told whether what is
//! asked has to end all, or any.
//!
//! The expansion of the original cannot be used: it hides how many branches are enabled, and so how
//! many orders there are.

use std::future::Future;
use std::hash::{BuildHasher, Hasher, RandomState};
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
            Driver::Nobody | Driver::Native(_) => random(enabled.len()),
        };
        enabled[chosen]
    }
}

/// A number below `n`, for real: no engine drives.
fn random(n: usize) -> usize {
    let bits = RandomState::new().build_hasher().finish();
    usize::try_from(bits % n as u64).unwrap_or(0)
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

/// A `try_join!` ends while some of its futures still wait.
pub fn ends_early() {
    if let Some(explorer) = explorer() {
        explorer.ends_early();
    }
}

/// As `tokio::select!`. Without `biased;` every order that the original can take is tried.
#[macro_export]
#[doc(hidden)]
macro_rules! __tokio_select {
    // Everything is normalized: each branch has the `_`s of all branches before it.
    (@ { biased=$biased:expr; ( $($count:tt)* )
        $( ( $($skip:tt)* ) { $($bind:tt)* } { $($shape:tt)* } $fut:expr, $c:expr, $handle:expr, )+
        ; $else:expr
    }) => {{
        let mut order =
            $crate::tokio::support::Order::new($biased, $crate::__tokio_count!($($count)*));
        $(
            if !$c {
                order.disable($crate::__tokio_count!($($skip)*));
            }
        )+
        // A scope of its own: the futures are gone when a handler runs.
        let output = {
            // Not wrapped at once: temporaries of the expressions live as long as the futures.
            let futures_init = ($( $fut, )+);
            let mut futures = ($(
                Box::pin($crate::tokio::support::IntoFuture::into_future(
                    $crate::__tokio_field!(futures_init, $($skip)*)
                )),
            )+);
            let futures = &mut futures;
            let order = &mut order;
            $crate::tokio::support::Any($crate::tokio::support::poll_fn(move |context| {
                const BRANCHES: usize = $crate::__tokio_count!($($count)*);
                let mut is_pending = false;
                let start = order.start();
                for i in 0..BRANCHES {
                    let branch = (start + i) % BRANCHES;
                    if !order.is_enabled(branch) {
                        continue;
                    }
                    $(
                        #[allow(unreachable_code)]
                        if branch == $crate::__tokio_count!($($skip)*) {
                            let ( $($skip,)* future, .. ) = &mut *futures;
                            let future = future.as_mut();
                            let out = match $crate::tokio::support::Future::poll(future, context) {
                                $crate::tokio::support::Poll::Ready(out) => out,
                                $crate::tokio::support::Poll::Pending => {
                                    is_pending = true;
                                    continue;
                                }
                            };
                            order.disable(branch);
                            #[allow(unused_variables, unused_mut)]
                            match &out {
                                $($shape)* => {}
                                _ => continue,
                            }
                            return $crate::tokio::support::Poll::Ready(
                                $crate::__tokio_nth!(($($skip)*) out)
                            );
                        }
                    )+
                }
                if is_pending {
                    $crate::tokio::support::Poll::Pending
                } else {
                    // All branches have been disabled.
                    $crate::tokio::support::Poll::Ready($crate::__tokio_rest!(($($count)*) ()))
                }
            }))
            .await
        };
        #[allow(unreachable_patterns)]
        match output {
            $(
                $crate::__tokio_nth!(($($skip)*) $($bind)*) => $handle,
            )+
            $crate::__tokio_rest!(($($count)*) ()) => $else,
            _ => unreachable!("failed to match bind"),
        }
    }};

    // One branch after the other is normalized: first the end,
    (@ { biased=$biased:expr; $($t:tt)* } ) => {
        $crate::__tokio_select!(@{ biased=$biased; $($t)*; panic!("all branches are disabled and there is no else branch") })
    };
    (@ { biased=$biased:expr; $($t:tt)* } else => $else:expr $(,)?) => {
        $crate::__tokio_select!(@{ biased=$biased; $($t)*; $else })
    };
    // then a branch whose pattern is known, and its shape, which is the pattern without `mut` and `ref`,
    (@branch { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } { $($p:tt)* } { $($k:tt)* } $f:expr, if $c:expr => $h:block, $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) { $($p)* } { $($k)* } $f, $c, $h, } $($r)*)
    };
    (@branch { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } { $($p:tt)* } { $($k:tt)* } $f:expr => $h:block, $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) { $($p)* } { $($k)* } $f, true, $h, } $($r)*)
    };
    (@branch { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } { $($p:tt)* } { $($k:tt)* } $f:expr, if $c:expr => $h:block $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) { $($p)* } { $($k)* } $f, $c, $h, } $($r)*)
    };
    (@branch { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } { $($p:tt)* } { $($k:tt)* } $f:expr => $h:block $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) { $($p)* } { $($k)* } $f, true, $h, } $($r)*)
    };
    (@branch { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } { $($p:tt)* } { $($k:tt)* } $f:expr, if $c:expr => $h:expr ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) { $($p)* } { $($k)* } $f, $c, $h, } )
    };
    (@branch { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } { $($p:tt)* } { $($k:tt)* } $f:expr => $h:expr ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) { $($p)* } { $($k)* } $f, true, $h, } )
    };
    (@branch { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } { $($p:tt)* } { $($k:tt)* } $f:expr, if $c:expr => $h:expr, $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) { $($p)* } { $($k)* } $f, $c, $h, } $($r)*)
    };
    (@branch { biased=$biased:expr; ( $($s:tt)* ) $($t:tt)* } { $($p:tt)* } { $($k:tt)* } $f:expr => $h:expr, $($r:tt)* ) => {
        $crate::__tokio_select!(@{ biased=$biased; ($($s)* _) $($t)* ($($s)*) { $($p)* } { $($k)* } $f, true, $h, } $($r)*)
    };
    // then the patterns that are their own shape,
    (@ { $($head:tt)* } _ = $($r:tt)*) => {
        $crate::__tokio_select!(@branch { $($head)* } { _ } { _ } $($r)*)
    };
    (@ { $($head:tt)* } $p:ident = $($r:tt)*) => {
        $crate::__tokio_select!(@branch { $($head)* } { $p } { $p } $($r)*)
    };
    (@ { $($head:tt)* } $p:ident($q:ident) = $($r:tt)*) => {
        $crate::__tokio_select!(@branch { $($head)* } { $p($q) } { $p($q) } $($r)*)
    };
    // and all others, token by token up to the `=`.
    (@ { $($head:tt)* } $($r:tt)+) => {
        $crate::__tokio_select!(@pattern { $($head)* } {} $($r)+)
    };
    (@pattern { $($head:tt)* } { $($p:tt)* } = $($r:tt)*) => {
        $crate::__tokio_shape!({} [$($p)*] [] { $($head)* } { $($p)* } $($r)*)
    };
    (@pattern { $($head:tt)* } { $($p:tt)* } $next:tt $($r:tt)*) => {
        $crate::__tokio_select!(@pattern { $($head)* } { $($p)* $next } $($r)*)
    };

    // What the program writes.
    ($(biased;)? else => $else:expr $(,)? ) => {{
        $else
    }};
    (biased; $($t:tt)+) => {
        $crate::__tokio_select!(@{ biased=true; () } $($t)+)
    };
    () => {
        compile_error!("select! requires at least one branch.")
    };
    ($($t:tt)+) => {
        $crate::__tokio_select!(@{ biased=false; () } $($t)+)
    };
}

/// A pattern without `mut` and `ref`, so that it can be held against a reference: in braces what is
/// done, in brackets what is left to do, then the groups around it, and then what comes afterwards.
#[macro_export]
#[doc(hidden)]
macro_rules! __tokio_shape {
    ($done:tt [] [] $head:tt $p:tt $($r:tt)*) => {
        $crate::__tokio_select!(@branch $head $p $done $($r)*)
    };
    ({ $($done:tt)* } [] [( { $($outer:tt)* } [$($left:tt)*] ) $($around:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!({ $($outer)* ($($done)*) } [$($left)*] [$($around)*] $($r)*)
    };
    ({ $($done:tt)* } [] [[ { $($outer:tt)* } [$($left:tt)*] ] $($around:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!({ $($outer)* [$($done)*] } [$($left)*] [$($around)*] $($r)*)
    };
    ({ $($done:tt)* } [] [{ { $($outer:tt)* } [$($left:tt)*] } $($around:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!({ $($outer)* { $($done)* } } [$($left)*] [$($around)*] $($r)*)
    };
    ($done:tt [mut $($left:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!($done [$($left)*] $($r)*)
    };
    ($done:tt [ref $($left:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!($done [$($left)*] $($r)*)
    };
    ($done:tt [($($in:tt)*) $($left:tt)*] [$($around:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!({} [$($in)*] [( $done [$($left)*] ) $($around)*] $($r)*)
    };
    ($done:tt [[$($in:tt)*] $($left:tt)*] [$($around:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!({} [$($in)*] [[ $done [$($left)*] ] $($around)*] $($r)*)
    };
    ($done:tt [{ $($in:tt)* } $($left:tt)*] [$($around:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!({} [$($in)*] [{ $done [$($left)*] } $($around)*] $($r)*)
    };
    ({ $($done:tt)* } [$next:tt $($left:tt)*] $($r:tt)*) => {
        $crate::__tokio_shape!({ $($done)* $next } [$($left)*] $($r)*)
    };
}

/// How many `_`s there are.
#[macro_export]
#[doc(hidden)]
macro_rules! __tokio_count {
    () => { 0_usize };
    ($_first:tt $($rest:tt)*) => { 1_usize + $crate::__tokio_count!($($rest)*) };
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
    (() $($it:tt)*) => { $crate::tokio::support::Either::Left($($it)*) };
    ((_ $($skip:tt)*) $($it:tt)*) => {
        $crate::tokio::support::Either::Right($crate::__tokio_nth!(($($skip)*) $($it)*))
    };
}

/// The value or pattern behind all branches.
#[macro_export]
#[doc(hidden)]
macro_rules! __tokio_rest {
    (() $($it:tt)*) => { $($it)* };
    ((_ $($skip:tt)*) $($it:tt)*) => {
        $crate::tokio::support::Either::Right($crate::__tokio_rest!(($($skip)*) $($it)*))
    };
}

/// As `tokio::join!`.
#[macro_export]
#[doc(hidden)]
macro_rules! __tokio_join {
    (@ $biased:expr; $($e:expr),+) => {
        $crate::__tokio_join!(@@ $biased; () () $($e,)+)
    };
    (@@ $biased:expr; ( $($s:tt)* ) ( $($t:tt)* ) $e:expr, $($r:tt)*) => {
        $crate::__tokio_join!(@@ $biased; ($($s)* _) ($($t)* ($($s)*) $e,) $($r)*)
    };
    (@@ $biased:expr; ( $($count:tt)* ) ( $( ( $($skip:tt)* ) $e:expr, )+ )) => {{
        let mut futures = ($( $crate::tokio::support::maybe_done($e), )+);
        let futures = &mut futures;
        let mut next = 0;
        $crate::tokio::support::All($crate::tokio::support::poll_fn(move |context| {
            const COUNT: usize = $crate::__tokio_count!($($count)*);
            let start = next;
            if !$biased {
                // As in the original: each poll starts with another one.
                next = (next + 1) % COUNT;
            }
            let mut is_pending = false;
            for i in 0..COUNT {
                let branch = (start + i) % COUNT;
                $(
                    if branch == $crate::__tokio_count!($($skip)*) {
                        let ( $($skip,)* future, .. ) = &mut *futures;
                        is_pending |= future.waits(context);
                    }
                )+
            }
            if is_pending {
                return $crate::tokio::support::Poll::Pending;
            }
            #[allow(unreachable_code)]
            $crate::tokio::support::Poll::Ready(($({
                let ( $($skip,)* future, .. ) = &mut *futures;
                future.take()
            },)+))
        }))
        .await
    }};
    (biased; $($e:expr),+ $(,)?) => { $crate::__tokio_join!(@ true; $($e),+) };
    ($($e:expr),+ $(,)?) => { $crate::__tokio_join!(@ false; $($e),+) };
    ($(biased;)?) => { async {}.await };
}

/// As `tokio::try_join!`.
#[macro_export]
#[doc(hidden)]
macro_rules! __tokio_try_join {
    (@ $biased:expr; $($e:expr),+) => {
        $crate::__tokio_try_join!(@@ $biased; () () $($e,)+)
    };
    (@@ $biased:expr; ( $($s:tt)* ) ( $($t:tt)* ) $e:expr, $($r:tt)*) => {
        $crate::__tokio_try_join!(@@ $biased; ($($s)* _) ($($t)* ($($s)*) $e,) $($r)*)
    };
    (@@ $biased:expr; ( $($count:tt)* ) ( $( ( $($skip:tt)* ) $e:expr, )+ )) => {{
        let mut futures = ($( $crate::tokio::support::maybe_done($e), )+);
        let futures = &mut futures;
        let mut next = 0;
        $crate::tokio::support::All($crate::tokio::support::poll_fn(move |context| {
            const COUNT: usize = $crate::__tokio_count!($($count)*);
            let start = next;
            if !$biased {
                next = (next + 1) % COUNT;
            }
            let mut is_pending = false;
            let mut open = 0;
            $({
                let ( $($skip,)* future, .. ) = &*futures;
                open += usize::from(future.is_open());
            })+
            for i in 0..COUNT {
                let branch = (start + i) % COUNT;
                $(
                    if branch == $crate::__tokio_count!($($skip)*) {
                        let ( $($skip,)* future, .. ) = &mut *futures;
                        if future.waits(context) {
                            is_pending = true;
                        } else if future.output().is_some_and(Result::is_err) {
                            if open > 1 {
                                $crate::tokio::support::ends_early();
                            }
                            let failed = future.take().err().map(Result::Err);
                            return $crate::tokio::support::Poll::Ready(
                                failed.expect("it has failed")
                            );
                        }
                    }
                )+
            }
            if is_pending {
                return $crate::tokio::support::Poll::Pending;
            }
            #[allow(unreachable_code)]
            $crate::tokio::support::Poll::Ready(Result::Ok(($({
                let ( $($skip,)* future, .. ) = &mut *futures;
                future.take().ok().expect("it has not failed")
            },)+)))
        }))
        .await
    }};
    (biased; $($e:expr),+ $(,)?) => { $crate::__tokio_try_join!(@ true; $($e),+) };
    ($($e:expr),+ $(,)?) => { $crate::__tokio_try_join!(@ false; $($e),+) };
    ($(biased;)?) => { async { Ok(()) }.await };
}
