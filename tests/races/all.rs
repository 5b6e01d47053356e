//! The catalogue, the command and the book: what they promise, held in one program, since each program
//! takes its time to be linked.
//!
//! - `catalogue`: every variant of every race does what its entry says, on the explorer and under loom;
//! - `workloads`: the races that have a size, at every size that is small enough;
//! - `command`: the `races` command, as a person or a script runs it;
//! - `learn`: its exercises, as a learner goes through them;
//! - `docs`: README and the book are true. `UPDATE_DOCS=1 cargo test -p races --test races docs` renews them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod catalogue;
mod command;
mod docs;
mod learn;
mod workloads;
