//! How does a primitive that loom does not have run under it?
//!
//! As it is built in every textbook: a lock around its state, and a condition variable that everybody
//! waits for who cannot go on. Both are loom's, so loom knows who waits and what comes before what. It
//! costs more executions than a primitive of its own would.

use std::panic::Location;

use crate::engine::Object;
use crate::engine::loom::Loom;

/// The lock and the condition variable around the state of a primitive.
pub(super) struct Monitor {
    lock: Object,
    changed: Object,
}

impl Monitor {
    #[track_caller]
    pub(super) const fn new() -> Self {
        Self { lock: Object::at(Location::caller()), changed: Object::at(Location::caller()) }
    }

    /// Does something as soon as it can be done: `act` answers with `None` until then.
    pub(super) fn when<R>(&self, loom: &Loom, mut act: impl FnMut() -> Option<R>) -> R {
        loom.lock(&self.lock);
        let result = loop {
            if let Some(result) = act() {
                break result;
            }
            loom.wait(&self.changed, &self.lock);
        };
        loom.notify_all(&self.changed);
        loom.unlock(&self.lock);
        result
    }

    /// Does something at once.
    pub(super) fn now<R>(&self, loom: &Loom, act: impl FnOnce() -> R) -> R {
        loom.lock(&self.lock);
        let result = act();
        loom.notify_all(&self.changed);
        loom.unlock(&self.lock);
        result
    }
}
