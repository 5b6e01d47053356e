//! Mirrors [`std::hint`].

pub use std::hint::*;

use crate::engine::{Driver, driver};

/// As in the original. Under an engine it is a [`yield_now`](crate::thread::yield_now): whoever only
/// spins and reads waits until somebody else has written what it reads.
pub fn spin_loop() {
    match driver() {
        Driver::Explorer(explorer) => explorer.yield_now(),
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.yield_now(),
        _ => std::hint::spin_loop(),
    }
}
