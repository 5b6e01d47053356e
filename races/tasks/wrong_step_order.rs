//! # The wrong order
//!
//! Ann fetches the key, Bob opens the door. Ann's task is started first. Bob stands before a locked door.
//!
//! - **Bug:** the order in which tasks are started says nothing about the order in which they get
//!   anywhere.
//! - **Near misses:** Bob waits a little: Ann may take longer. Ann gives a sign, but before she has the
//!   key.
//! - **Fix:** the sign is the last thing that Ann does. A lock cannot help here: it lets one at a time
//!   in, and does not say who comes first.
//! - **Or:** Bob awaits Ann's handle. Take it where he can have it; take the sign where he waits for a
//!   step of hers and not for her end, or where there are many who wait.
//! - **Rule:** what must come first is awaited. Starting order and waiting a little are not an order.
//!
//! Watch it fail, then hold: `cargo run -- run wrong-step-order`

use std::time::Duration;

use drawloom::FailureKind::Panic;
use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicBool, Ordering::SeqCst};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Notify;
use drawloom::tokio::time::sleep;
use drawloom::tokio::{self, task};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// What both see: whether the key is there, and a sign that it is.
struct Hall {
    key: AtomicBool,
    sign: Notify,
}

fn bug() {
    on_one_loop(async |hall: Arc<Hall>| {
        let ann = tokio::spawn(fetch_key(Arc::clone(&hall)));
        let bob = tokio::spawn(open_door(hall));
        ann.await.unwrap();
        bob.await.unwrap()
    });
}

fn wait_a_little() {
    on_one_loop(async |hall: Arc<Hall>| {
        let ann = tokio::spawn(fetch_key(Arc::clone(&hall)));
        sleep(Duration::from_millis(10)).await;
        let bob = tokio::spawn(open_door(hall));
        ann.await.unwrap();
        bob.await.unwrap()
    });
}

fn sign_too_early() {
    on_one_loop(async |hall: Arc<Hall>| {
        let ann = tokio::spawn(sign_and_fetch_key(Arc::clone(&hall)));
        let bob = tokio::spawn(open_door_at_the_sign(hall));
        ann.await.unwrap();
        bob.await.unwrap()
    });
}

async fn sign_and_fetch_key(hall: Arc<Hall>) {
    hall.sign.notify_one();
    fetch_key(hall).await;
}

fn fix() {
    on_one_loop(async |hall: Arc<Hall>| {
        let ann = tokio::spawn(fetch_key_and_sign(Arc::clone(&hall)));
        let bob = tokio::spawn(open_door_at_the_sign(hall));
        ann.await.unwrap();
        bob.await.unwrap()
    });
}

async fn fetch_key_and_sign(hall: Arc<Hall>) {
    fetch_key(Arc::clone(&hall)).await;
    hall.sign.notify_one();
}

fn await_ann() {
    on_one_loop(async |hall: Arc<Hall>| {
        let ann = tokio::spawn(fetch_key(Arc::clone(&hall)));
        ann.await.unwrap();
        let bob = tokio::spawn(open_door(hall));
        bob.await.unwrap()
    });
}

async fn fetch_key(hall: Arc<Hall>) {
    task::yield_now().await;
    hall.key.store(true, SeqCst);
}

async fn open_door(hall: Arc<Hall>) -> bool {
    task::yield_now().await;
    hall.key.load(SeqCst)
}

async fn open_door_at_the_sign(hall: Arc<Hall>) -> bool {
    hall.sign.notified().await;
    open_door(hall).await
}

/// The stage: one event loop, and a door that is opened with the key or not.
fn on_one_loop(ann_and_bob: impl AsyncFnOnce(Arc<Hall>) -> bool) {
    let hall = Arc::new(Hall { key: AtomicBool::new(false), sign: Notify::new() });
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let opened = runtime.block_on(ann_and_bob(hall));
    assert!(opened, "the key is there when the door is opened");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "wrong-step-order",
    title: "The wrong order",
    family: "order violation",
    setting: Setting::Tasks,
    summary: "started first is not there first",
    rule: "what must come first is awaited; starting order is no order",
    source: (file!(), include_str!("wrong_step_order.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "start the one, then the other",
            program: bug,
            function: "bug",
            expect: Expect::fails(1, 2, Panic, "the key is there when the door is opened"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "wait-a-little",
            role: Role::NearMiss,
            summary: "start the other a little later",
            program: wait_a_little,
            function: "wait_a_little",
            expect: Expect::fails(1, 3, Panic, "the key is there when the door is opened"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "sign-too-early",
            role: Role::NearMiss,
            summary: "give the sign, then do the work",
            program: sign_too_early,
            function: "sign_too_early",
            expect: Expect::fails(2, 6, Panic, "the key is there when the door is opened"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "do the work, then give the sign",
            program: fix,
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "await-ann",
            role: Role::Fix,
            summary: "await the handle of the one, then start the other",
            program: await_ann,
            function: "await_ann",
            expect: Expect::holds(1),
            loom: Loom::Agrees,
        },
    ],
};
