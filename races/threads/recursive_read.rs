//! # Reading twice
//!
//! A bill reads the price, and two calls deeper the tax reads it again. It works for a year. Then a new
//! price comes in between, and neither the bill nor the price list moves any more.
//!
//! - **Bug:** who reads asks to read again. A fair lock lets no reader past a writer who waits, and the
//!   writer waits for the first reader.
//! - **Near miss:** give the lock back before reading again. Nobody waits, and the two prices differ.
//! - **Fix:** read once, and hand down what was read.
//! - **Rule:** who has the lock passes on what it guards, and never the lock.
//!
//! The locks of `parking_lot` and tokio are fair in this way, and `std`'s may be. The checker's own let every
//! reader in, so the lock is written out here.
//!
//! Watch it fail, then hold: `cargo run -- run recursive-read`

use drawloom::FailureKind::{Deadlock, Panic};
use drawloom::sync::{Condvar, Mutex};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

fn bug() {
    bill_and_new_price(|list| {
        let price = list.read();
        let taxed = list.read();
        list.done_reading();
        list.done_reading();
        (price, taxed)
    });
}

fn read_again() {
    bill_and_new_price(|list| {
        let price = list.read();
        list.done_reading();
        let taxed = list.read();
        list.done_reading();
        (price, taxed)
    });
}

fn fix() {
    bill_and_new_price(|list| {
        let price = list.read();
        let taxed = price;
        list.done_reading();
        (price, taxed)
    });
}

/// A price under a reader-writer lock that lets no reader past a writer who waits.
struct PriceList {
    inside: Mutex<Inside>,
    changed: Condvar,
}

struct Inside {
    price: u32,
    readers: u32,
    writers_waiting: u32,
}

impl PriceList {
    fn read(&self) -> u32 {
        let inside = self.inside.lock().unwrap();
        let mut inside =
            self.changed.wait_while(inside, |inside| inside.writers_waiting > 0).unwrap();
        inside.readers += 1;
        inside.price
    }

    fn done_reading(&self) {
        let mut inside = self.inside.lock().unwrap();
        inside.readers -= 1;
        self.changed.notify_all();
    }

    fn write(&self, price: u32) {
        let mut inside = self.inside.lock().unwrap();
        inside.writers_waiting += 1;
        let mut inside = self.changed.wait_while(inside, |inside| inside.readers > 0).unwrap();
        inside.writers_waiting -= 1;
        inside.price = price;
        self.changed.notify_all();
    }
}

/// The stage: a bill is made while the price changes.
fn bill_and_new_price(makes_bill: impl Fn(&PriceList) -> (u32, u32) + Sync) {
    let inside = Mutex::new(Inside { price: 1, readers: 0, writers_waiting: 0 });
    let changed = Condvar::new();
    let list = PriceList { inside, changed };
    let (price, taxed) = thread::scope(|scope| {
        let bill = scope.spawn(|| makes_bill(&list));
        let new_price = scope.spawn(|| list.write(2));
        new_price.join().unwrap();
        bill.join().unwrap()
    });
    assert_eq!(price, taxed, "both prices are of one day");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "recursive-read",
    title: "Reading twice",
    family: "deadlock",
    setting: Setting::Threads,
    summary: "read a lock that is read",
    rule: "who has the lock passes on what it guards, and never the lock",
    source: (file!(), include_str!("recursive_read.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "read again under a read lock",
            program: bug,
            function: "bug",
            // The writer comes before, between or after the four sections of the bill, and must not come
            // between the first two.
            expect: Expect::fails(1, 6, Deadlock, "bill waits for changed"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "read-again",
            role: Role::NearMiss,
            summary: "give the lock back before reading again",
            program: read_again,
            function: "read_again",
            expect: Expect::fails(3, 6, Panic, "both prices are of one day"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "read once, and hand down what was read",
            program: fix,
            function: "fix",
            expect: Expect::holds(3),
            loom: Loom::Agrees,
        },
    ],
};
