//! What does every execution start with anew?
//!
//! A static lives longer than an execution, and so does whatever a program has captured. What an engine
//! keeps for such a thing is worth something only together with the execution that it comes from.

use std::sync::{Mutex, PoisonError};

use crate::engine::{Driver, driver};

/// A number that no two executions in this process have in common; 0 outside a check.
pub(super) fn execution() -> u64 {
    match driver() {
        Driver::Explorer(explorer) => explorer.execution(),
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.execution(),
        _ => 0,
    }
}

/// What an engine keeps for a thing, from one execution.
pub(super) struct Fresh<S> {
    kept: Mutex<(u64, S)>,
}

impl<S: Default> Fresh<S> {
    pub(super) const fn new(first: S) -> Self {
        Self { kept: Mutex::new((0, first)) }
    }

    /// Looks at what this execution has made of it.
    pub(super) fn with<R>(&self, look: impl FnOnce(&mut S) -> R) -> R {
        let now = execution();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 != now && now != 0 {
            *kept = (now, S::default());
        }
        look(&mut kept.1)
    }
}
