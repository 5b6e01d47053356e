//! Which value does a static begin each execution with?

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::OnceLock;

/// The value that something had when a check first used it.
pub(super) struct Initial<W>(OnceLock<Kept<W>>);

/// A value that was read from an atomic or a lock, and is only ever written back there.
struct Kept<W>(W);

// SAFETY: the value of an `AtomicPtr` is an address. Whoever may share that may share a copy.
#[expect(unsafe_code, reason = "a raw pointer is not shared unless somebody says so")]
unsafe impl<W> Sync for Kept<W> {}
// SAFETY: as above.
#[expect(unsafe_code, reason = "a raw pointer is not sent unless somebody says so")]
unsafe impl<W> Send for Kept<W> {}

// Nothing is ever seen of it half way.
impl<W> RefUnwindSafe for Initial<W> {}
impl<W> UnwindSafe for Initial<W> {}

impl<W: Copy> Initial<W> {
    pub(super) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Keeps the value.
    pub(super) fn keep(&self, value: W) {
        self.0.get_or_init(|| Kept(value));
    }

    /// The value, if a check has used the thing before.
    pub(super) fn kept(&self) -> Option<W> {
        self.0.get().map(|kept| kept.0)
    }
}
