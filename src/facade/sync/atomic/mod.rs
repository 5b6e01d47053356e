//! Mirrors [`std::sync::atomic`].
//!
//! Under the explorer a load returns what was stored last, whatever its ordering: one thread does all
//! the work, so memory is sequentially consistent. Under loom the orderings count.

#[macro_use]
mod every;
mod word;

use std::fmt;
use std::panic::Location;
use std::sync::atomic as real;

pub use std::sync::atomic::{Ordering, compiler_fence};

use super::super::announce;
use super::initial::Initial;
use crate::engine::explorer::{Operation, Ordered};
use crate::engine::{Age, Driver, Explorer, Object, driver};
use crate::step::{Kind, Mode, What};
use word::Word;

/// What the atomics of integers and of truth values have besides.
macro_rules! fetch {
    ($name:ident, $value:ty, $($method:ident => $next:expr),* $(,)?) => {
        impl $name {
            $(
                /// As in the original.
                #[track_caller]
                pub fn $method(&self, value: $value, order: Ordering) -> $value {
                    let next: fn($value, $value) -> $value = $next;
                    self.modify(
                        stringify!($method),
                        order,
                        |before| next(before, value),
                        |real| real.$method(value, order),
                    )
                }
            )*
        }
    };
}

macro_rules! integer {
    ($($name:ident, $value:ident;)*) => {$(
        atomic! {
            /// An atomic integer, as in [`std::sync::atomic`].
            $name, $value
        }

        fetch! {
            $name, $value,
            fetch_add => |before, value| before.wrapping_add(value),
            fetch_sub => |before, value| before.wrapping_sub(value),
            fetch_and => |before, value| before & value,
            fetch_nand => |before, value| !(before & value),
            fetch_or => |before, value| before | value,
            fetch_xor => |before, value| before ^ value,
            fetch_max => |before, value| before.max(value),
            fetch_min => |before, value| before.min(value),
        }

        impl Default for $name {
            #[track_caller]
            fn default() -> Self {
                Self::new(0)
            }
        }
    )*};
}

integer! {
    AtomicU8, u8;
    AtomicU16, u16;
    AtomicU32, u32;
    AtomicU64, u64;
    AtomicUsize, usize;
    AtomicI8, i8;
    AtomicI16, i16;
    AtomicI32, i32;
    AtomicI64, i64;
    AtomicIsize, isize;
}

atomic! {
    /// An atomic truth value, as in [`std::sync::atomic`].
    AtomicBool, bool
}

fetch! {
    AtomicBool, bool,
    fetch_and => |before, value| before & value,
    fetch_nand => |before, value| !(before & value),
    fetch_or => |before, value| before | value,
    fetch_xor => |before, value| before ^ value,
}

impl AtomicBool {
    /// As in the original.
    #[track_caller]
    pub fn fetch_not(&self, order: Ordering) -> bool {
        self.fetch_xor(true, order)
    }
}

impl Default for AtomicBool {
    #[track_caller]
    fn default() -> Self {
        Self::new(false)
    }
}

atomic! {
    /// An atomic pointer, as in [`std::sync::atomic`].
    AtomicPtr<T>, *mut T
}

/// What the atomic pointer has besides.
macro_rules! fetch_pointer {
    ($($method:ident => $next:expr),* $(,)?) => {
        impl<T> AtomicPtr<T> {
            $(
                /// As in the original.
                #[track_caller]
                pub fn $method(&self, value: usize, order: Ordering) -> *mut T {
                    let next: fn(*mut T, usize) -> *mut T = $next;
                    self.modify(
                        stringify!($method),
                        order,
                        |before| next(before, value),
                        |real| {
                            // The original's own is younger than the oldest compiler that will do.
                            let load = Ordering::Relaxed;
                            let next = |before| Some(next(before, value));
                            real.fetch_update(order, load, next).unwrap_or_else(|before| before)
                        },
                    )
                }
            )*
        }
    };
}

fetch_pointer! {
    fetch_ptr_add => |before, value| before.wrapping_add(value),
    fetch_ptr_sub => |before, value| before.wrapping_sub(value),
    fetch_byte_add => |before, value| before.wrapping_byte_add(value),
    fetch_byte_sub => |before, value| before.wrapping_byte_sub(value),
    fetch_or => |before, value| before.map_addr(|address| address | value),
    fetch_and => |before, value| before.map_addr(|address| address & value),
    fetch_xor => |before, value| before.map_addr(|address| address ^ value),
}

impl<T> fmt::Pointer for AtomicPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.real, f)
    }
}

impl<T> Default for AtomicPtr<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(std::ptr::null_mut())
    }
}

/// As in the original. Under the explorer all of memory is in order anyway, so it is no step; it counts
/// for what a data race is.
pub fn fence(order: Ordering) {
    match driver() {
        Driver::Explorer(explorer) => {
            real::fence(order);
            explorer.fenced(order);
        }
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.fence(order),
        _ => real::fence(order),
    }
}
