//! The search against brute force, on random programs, and what is said of their steps against all schedules.
//!
//! - `threads`: atomics, locks, condition variables and choices, the walk, several jobs, bounds and samples;
//! - `waits`: what else threads wait for, with time limits and without;
//! - `readers`: the reader-writer lock of `std`;
//! - `scopes`: what threads have besides;
//! - `tasks`: tasks on one thread and on two workers, with timers, aborts and threads beside them;
//! - `meetings`: what tasks have besides;
//! - `by_hand`: what random programs have shrunk to.

#![cfg(all(feature = "parking_lot", feature = "tokio"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod brute;
mod by_hand;
mod meetings;
mod readers;
mod scopes;
mod tasks;
mod threads;
mod waits;

/// How long somebody waits.
const SOON: std::time::Duration = std::time::Duration::from_millis(5);
