//! # After you
//!
//! Visitors come to a gallery and go, and there is nearly always one inside. The painter needs the room for
//! himself. Whenever somebody leaves he looks, and somebody else is in it, who came after him.
//!
//! - **Bug:** he looks whether the room is free, and looks again when somebody has left. Who only looks stands
//!   in no line: the lock is fair, and knows nothing of him.
//! - **Near misses:** visitors who let others go first before they come in. A painter who stands in line, and
//!   loses patience and asks anew: that is the end of the line.
//! - **Fix:** wait for the lock. It goes to whoever waits in the order of the line, and nobody passes him.
//! - **Or:** a gate before the room, which is a lock of its own: everybody passes it, and the painter keeps it
//!   while he looks. Take it where the lock of the room lets readers pass a writer.
//! - **Rule:** to wait is to stand in line. Who asks again and again is the last in it, each time.
//!
//! "For ever" is no number of schedules. What can be counted is who went in first.
//!
//! Watch it fail, then hold: `cargo run -- run writer-starvation`

use std::future::Future;
use std::time::Duration;

use drawloom::FailureKind::Panic;
use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::{Mutex, Notify, RwLock, RwLockReadGuard};
use drawloom::tokio::task;
use drawloom::tokio::time::timeout;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// The room, a gate before it, a bell for whoever leaves, whether the painter waits, and who went in past him.
#[derive(Debug)]
pub struct Gallery {
    room: RwLock<()>,
    gate: Mutex<()>,
    somebody_left: Notify,
    painter_waits: AtomicBool,
    went_past: AtomicU32,
}

type Shared = Arc<Gallery>;

/// Look, and look again when somebody has left.
pub async fn look_again(gallery: Shared) {
    while gallery.room.try_write().is_err() {
        gallery.somebody_left.notified().await;
    }
}

/// Stand in line, and then at the end of it.
pub async fn stand_and_ask_anew(gallery: Shared) {
    if timeout(Duration::from_millis(50), gallery.room.write()).await.is_err() {
        drop(gallery.room.write().await);
    }
}

/// Stand in line.
pub async fn stand_in_line(gallery: Shared) {
    drop(gallery.room.write().await);
}

/// Keep the gate, and look again when somebody has left.
pub async fn keep_the_gate(gallery: Shared) {
    let _gate = gallery.gate.lock().await;
    look_again(Arc::clone(&gallery)).await;
}

/// Comes once, by the gate.
pub async fn visit_by_the_gate(gallery: Shared) {
    let gate = gallery.gate.lock().await;
    let room = gallery.room.read().await;
    drop(gate);
    look_round(&gallery, room).await;
}

/// Comes once.
pub async fn visit(gallery: Shared) {
    let room = gallery.room.read().await;
    look_round(&gallery, room).await;
}

async fn visit_politely(gallery: Shared) {
    task::yield_now().await;
    visit(gallery).await;
}

/// It takes a while; meanwhile others come.
async fn look_round(gallery: &Gallery, room: RwLockReadGuard<'_, ()>) {
    gallery.went_past.fetch_add(u32::from(gallery.painter_waits.load(SeqCst)), SeqCst);
    task::yield_now().await;
    drop(room);
    gallery.somebody_left.notify_one();
}

/// The stage: so many visitors and a painter, on one event loop. Whoever has come in stays for a while.
pub fn gallery<Visit, Wait>(visitors: u32, visit: fn(Shared) -> Visit, wait: fn(Shared) -> Wait)
where
    Visit: Future<Output = ()> + Send + 'static,
    Wait: Future<Output = ()> + Send + 'static,
{
    let (painter_waits, went_past) = (AtomicBool::new(false), AtomicU32::new(0));
    let (room, gate, somebody_left) = (RwLock::new(()), Mutex::new(()), Notify::new());
    let gallery = Arc::new(Gallery { room, gate, somebody_left, painter_waits, went_past });
    Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
        let visitors: Vec<_> =
            (0..visitors).map(|_| tokio::spawn(visit(Arc::clone(&gallery)))).collect();
        let own = Arc::clone(&gallery);
        let painter = tokio::spawn(async move {
            own.painter_waits.store(true, SeqCst);
            wait(Arc::clone(&own)).await;
            own.painter_waits.store(false, SeqCst);
        });
        for visitor in visitors {
            visitor.await.unwrap();
        }
        painter.await.unwrap();
    });
    assert_eq!(gallery.went_past.load(SeqCst), 0, "nobody who comes later goes in first");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "writer-starvation",
    title: "After you",
    family: "starvation",
    setting: Setting::Tasks,
    summary: "a writer who is always a little too late",
    rule: "to wait is to stand in line; who asks again and again is the last in it, each time",
    source: (file!(), include_str!("writer_starvation.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "try_write, whenever somebody has left",
            program: || gallery(2, visit, look_again),
            function: "look_again",
            // In each of the six orders of two visits there are seven ways to look. In two of them the first look
            // falls between the two arrivals, and no other look into an empty room.
            expect: Expect::fails(12, 42, Panic, "nobody who comes later goes in first"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "step-aside",
            role: Role::NearMiss,
            summary: "visitors let others go first",
            program: || gallery(2, visit_politely, look_again),
            function: "look_again",
            // To give way is no step.
            expect: Expect::fails(12, 42, Panic, "nobody who comes later goes in first"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "ask-anew",
            role: Role::NearMiss,
            summary: "stand in line, and ask anew after a while",
            program: || gallery(2, visit, stand_and_ask_anew),
            function: "stand_and_ask_anew",
            expect: Expect::fails(12, 106, Panic, "nobody who comes later goes in first"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "wait for the lock, in line",
            program: || gallery(2, visit, stand_in_line),
            function: "stand_in_line",
            // He comes where nobody is inside: 6 + 2 + 6. Else he waits, and whoever comes then looks, or has not
            // come yet: 3 + 3 where only one was there, 3 + 3 where the other had left, 4 where both were there.
            expect: Expect::holds(30),
            loom: Loom::Agrees,
        },
        Variant {
            id: "gate",
            role: Role::Fix,
            summary: "a gate that everybody passes, and he keeps",
            program: || gallery(2, visit_by_the_gate, keep_the_gate),
            function: "keep_the_gate",
            // As in line, but he looks once more, or not, between the two who leave: 4 more.
            expect: Expect::holds(34),
            loom: Loom::Agrees,
        },
    ],
};
