//! What does a lock cost where it stands?
//!
//! A bank of 64 accounts, and strands that pay in as fast as they can. All placements here are right: each
//! holds its lock from the read to the write, and in the end no coin is missing. They differ in how many
//! strands one lock keeps waiting, and for how long.

mod plot;
mod tasks;
mod threads;

use std::time::Duration;

pub(crate) use plot::{Panel, markdown, svg};

/// How many accounts the bank has.
const ACCOUNTS: u32 = 64;

/// How many locks a sharded bank has.
const SHARDS: usize = 16;

/// Measures everything, each point nine times for so long.
pub(crate) fn measure(each: Duration) -> Vec<Panel> {
    let mut panels = threads::measure(each);
    panels.extend(tasks::measure(each));
    panels
}

/// Which account is next: every strand has a sequence of its own.
struct Accounts(u32);

impl Accounts {
    fn of(strand: usize) -> Self {
        Self(0x9e37_79b9_u32.wrapping_mul(u32::try_from(strand).unwrap_or(0) + 1) | 1)
    }

    fn pick(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % ACCOUNTS
    }
}

/// In which shard an account is.
fn shard(account: u32) -> usize {
    account as usize % SHARDS
}

/// The middle one of nine measurements: whatever else the machine does disturbs some of them.
fn median(measure: impl Fn() -> u64) -> u64 {
    let mut rates: Vec<u64> = (0..9).map(|_| measure()).collect();
    rates.sort_unstable();
    rates[rates.len() / 2]
}

/// So many a second, with three digits.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is positive and far below 2^52"
)]
fn rate(paid: u64, took: Duration) -> u64 {
    let rate = paid as f64 / took.as_secs_f64();
    let unit = 10_f64.powf((rate.max(1.0).log10().floor() - 2.0).max(0.0));
    ((rate / unit).round() * unit) as u64
}
