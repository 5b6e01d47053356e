//! How many? Exactly, whatever the size.
//!
//! Three strands of sixty steps that share nothing have more schedules than there are atoms in the
//! universe. Their number is found by adding, so it has to be exact all the way. Nearly all counts are
//! small; those are kept in a machine's number, and only what does not fit there is a big integer.

use std::fmt;
use std::ops::AddAssign;

use num_bigint::BigUint;

/// A number of schedules, exact at any size.
///
/// ```
/// use drawloom::Count;
///
/// let mut count = Count::new(u128::MAX);
/// count += &Count::new(1);
/// assert_eq!(count.to_string(), "340282366920938463463374607431768211456");
/// assert_eq!(count.to_u128(), None);
/// assert!(count > u128::MAX);
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Count(Size);

/// INVARIANT: what fits is small, so that equal counts are equal here, and all that is small is less
/// than all that is large.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Size {
    Small(u128),
    Large(BigUint),
}

/// A table has room for so many digits of a count.
const MOST_DIGITS: usize = 15;

impl Count {
    /// None.
    pub const ZERO: Self = Self::new(0);

    /// So many.
    pub const fn new(count: u128) -> Self {
        Self(Size::Small(count))
    }

    /// The count, if it is below 2^128.
    pub fn to_u128(&self) -> Option<u128> {
        match self.0 {
            Size::Small(count) => Some(count),
            Size::Large(_) => None,
        }
    }

    /// The count for a table: `4`, and where it is too long for one, its first digits, `1.16e83`.
    pub(crate) fn short(&self) -> String {
        let mut digits = self.to_string();
        if digits.len() > MOST_DIGITS {
            let power = digits.len() - 1;
            digits = format!("{}.{}e{power}", &digits[..1], &digits[1..3]);
        }
        digits
    }

    /// How long a bar is that shows this part of `all`, if the longest has so many signs. What is there
    /// is seen.
    pub(crate) fn bar(&self, all: &Self, longest: u32) -> u32 {
        if *self == 0 || *all == 0 {
            return 0;
        }
        let fits = *all <= u128::from(longest);
        let bar = if fits { self.large() } else { self.large() * longest / all.large() };
        u32::try_from(bar).map_or(longest, |bar| bar.clamp(1, longest))
    }

    fn large(&self) -> BigUint {
        match &self.0 {
            Size::Small(count) => BigUint::from(*count),
            Size::Large(count) => count.clone(),
        }
    }
}

impl AddAssign<&Self> for Count {
    fn add_assign(&mut self, other: &Self) {
        match (&mut self.0, &other.0) {
            (Size::Small(own), Size::Small(other)) => match own.checked_add(*other) {
                Some(sum) => *own = sum,
                None => self.0 = Size::Large(BigUint::from(*own) + *other),
            },
            (Size::Small(own), Size::Large(other)) => self.0 = Size::Large(other + *own),
            (Size::Large(own), Size::Small(other)) => *own += *other,
            (Size::Large(own), Size::Large(other)) => *own += other,
        }
    }
}

impl Default for Count {
    fn default() -> Self {
        Self::ZERO
    }
}

impl From<u64> for Count {
    fn from(count: u64) -> Self {
        Self::new(count.into())
    }
}

impl From<u128> for Count {
    fn from(count: u128) -> Self {
        Self::new(count)
    }
}

impl PartialEq<u128> for Count {
    fn eq(&self, other: &u128) -> bool {
        self.to_u128() == Some(*other)
    }
}

impl PartialOrd<u128> for Count {
    fn partial_cmp(&self, other: &u128) -> Option<std::cmp::Ordering> {
        self.partial_cmp(&Self::new(*other))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Size::Small(count) => count.fmt(f),
            Size::Large(count) => count.fmt(f),
        }
    }
}

impl fmt::Debug for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    fn count(text: &str) -> Count {
        // By another way than adding up: a digit is ten times what stands before it, and itself.
        text.bytes().fold(Count::ZERO, |sum, digit| {
            let mut ten = Count::ZERO;
            (0..10).for_each(|_| ten += &sum);
            ten += &Count::new(u128::from(digit - b'0'));
            ten
        })
    }

    #[test]
    fn what_is_added_is_exact_on_both_sides_of_what_a_machines_number_holds() {
        // 2^128 - 1, 2^128 and 2^129.
        let (most, more, twice) = (
            "340282366920938463463374607431768211455",
            "340282366920938463463374607431768211456",
            "680564733841876926926749214863536422912",
        );
        assert_eq!(count(most).to_u128(), Some(u128::MAX));
        assert_eq!(count(more).to_u128(), None);
        for text in ["0", "9", most, more, twice] {
            assert_eq!(
                (count(text).to_string(), format!("{:?}", count(text))),
                (text.into(), text.into())
            );
        }
        let sum = |one: &str, two: &str| {
            let mut sum = count(one);
            sum += &count(two);
            sum
        };
        assert_eq!(sum(most, "1"), count(more));
        assert_eq!(sum("1", most), count(more));
        assert_eq!(sum(more, more), count(twice));
        assert_eq!(sum("0", more), count(more));
        assert_eq!(sum(more, "0"), count(more));
    }

    #[test]
    fn counts_are_in_order() {
        let (small, most) = (Count::from(7_u64), Count::from(u128::MAX));
        let mut large = most.clone();
        large += &small;
        assert!(small < most && most < large);
        assert!(small == 7 && small > 6 && small < 8);
        assert!(large != u128::MAX && large > u128::MAX && most <= u128::MAX);
        assert_eq!(format!("{small:>3}|{small:<3}|"), "  7|7  |");
    }

    #[test]
    fn a_table_has_the_first_digits_of_what_is_long() {
        let short = |text: &str| count(text).short();
        assert_eq!(short("0"), "0");
        assert_eq!(short("123456789012345"), "123456789012345");
        assert_eq!(short("1234567890123456"), "1.23e15");
        assert_eq!(short("999999999999999999999999999999999999999999"), "9.99e41");
    }

    #[test]
    fn a_bar_is_as_long_as_the_share() {
        let bar = |some: &Count, all: &Count| some.bar(all, 20);
        // One sign for each of six, one for every two of forty.
        assert_eq!(bar(&Count::new(4), &Count::new(6)), 4);
        assert_eq!(bar(&Count::new(30), &Count::new(40)), 15);
        assert_eq!(bar(&Count::ZERO, &Count::new(40)), 0);
        assert_eq!(bar(&Count::new(1), &Count::new(4_000)), 1);
        // 3 * 2^127 and 2^129: three quarters.
        let mut some = Count::new(1 << 127);
        (0..2).for_each(|_| some += &Count::new(1 << 127));
        let mut all = some.clone();
        all += &Count::new(1 << 127);
        assert_eq!((some.to_u128(), bar(&some, &all), bar(&all, &all)), (None, 15, 20));
    }
}
