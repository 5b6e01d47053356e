//! What does an operation wait for?

use crate::step::{Access, Effect, Held, Mode};

/// What has to hold of an object before an operation can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nobody holds the lock.
    Free(u32),
    /// Nobody holds the lock alone.
    Shareable(u32),
    /// As [`Need::Shareable`], and a writer who waits for those who share it may keep others out.
    Open(u32),
    /// Nobody holds the lock but readers.
    Claimable(u32),
    /// It was signalled since that was last used up.
    Signalled(u32),
    /// It was signalled more often than that was used up.
    Counted(u32),
    /// A timer is set that has not fired.
    Set(u32),
    /// It was signalled less often than so many times more than that was used up, or is open for all.
    Room(u32, u32),
}

impl Need {
    /// The object that it is about.
    pub(super) fn object(self) -> u32 {
        match self {
            Self::Free(object)
            | Self::Shareable(object)
            | Self::Open(object)
            | Self::Signalled(object)
            | Self::Counted(object)
            | Self::Set(object)
            | Self::Room(object, _)
            | Self::Claimable(object) => object,
        }
    }

    /// Whether it is about a lock.
    pub(super) fn is_lock(self) -> bool {
        matches!(self, Self::Free(_) | Self::Shareable(_) | Self::Open(_) | Self::Claimable(_))
    }

    /// Whether somebody who holds the lock in this way is in the way.
    pub(super) fn is_kept_by(self, held: Held) -> bool {
        match self {
            Self::Free(_) => true,
            Self::Claimable(_) => held != Held::Shared,
            Self::Shareable(_) | Self::Open(_) => held == Held::Alone,
            _ => false,
        }
    }

    /// What an attempt at it accesses, if that works or does not.
    pub(super) fn attempted(self, works: bool) -> Access {
        let (mode, effect) = match (self, works) {
            (Self::Free(_), true) => (Mode::Write, Effect::Takes),
            (Self::Shareable(_), true) => (Mode::Add, Effect::Takes),
            (Self::Shareable(_), false) => (Mode::Add, Effect::None),
            _ => (Mode::Read, Effect::None),
        };
        Access { object: self.object(), mode, effect }
    }
}
