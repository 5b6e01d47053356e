//! Mirrors [`std::sync::atomic`].
//!
//! Under the explorer a load returns what was stored last, whatever its ordering: one thread does all
//! the work, so memory is sequentially consistent. Under loom the orderings count.

use std::fmt;
use std::panic::Location;
use std::sync::atomic as real;

pub use std::sync::atomic::{Ordering, compiler_fence};

use super::super::announce;
use crate::engine::{Driver, Object, driver};
use crate::step::{Kind, Value, What};

/// A value that fits into an atomic.
trait Word: Copy + PartialEq {
    fn value(self) -> Value;
    #[cfg(feature = "loom")]
    fn bits(self) -> u64;
    #[cfg(feature = "loom")]
    fn from_bits(bits: u64) -> Self;
}

macro_rules! word {
    ($($integer:ty => $variant:ident as $wide:ty),* $(,)?) => {$(
        impl Word for $integer {
            fn value(self) -> Value {
                #[allow(clippy::cast_lossless, clippy::unnecessary_cast, reason = "one rule for all widths")]
                Value::$variant(self as $wide)
            }
            #[cfg(feature = "loom")]
            #[allow(clippy::cast_lossless, clippy::unnecessary_cast, clippy::cast_sign_loss, reason = "the bits are what counts")]
            fn bits(self) -> u64 {
                self as u64
            }
            #[cfg(feature = "loom")]
            #[allow(clippy::cast_possible_truncation, clippy::unnecessary_cast, clippy::cast_possible_wrap, reason = "the bits are what counts")]
            fn from_bits(bits: u64) -> Self {
                bits as Self
            }
        }
    )*};
}

word! {
    u8 => Unsigned as u64, u16 => Unsigned as u64, u32 => Unsigned as u64, u64 => Unsigned as u64,
    usize => Unsigned as u64,
    i8 => Signed as i64, i16 => Signed as i64, i32 => Signed as i64, i64 => Signed as i64,
    isize => Signed as i64,
}

impl Word for bool {
    fn value(self) -> Value {
        Value::Bool(self)
    }
    #[cfg(feature = "loom")]
    fn bits(self) -> u64 {
        u64::from(self)
    }
    #[cfg(feature = "loom")]
    fn from_bits(bits: u64) -> Self {
        bits != 0
    }
}

impl<T> Word for *mut T {
    fn value(self) -> Value {
        Value::Pointer { null: self.is_null() }
    }
    #[cfg(feature = "loom")]
    fn bits(self) -> u64 {
        self.expose_provenance() as u64
    }
    #[cfg(feature = "loom")]
    #[allow(clippy::cast_possible_truncation, reason = "it was an address of this machine")]
    fn from_bits(bits: u64) -> Self {
        std::ptr::with_exposed_provenance_mut(bits as usize)
    }
}

/// What every atomic of the facade has.
macro_rules! atomic {
    ($(#[$doc:meta])* $name:ident $(<$type:ident>)?, $value:ty) => {
        $(#[$doc])*
        pub struct $name $(<$type>)? {
            real: real::$name $(<$type>)?,
            object: Object,
        }

        impl $(<$type>)? $name $(<$type>)? {
            /// As in the original.
            #[track_caller]
            pub const fn new(value: $value) -> Self {
                Self { real: real::$name::new(value), object: Object::at(Location::caller()) }
            }

            /// As in the original.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                match driver() {
                    Driver::Explorer(explorer) => {
                        let at = Location::caller();
                        let turn = announce(explorer, &self.object, What::Atomic, Kind::Load, at);
                        let value = self.real.load(order);
                        turn.read(Some(value.value()));
                        value
                    }
                    #[cfg(feature = "loom")]
                    Driver::Loom(loom) => Word::from_bits(loom.load(&self.object, self.first(), order)),
                    _ => self.real.load(order),
                }
            }

            /// As in the original.
            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                match driver() {
                    Driver::Explorer(explorer) => {
                        let at = Location::caller();
                        let turn = announce(explorer, &self.object, What::Atomic, Kind::Store, at);
                        let before = self.real.load(Ordering::Relaxed);
                        self.real.store(value, order);
                        explorer.first_value(&self.object, before.value());
                        turn.wrote(None, Some(value.value()));
                    }
                    #[cfg(feature = "loom")]
                    Driver::Loom(loom) => {
                        loom.store(&self.object, self.first(), value.bits(), order);
                    }
                    _ => self.real.store(value, order),
                }
            }

            /// As in the original.
            #[track_caller]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                self.update("swap", order, |_| value, |real| real.swap(value, order))
            }

            /// As in the original.
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.exchange("compare_exchange", (current, new), (success, failure))
            }

            /// As in the original, without the failures for no reason that it allows.
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.exchange("compare_exchange_weak", (current, new), (success, failure))
            }

            /// As in the original.
            #[track_caller]
            pub fn fetch_update(
                &self,
                set_order: Ordering,
                fetch_order: Ordering,
                mut f: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                let mut before = self.load(fetch_order);
                while let Some(next) = f(before) {
                    match self.compare_exchange_weak(before, next, set_order, fetch_order) {
                        Ok(value) => return Ok(value),
                        Err(value) => before = value,
                    }
                }
                Err(before)
            }

            /// As in the original. No step: nobody else can have it.
            pub fn get_mut(&mut self) -> &mut $value {
                #[cfg(feature = "loom")]
                self.settle();
                self.real.get_mut()
            }

            /// As in the original. No step: nobody else can have it.
            #[cfg_attr(not(feature = "loom"), allow(unused_mut, reason = "loom keeps the value elsewhere"))]
            pub fn into_inner(mut self) -> $value {
                #[cfg(feature = "loom")]
                self.settle();
                self.real.into_inner()
            }

            #[track_caller]
            fn update(
                &self,
                name: &'static str,
                order: Ordering,
                next: impl Fn($value) -> $value,
                really: impl FnOnce(&real::$name $(<$type>)?) -> $value,
            ) -> $value {
                #[cfg(not(feature = "loom"))]
                let _ = order;
                match driver() {
                    Driver::Explorer(explorer) => {
                        let at = Location::caller();
                        let turn = announce(explorer, &self.object, What::Atomic, Kind::Update(name), at);
                        let before = really(&self.real);
                        turn.wrote(Some(before.value()), Some(next(before).value()));
                        before
                    }
                    #[cfg(feature = "loom")]
                    Driver::Loom(loom) => {
                        let next = |bits| next(Word::from_bits(bits)).bits();
                        Word::from_bits(loom.update(&self.object, self.first(), order, &next))
                    }
                    _ => really(&self.real),
                }
            }

            #[track_caller]
            fn exchange(
                &self,
                name: &'static str,
                (current, new): ($value, $value),
                (success, failure): (Ordering, Ordering),
            ) -> Result<$value, $value> {
                match driver() {
                    Driver::Explorer(explorer) => {
                        let at = Location::caller();
                        let turn = announce(explorer, &self.object, What::Atomic, Kind::Update(name), at);
                        turn.expects(current.value());
                        let swapped = self.real.compare_exchange(current, new, success, failure);
                        match swapped {
                            Ok(value) => turn.wrote(Some(value.value()), Some(new.value())),
                            Err(value) => turn.read(Some(value.value())),
                        }
                        swapped
                    }
                    #[cfg(feature = "loom")]
                    Driver::Loom(loom) => {
                        let (current, new) = (current.bits(), new.bits());
                        let swapped = loom.compare_exchange(
                            &self.object, self.first(), (current, new), (success, failure),
                        );
                        swapped.map(Word::from_bits).map_err(Word::from_bits)
                    }
                    _ => self.real.compare_exchange(current, new, success, failure),
                }
            }

            /// The value that loom is to start from.
            #[cfg(feature = "loom")]
            fn first(&self) -> u64 {
                self.real.load(Ordering::Relaxed).bits()
            }

            /// Brings the value back that loom has kept.
            #[cfg(feature = "loom")]
            fn settle(&mut self) {
                if let Driver::Loom(loom) = driver()
                    && let Some(bits) = loom.settle(&self.object)
                {
                    *self.real.get_mut() = Word::from_bits(bits);
                }
            }
        }

        impl $(<$type>)? fmt::Debug for $name $(<$type>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.real.fmt(f)
            }
        }

        impl $(<$type>)? From<$value> for $name $(<$type>)? {
            #[track_caller]
            fn from(value: $value) -> Self {
                Self::new(value)
            }
        }
    };
}

/// What the atomics of integers and of truth values have besides.
macro_rules! fetch {
    ($name:ident, $value:ty, $($method:ident => $next:expr),* $(,)?) => {
        impl $name {
            $(
                /// As in the original.
                #[track_caller]
                pub fn $method(&self, value: $value, order: Ordering) -> $value {
                    let next: fn($value, $value) -> $value = $next;
                    self.update(
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

impl<T> Default for AtomicPtr<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(std::ptr::null_mut())
    }
}

/// As in the original. Under the explorer all of memory is in order anyway, so it is no step.
pub fn fence(order: Ordering) {
    match driver() {
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.fence(order),
        _ => real::fence(order),
    }
}
