//! # If, not while
//!
//! Two customers wait for bread, and the baker rings for each loaf. Sometimes a customer takes a loaf that
//! is not there.
//!
//! - **Bug:** `if` there is none, wait, and then take. Who wakes up comes in after others, and the loaf that
//!   was rung for is gone.
//! - **Near miss:** wake only one. The loaf is taken by somebody who never slept.
//! - **Fix:** `while` there is none, wait: `wait_while`.
//! - **Rule:** being woken is a hint: look again.
//!
//! Watch it fail, then hold: `cargo run -- run if-not-while`

use drawloom::FailureKind::Panic;
use drawloom::sync::{Condvar, Mutex, MutexGuard};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Wait if there is none, and wake all.
pub fn bug(loaves: u32) {
    bakery(
        loaves,
        Wake::All,
        |bell, shelf| {
            if *shelf == 0 { bell.wait(shelf).unwrap() } else { shelf }
        },
    );
}

/// Wait if there is none, and wake one.
pub fn wake_one(loaves: u32) {
    bakery(
        loaves,
        Wake::One,
        |bell, shelf| {
            if *shelf == 0 { bell.wait(shelf).unwrap() } else { shelf }
        },
    );
}

/// Wait while there is none.
pub fn fix(loaves: u32) {
    bakery(loaves, Wake::All, |bell, shelf| bell.wait_while(shelf, |loaves| *loaves == 0).unwrap());
}

/// How many the baker wakes.
#[derive(Clone, Copy)]
enum Wake {
    One,
    All,
}

/// What a customer has of the shelf.
type Shelf<'a> = MutexGuard<'a, u32>;

/// The stage: as many customers as loaves, and a baker who rings for each.
fn bakery(loaves: u32, wake: Wake, wait: impl for<'a> Fn(&Condvar, Shelf<'a>) -> Shelf<'a> + Sync) {
    let shelf = Mutex::new(0);
    let bell = Condvar::new();
    let customer = || {
        let mut shelf = wait(&bell, shelf.lock().unwrap());
        let there = *shelf > 0;
        *shelf -= u32::from(there);
        there
    };
    let baker = || {
        for _ in 0..loaves {
            let mut shelf = shelf.lock().unwrap();
            *shelf += 1;
            match wake {
                Wake::One => bell.notify_one(),
                Wake::All => bell.notify_all(),
            }
        }
    };
    let served = thread::scope(|scope| {
        let mut customers = Vec::new();
        for _ in 0..loaves {
            customers.push(scope.spawn(customer));
        }
        scope.spawn(baker);
        customers.into_iter().all(|customer| customer.join().unwrap())
    });
    assert!(served, "there is a loaf for whoever takes one");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "if-not-while",
    title: "If, not while",
    family: "missed signal",
    setting: Setting::Threads,
    summary: "woken, so it must be there",
    rule: "being woken is a hint: look again",
    source: (file!(), include_str!("if_not_while.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "if there is none, wait; wake all",
            program: || bug(2),
            function: "bug",
            expect: Expect::fails(6, 30, Panic, "there is a loaf for whoever takes one"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "wake-one",
            role: Role::NearMiss,
            summary: "if there is none, wait; wake one",
            program: || wake_one(2),
            function: "wake_one",
            expect: Expect::fails(2, 30, Panic, "there is a loaf for whoever takes one"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "while there is none, wait",
            program: || fix(2),
            function: "fix",
            expect: Expect::holds(30),
            loom: Loom::Agrees,
        },
    ],
};
