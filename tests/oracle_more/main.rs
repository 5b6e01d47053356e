//! Random programs of what the other oracles have not: see `tests/oracle_std.rs` and `tests/oracle_tasks.rs`
//! for what is compared, and why.

#![cfg(all(feature = "parking_lot", feature = "tokio"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod brute;
mod by_hand;
mod readers;
mod tasks;
mod threads;

/// How long somebody waits.
const SOON: std::time::Duration = std::time::Duration::from_millis(5);
