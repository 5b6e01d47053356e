//! Races between threads and event loops, in one program.

#![allow(
    clippy::unused_async,
    reason = "what is spawned is told as an async function, also where it never waits"
)]

pub mod loop_owned_state_from_thread;
pub mod sigterm_missed_before_wait;
pub mod thread_local_context_leak;
pub mod thread_to_loop_missed_wakeup;
