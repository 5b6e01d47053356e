//! # One id too many
//!
//! Ids are handed out up to a limit. Sometimes one is handed out beyond it.
//!
//! - **Bug:** the limit is looked at in one step, and the id taken in the next. `fetch_add` is atomic, and
//!   what it adds to has changed.
//! - **Near misses:** a lock around the taking only; a `compare_exchange` whose failure is ignored, so that
//!   two get one id; one that gives up when it fails, though ids are left.
//! - **Fix:** one lock from the look to the taking. `fetch_update` does the same without a lock: choose it
//!   where one number is all there is to decide on.
//! - **Rule:** the condition belongs into the step that it allows.
//!
//! Watch it fail, then hold: `cargo run -- run id-limit`

use drawloom::FailureKind::Panic;
use drawloom::parking_lot::Mutex;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Look at the limit, then take.
pub fn bug(limit: u32) {
    let next = AtomicU32::new(0);
    two_clients(limit, || {
        let left = next.load(SeqCst) < limit;
        left.then(|| next.fetch_add(1, SeqCst))
    });
}

/// Take under a lock.
pub fn lock_to_take(limit: u32) {
    let next = AtomicU32::new(0);
    let desk = Mutex::new(());
    two_clients(limit, || {
        let left = next.load(SeqCst) < limit;
        left.then(|| {
            let _desk = desk.lock();
            next.fetch_add(1, SeqCst)
        })
    });
}

/// Exchange, and take the id whether that worked or not.
pub fn ignore_the_failure(limit: u32) {
    let next = AtomicU32::new(0);
    two_clients(limit, || {
        let id = next.load(SeqCst);
        (id < limit).then(|| next.compare_exchange(id, id + 1, SeqCst, SeqCst).unwrap_or(id))
    });
}

/// Exchange once, and give up if that fails.
pub fn give_up(limit: u32) {
    let next = AtomicU32::new(0);
    two_clients(limit, || {
        let id = next.load(SeqCst);
        if id == limit {
            return None;
        }
        next.compare_exchange(id, id + 1, SeqCst, SeqCst).ok()
    });
}

/// Look and take under one lock.
pub fn fix(limit: u32) {
    let next = Mutex::new(0);
    two_clients(limit, || {
        let mut next = next.lock();
        let id = *next;
        (id < limit).then(|| {
            *next += 1;
            id
        })
    });
}

/// Look and take in one step.
pub fn one_step(limit: u32) {
    let next = AtomicU32::new(0);
    let checked = |id| (id < limit).then_some(id + 1);
    two_clients(limit, || next.fetch_update(SeqCst, SeqCst, checked).ok());
}

/// The stage: two clients who ask for an id each.
fn two_clients(limit: u32, ask: impl Fn() -> Option<u32> + Sync) {
    let answers = thread::scope(|scope| {
        let ann = scope.spawn(&ask);
        let ben = scope.spawn(&ask);
        [ann.join().unwrap(), ben.join().unwrap()]
    });
    let mut given: Vec<u32> = answers.into_iter().flatten().collect();
    given.sort_unstable();
    assert!(given.into_iter().eq(0..limit.min(2)), "each id below the limit is given once");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "id-limit",
    title: "One id too many",
    family: "check-then-act",
    setting: Setting::Threads,
    summary: "below the limit? then count up",
    rule: "the condition belongs into the step that it allows",
    source: (file!(), include_str!("id_limit.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "look at the limit, then fetch_add",
            program: || bug(1),
            function: "bug",
            expect: Expect::fails(4, 6, Panic, "each id below the limit is given once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-to-take",
            role: Role::NearMiss,
            summary: "a lock around the taking only",
            program: || lock_to_take(1),
            function: "lock_to_take",
            expect: Expect::fails(6, 10, Panic, "each id below the limit is given once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "ignore-the-failure",
            role: Role::NearMiss,
            summary: "an exchange whose failure is ignored",
            program: || ignore_the_failure(1),
            function: "ignore_the_failure",
            expect: Expect::fails(4, 6, Panic, "each id below the limit is given once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "give-up",
            role: Role::NearMiss,
            summary: "an exchange that gives up when it fails",
            program: || give_up(2),
            function: "give_up",
            // With a limit of 2: with one id only, whoever gives up has lost nothing.
            expect: Expect::fails(4, 6, Panic, "each id below the limit is given once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one lock from the look to the taking",
            program: || fix(1),
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "one-step",
            role: Role::Fix,
            summary: "fetch_update: look and take in one step",
            program: || one_step(1),
            function: "one_step",
            expect: Expect::holds(6),
            loom: Loom::Agrees,
        },
    ],
};
