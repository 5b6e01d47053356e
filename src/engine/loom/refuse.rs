//! What does loom refuse to do, and what does a program have of its own under it?

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

    /// Runs a thread's body, and drops its thread-locals.
    pub(super) fn run_to_its_end(&self, body: Box<dyn FnOnce()>) {
        body();
        self.drop_locals();
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

    /// A destructor waits, while its thread unwinds, for something that only others can give. Letting
    /// them run would mix up two panics, and a panic would abort the process: so the thread of the
    /// check stays here for ever, and whoever waits for it is told.
    pub(super) fn stay(&self) -> ! {
        let ending = match self.panic_of_main(None) {
            Some(panicked) => Ending::panic(&panicked),
            None => Ending::Stopped(Limit::Refused(
                "a destructor waits for another thread while its own thread panics: loom cannot be \
                 asked about that"
                    .to_owned(),
            )),
        };
        self.end(ending);
        self.pulse.stay();
        loop {
            std::thread::park();
        }
    }
}
