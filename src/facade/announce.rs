//! The one way in which a facade type speaks to the engine.

use std::panic::Location;

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

    /// The operation will change its object only if that has this value.
    pub(crate) fn expects(&self, value: Value) {
        self.explorer.expects(value);
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

    /// The operation changed its object.
    pub(crate) fn wrote(self, read: Option<Value>, written: Option<Value>) {
        self.explorer.done(Mode::Write, read, written);
    }
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
