//! A plain word that threads share and that nothing puts in order.
//!
//! Safe Rust has no such thing, and a real message or a real `Arc` keeps what it guards in one. Two uses of
//! it that nothing orders, one of them a write, are a data race: the checker names both lines.

use drawloom::cell::UnsafeCell;

/// A word of memory with no lock and no atomic operations.
pub struct Plain(UnsafeCell<u32>);

// SAFETY: none is claimed. That its uses are ordered is what each program here promises, and what the
// checker holds it to before the word is touched.
#[expect(unsafe_code, reason = "what is told here is what goes wrong behind such a line")]
unsafe impl Sync for Plain {}

impl Plain {
    /// A word that holds a value.
    #[track_caller]
    pub const fn new(value: u32) -> Self {
        Self(UnsafeCell::new(value))
    }

    /// What it holds.
    #[track_caller]
    pub fn read(&self) -> u32 {
        // SAFETY: nobody writes meanwhile, or else the check has ended with a data race.
        #[expect(unsafe_code, reason = "a plain read")]
        self.0.with(|word| unsafe { *word })
    }

    /// Makes it hold something else.
    #[track_caller]
    pub fn write(&self, value: u32) {
        // SAFETY: nobody reads or writes meanwhile, or else the check has ended with a data race.
        #[expect(unsafe_code, reason = "a plain write")]
        self.0.with_mut(|word| unsafe { *word = value });
    }
}
