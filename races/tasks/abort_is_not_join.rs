//! # Told to stop is not stopped
//!
//! Bob paints the room. Ann tells him to stop and walks in at once. He has heard her, and is in the middle
//! of a stroke.
//!
//! - **Bug:** `abort` says that the task is not to be polled again. A poll that is under way on another
//!   worker comes to its end first.
//! - **Near miss:** ask once whether it has finished. It has not, and nobody waits.
//! - **Fix:** who works in the room holds its lock, and Ann takes that lock. It is made where both start.
//! - **Or:** abort, then await the handle: when that returns, he is gone. Take this one wherever you have
//!   the handle, and the lock where others come into the room too.
//! - **Rule:** to stop somebody is to ask. Await the handle to know that it has happened.
//!
//! On one event loop no poll is under way when somebody else runs, so this needs two workers.
//!
//! Watch it fail, then hold: `cargo run -- run abort-is-not-join`

use std::future::Future;

use drawloom::FailureKind::Panic;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::task::JoinHandle;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// How many paint, with and without a lock.
struct Room {
    painters: AtomicU32,
    locked_painters: Mutex<u32>,
}

async fn paint(room: Arc<Room>) {
    room.painters.fetch_add(1, SeqCst);
    room.painters.fetch_sub(1, SeqCst);
}

async fn paint_locked(room: Arc<Room>) {
    let mut painters = room.locked_painters.lock().unwrap();
    *painters += 1;
    *painters -= 1;
}

async fn stop(room: Arc<Room>, bob: JoinHandle<()>) -> u32 {
    bob.abort();
    let painters = room.painters.load(SeqCst);
    bob.await.ok();
    painters
}

async fn stop_and_ask(room: Arc<Room>, bob: JoinHandle<()>) -> u32 {
    bob.abort();
    if bob.is_finished() {
        return 0;
    }
    let painters = room.painters.load(SeqCst);
    bob.await.ok();
    painters
}

async fn stop_and_lock(room: Arc<Room>, bob: JoinHandle<()>) -> u32 {
    bob.abort();
    let painters = *room.locked_painters.lock().unwrap();
    bob.await.ok();
    painters
}

async fn stop_and_wait(room: Arc<Room>, bob: JoinHandle<()>) -> u32 {
    bob.abort();
    bob.await.ok();
    room.painters.load(SeqCst)
}

/// The stage: Bob paints, and Ann, who wants him to stop, walks in. Two workers.
fn room<Paint, Stop>(paint: fn(Arc<Room>) -> Paint, stop: fn(Arc<Room>, JoinHandle<()>) -> Stop)
where
    Paint: Future<Output = ()> + Send + 'static,
    Stop: Future<Output = u32>,
{
    let (painters, locked_painters) = (AtomicU32::new(0), Mutex::new(0));
    let room = Arc::new(Room { painters, locked_painters });
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let painters = runtime.block_on(async {
        let bob = tokio::spawn(paint(Arc::clone(&room)));
        stop(room, bob).await
    });
    assert_eq!(painters, 0, "nobody paints when she walks in");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "abort-is-not-join",
    title: "Told to stop is not stopped",
    family: "lifecycle",
    setting: Setting::Tasks,
    summary: "aborted, and still in its poll",
    rule: "to stop somebody is to ask; await the handle to know that it has happened",
    source: (file!(), include_str!("abort_is_not_join.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "abort, then walk in",
            program: || room(paint, stop),
            function: "stop",
            expect: Expect::fails(2, 8, Panic, "nobody paints when she walks in"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "ask-once",
            role: Role::NearMiss,
            summary: "ask once whether it has finished",
            program: || room(paint, stop_and_ask),
            function: "stop_and_ask",
            expect: Expect::fails(3, 13, Panic, "nobody paints when she walks in"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "whoever works in the room holds its lock",
            program: || room(paint_locked, stop_and_lock),
            function: "stop_and_lock",
            expect: Expect::holds(7),
            loom: Loom::Agrees,
        },
        Variant {
            id: "await-it",
            role: Role::Fix,
            summary: "abort, then await the handle",
            program: || room(paint, stop_and_wait),
            function: "stop_and_wait",
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
    ],
};
