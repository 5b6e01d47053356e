//! Mirrors [`::tokio::time`]. Under an engine time is virtual: see the explorer's clock.

pub mod error;
mod sleep;
mod timeout;

pub use sleep::{Sleep, sleep};
pub use std::time::Duration;
pub use timeout::{Timeout, timeout};
