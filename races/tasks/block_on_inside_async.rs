//! # The one who waits standing
//!
//! There is one chair in the office, and whoever works sits on it. Bob needs a number from Ann, and waits
//! for it on the chair. Ann has the number and nowhere to sit.
//!
//! - **Bug:** a task waits for another of its loop and stops the thread meanwhile: the one that the other
//!   needs to run on.
//! - **Near miss:** a runtime of its own for that one wait. tokio knows it, and refuses at once.
//! - **Fix:** `.await` it: Bob gets up, and the loop goes on. A lock cannot help: it would stop the thread
//!   too.
//! - **Or:** `spawn_blocking`, which gives the wait a thread of its own. Take it where what waits cannot be
//!   made to `.await`: a driver, a file, somebody else's library.
//! - **Rule:** inside a task nothing waits but `.await`. What must block gets a thread of its own.
//!
//! It comes in disguise: a synchronous trait method, a logger, a destructor that waits for an answer.
//!
//! Watch it fail, then hold: `cargo run -- run block-on-inside-async`

use std::future::Future;

use drawloom::FailureKind::{Deadlock, Panic};
use drawloom::sync::{Arc, Condvar, Mutex};
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::oneshot;
use drawloom::tokio::task::spawn_blocking;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

type Number = Arc<(Mutex<Option<u32>>, Condvar)>;

fn bug() {
    let number: Number = Arc::new((Mutex::new(None), Condvar::new()));
    ann_and_bob(say(Arc::clone(&number)), need(number));
}

async fn say(number: Number) {
    *number.0.lock().unwrap() = Some(7);
    number.1.notify_one();
}

async fn need(number: Number) -> u32 {
    let told = number.0.lock().unwrap();
    number.1.wait_while(told, |told| told.is_none()).unwrap().unwrap()
}

fn own_runtime() {
    let (say, told) = oneshot::channel();
    ann_and_bob(send(say), need_on_a_runtime(told));
}

async fn need_on_a_runtime(told: oneshot::Receiver<u32>) -> u32 {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(told).unwrap()
}

fn fix() {
    let (say, told) = oneshot::channel();
    ann_and_bob(send(say), need_and_await(told));
}

async fn need_and_await(told: oneshot::Receiver<u32>) -> u32 {
    told.await.unwrap()
}

fn own_thread() {
    let (say, told) = oneshot::channel();
    ann_and_bob(send(say), need_on_a_thread(told));
}

async fn need_on_a_thread(told: oneshot::Receiver<u32>) -> u32 {
    spawn_blocking(|| told.blocking_recv().unwrap()).await.unwrap()
}

async fn send(say: oneshot::Sender<u32>) {
    // Bob may be gone by then, and Ann does not care.
    say.send(7).ok();
}

/// The stage: Ann, who says a number, and Bob, who needs it, on one event loop.
fn ann_and_bob<Ann, Bob>(ann: Ann, bob: Bob)
where
    Ann: Future<Output = ()> + Send + 'static,
    Bob: Future<Output = u32> + Send + 'static,
{
    let number = Builder::new_current_thread().build().unwrap().block_on(async {
        let ann = tokio::spawn(ann);
        let bob = tokio::spawn(bob);
        ann.await.unwrap();
        bob.await.unwrap()
    });
    assert_eq!(number, 7, "he is told the number");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "block-on-inside-async",
    title: "The one who waits standing",
    family: "deadlock",
    setting: Setting::Tasks,
    summary: "a task that waits and keeps the thread",
    rule: "inside a task nothing waits but .await; what must block gets a thread of its own",
    source: (file!(), include_str!("block_on_inside_async.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "wait for another task and keep the thread",
            program: bug,
            function: "need",
            expect: Expect::fails(1, 2, Deadlock, "bob waits for"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "own-runtime",
            role: Role::NearMiss,
            summary: "a runtime of its own for the one wait",
            program: own_runtime,
            function: "need_on_a_runtime",
            expect: Expect::fails(1, 1, Panic, "Cannot start a runtime from within a runtime"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "await it",
            program: fix,
            function: "need_and_await",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "own-thread",
            role: Role::Fix,
            summary: "wait on a thread of its own",
            program: own_thread,
            function: "need_on_a_thread",
            // Bob's turn on the chair is a step, since it lets a thread begin. The number comes before it,
            // before the thread starts, before it looks, or while it waits.
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
    ],
};
