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

    /// Whether some execution has given it a number.
    pub(crate) fn was_numbered(&self) -> bool {
        // ORDERING: as in `number`.
        self.slot.load(Ordering::Relaxed) != 0
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
