//! # Torn pair
//!
//! A teller moves 10 from one account to another while the auditor adds the two up. Sometimes money is
//! missing from the report, and sometimes there is too much of it.
//!
//! - **Bug:** the two accounts change one after the other. In between, no sum is right.
//! - **Near misses:** a lock for each account, and a lock that only the teller takes ("I only read").
//! - **Fix:** one lock for what must be true together, taken by who writes and by who reads.
//! - **Rule:** a lock guards a promise, and all that the promise speaks of lies under it.
//!
//! Watch it fail, then hold: `cargo run -- run torn-pair`

use drawloom::FailureKind::Panic;
use drawloom::parking_lot::Mutex;
use drawloom::sync::atomic::{AtomicI64, Ordering::SeqCst};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Two accounts, each changed in one atomic step.
pub fn bug(transfers: u32) {
    let checking = AtomicI64::new(100);
    let savings = AtomicI64::new(0);
    teller_and_auditor(
        transfers,
        || {
            checking.fetch_sub(10, SeqCst);
            savings.fetch_add(10, SeqCst);
        },
        || checking.load(SeqCst) + savings.load(SeqCst),
    );
}

/// A lock for each account.
pub fn lock_each(transfers: u32) {
    let checking = Mutex::new(100);
    let savings = Mutex::new(0);
    teller_and_auditor(
        transfers,
        || {
            *checking.lock() -= 10;
            *savings.lock() += 10;
        },
        || {
            let in_checking = *checking.lock();
            let in_savings = *savings.lock();
            in_checking + in_savings
        },
    );
}

/// A lock that only the teller takes.
pub fn lock_to_write(transfers: u32) {
    let checking = AtomicI64::new(100);
    let savings = AtomicI64::new(0);
    let books = Mutex::new(());
    teller_and_auditor(
        transfers,
        || {
            let _books = books.lock();
            checking.fetch_sub(10, SeqCst);
            savings.fetch_add(10, SeqCst);
        },
        || checking.load(SeqCst) + savings.load(SeqCst),
    );
}

/// One lock for both accounts.
pub fn fix(transfers: u32) {
    let accounts = Mutex::new((100, 0));
    teller_and_auditor(
        transfers,
        || {
            let (checking, savings) = &mut *accounts.lock();
            *checking -= 10;
            *savings += 10;
        },
        || {
            let (checking, savings) = &*accounts.lock();
            checking + savings
        },
    );
}

/// The stage: the teller makes so many transfers, and the auditor looks once.
fn teller_and_auditor(transfers: u32, transfer: impl Fn() + Sync, audit: impl Fn() -> i64 + Sync) {
    let found = thread::scope(|scope| {
        let teller = scope.spawn(|| (0..transfers).for_each(|_| transfer()));
        let auditor = scope.spawn(&audit);
        teller.join().unwrap();
        auditor.join().unwrap()
    });
    assert_eq!(found, 100, "the auditor finds all the money");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "torn-pair",
    title: "Torn pair",
    family: "torn pair",
    setting: Setting::Threads,
    summary: "two accounts, one after the other",
    rule: "a lock guards a promise, and all that the promise speaks of lies under it",
    source: (file!(), include_str!("torn_pair.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "each account in one atomic step",
            program: || bug(1),
            function: "bug",
            // Of the C(4, 2) orders, two have exactly one of the two loads between the two changes.
            expect: Expect::fails(2, 6, Panic, "the auditor finds all the money"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-each",
            role: Role::NearMiss,
            summary: "a lock for each account",
            program: || lock_each(1),
            function: "lock_each",
            expect: Expect::fails(2, 14, Panic, "the auditor finds all the money"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-to-write",
            role: Role::NearMiss,
            summary: "a lock that only the teller takes",
            program: || lock_to_write(1),
            function: "lock_to_write",
            expect: Expect::fails(5, 15, Panic, "the auditor finds all the money"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one lock for both, to write and to read",
            program: || fix(1),
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
