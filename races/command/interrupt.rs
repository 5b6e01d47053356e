//! What happens on Ctrl-C?
//!
//! The first one asks the check to stop, so that what is known by then can be said. The second ends
//! the process at once: somebody is in a hurry, or the program under check hangs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::SIGINT;
use signal_hook::flag;

use super::INTERRUPTED;

/// Whether somebody has typed Ctrl-C.
pub(crate) struct Interrupt {
    flag: Arc<AtomicBool>,
}

impl Interrupt {
    /// Watches for Ctrl-C from here on. Where the system does not let us, Ctrl-C does what it always
    /// does.
    pub(crate) fn watch() -> Self {
        let flag = Arc::new(AtomicBool::new(false));
        // In this order: the first Ctrl-C finds the flag down and only then sets it.
        let second =
            flag::register_conditional_shutdown(SIGINT, i32::from(INTERRUPTED), Arc::clone(&flag));
        if second.is_ok() {
            drop(flag::register(SIGINT, Arc::clone(&flag)));
        }
        Self { flag }
    }

    /// What is set when it is time to stop.
    pub(crate) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.flag)
    }

    /// Whether it is time to stop.
    pub(crate) fn has_come(&self) -> bool {
        // ORDERING: nothing is read on the strength of it.
        self.flag.load(Ordering::Relaxed)
    }
}
