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
//! The locks of `parking_lot` and tokio are fair in this way, and `std`'s may be. `parking_lot` has a
//! `read_recursive` for those who cannot do otherwise: it lets a reader in past the writer, who may then
//! wait for ever.
//!
//! Watch it fail, then hold: `cargo run -- run recursive-read`

use drawloom::FailureKind::{Deadlock, Panic};
use drawloom::parking_lot::RwLock;
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

fn bug() {
    bill_and_new_price(|list| {
        let price = list.read();
        let taxed = list.read();
        (*price, *taxed)
    });
}

fn read_again() {
    bill_and_new_price(|list| {
        let price = *list.read();
        let taxed = *list.read();
        (price, taxed)
    });
}

fn fix() {
    bill_and_new_price(|list| {
        let price = list.read();
        let taxed = *price;
        (*price, taxed)
    });
}

/// The stage: a bill is made while the price changes.
fn bill_and_new_price(makes_bill: impl Fn(&RwLock<u32>) -> (u32, u32) + Sync) {
    let list = RwLock::new(1);
    let (price, taxed) = thread::scope(|scope| {
        let bill = scope.spawn(|| makes_bill(&list));
        let new_price = scope.spawn(|| *list.write() = 2);
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
            // The writer comes before, between or after the four steps of the bill, and must not come
            // between the first two.
            expect: Expect::fails(1, 5, Deadlock, "bill waits for list, held by new_price"),
            loom: Loom::Misses("its lock lets readers in while a writer waits"),
        },
        Variant {
            id: "read-again",
            role: Role::NearMiss,
            summary: "give the lock back before reading again",
            program: read_again,
            function: "read_again",
            expect: Expect::fails(2, 5, Panic, "both prices are of one day"),
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
