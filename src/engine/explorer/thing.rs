//! Shared objects, and what is done to them.

use std::panic::Location;

use super::Object;
use super::meet::Gate;
use super::state::StrandId;
use crate::step::{Kind, Mode, TO_UPGRADABLE, Value, What};

/// An operation as the facade announces it.
pub(crate) struct Operation<'a> {
    pub(crate) object: &'a Object,
    pub(crate) what: What,
    pub(crate) kind: Kind,
    pub(crate) at: &'static Location<'static>,
    /// How many options it has: 1 where there is nothing to choose.
    pub(crate) options: u16,
}

/// An operation that waits for its turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    pub(crate) object: u32,
    pub(crate) kind: Kind,
    pub(crate) at: &'static Location<'static>,
    /// How many options it has.
    pub(crate) options: u16,
}

/// One operation that has happened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Done {
    pub(crate) strand: StrandId,
    /// The step it belongs to, or `None` if it happened when nobody else was there.
    pub(crate) step: Option<usize>,
    pub(crate) object: u32,
    pub(crate) kind: Kind,
    pub(crate) at: &'static Location<'static>,
    pub(crate) mode: Mode,
    pub(crate) read: Option<Value>,
    pub(crate) written: Option<Value>,
    /// Whether it found that it has to wait.
    pub(crate) waits: bool,
}

/// What the engine knows of a shared object.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each can be true whatever the others are")]
pub(crate) struct Thing {
    pub(crate) what: What,
    pub(crate) birth: Option<&'static Location<'static>>,
    /// Where it was first used: a name can be read there if its birth is unknown.
    pub(crate) first_use: &'static Location<'static>,
    /// Who has it alone: a mutex, or a reader-writer lock that is being written.
    pub(crate) holder: Option<Hold>,
    /// Who reads it.
    pub(crate) readers: Vec<Hold>,
    /// Who reads it and may come to write.
    pub(super) upgrader: Option<Hold>,
    /// Whether nothing says if a writer who waits keeps readers out, and whether one does.
    pub(super) may_bar: bool,
    pub(super) barred: bool,
    /// How many the last notify has woken.
    pub(super) woken: usize,
    /// Whether a parked thread has its token.
    pub(crate) token: bool,
    /// What keeps an operation on it from happening, besides locks.
    pub(super) gate: Gate,
    /// How often it was changed.
    pub(crate) version: u64,
    /// The value it has, where that is known.
    pub(crate) value: Option<Value>,
    /// The value it had before it was first used, where that is known.
    pub(crate) initial: Option<Value>,
    /// The strand that it stands for, for [`What::Strand`].
    pub(crate) strand: Option<StrandId>,
    /// Its number in all executions of one check.
    pub(crate) id: u32,
    /// Whether it was first spoken of after the first step.
    pub(super) late: bool,
    /// Fingerprints of its last write and of what was added since.
    pub(super) written_by: u64,
    pub(super) added_by: u64,
}

/// Who holds a lock, and since when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hold {
    pub(crate) strand: StrandId,
    pub(crate) at: &'static Location<'static>,
    /// The step that took it, or `None` if that was before the first step.
    pub(crate) step: Option<usize>,
}

impl Thing {
    /// Whether nobody has the lock in any way.
    pub(super) fn is_free_to_write(&self) -> bool {
        self.is_free_to_upgrade() && self.readers.is_empty()
    }

    /// Whether nobody has the lock but readers.
    pub(super) fn is_free_to_upgrade(&self) -> bool {
        self.holder.is_none() && self.upgrader.is_none()
    }

    /// What an operation does to a lock or a token; whether it worked, for an attempt.
    pub(super) fn happens(&mut self, kind: Kind, hold: Hold) -> Option<bool> {
        match kind {
            Kind::Lock | Kind::WriteLock | Kind::Claim | Kind::CallOnce => {
                self.holder = Some(hold);
                self.barred = false;
            }
            Kind::TryLock | Kind::TryWriteLock => {
                let free = self.is_free_to_write();
                if free {
                    self.holder = Some(hold);
                }
                return Some(free);
            }
            Kind::ReadLock => self.readers.push(hold),
            Kind::TryReadLock => {
                let free = self.holder.is_none();
                if free {
                    self.readers.push(hold);
                }
                return Some(free);
            }
            Kind::Unlock | Kind::WriteUnlock | Kind::Complete => self.holder = None,
            Kind::ReadUnlock => {
                // A guard may be dropped by another strand than the one that took it.
                let own = self.readers.iter().position(|reader| reader.strand == hold.strand);
                if !self.readers.is_empty() {
                    self.readers.remove(own.unwrap_or(0));
                }
            }
            Kind::UpgradableLock => self.upgrader = Some(hold),
            Kind::TryUpgradableLock => {
                let free = self.is_free_to_upgrade();
                if free {
                    self.upgrader = Some(hold);
                }
                return Some(free);
            }
            Kind::UpgradableUnlock => self.upgrader = None,
            Kind::Upgrade => (self.upgrader, self.holder) = (None, Some(hold)),
            Kind::TryUpgrade => {
                let free = self.readers.is_empty();
                if free {
                    (self.upgrader, self.holder) = (None, Some(hold));
                }
                return Some(free);
            }
            Kind::Downgrade(TO_UPGRADABLE) => (self.holder, self.upgrader) = (None, Some(hold)),
            Kind::Downgrade(_) => {
                (self.holder, self.upgrader) = (None, None);
                self.readers.push(hold);
            }
            Kind::Park | Kind::ParkTimeout => self.token = false,
            Kind::Unpark => self.token = true,
            _ => {}
        }
        None
    }
}
