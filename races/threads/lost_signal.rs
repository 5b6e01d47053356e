//! # Lost signal
//!
//! The cook sleeps until the bell rings. The waiter rings the bell. Sometimes the cook sleeps for ever.
//!
//! - **Bug:** a bell is not state. Nobody hears one that rings before he sleeps.
//! - **Near misses:** an order that is written down beside the lock; one that is written down after the
//!   bell; one that is looked for before the lock is taken. Each time the bell can ring in the gap between
//!   a look and a sleep.
//! - **Fix:** the order lies under the lock. The waiter writes it there and then rings; the cook looks for
//!   it there, and sleeps only while there is none.
//! - **Rule:** wait for a state, never for a signal.
//!
//! Watch it fail, then hold: `cargo run -- run lost-signal`

use drawloom::FailureKind::Deadlock;
use drawloom::sync::atomic::{AtomicBool, Ordering::SeqCst};
use drawloom::sync::{Condvar, Mutex};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

fn bug() {
    let kitchen = Mutex::new(());
    let bell = Condvar::new();
    let cook = || drop(bell.wait(kitchen.lock().unwrap()));
    let waiter = || bell.notify_one();
    both(cook, waiter);
}

fn order_beside_the_lock() {
    let kitchen = Mutex::new(());
    let order = AtomicBool::new(false);
    let bell = Condvar::new();
    let cook = || {
        let mut inside = kitchen.lock().unwrap();
        while !order.load(SeqCst) {
            inside = bell.wait(inside).unwrap();
        }
    };
    let waiter = || {
        order.store(true, SeqCst);
        bell.notify_one();
    };
    both(cook, waiter);
}

fn ring_first() {
    let order = Mutex::new(false);
    let bell = Condvar::new();
    let cook = || drop(bell.wait_while(order.lock().unwrap(), |there| !*there));
    let waiter = || {
        bell.notify_one();
        *order.lock().unwrap() = true;
    };
    both(cook, waiter);
}

fn look_first() {
    let order = Mutex::new(false);
    let bell = Condvar::new();
    let cook = || {
        let there = *order.lock().unwrap();
        if !there {
            drop(bell.wait(order.lock().unwrap()));
        }
    };
    let waiter = || {
        *order.lock().unwrap() = true;
        bell.notify_one();
    };
    both(cook, waiter);
}

fn fix() {
    let order = Mutex::new(false);
    let bell = Condvar::new();
    let cook = || drop(bell.wait_while(order.lock().unwrap(), |there| !*there));
    let waiter = || {
        *order.lock().unwrap() = true;
        bell.notify_one();
    };
    both(cook, waiter);
}

/// The stage: a cook and a waiter.
fn both(sleeps: impl Fn() + Sync, rings: impl Fn() + Sync) {
    thread::scope(|scope| {
        let cook = scope.spawn(&sleeps);
        let waiter = scope.spawn(&rings);
        cook.join().unwrap();
        waiter.join().unwrap();
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "lost-signal",
    title: "Lost signal",
    family: "missed signal",
    setting: Setting::Threads,
    summary: "wait for a bell that has rung",
    rule: "wait for a state, never for a signal",
    source: (file!(), include_str!("lost_signal.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "wait for the bell",
            program: bug,
            function: "bug",
            // The bell rings before the lock, before the wait, or after it.
            expect: Expect::fails(2, 3, Deadlock, "bell"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "order-beside-the-lock",
            role: Role::NearMiss,
            summary: "an atomic order beside the lock",
            program: order_beside_the_lock,
            function: "order_beside_the_lock",
            // Both the order and the bell must come between the look and the sleep.
            expect: Expect::fails(1, 10, Deadlock, "bell"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "ring-first",
            role: Role::NearMiss,
            summary: "ring, then write the order down",
            program: ring_first,
            function: "ring_first",
            expect: Expect::fails(3, 5, Deadlock, "bell"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "look-first",
            role: Role::NearMiss,
            summary: "look for the order, then lock and sleep",
            program: look_first,
            function: "look_first",
            expect: Expect::fails(2, 7, Deadlock, "bell"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "an order under the lock, and sleep while there is none",
            program: fix,
            function: "fix",
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
    ],
};
