//! # Lost update
//!
//! Alice and Bob each put one coin into an empty jar. Sometimes the jar ends with one coin.
//!
//! - **Bug:** reading the count and writing it back are two steps. Bob fits in between.
//! - **Near misses:** a lock around each step; a lock for each of the two; an exchange whose failure is
//!   ignored.
//! - **Fix:** one lock, made where both threads start, held from the read to the write. Where a number is
//!   all there is to keep, `fetch_add` is that in one step.
//! - **Rule:** if the new value depends on the old one, one critical section covers both.
//!
//! Watch it fail, then hold: `cargo run -- run lost-update`

use drawloom::FailureKind::Panic;
use drawloom::sync::Mutex;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

fn bug() {
    let jar = AtomicU32::new(0);
    alice_and_bob(|| {
        let coins = jar.load(SeqCst);
        jar.store(coins + 1, SeqCst);
    });
    assert_eq!(jar.into_inner(), 2, "both coins are in the jar");
}

fn lock_per_access() {
    let jar = Mutex::new(0);
    alice_and_bob(|| {
        let coins = *jar.lock().unwrap();
        *jar.lock().unwrap() = coins + 1;
    });
    assert_eq!(jar.into_inner().unwrap(), 2, "both coins are in the jar");
}

fn two_locks() {
    let jar = AtomicU32::new(0);
    alice_and_bob(|| {
        let own = Mutex::new(());
        let _own = own.lock().unwrap();
        let coins = jar.load(SeqCst);
        jar.store(coins + 1, SeqCst);
    });
    assert_eq!(jar.into_inner(), 2, "both coins are in the jar");
}

fn ignore_the_failure() {
    let jar = AtomicU32::new(0);
    alice_and_bob(|| {
        let coins = jar.load(SeqCst);
        jar.compare_exchange(coins, coins + 1, SeqCst, SeqCst).ok();
    });
    assert_eq!(jar.into_inner(), 2, "both coins are in the jar");
}

fn fix() {
    let jar = Mutex::new(0);
    alice_and_bob(|| {
        let mut coins = jar.lock().unwrap();
        *coins += 1;
    });
    assert_eq!(jar.into_inner().unwrap(), 2, "both coins are in the jar");
}

fn one_step() {
    let jar = AtomicU32::new(0);
    alice_and_bob(|| {
        jar.fetch_add(1, SeqCst);
    });
    assert_eq!(jar.into_inner(), 2, "both coins are in the jar");
}

/// The stage: two threads, each of which puts one coin.
fn alice_and_bob(put_coin: impl Fn() + Sync) {
    thread::scope(|scope| {
        let alice = scope.spawn(&put_coin);
        let bob = scope.spawn(&put_coin);
        alice.join().unwrap();
        bob.join().unwrap();
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "lost-update",
    title: "Lost update",
    family: "lost update",
    setting: Setting::Threads,
    summary: "load, then store",
    rule: "if the new value depends on the old one, one critical section covers both",
    source: (file!(), include_str!("lost_update.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "load, then store",
            program: bug,
            function: "bug",
            expect: Expect::fails(4, 6, Panic, "both coins are in the jar"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-per-access",
            role: Role::NearMiss,
            summary: "a lock around each line",
            program: lock_per_access,
            function: "lock_per_access",
            expect: Expect::fails(4, 6, Panic, "both coins are in the jar"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "two-locks",
            role: Role::NearMiss,
            summary: "a lock for each of the two",
            program: two_locks,
            function: "two_locks",
            expect: Expect::fails(36, 70, Panic, "both coins are in the jar"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "ignore-the-failure",
            role: Role::NearMiss,
            summary: "an exchange whose failure is ignored",
            program: ignore_the_failure,
            function: "ignore_the_failure",
            expect: Expect::fails(4, 6, Panic, "both coins are in the jar"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one lock around both lines",
            program: fix,
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "one-step",
            role: Role::Fix,
            summary: "one atomic step, fetch_add",
            program: one_step,
            function: "one_step",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
