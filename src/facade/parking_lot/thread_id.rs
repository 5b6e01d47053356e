//! Who has a [`super::ReentrantMutex`]?

use std::num::NonZeroUsize;

use parking_lot as real;

use crate::engine::{Driver, driver};

/// Tells threads apart, as in `parking_lot`; under an engine, strands.
pub struct RawThreadId;

/// A number for a strand that no address has.
fn number(strand: usize) -> NonZeroUsize {
    NonZeroUsize::MIN.saturating_add(strand)
}

// SAFETY: no two threads that are there at once have one number: strands of a check are numbered, and
// the original is asked for all others. A lock that is held does not leave its check.
#[expect(unsafe_code, reason = "`lock_api` is told that numbers tell threads apart")]
unsafe impl lock_api::GetThreadId for RawThreadId {
    const INIT: Self = Self;

    fn nonzero_thread_id(&self) -> NonZeroUsize {
        match driver() {
            Driver::Explorer(explorer) => number(explorer.thread()),
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => number(loom.current()),
            _ => lock_api::GetThreadId::nonzero_thread_id(&real::RawThreadId),
        }
    }
}
