//! Mirrors [`std::time`].
//!
//! Under an engine both clocks are virtual: time passes when somebody waits for that, and never else.

mod instant;
mod system_time;

pub use std::time::{Duration, SystemTimeError, TryFromFloatSecsError};

#[cfg(feature = "tokio")]
pub(crate) use instant::FAR;
pub use instant::Instant;
pub use system_time::{SystemTime, UNIX_EPOCH};

use crate::engine::{Driver, driver};

/// How much virtual time has passed, under an engine.
#[track_caller]
fn passed() -> Option<Duration> {
    match driver() {
        Driver::Nobody | Driver::Native(_) => None,
        Driver::Explorer(explorer) => Some(explorer.now()),
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => Some(loom.now()),
    }
}
