//! drawloom draws what looms only check.
//!
//! It takes a small concurrent program, runs it under every schedule that matters, and shows the one
//! that breaks it: who ran, in which order, who read what. [`check`] is the one call for a test;
//! [`Check`] says more precisely what is wanted and returns a [`Report`].
//!
//! The modules [`sync`], [`thread`], [`time`], [`parking_lot`] and [`tokio`] mirror the originals: adopting the
//! checker is a change of imports. Outside a check their types are the real thing. Without the feature
//! `check` they are plain re-exports, and nothing else is here.
//!
//! The parts below stand in reading order: each uses only those above it.

#![cfg_attr(
    not(feature = "loom"),
    allow(clippy::match_wildcard_for_single_variants, reason = "there are more drivers with loom")
)]

#[cfg(feature = "check")]
mod fingerprint;
#[cfg(feature = "check")]
mod count;
#[cfg(feature = "check")]
pub mod schedule;
#[cfg(feature = "check")]
pub mod step;
#[cfg(feature = "check")]
mod search;
#[cfg(feature = "check")]
pub mod trace;
#[cfg(feature = "check")]
mod source;
#[cfg(feature = "check")]
pub mod verdict;
#[cfg(feature = "check")]
mod progress;
#[cfg(feature = "check")]
mod plan;
#[cfg(feature = "check")]
mod program;
#[cfg(feature = "check")]
mod worker;
#[cfg(feature = "check")]
mod engine;
#[cfg(feature = "check")]
mod facade;
#[cfg(feature = "check")]
mod explore;
#[cfg(feature = "check")]
mod explain;
#[cfg(feature = "check")]
pub mod render;
#[cfg(feature = "check")]
mod check;
#[cfg(feature = "check")]
#[doc(hidden)]
pub mod testing;

#[cfg(feature = "check")]
pub use check::check;
#[cfg(feature = "check")]
pub use count::Count;
/// A test that holds only if it does under every schedule.
///
/// It is a `#[test]` whose body is the program that is checked: once for every class of schedules, in one call.
/// A failing one panics with the whole report. The body may be an `async fn`, which runs on a runtime of its own, and
/// may return a `Result<(), E>`, whose errors are failures. Other attributes stay what they are.
///
/// ```
/// use drawloom::sync::Arc;
/// use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
/// use drawloom::thread;
/// use drawloom::tokio;
///
/// #[drawloom::test]
/// fn no_coin_is_lost() {
///     let jar = AtomicU32::new(0);
///     thread::scope(|scope| {
///         for _ in 0..2 {
///             scope.spawn(|| jar.fetch_add(1, SeqCst));
///         }
///     });
///     assert_eq!(jar.into_inner(), 2, "both coins are in the jar");
/// }
///
/// // A bug that must stay one, for example beside its fix.
/// #[drawloom::test(fails = 4, of = 6, message = "both coins are in the jar")]
/// fn a_coin_is_lost() {
///     let jar = AtomicU32::new(0);
///     thread::scope(|scope| {
///         for _ in 0..2 {
///             scope.spawn(|| jar.store(jar.load(SeqCst) + 1, SeqCst));
///         }
///     });
///     assert_eq!(jar.into_inner(), 2, "both coins are in the jar");
/// }
///
/// #[drawloom::test(flavor = "multi_thread", worker_threads = 2)]
/// async fn no_coin_is_lost_by_tasks() {
///     let jar = Arc::new(AtomicU32::new(0));
///     let put_coin = |jar: Arc<AtomicU32>| tokio::spawn(async move { jar.fetch_add(1, SeqCst) });
///     let (alice, bob) = (put_coin(Arc::clone(&jar)), put_coin(Arc::clone(&jar)));
///     alice.await.unwrap();
///     bob.await.unwrap();
///     assert_eq!(jar.load(SeqCst), 2, "both coins are in the jar");
/// }
/// ```
///
/// | argument | the test holds if |
/// |---|---|
/// | | no schedule fails |
/// | `fails = 4` | exactly so many schedules fail |
/// | `fails` | some schedule fails |
/// | `of = 6` | there are exactly so many schedules; alone: and none fails |
/// | `message = ".."` | the failure's message has this in it: it is *this* bug |
/// | `preemptions = 2` | none of the schedules fails that have so few; see [`Check::preemptions`] |
///
/// `spurious_wakeups = n`, `max_executions = n`, `max_states = n`, `max_steps = n` and `jobs = n` are the methods of
/// [`Check`] by that name. A limit that is hit is not a pass: nothing was concluded. `engine = "loom"` asks loom, which
/// counts no schedules. `flavor = ".."` (`"current_thread"` if not said) and `worker_threads = n` are for an `async fn`.
/// What else there is to say is said to a [`Check`], in an ordinary test.
#[cfg(feature = "check")]
#[doc(inline)]
pub use drawloom_macros::test;
#[cfg(feature = "check")]
pub use facade::*;
#[cfg(feature = "check")]
pub use plan::{Check, Engine, Outcome};
#[cfg(feature = "check")]
pub use progress::Progress;
#[cfg(feature = "check")]
pub use schedule::Schedule;
#[cfg(feature = "check")]
pub use search::{Counts, Sampling};
#[cfg(feature = "check")]
pub use source::Sources;
#[cfg(feature = "check")]
pub use verdict::{Failure, FailureKind, Limit, Report, Verdict};

#[cfg(all(not(feature = "check"), feature = "parking_lot"))]
pub use ::parking_lot;
#[cfg(all(not(feature = "check"), feature = "tokio"))]
pub use ::tokio;
#[cfg(not(feature = "check"))]
mod plain;
#[cfg(not(feature = "check"))]
pub use plain::cell;
#[cfg(not(feature = "check"))]
pub use std::{hint, sync, thread, thread_local, time};

/// README's code is compiled and run.
#[cfg(all(doctest, feature = "check"))]
#[doc = include_str!("../README.md")]
struct Readme;

/// So is the book's.
#[cfg(all(doctest, feature = "check", feature = "tokio"))]
#[doc = include_str!("../docs/src/check.md")]
struct CheckYourOwnCode;

/// And what the book says of loom.
#[cfg(all(doctest, feature = "loom"))]
#[doc = include_str!("../docs/src/loom.md")]
struct LoomAgainstTheTruth;

/// And its pages on where the lock goes, and on tests.
#[cfg(all(doctest, feature = "check"))]
#[doc = include_str!("../docs/src/locks.md")]
#[doc = include_str!("../docs/src/howto/lock.md")]
#[doc = include_str!("../docs/src/howto/ci.md")]
struct WhereTheLockBelongs;
