//! Mirrors tokio's `pause`, `resume` and `advance`.
//!
//! Under an engine time stands still by itself, until a timer fires.

use std::time::Duration;

use super::super::announcing::is_real;
use super::sleep;

/// What is said outside a check where the real clock has no such thing.
#[cfg(not(feature = "test-util"))]
const REFUSED: &str = "outside a check tokio's clock cannot be paused\n\
                       help: enable drawloom's feature `test-util`";

/// Stops time, as in [`::tokio::time`]. Of no effect under an engine.
#[track_caller]
pub fn pause() {
    #[cfg(feature = "test-util")]
    if is_real() {
        ::tokio::time::pause();
    }
    #[cfg(not(feature = "test-util"))]
    assert!(!is_real(), "{REFUSED}");
}

/// Lets time go on, as in [`::tokio::time`]. Of no effect under an engine.
#[track_caller]
pub fn resume() {
    #[cfg(feature = "test-util")]
    if is_real() {
        ::tokio::time::resume();
    }
    #[cfg(not(feature = "test-util"))]
    assert!(!is_real(), "{REFUSED}");
}

/// Lets so much time pass, as in [`::tokio::time`]. Under an engine it passes as for any sleeper: others
/// go on meanwhile, and timers that are due before fire before.
pub async fn advance(duration: Duration) {
    #[cfg(feature = "test-util")]
    if is_real() {
        return ::tokio::time::advance(duration).await;
    }
    #[cfg(not(feature = "test-util"))]
    assert!(!is_real(), "{REFUSED}");
    sleep(duration).await;
}
