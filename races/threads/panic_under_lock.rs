//! # A panic under the lock
//!
//! A payment to an account that does not exist panics between its two halves. The lock opens, and the
//! auditor finds 90 where 100 should be.
//!
//! - **Bug:** a guard gives the lock back while its thread unwinds, and says nothing of what it leaves.
//! - **Near miss:** a lock that is poisoned by a panic, and an auditor who takes what is inside anyway.
//! - **Fix:** honour the poison: whoever finds it does not go on. With any lock: work on a copy, and put it
//!   in its place in one line that cannot fail. Choose that where others must be able to go on.
//! - **Rule:** nothing that can fail stands between the halves of a change.
//!
//! Watch it fail, then hold: `cargo run -- run panic-under-lock`

use drawloom::FailureKind::Panic;
use drawloom::parking_lot::Mutex;
use drawloom::sync::{self, PoisonError};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

fn bug() {
    let accounts = Mutex::new([100, 0]);
    payment_and_auditor(|| pay(&mut accounts.lock(), 9), || Some(accounts.lock().iter().sum()));
}

fn ignore_the_poison() {
    let accounts = sync::Mutex::new([100, 0]);
    payment_and_auditor(
        || pay(&mut accounts.lock().unwrap(), 9),
        || Some(accounts.lock().unwrap_or_else(PoisonError::into_inner).iter().sum()),
    );
}

fn fix() {
    let accounts = sync::Mutex::new([100, 0]);
    payment_and_auditor(
        || pay(&mut accounts.lock().unwrap(), 9),
        || Some(accounts.lock().ok()?.iter().sum()),
    );
}

fn work_on_a_copy() {
    let accounts = Mutex::new([100, 0]);
    payment_and_auditor(
        || {
            let mut accounts = accounts.lock();
            let mut copy = *accounts;
            pay(&mut copy, 9);
            *accounts = copy;
        },
        || Some(accounts.lock().iter().sum()),
    );
}

/// Two halves, and there is no account 9.
fn pay(accounts: &mut [i64; 2], to: usize) {
    accounts[0] -= 10;
    accounts[to] += 10;
}

/// The stage: a payment that fails, and an auditor who adds up if he gets in.
fn payment_and_auditor(pays: impl Fn() + Sync, audits: impl Fn() -> Option<i64> + Sync) {
    let found = thread::scope(|scope| {
        let payment = scope.spawn(&pays);
        let auditor = scope.spawn(&audits);
        assert!(payment.join().is_err(), "there is no such account");
        auditor.join().unwrap()
    });
    assert_eq!(found.unwrap_or(100), 100, "whoever gets in finds 100 in all");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "panic-under-lock",
    title: "A panic under the lock",
    family: "lifecycle",
    setting: Setting::Threads,
    summary: "half a change, then a panic",
    rule: "nothing that can fail stands between the halves of a change",
    source: (file!(), include_str!("panic_under_lock.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "half, panic, half",
            program: bug,
            function: "bug",
            // The auditor comes before or after.
            expect: Expect::fails(1, 2, Panic, "whoever gets in finds 100 in all"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "ignore-the-poison",
            role: Role::NearMiss,
            summary: "into_inner: take what is inside anyway",
            program: ignore_the_poison,
            function: "ignore_the_poison",
            expect: Expect::fails(1, 2, Panic, "whoever gets in finds 100 in all"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "honour the poison",
            program: fix,
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "work-on-a-copy",
            role: Role::Fix,
            summary: "work on a copy, and put it in its place",
            program: work_on_a_copy,
            function: "work_on_a_copy",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
