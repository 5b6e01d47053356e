//! # Late registration
//!
//! The caretaker locks up when nobody is left in the house. Whoever comes to work signs in at the desk.
//! Sometimes the house is locked with somebody in it.
//!
//! - **Bug:** the worker signs in itself, as the first thing that it does. The caretaker looks before that.
//! - **Near miss:** wait a while before looking. A while is not an order.
//! - **Fix:** whoever sends a worker signs it in first.
//! - **Rule:** count what you start before you start it.
//!
//! Watch it fail, then hold: `cargo run -- run late-registration`

use std::time::Duration;

use drawloom::FailureKind::Panic;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Condvar, Mutex};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Workers sign in themselves.
pub fn bug(workers: u32) {
    let (desk, work) = (Desk::new(), AtomicU32::new(0));
    let worker = || {
        desk.sign_in();
        work.fetch_add(1, SeqCst);
        desk.sign_out();
    };
    let done = thread::scope(|scope| {
        (0..workers).for_each(|_| drop(scope.spawn(worker)));
        desk.wait_until_nobody_is_in();
        work.load(SeqCst)
    });
    assert_eq!(done, workers, "the work is done when the wait is over");
}

/// Workers sign in themselves, and the caretaker waits a while.
pub fn wait_a_while(workers: u32) {
    let (desk, work) = (Desk::new(), AtomicU32::new(0));
    let worker = || {
        desk.sign_in();
        work.fetch_add(1, SeqCst);
        desk.sign_out();
    };
    let done = thread::scope(|scope| {
        (0..workers).for_each(|_| drop(scope.spawn(worker)));
        thread::sleep(Duration::from_millis(100));
        desk.wait_until_nobody_is_in();
        work.load(SeqCst)
    });
    assert_eq!(done, workers, "the work is done when the wait is over");
}

/// Workers are signed in before they come.
pub fn fix(workers: u32) {
    let (desk, work) = (Desk::new(), AtomicU32::new(0));
    let worker = || {
        work.fetch_add(1, SeqCst);
        desk.sign_out();
    };
    let done = thread::scope(|scope| {
        for _ in 0..workers {
            desk.sign_in();
            scope.spawn(worker);
        }
        desk.wait_until_nobody_is_in();
        work.load(SeqCst)
    });
    assert_eq!(done, workers, "the work is done when the wait is over");
}

/// How many are in the house.
struct Desk {
    inside: Mutex<u32>,
    changed: Condvar,
}

impl Desk {
    fn new() -> Self {
        Self { inside: Mutex::new(0), changed: Condvar::new() }
    }

    fn sign_in(&self) {
        *self.inside.lock().unwrap() += 1;
    }

    fn sign_out(&self) {
        let mut inside = self.inside.lock().unwrap();
        *inside -= 1;
        self.changed.notify_all();
    }

    fn wait_until_nobody_is_in(&self) {
        let inside = self.inside.lock().unwrap();
        drop(self.changed.wait_while(inside, |inside| *inside > 0));
    }
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "late-registration",
    title: "Late registration",
    family: "order violation",
    setting: Setting::Threads,
    summary: "a worker that signs in itself",
    rule: "count what you start before you start it",
    source: (file!(), include_str!("late_registration.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "workers sign in themselves",
            program: || bug(1),
            function: "bug",
            expect: Expect::fails(3, 11, Panic, "the work is done when the wait is over"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "wait-a-while",
            role: Role::NearMiss,
            summary: "the caretaker waits a while",
            program: || wait_a_while(1),
            function: "wait_a_while",
            expect: Expect::fails(3, 24, Panic, "the work is done when the wait is over"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "workers are signed in before they come",
            program: || fix(1),
            function: "fix",
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
    ],
};
