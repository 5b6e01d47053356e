//! # The bell that nobody heard
//!
//! Bob looks out for the post van, sees none, and sits down to wait for the bell. The van came and the
//! bell rang when he had looked and did not sit yet.
//!
//! - **Bug:** look, then wait. A bell rings for those who wait, and is not kept for those who are about to.
//! - **Near misses:** look twice before waiting: the gap has moved. Ring before the van is there: Bob hears
//!   the bell, looks, sees none, and waits for another.
//! - **Fix:** the question and the wait under one lock: register for the bell *while the lock is held*
//!   under which the van arrives. Nobody can ring in between.
//! - **Or:** register first, then look. It needs no lock: take it where the state is one flag.
//! - **Or:** a bell that remembers (`notify_one`). Take it where exactly one waits.
//! - **Rule:** a signal is an event. Register for it before you look at the state that it tells of.
//!
//! Watch it fail, then hold: `cargo run -- run notify-missed-wakeup`

use std::future::Future;
use std::pin::pin;

use drawloom::FailureKind::Deadlock;
use drawloom::sync::atomic::{AtomicBool, Ordering::SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Notify;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Whether the van is there, twice: with and without a lock.
struct Street {
    van_is_there: AtomicBool,
    locked_van: Mutex<bool>,
    bell: Notify,
}

async fn wait(street: Arc<Street>) {
    if !street.van_is_there.load(SeqCst) {
        street.bell.notified().await;
    }
}

async fn wait_looking_twice(street: Arc<Street>) {
    if !street.van_is_there.load(SeqCst) && !street.van_is_there.load(SeqCst) {
        street.bell.notified().await;
    }
}

async fn wait_locked(street: Arc<Street>) {
    let (is_there, bell) = {
        let van = street.locked_van.lock().unwrap();
        (*van, street.bell.notified())
    };
    if !is_there {
        bell.await;
    }
}

async fn wait_registered(street: Arc<Street>) {
    let mut bell = pin!(street.bell.notified());
    bell.as_mut().enable();
    if !street.van_is_there.load(SeqCst) {
        bell.await;
    }
}

async fn arrive(street: Arc<Street>) {
    street.van_is_there.store(true, SeqCst);
    street.bell.notify_waiters();
}

async fn ring_and_arrive(street: Arc<Street>) {
    street.bell.notify_waiters();
    street.van_is_there.store(true, SeqCst);
}

async fn arrive_locked(street: Arc<Street>) {
    let mut van = street.locked_van.lock().unwrap();
    *van = true;
    street.bell.notify_waiters();
}

async fn arrive_for_one(street: Arc<Street>) {
    street.van_is_there.store(true, SeqCst);
    street.bell.notify_one();
}

/// The stage: Bob and the van, on two workers.
fn street<Bob, Van>(bob: fn(Arc<Street>) -> Bob, van: fn(Arc<Street>) -> Van)
where
    Bob: Future<Output = ()> + Send + 'static,
    Van: Future<Output = ()> + Send + 'static,
{
    let (van_is_there, locked_van) = (AtomicBool::new(false), Mutex::new(false));
    let bell = Notify::new();
    let street = Arc::new(Street { van_is_there, locked_van, bell });
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let bob = tokio::spawn(bob(Arc::clone(&street)));
        let van = tokio::spawn(van(street));
        bob.await.unwrap();
        van.await.unwrap();
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "notify-missed-wakeup",
    title: "The bell that nobody heard",
    family: "missed signal",
    setting: Setting::Tasks,
    summary: "look, then wait",
    rule: "register for a signal before you look at the state that it tells of",
    source: (file!(), include_str!("notify_missed_wakeup.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "look, then wait for the bell",
            program: || street(wait, arrive),
            function: "wait",
            expect: Expect::fails(1, 8, Deadlock, "waits for bell"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "look-twice",
            role: Role::NearMiss,
            summary: "look twice, then wait",
            program: || street(wait_looking_twice, arrive),
            function: "wait_looking_twice",
            expect: Expect::fails(1, 10, Deadlock, "waits for bell"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "ring-first",
            role: Role::NearMiss,
            summary: "ring, then arrive",
            program: || street(wait, ring_and_arrive),
            function: "ring_and_arrive",
            expect: Expect::fails(6, 11, Deadlock, "waits for bell"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "register under the lock under which the van arrives",
            program: || street(wait_locked, arrive_locked),
            function: "wait_locked",
            expect: Expect::holds(7),
            loom: Loom::Agrees,
        },
        Variant {
            id: "register-first",
            role: Role::Fix,
            summary: "register, then look",
            program: || street(wait_registered, arrive),
            function: "wait_registered",
            expect: Expect::holds(15),
            loom: Loom::Agrees,
        },
        Variant {
            id: "one-permit",
            role: Role::Fix,
            summary: "a bell that is remembered once",
            program: || street(wait, arrive_for_one),
            function: "arrive_for_one",
            expect: Expect::holds(8),
            loom: Loom::Agrees,
        },
    ],
};
