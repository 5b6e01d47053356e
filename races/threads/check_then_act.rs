//! # Check, then act
//!
//! There are 100 in the account. Two cash machines are asked for 80 each, at the same time, and both
//! pay out.
//!
//! - **Bug:** the check and the withdrawal are two steps. The other machine checks in between.
//! - **Near misses:** a lock around the withdrawal only, a lock around each of the two, a second check.
//!   The decision is still taken on a balance that may be gone.
//! - **Fix:** one lock, from the check that decides to the withdrawal that the decision allows. For a
//!   single number `fetch_update` checks and withdraws in one step.
//! - **Rule:** a critical section begins with the first read that informs the decision.
//!
//! Watch it fail, then hold: `cargo run -- run check-then-act`

use drawloom::FailureKind::Panic;
use drawloom::parking_lot::Mutex;
use drawloom::sync::atomic::{AtomicI64, Ordering::SeqCst};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Check, then withdraw.
pub fn bug(asked: [u32; 2]) {
    let balance = AtomicI64::new(100);
    two_machines(asked, || {
        if balance.load(SeqCst) >= 80 {
            balance.fetch_sub(80, SeqCst);
        }
    });
    assert!(balance.into_inner() >= 0, "the account is never overdrawn");
}

/// A lock around the withdrawal only.
pub fn lock_the_act(asked: [u32; 2]) {
    let balance = AtomicI64::new(100);
    let till = Mutex::new(());
    two_machines(asked, || {
        if balance.load(SeqCst) >= 80 {
            let _till = till.lock();
            balance.fetch_sub(80, SeqCst);
        }
    });
    assert!(balance.into_inner() >= 0, "the account is never overdrawn");
}

/// A lock around each of the two.
pub fn lock_each(asked: [u32; 2]) {
    let balance = Mutex::new(100);
    two_machines(asked, || {
        let enough = *balance.lock() >= 80;
        if enough {
            *balance.lock() -= 80;
        }
    });
    assert!(balance.into_inner() >= 0, "the account is never overdrawn");
}

/// A second check.
pub fn check_twice(asked: [u32; 2]) {
    let balance = AtomicI64::new(100);
    two_machines(asked, || {
        if balance.load(SeqCst) >= 80 && balance.load(SeqCst) >= 80 {
            balance.fetch_sub(80, SeqCst);
        }
    });
    assert!(balance.into_inner() >= 0, "the account is never overdrawn");
}

/// One lock from the check to the withdrawal.
pub fn fix(asked: [u32; 2]) {
    let balance = Mutex::new(100);
    two_machines(asked, || {
        let mut balance = balance.lock();
        if *balance >= 80 {
            *balance -= 80;
        }
    });
    assert!(balance.into_inner() >= 0, "the account is never overdrawn");
}

/// Check and withdraw in one step.
pub fn one_step(asked: [u32; 2]) {
    let balance = AtomicI64::new(100);
    let paid_out = |money| (money >= 80).then_some(money - 80);
    two_machines(asked, || {
        balance.fetch_update(SeqCst, SeqCst, paid_out).ok();
    });
    assert!(balance.into_inner() >= 0, "the account is never overdrawn");
}

/// The stage: two cash machines, each of which is asked for 80 so often.
fn two_machines([at_station, at_market]: [u32; 2], withdraw: impl Fn() + Sync) {
    thread::scope(|scope| {
        let station = scope.spawn(|| (0..at_station).for_each(|_| withdraw()));
        let market = scope.spawn(|| (0..at_market).for_each(|_| withdraw()));
        station.join().unwrap();
        market.join().unwrap();
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "check-then-act",
    title: "Check, then act",
    family: "check-then-act",
    setting: Setting::Threads,
    summary: "decide on a balance that may go",
    rule: "a critical section begins with the first read that informs the decision",
    source: (file!(), include_str!("check_then_act.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "check, then withdraw",
            program: || bug([1, 1]),
            function: "bug",
            expect: Expect::fails(4, 6, Panic, "the account is never overdrawn"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-the-act",
            role: Role::NearMiss,
            summary: "a lock around the withdrawal only",
            program: || lock_the_act([1, 1]),
            function: "lock_the_act",
            expect: Expect::fails(6, 10, Panic, "the account is never overdrawn"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-each",
            role: Role::NearMiss,
            summary: "a lock around the check and one around the withdrawal",
            program: || lock_each([1, 1]),
            function: "lock_each",
            expect: Expect::fails(4, 6, Panic, "the account is never overdrawn"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "check-twice",
            role: Role::NearMiss,
            summary: "a second check",
            program: || check_twice([1, 1]),
            function: "check_twice",
            expect: Expect::fails(12, 20, Panic, "the account is never overdrawn"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one lock from the check to the withdrawal",
            program: || fix([1, 1]),
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "one-step",
            role: Role::Fix,
            summary: "fetch_update: check and withdraw in one step",
            program: || one_step([1, 1]),
            function: "one_step",
            expect: Expect::holds(6),
            loom: Loom::Agrees,
        },
    ],
};
