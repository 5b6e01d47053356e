//! # The turn that was swallowed
//!
//! A gate lets one through at a time, and who waits gets a letter when it is his turn. Ann's letter comes
//! in the moment in which she is called away. She never reads it, and Bob waits for ever.
//!
//! - **Bug:** the turn is handed over in two steps: sent by the one, taken by the other. Whoever goes away
//!   in between takes it along.
//! - **Near miss:** pass over those who have gone. It helps against those who went *before*.
//! - **Fix:** whoever goes away looks whether a turn has come, and passes it on.
//! - **Or:** a lock or semaphore from a library, which does that: take it wherever it can be had.
//! - **Rule:** a turn that is given but not yet taken belongs to the giver until it is taken.
//!
//! Watch it fail, then hold: `cargo run -- run cancelled-waiter`

use std::collections::VecDeque;
use std::future::Future;

use drawloom::FailureKind::Deadlock;
use drawloom::sync::{Arc, Mutex};
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::{Semaphore, oneshot};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Who waits at a gate that somebody is in, and a gate from a library.
struct Gate {
    queue: Mutex<VecDeque<oneshot::Sender<()>>>,
    turns: Semaphore,
}

type Letter = oneshot::Receiver<()>;

async fn pass(gate: Arc<Gate>, mine: Letter) {
    mine.await.unwrap();
    leave(&gate);
}

fn leave(gate: &Gate) {
    if let Some(next) = gate.queue.lock().unwrap().pop_front() {
        next.send(()).ok();
    }
}

async fn pass_skipping(gate: Arc<Gate>, mine: Letter) {
    mine.await.unwrap();
    leave_skipping(&gate);
}

fn leave_skipping(gate: &Gate) {
    let mut queue = gate.queue.lock().unwrap();
    while queue.pop_front().is_some_and(|next| next.send(()).is_err()) {}
}

/// Her place is there before the first poll: a future may be dropped even before that.
fn pass_or_pass_on(gate: Arc<Gate>, mine: Letter) -> impl Future<Output = ()> {
    let mut place = Place { gate, mine };
    async move {
        (&mut place.mine).await.unwrap();
        leave_skipping(&place.gate);
    }
}

/// Passes on a turn that has come and was not taken.
struct Place {
    gate: Arc<Gate>,
    mine: Letter,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.mine.close();
        if self.mine.try_recv().is_ok() {
            leave_skipping(&self.gate);
        }
    }
}

async fn pass_a_semaphore(gate: Arc<Gate>, _mine: Letter) {
    drop(gate.turns.acquire().await.unwrap());
}

fn leave_a_semaphore(gate: &Gate) {
    gate.turns.add_permits(1);
}

/// The stage: Ann stands before Bob in the queue, somebody leaves, and somebody calls Ann away.
fn gate<Pass>(pass: fn(Arc<Gate>, Letter) -> Pass, leave: fn(&Gate))
where
    Pass: Future<Output = ()> + Send + 'static,
{
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let (to_ann, anns) = oneshot::channel();
        let (to_bob, bobs) = oneshot::channel();
        let queue = Mutex::new(VecDeque::from([to_ann, to_bob]));
        let gate = Arc::new(Gate { queue, turns: Semaphore::new(0) });
        let ann = tokio::spawn(pass(Arc::clone(&gate), anns));
        let bob = tokio::spawn(pass(Arc::clone(&gate), bobs));
        let first = tokio::spawn(async move { leave(&gate) });
        let away = ann.abort_handle();
        let call = tokio::spawn(async move { away.abort() });
        first.await.unwrap();
        call.await.unwrap();
        ann.await.ok();
        bob.await.unwrap();
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "cancelled-waiter",
    title: "The turn that was swallowed",
    family: "missed signal",
    setting: Setting::Tasks,
    summary: "handed to one who goes away",
    rule: "a turn that is given but not yet taken belongs to the giver until it is taken",
    source: (file!(), include_str!("cancelled_waiter.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "hand the turn to the first in the queue",
            program: || gate(pass, leave),
            function: "leave",
            expect: Expect::fails(27, 41, Deadlock, "bob waits for"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "skip-the-gone",
            role: Role::NearMiss,
            summary: "pass over those who have gone",
            program: || gate(pass_skipping, leave_skipping),
            function: "leave_skipping",
            expect: Expect::fails(18, 41, Deadlock, "bob waits for"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "whoever goes away passes on a turn that has come",
            program: || gate(pass_or_pass_on, leave_skipping),
            function: "pass_or_pass_on",
            expect: Expect::holds(41),
            loom: Loom::Agrees,
        },
        Variant {
            id: "semaphore",
            role: Role::Fix,
            summary: "a semaphore from a library",
            program: || gate(pass_a_semaphore, leave_a_semaphore),
            function: "pass_a_semaphore",
            expect: Expect::holds(49),
            loom: Loom::Agrees,
        },
    ],
};
