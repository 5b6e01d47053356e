//! drawloom draws what looms only check.
//!
//! It takes a small concurrent program, runs it under every schedule that matters, and shows the one
//! that breaks it: who ran, in which order, who read what. [`check`] is the one call for a test;
//! [`Check`] says more precisely what is wanted and returns a [`Report`].
//!
//! The modules [`sync`], [`thread`], [`parking_lot`] and [`tokio`] mirror the originals: adopting the
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
pub use check::check;
#[cfg(feature = "check")]
pub use count::Count;
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
pub use std::{hint, sync, thread, thread_local};

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
