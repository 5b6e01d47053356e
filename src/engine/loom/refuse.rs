//! What does loom refuse to do, and how does it say so?

use super::run::Ending;
use super::{Loom, Phase, leave};
use crate::verdict::Limit;

/// What is said of a wait with a time limit.
pub(crate) const NO_CLOCK: &str = "loom has no clock: it cannot try every moment at which a wait with \
    a time limit may end\nhelp: check the program with the explorer";

impl Loom {
    /// A number that no other execution in this process has.
    pub(crate) fn execution(&self) -> u64 {
        self.execution.get()
    }

    pub(crate) fn locals(&self) -> &crate::engine::Locals {
        &self.locals
    }

    /// A thread is at its end, and with it its thread-locals.
    pub(super) fn drop_locals(&self) {
        if self.phase.get() == Phase::Running {
            self.locals.end(self.current.get());
        }
    }

    /// The program wants what loom cannot do: the check ends here.
    pub(crate) fn refuse(&self, why: &str) {
        if self.phase.get() == Phase::Running {
            self.end(Ending::Stopped(Limit::Refused(why.to_owned())));
            if !std::thread::panicking() {
                leave();
            }
        }
    }
}
