//! drawloom draws what looms only check.
//!
//! It takes a small concurrent program, runs it under every schedule that matters, and shows the one
//! that breaks it: who ran, in which order, who read what.

pub mod schedule;
pub mod step;
mod search;
pub mod trace;
mod source;
pub mod verdict;
mod engine;
mod explore;
mod facade;
mod check;
mod explain;
mod render;

pub use check::{Check, Engine, Outcome, check};
pub use facade::*;
pub use schedule::Schedule;
pub use search::Counts;
pub use source::Sources;
pub use verdict::{Failure, FailureKind, Limit, Report, Verdict};
