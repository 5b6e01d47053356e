//! # Await gap
//!
//! One seat is left. Ann and Bob book it at the same time, both are charged, and both get it.
//!
//! - **Bug:** the decision (is there a seat?) and the act (take it) have an await between them. At an
//!   await everybody else may run. One thread does all the work, and it is a race all the same.
//! - **Near misses:** looking a second time, but still before the await; an async lock around each of
//!   the two.
//! - **Fix:** one async lock, made where both tasks start, held from the decision to the act.
//! - **Or:** take the seat in the step that decides, and only then wait for the bank. Nobody waits for
//!   anybody else's bank.
//! - **Rule:** what was true before an await is only a memory after it, unless it is locked.
//!
//! Watch it fail, then hold: `cargo run -- run await-gap`

use std::future::Future;

use drawloom::FailureKind::Panic;
use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicI32, Ordering::SeqCst};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;
use drawloom::tokio::{self, task};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Decide, await, act.
pub fn bug(seats: i32) {
    let seats = Arc::new(AtomicI32::new(seats));
    ann_and_bob(|| book(Arc::clone(&seats)));
    assert!(seats.load(SeqCst) >= 0, "no seat is sold twice");
}

async fn book(seats: Arc<AtomicI32>) {
    if seats.load(SeqCst) > 0 {
        charge_card().await;
        seats.fetch_sub(1, SeqCst);
    }
}

/// Look twice before the await.
pub fn look_twice(seats: i32) {
    let seats = Arc::new(AtomicI32::new(seats));
    ann_and_bob(|| book_looking_twice(Arc::clone(&seats)));
    assert!(seats.load(SeqCst) >= 0, "no seat is sold twice");
}

async fn book_looking_twice(seats: Arc<AtomicI32>) {
    if seats.load(SeqCst) > 0 && seats.load(SeqCst) > 0 {
        charge_card().await;
        seats.fetch_sub(1, SeqCst);
    }
}

/// An async lock around each of the two.
pub fn lock_each(seats: i32) {
    let seats = Arc::new(Mutex::new(seats));
    ann_and_bob(|| book_locking_each(Arc::clone(&seats)));
    assert!(*seats.try_lock().unwrap() >= 0, "no seat is sold twice");
}

async fn book_locking_each(seats: Arc<Mutex<i32>>) {
    let free = *seats.lock().await > 0;
    if free {
        charge_card().await;
        *seats.lock().await -= 1;
    }
}

/// One async lock from the decision to the act.
pub fn fix(seats: i32) {
    let seats = Arc::new(Mutex::new(seats));
    ann_and_bob(|| book_locked(Arc::clone(&seats)));
    assert!(*seats.try_lock().unwrap() >= 0, "no seat is sold twice");
}

async fn book_locked(seats: Arc<Mutex<i32>>) {
    let mut seats = seats.lock().await;
    if *seats > 0 {
        charge_card().await;
        *seats -= 1;
    }
}

/// Decide and act under one lock, then await.
pub fn take_first(seats: i32) {
    let seats = Arc::new(Mutex::new(seats));
    ann_and_bob(|| book_taking_first(Arc::clone(&seats)));
    assert!(*seats.try_lock().unwrap() >= 0, "no seat is sold twice");
}

async fn book_taking_first(seats: Arc<Mutex<i32>>) {
    let mut seats = seats.lock().await;
    if *seats > 0 {
        *seats -= 1;
        drop(seats);
        charge_card().await;
    }
}

/// The bank takes its time; meanwhile the others run.
async fn charge_card() {
    task::yield_now().await;
}

/// The stage: two bookings on one event loop.
fn ann_and_bob<Booking>(book: impl Fn() -> Booking)
where
    Booking: Future<Output = ()> + Send + 'static,
{
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let ann = tokio::spawn(book());
        let bob = tokio::spawn(book());
        ann.await.unwrap();
        bob.await.unwrap();
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "await-gap",
    title: "Await gap",
    family: "check-then-act",
    setting: Setting::Tasks,
    summary: "decide, await, act",
    rule: "what was true before an await is only a memory after it, unless it is locked",
    source: (file!(), include_str!("await_gap.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "decide, await, act",
            program: || bug(1),
            function: "book",
            expect: Expect::fails(4, 6, Panic, "no seat is sold twice"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "look-twice",
            role: Role::NearMiss,
            summary: "look twice before the await",
            program: || look_twice(1),
            function: "book_looking_twice",
            expect: Expect::fails(4, 6, Panic, "no seat is sold twice"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-each",
            role: Role::NearMiss,
            summary: "an async lock around the decision and one around the act",
            program: || lock_each(1),
            function: "book_locking_each",
            expect: Expect::fails(4, 6, Panic, "no seat is sold twice"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one async lock from the decision to the act",
            program: || fix(1),
            function: "book_locked",
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
        Variant {
            id: "take-first",
            role: Role::Fix,
            summary: "decide and act under one lock, then await",
            program: || take_first(1),
            function: "book_taking_first",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
