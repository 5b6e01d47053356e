//! What becomes of a moment of the real clock under an engine?

use crate::engine::{Driver, driver};

/// What is said of a wait until a moment.
const NO_INSTANT: &str = "a wait until an Instant under an engine: its clock is virtual, and an Instant is \
    a moment of the real one\nhelp: say how long it may last (try_lock_for, wait_for, ..)";

/// Ends a check that waits until a moment of the real clock.
pub(super) fn refuse_instant() {
    match driver() {
        Driver::Explorer(explorer) => explorer.refuse(NO_INSTANT),
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.refuse(NO_INSTANT),
        _ => {}
    }
}
