//! The one way in which a facade type speaks to the engine.

use std::panic::Location;
use std::time::Duration;

use crate::engine::explorer::Operation;
use crate::engine::{Explorer, Object};
use crate::step::{Kind, Mode, Value, What};

/// An operation whose turn it is.
#[must_use = "the engine has to be told what the operation did"]
pub(crate) struct Announced {
    explorer: &'static Explorer,
    /// The option that was chosen, or whether a `try_` operation of an engine's lock worked.
    pub(crate) option: u16,
}

impl Announced {
    /// Who was told.
    #[cfg(feature = "tokio")]
    pub(crate) fn explorer(&self) -> &'static Explorer {
        self.explorer
    }

    /// The operation read a value and changed nothing.
    pub(crate) fn read(self, value: Option<Value>) {
        self.explorer.done(Mode::Read, value, None);
    }

    /// The operation was an attempt at a lock: whether it worked.
    pub(crate) fn attempted(self) -> bool {
        let worked = self.option == 1;
        let mode = if worked { Mode::Write } else { Mode::Read };
        self.explorer.done(mode, None, None);
        worked
    }

    /// The operation was a wait for a lock; if it was `late`, it tried once more in the end. Whether the
    /// lock was had.
    #[cfg_attr(not(feature = "parking_lot"), allow(dead_code, reason = "std has no such lock"))]
    pub(crate) fn attempted_within(self, late: bool) -> bool {
        if late {
            return self.attempted();
        }
        self.explorer.done(Mode::Write, None, None);
        true
    }

    /// The operation changed its object in a way that others who do so do not notice.
    pub(crate) fn added(self) {
        self.explorer.done(Mode::Add, None, None);
    }

    /// The operation changed its object.
    pub(crate) fn wrote(self, read: Option<Value>, written: Option<Value>) {
        self.explorer.done(Mode::Write, read, written);
    }
}

#[cfg_attr(not(feature = "parking_lot"), allow(dead_code, reason = "std has no such lock"))]
/// As [`announce`], for an operation that waits no longer than so long. Says whether that time was up.
pub(crate) fn announce_within(
    explorer: &'static Explorer,
    operation: &Operation<'_>,
    within: Duration,
) -> (Announced, bool) {
    let (option, timed_out) = explorer.announce_within(operation, within);
    (Announced { explorer, option }, timed_out)
}

/// Announces an operation to the explorer and returns when it is to happen.
pub(crate) fn announce(
    explorer: &'static Explorer,
    object: &Object,
    what: What,
    kind: Kind,
    at: &'static Location<'static>,
) -> Announced {
    let option = explorer.announce(&Operation { object, what, kind, at, options: 1 });
    Announced { explorer, option }
}
