//! What fits into an atomic?

use crate::step::Value;

/// A value that fits into an atomic.
pub(super) trait Word: Copy + PartialEq {
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
