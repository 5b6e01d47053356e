//! How is something recognized without being kept, and found quickly?
//!
//! A fingerprint is a number of 64 bits. Among a million things, two different ones have the same with a
//! chance of one in thirty million.
//!
//! The standard library's hasher guards against keys that somebody has chosen to collide. Ours are
//! fingerprints that we have mixed ourselves, or small numbers that we have given, and a table is asked
//! several times in every execution. So one multiplication has to do.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A table whose keys are fingerprints, or are made of numbers that nobody else has chosen.
pub(crate) type Table<K, V> = HashMap<K, V, BuildHasherDefault<Multiplying>>;

/// Multiplies what it is given into one word.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Multiplying(u64);

/// Odd, and with about as many ones as zeros: the fraction of the golden ratio.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for Multiplying {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(FACTOR);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    #[expect(clippy::cast_possible_truncation, reason = "half of a fingerprint is one too")]
    fn write_u128(&mut self, number: u128) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        // A table takes its place from the low bits, and a product is best mixed in the high ones.
        self.0.rotate_left(26)
    }
}

/// A new fingerprint out of two; their order counts.
#[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
pub(crate) fn mix(one: u64, two: u64) -> u64 {
    let (one, two) = (one ^ 0x9e37_79b9_7f4a_7c15, two ^ 0xd1b5_4a32_d192_ed03);
    let wide = u128::from(one) * u128::from(two);
    (wide as u64 ^ (wide >> 64) as u64).wrapping_add(one.rotate_left(23))
}
