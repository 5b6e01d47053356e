//! # Mine, said the loop
//!
//! The loop counts its guests. There is no await between reading and writing, so nobody can come between:
//! nobody of the loop. A thread that counts along is not of the loop.
//!
//! - **Bug:** "no await, no race" holds among the tasks of one loop. Here a thread writes too.
//! - **Near miss:** the thread gets a loop of its own, and does it the same way. Two loops are two threads.
//! - **Fix:** a lock, made where both start, taken for an instant and never held across an await.
//! - **Or:** one owner. The thread sends what it has to the loop, and the loop counts. It is what
//!   `call_soon_threadsafe` is for in Python: take it where the state has many parts, or wants no lock.
//! - **Rule:** what a loop owns is touched on that loop. Everybody else sends it a message, or locks.
//!
//! Watch it fail, then hold: `cargo run -- run loop-owned-state-from-thread`

use drawloom::FailureKind::Panic;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::thread;
use drawloom::tokio::runtime::{Builder, Runtime};
use drawloom::tokio::sync::mpsc::unbounded_channel;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// The porter counts along.
pub fn bug([by_porter, by_loop]: [u32; 2]) {
    let guests = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&guests);
    let porter = thread::spawn(move || (0..by_porter).for_each(|_| count(&counted)));
    event_loop().block_on(async { (0..by_loop).for_each(|_| count(&guests)) });
    porter.join().unwrap();
    assert_eq!(guests.load(SeqCst), by_porter + by_loop, "every guest is counted");
}

/// The porter has a loop of his own.
pub fn two_loops([by_porter, by_loop]: [u32; 2]) {
    let guests = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&guests);
    let porter = thread::spawn(move || {
        event_loop().block_on(async { (0..by_porter).for_each(|_| count(&counted)) });
    });
    event_loop().block_on(async { (0..by_loop).for_each(|_| count(&guests)) });
    porter.join().unwrap();
    assert_eq!(guests.load(SeqCst), by_porter + by_loop, "every guest is counted");
}

fn count(guests: &AtomicU32) {
    let seen = guests.load(SeqCst);
    guests.store(seen + 1, SeqCst);
}

/// A lock, taken for an instant.
pub fn fix([by_porter, by_loop]: [u32; 2]) {
    let guests = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&guests);
    let porter = thread::spawn(move || (0..by_porter).for_each(|_| count_locked(&counted)));
    event_loop().block_on(async { (0..by_loop).for_each(|_| count_locked(&guests)) });
    porter.join().unwrap();
    assert_eq!(*guests.lock().unwrap(), by_porter + by_loop, "every guest is counted");
}

fn count_locked(guests: &Mutex<u32>) {
    let mut guests = guests.lock().unwrap();
    let seen = *guests;
    *guests = seen + 1;
}

/// The loop counts, and the porter tells it.
pub fn one_owner([by_porter, by_loop]: [u32; 2]) {
    let (tell, mut told) = unbounded_channel();
    let porter = thread::spawn(move || (0..by_porter).for_each(|_| tell.send(1).unwrap()));
    let guests = event_loop().block_on(async {
        let mut guests = by_loop;
        while let Some(more) = told.recv().await {
            guests += more;
        }
        guests
    });
    porter.join().unwrap();
    assert_eq!(guests, by_porter + by_loop, "every guest is counted");
}

fn event_loop() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "loop-owned-state-from-thread",
    title: "Mine, said the loop",
    family: "lost update",
    setting: Setting::Bridge,
    summary: "no await between, and a thread that comes between",
    rule: "what a loop owns is touched on that loop; everybody else sends it a message, or locks",
    source: (file!(), include_str!("loop_owned_state_from_thread.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "no await between, and a thread beside the loop",
            program: || bug([1, 1]),
            function: "bug",
            expect: Expect::fails(4, 6, Panic, "every guest is counted"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "two-loops",
            role: Role::NearMiss,
            summary: "the thread has a loop of its own",
            program: || two_loops([1, 1]),
            function: "two_loops",
            expect: Expect::fails(4, 6, Panic, "every guest is counted"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one lock for both, held for an instant",
            program: || fix([1, 1]),
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "one-owner",
            role: Role::Fix,
            summary: "the thread sends, the loop counts",
            program: || one_owner([1, 1]),
            function: "one_owner",
            expect: Expect::holds(6),
            loom: Loom::Agrees,
        },
    ],
};
