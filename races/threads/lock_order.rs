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

/// Each locks the account it takes from first.
pub fn bug(transfers: [u32; 2]) {
    rent_and_refund(transfers, |from, to| {
        let mut source = from.balance.lock().unwrap();
        let mut target = to.balance.lock().unwrap();
        *source -= 30;
        *target += 30;
    });
}

/// Try the second lock until it is free.
pub fn try_again(transfers: [u32; 2]) {
    rent_and_refund(transfers, |from, to| {
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

/// Both lock in the order of the numbers.
pub fn fix(transfers: [u32; 2]) {
    rent_and_refund(transfers, |from, to| {
        let (first, second, amount) =
            if from.number < to.number { (from, to, 30) } else { (to, from, -30) };
        let mut first = first.balance.lock().unwrap();
        let mut second = second.balance.lock().unwrap();
        *first -= amount;
        *second += amount;
    });
}

/// One lock for the whole bank.
pub fn one_lock(transfers: [u32; 2]) {
    let bank = Mutex::new(());
    rent_and_refund(transfers, |from, to| {
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

/// The stage: so many transfers between two accounts in the one direction, and so many in the other.
fn rent_and_refund([rents, refunds]: [u32; 2], transfer: impl Fn(&Account, &Account) + Sync) {
    let ann = Mutex::new(100);
    let ben = Mutex::new(100);
    let (ann, ben) = (Account { number: 1, balance: ann }, Account { number: 2, balance: ben });
    thread::scope(|scope| {
        let rent = scope.spawn(|| (0..rents).for_each(|_| transfer(&ann, &ben)));
        let refund = scope.spawn(|| (0..refunds).for_each(|_| transfer(&ben, &ann)));
        rent.join().unwrap();
        refund.join().unwrap();
    });
    let money = [ann, ben].map(|account| account.balance.into_inner().unwrap());
    let to_ben = 30 * (i64::from(rents) - i64::from(refunds));
    assert_eq!(money, [100 - to_ben, 100 + to_ben], "every transfer has arrived");
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
            program: || bug([1, 1]),
            function: "bug",
            expect: Expect::fails(2, 6, Deadlock, "waits for"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "try-again",
            role: Role::NearMiss,
            summary: "try the second lock until it is free",
            program: || try_again([1, 1]),
            function: "try_again",
            expect: Expect::fails(240, 250, Livelock, "goes round for ever"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one order for all transfers",
            program: || fix([1, 1]),
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "one-lock",
            role: Role::Fix,
            summary: "one lock for the whole bank",
            program: || one_lock([1, 1]),
            function: "one_lock",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
