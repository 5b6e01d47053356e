//! # The wrong one wakes
//!
//! A shelf for one loaf, two bakers, two customers, one bell. Sometimes all of them sleep.
//!
//! - **Bug:** one bell for two things, and it wakes one sleeper. A customer rings for a baker and wakes the
//!   other customer, who finds nothing and sleeps again.
//! - **Near miss:** a bell for each, rung only when the shelf was empty or full. Of two who sleep, one is
//!   never woken.
//! - **Fix:** one bell that wakes all. Where that wakes too many: a bell for each, rung each time.
//! - **Rule:** wake one only where every sleeper could use what has happened.
//!
//! Watch it fail, then hold: `cargo run -- run wrong-waiter`

use drawloom::FailureKind::Deadlock;
use drawloom::sync::{Condvar, Mutex};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// One bell, and wake one.
pub fn bug(room: u32) {
    let bell = Condvar::new();
    bakery(room, &bell, &bell, |bell, _| bell.notify_one());
}

/// A bell for each, rung when the shelf was empty or full.
pub fn ring_at_the_edge(room: u32) {
    let (full, empty) = (Condvar::new(), Condvar::new());
    bakery(room, &full, &empty, |bell, at_the_edge| {
        if at_the_edge {
            bell.notify_one();
        }
    });
}

/// One bell, and wake all.
pub fn fix(room: u32) {
    let bell = Condvar::new();
    bakery(room, &bell, &bell, |bell, _| bell.notify_all());
}

/// A bell for each, and wake one.
pub fn two_bells(room: u32) {
    let (full, empty) = (Condvar::new(), Condvar::new());
    bakery(room, &full, &empty, |bell, _| bell.notify_one());
}

/// The stage: two bakers and two customers, and a loaf for each.
fn bakery(room: u32, full: &Condvar, empty: &Condvar, ring: impl Fn(&Condvar, bool) + Sync) {
    let shelf = Mutex::new(0);
    let baker = || {
        let loaves = shelf.lock().unwrap();
        let mut loaves = full.wait_while(loaves, |loaves| *loaves == room).unwrap();
        *loaves += 1;
        ring(empty, *loaves == 1);
    };
    let customer = || {
        let loaves = shelf.lock().unwrap();
        let mut loaves = empty.wait_while(loaves, |loaves| *loaves == 0).unwrap();
        *loaves -= 1;
        ring(full, *loaves == room - 1);
    };
    thread::scope(|scope| {
        scope.spawn(baker);
        scope.spawn(baker);
        scope.spawn(customer);
        scope.spawn(customer);
    });
    assert_eq!(shelf.into_inner().unwrap(), 0, "every loaf is sold");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "wrong-waiter",
    title: "The wrong one wakes",
    family: "missed signal",
    setting: Setting::Threads,
    summary: "one bell for two things",
    rule: "wake one only where every sleeper could use what has happened",
    source: (file!(), include_str!("wrong_waiter.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "one bell, and wake one",
            program: || bug(1),
            function: "bug",
            expect: Expect::fails(8, 80, Deadlock, "bell"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "ring-at-the-edge",
            role: Role::NearMiss,
            summary: "a bell for each, rung when it was empty or full",
            program: || ring_at_the_edge(2),
            function: "ring_at_the_edge",
            expect: Expect::fails(8, 52, Deadlock, "empty"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one bell, and wake all",
            program: || fix(1),
            function: "fix",
            expect: Expect::holds(80),
            loom: Loom::Agrees,
        },
        Variant {
            id: "two-bells",
            role: Role::Fix,
            summary: "a bell for each, and wake one",
            program: || two_bells(1),
            function: "two_bells",
            expect: Expect::holds(64),
            loom: Loom::Agrees,
        },
    ],
};
