//! Mirrors [`::tokio::task::Id`].

use std::fmt;

use ::tokio::task as real;

use crate::engine::{Driver, driver};

/// Which task it is, as in [`::tokio::task`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    inner: Which,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Which {
    Real(real::Id),
    /// The task's number in its execution.
    Number(usize),
}

impl Id {
    pub(super) fn real(id: real::Id) -> Self {
        Self { inner: Which::Real(id) }
    }

    pub(super) fn number(task: usize) -> Self {
        Self { inner: Which::Number(task) }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.inner {
            Which::Real(id) => id.fmt(f),
            Which::Number(number) => number.fmt(f),
        }
    }
}

/// The task that asks, as in [`::tokio::task`].
#[track_caller]
pub fn id() -> Id {
    try_id().expect("Can't get a task id when not inside a task")
}

/// The task that asks, if it is one, as in [`::tokio::task`].
pub fn try_id() -> Option<Id> {
    match driver() {
        Driver::Nobody | Driver::Native(_) => real::try_id().map(Id::real),
        Driver::Explorer(explorer) => explorer.current_task().map(Id::number),
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.current_task().map(Id::number),
    }
}
