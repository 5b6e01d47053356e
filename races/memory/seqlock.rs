//! # A torn reading
//!
//! A weather station writes temperature and wind, and a number that is odd while it writes. The reader
//! accepts what it has read if the number says that nobody wrote. Sometimes it accepts half of each.
//!
//! - **Bug:** the number is looked at before the reading, and not after it.
//! - **Near misses:** a second look that may happen before the reading it is to vouch for; an odd number
//!   that may be seen after the data it is to warn of.
//! - **Fix:** a lock around both. Where readers must never hold up the writer: the number before and after,
//!   a fence on either side of the data, and the reading thrown away where the two differ.
//! - **Rule:** look again after the last read, and make sure that it is after.
//!
//! Watch it fail, then hold: `cargo run -- run seqlock`

use drawloom::FailureKind::Panic;
use drawloom::parking_lot::Mutex;
use drawloom::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use drawloom::sync::atomic::{AtomicU32, fence};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

fn bug() {
    station_and_reader(
        |station| station.write(|| fence(Release)),
        |station| {
            let number = station.number.load(Acquire);
            let read = station.read();
            number.is_multiple_of(2).then_some(read)
        },
    );
}

fn no_fence_to_read() {
    station_and_reader(
        |station| station.write(|| fence(Release)),
        |station| station.read_twice_checked(|| {}),
    );
}

fn no_fence_to_write() {
    station_and_reader(
        |station| station.write(|| {}),
        |station| station.read_twice_checked(|| fence(Acquire)),
    );
}

fn fix() {
    let weather = Mutex::new((0, 0));
    station_and_reader(|_| *weather.lock() = (1, 1), |_| Some(*weather.lock()));
}

fn fences() {
    station_and_reader(
        |station| station.write(|| fence(Release)),
        |station| station.read_twice_checked(|| fence(Acquire)),
    );
}

/// The number is odd while somebody writes.
struct Station {
    number: AtomicU32,
    temperature: AtomicU32,
    wind: AtomicU32,
}

impl Station {
    fn write(&self, after_the_odd_number: impl Fn()) {
        self.number.store(1, Relaxed);
        after_the_odd_number();
        self.temperature.store(1, Relaxed);
        self.wind.store(1, Relaxed);
        self.number.store(2, Release);
    }

    fn read(&self) -> (u32, u32) {
        (self.temperature.load(Relaxed), self.wind.load(Relaxed))
    }

    fn read_twice_checked(&self, before_the_second_look: impl Fn()) -> Option<(u32, u32)> {
        let number = self.number.load(Acquire);
        let read = self.read();
        before_the_second_look();
        (number.is_multiple_of(2) && self.number.load(Relaxed) == number).then_some(read)
    }
}

/// The stage: the station writes once while somebody reads once.
fn station_and_reader(
    records: impl Fn(&Station) + Sync,
    reads: impl Fn(&Station) -> Option<(u32, u32)> + Sync,
) {
    let (number, temperature, wind) = (AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0));
    let station = Station { number, temperature, wind };
    let accepted = thread::scope(|scope| {
        let writer = scope.spawn(|| records(&station));
        let reader = scope.spawn(|| reads(&station));
        writer.join().unwrap();
        reader.join().unwrap()
    });
    assert!(
        accepted.is_none_or(|(temperature, wind)| temperature == wind),
        "an accepted reading is of one moment"
    );
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "seqlock",
    title: "A torn reading",
    family: "ordering",
    setting: Setting::Memory,
    summary: "look at the number once",
    rule: "look again after the last read, and make sure that it is after",
    source: (file!(), include_str!("seqlock.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "look at the number once",
            program: bug,
            function: "bug",
            // C(7, 3) orders. The look comes before the odd number, and the two readings have the first
            // data between them (4) or the second (1).
            expect: Expect::fails(5, 35, Panic, "an accepted reading is of one moment"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "no-fence-to-read",
            role: Role::NearMiss,
            summary: "a second look without a fence before it",
            program: no_fence_to_read,
            function: "no_fence_to_read",
            expect: Expect::holds(55),
            loom: Loom::FindsMore(Panic, "an accepted reading is of one moment"),
        },
        Variant {
            id: "no-fence-to-write",
            role: Role::NearMiss,
            summary: "an odd number without a fence after it",
            program: no_fence_to_write,
            function: "no_fence_to_write",
            expect: Expect::holds(55),
            loom: Loom::FindsMore(Panic, "an accepted reading is of one moment"),
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "a lock around both",
            program: fix,
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fences",
            role: Role::Fix,
            summary: "two looks, and a fence on either side of the data",
            program: fences,
            function: "fences",
            expect: Expect::holds(55),
            loom: Loom::Agrees,
        },
    ],
};
