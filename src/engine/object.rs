//! What a facade type carries so that an engine can tell it from the others.

use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering};

/// The identity of a shared object: where it was made, and its number in the execution at hand.
///
/// A number is given when an object is first used. It is worth something only together with the
/// execution that gave it, so every execution starts with fresh numbers, for statics too.
pub(crate) struct Object {
    birth: Option<&'static Location<'static>>,
    /// The execution that gave the number, and the number: `execution << 24 | number`.
    slot: AtomicU64,
}

/// How many bits of a slot are the object's number.
const NUMBER_BITS: u32 = 24;

/// The bit of an execution's number that tells which engine it belongs to.
const ENGINE_BITS: u32 = 39;

/// What an engine knows of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// No engine has come across it.
    New,
    /// It was used in this execution.
    Known,
    /// It was used in an execution before, and not yet in this one.
    Old,
}

impl Object {
    /// An object that was made where the caller says.
    pub(crate) const fn at(birth: &'static Location<'static>) -> Self {
        Self { birth: Some(birth), slot: AtomicU64::new(0) }
    }

    /// An object of which nobody knows where it was made.
    pub(crate) const fn unknown() -> Self {
        Self { birth: None, slot: AtomicU64::new(0) }
    }

    /// Where it was made.
    pub(crate) fn birth(&self) -> Option<&'static Location<'static>> {
        self.birth
    }

    /// Whether an engine has come across it in this execution, before, or never.
    pub(crate) fn age(&self, execution: u64) -> Age {
        // ORDERING: as in `number`.
        match self.slot.load(Ordering::Relaxed) >> NUMBER_BITS {
            0 => Age::New,
            last if last == execution => Age::Known,
            _ => Age::Old,
        }
    }

    /// Whether an execution that began later has come across it: then two checks use it at once.
    pub(crate) fn is_contested(&self, execution: u64) -> bool {
        // ORDERING: as in `number`.
        let last = self.slot.load(Ordering::Relaxed) >> NUMBER_BITS;
        last > execution && last >> ENGINE_BITS == execution >> ENGINE_BITS
    }

    /// Its number in an execution, which `give` chooses the first time.
    pub(crate) fn number(&self, execution: u64, give: impl FnOnce() -> u32) -> u32 {
        // ORDERING: within one execution all accesses come from one thread; between executions the
        // number is thrown away. Nothing else is published through it.
        let slot = self.slot.load(Ordering::Relaxed);
        if slot >> NUMBER_BITS == execution {
            return u32::try_from(slot & ((1 << NUMBER_BITS) - 1)).unwrap_or(0);
        }
        let number = give();
        self.slot.store(execution << NUMBER_BITS | u64::from(number), Ordering::Relaxed);
        number
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object").field("birth", &self.birth).finish_non_exhaustive()
    }
}
