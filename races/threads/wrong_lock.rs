//! # The wrong lock
//!
//! A deposit locks the account, the nightly interest locks the session, and both change the balance.
//! Sometimes one of the two is lost.
//!
//! - **Bug:** two locks exclude nobody from each other.
//! - **Near misses:** a lock that is made in the call, which is everybody's own; one lock for both, held to
//!   read, which lets both in.
//! - **Fix:** the lock owns the data, made where both strands start: whoever has not locked it cannot reach
//!   the balance at all.
//! - **Rule:** one datum, one lock, and no way around it.
//!
//! Watch it fail, then hold: `cargo run -- run wrong-lock`

use drawloom::FailureKind::Panic;
use drawloom::parking_lot::{Mutex, RwLock};
use drawloom::sync::atomic::{AtomicI64, Ordering::SeqCst};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// A lock for each of the two.
pub fn bug([deposit, interest]: [i64; 2]) {
    let balance = AtomicI64::new(100);
    let account = Mutex::new(());
    let session = Mutex::new(());
    deposit_and_interest(
        || {
            let _account = account.lock();
            add(&balance, deposit);
        },
        || {
            let _session = session.lock();
            add(&balance, interest);
        },
    );
    let all = 100 + deposit + interest;
    assert_eq!(balance.into_inner(), all, "both changes are in the balance");
}

/// A lock that nobody else has.
pub fn lock_in_the_call([deposit, interest]: [i64; 2]) {
    let balance = AtomicI64::new(100);
    let change = |amount| {
        let account = Mutex::new(());
        let _account = account.lock();
        add(&balance, amount);
    };
    deposit_and_interest(|| change(deposit), || change(interest));
    let all = 100 + deposit + interest;
    assert_eq!(balance.into_inner(), all, "both changes are in the balance");
}

/// A lock that both may hold.
pub fn read_lock([deposit, interest]: [i64; 2]) {
    let balance = RwLock::new(AtomicI64::new(100));
    let change = |amount| add(&balance.read(), amount);
    deposit_and_interest(|| change(deposit), || change(interest));
    let all = 100 + deposit + interest;
    assert_eq!(balance.into_inner().into_inner(), all, "both changes are in the balance");
}

/// The lock owns the balance.
pub fn fix([deposit, interest]: [i64; 2]) {
    let balance = Mutex::new(100);
    let change = |amount| *balance.lock() += amount;
    deposit_and_interest(|| change(deposit), || change(interest));
    let all = 100 + deposit + interest;
    assert_eq!(balance.into_inner(), all, "both changes are in the balance");
}

/// Two steps, which the callers' locks are to make one.
fn add(balance: &AtomicI64, amount: i64) {
    let before = balance.load(SeqCst);
    balance.store(before + amount, SeqCst);
}

/// The stage: a deposit while the interest is paid.
fn deposit_and_interest(pays_in: impl Fn() + Sync, pays_interest: impl Fn() + Sync) {
    thread::scope(|scope| {
        let deposit = scope.spawn(&pays_in);
        let interest = scope.spawn(&pays_interest);
        deposit.join().unwrap();
        interest.join().unwrap();
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "wrong-lock",
    title: "The wrong lock",
    family: "lock placement",
    setting: Setting::Threads,
    summary: "two locks for one balance",
    rule: "one datum, one lock, and no way around it",
    source: (file!(), include_str!("wrong_lock.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "a lock for each side",
            program: || bug([10, 5]),
            function: "bug",
            // C(8, 4) orders. In 2 * 17 of them one store comes before the other load.
            expect: Expect::fails(36, 70, Panic, "both changes are in the balance"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-in-the-call",
            role: Role::NearMiss,
            summary: "a lock that is made in the call",
            program: || lock_in_the_call([10, 5]),
            function: "lock_in_the_call",
            expect: Expect::fails(36, 70, Panic, "both changes are in the balance"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "read-lock",
            role: Role::NearMiss,
            summary: "one lock for both, held to read",
            program: || read_lock([10, 5]),
            function: "read_lock",
            expect: Expect::fails(36, 70, Panic, "both changes are in the balance"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "a lock that owns the balance",
            program: || fix([10, 5]),
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
