//! Random numbers that are the same every time.
//!
//! PAPER: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014:
//! `SplitMix64`. Any number is as good a seed as any other, also the one after it.

/// A source of random numbers that is determined by its seed.
#[derive(Clone, Debug)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Any number.
    pub(super) fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0; each is as likely as any other.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = end as u64;
        // The last few numbers that can be drawn would favour the smallest remainders.
        let even = u64::MAX - u64::MAX % end;
        loop {
            let drawn = self.draw();
            if drawn < even {
                return usize::try_from(drawn % end).unwrap_or(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn draws_what_the_authors_draw() {
        // From the reference implementation, <https://prng.di.unimi.it/splitmix64.c>, with seed 1234567.
        let mut random = Random::new(1_234_567);
        let drawn = [random.draw(), random.draw(), random.draw()];
        assert_eq!(
            drawn,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn is_even_below_an_end() {
        let mut random = Random::new(7);
        let mut drawn = [0_u32; 5];
        for _ in 0..10_000 {
            drawn[random.below(5)] += 1;
        }
        assert!(drawn.iter().all(|count| (1_850..2_150).contains(count)), "{drawn:?}");
    }
}
