//! # Lock order
//!
//! Pay the rent from Ann to Ben, and a refund from Ben to Ann. Sometimes neither ever arrives.
//!
//! - **Bug:** each transfer locks the account it takes from, then the one it gives to. The two meet in
//!   the middle, and each holds what the other needs.
//! - **Near miss:** try the second lock and try again until it is free, still holding the first.
//!   Nobody waits, and nobody gets anywhere.
//! - **Fix:** all transfers take the two locks in one order, whichever way the money goes. Or one lock for
//!   the whole bank: choose that until you have measured that transfers wait for each other.
//! - **Rule:** who needs two locks takes them in the order that everybody takes them in.
//!
//! Watch it fail, then hold: `cargo run -- run lock-order`

use drawloom::FailureKind::{Deadlock, Livelock};
use drawloom::sync::Mutex;
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

fn bug() {
    rent_and_refund(|from, to| {
        let mut source = from.balance.lock().unwrap();
        let mut target = to.balance.lock().unwrap();
        *source -= 30;
        *target += 30;
    });
}

fn try_again() {
    rent_and_refund(|from, to| {
        let mut source = from.balance.lock().unwrap();
        let mut target = loop {
            match to.balance.try_lock() {
                Ok(target) => break target,
                Err(_) => thread::yield_now(),
            }
        };
        *source -= 30;
        *target += 30;
    });
}

fn fix() {
    rent_and_refund(|from, to| {
        let (first, second, amount) =
            if from.number < to.number { (from, to, 30) } else { (to, from, -30) };
        let mut first = first.balance.lock().unwrap();
        let mut second = second.balance.lock().unwrap();
        *first -= amount;
        *second += amount;
    });
}

fn one_lock() {
    let bank = Mutex::new(());
    rent_and_refund(|from, to| {
        let _bank = bank.lock().unwrap();
        *from.balance.lock().unwrap() -= 30;
        *to.balance.lock().unwrap() += 30;
    });
}

/// An account. Its number is its place in the order that all transfers keep to.
struct Account {
    number: u32,
    balance: Mutex<i64>,
}

/// The stage: two transfers between two accounts, in opposite directions.
fn rent_and_refund(transfer: impl Fn(&Account, &Account) + Sync) {
    let ann = Mutex::new(100);
    let ben = Mutex::new(100);
    let (ann, ben) = (Account { number: 1, balance: ann }, Account { number: 2, balance: ben });
    thread::scope(|scope| {
        let rent = scope.spawn(|| transfer(&ann, &ben));
        let refund = scope.spawn(|| transfer(&ben, &ann));
        rent.join().unwrap();
        refund.join().unwrap();
    });
    let money = [ann, ben].map(|account| account.balance.into_inner().unwrap());
    assert_eq!(money, [100, 100], "both transfers have arrived");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "lock-order",
    title: "Lock order",
    family: "deadlock",
    setting: Setting::Threads,
    summary: "two locks, two orders",
    rule: "who needs two locks takes them in the order that everybody takes them in",
    source: (file!(), include_str!("lock_order.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "lock the source, then the target",
            program: bug,
            function: "bug",
            expect: Expect::fails(2, 6, Deadlock, "waits for"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "try-again",
            role: Role::NearMiss,
            summary: "try the second lock until it is free",
            program: try_again,
            function: "try_again",
            expect: Expect::fails(240, 250, Livelock, "goes round for ever"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one order for all transfers",
            program: fix,
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "one-lock",
            role: Role::Fix,
            summary: "one lock for the whole bank",
            program: one_lock,
            function: "one_lock",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
