//! # The office holds its breath
//!
//! The bank is asked to count the money. Before it answers it rings at the office's door, to see whether
//! anybody is there. Somebody is, and everybody there is waiting for the bank.
//!
//! - **Bug:** a call that blocks its thread, inside a task. All tasks of the loop stand still meanwhile, and
//!   so does whatever waits for one of them.
//! - **Near miss:** let the others have a turn first. It is one turn, and the bell rings later.
//! - **Fix:** the call on a thread of its own (`spawn_blocking`), and the task awaits its end. A lock has no
//!   part in this: what is missing is a thread.
//! - **Rule:** a call that may take long is not made on the loop.
//!
//! Mostly nobody rings, and it is only slow: every heartbeat, every timeout and every other client waits for
//! as long as the call takes. How long that is, no order of steps can tell; that they all wait is seen here.
//!
//! Watch it fail, then hold: `cargo run -- run blocking-call-starves-loop`

use std::future::Future;

use drawloom::FailureKind::Deadlock;
use drawloom::thread::{self, JoinHandle};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::oneshot;
use drawloom::tokio::{self, task};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

fn bug() {
    office(ask);
}

async fn ask(bank: JoinHandle<u32>) -> u32 {
    bank.join().unwrap()
}

async fn ask_after_a_turn(bank: JoinHandle<u32>) -> u32 {
    task::yield_now().await;
    bank.join().unwrap()
}

fn fix() {
    office(ask_elsewhere);
}

async fn ask_elsewhere(bank: JoinHandle<u32>) -> u32 {
    task::spawn_blocking(|| bank.join().unwrap()).await.unwrap()
}

/// Who comes to the door when it rings.
async fn open(bell: oneshot::Receiver<()>, door: oneshot::Sender<()>) {
    bell.await.unwrap();
    door.send(()).unwrap();
}

/// The stage: a bank, which is a thread, and an office of two, who share an event loop.
fn office<Ask>(ask: fn(JoinHandle<u32>) -> Ask)
where
    Ask: Future<Output = u32> + Send + 'static,
{
    let (ring, bell) = oneshot::channel();
    let (door, opened) = oneshot::channel();
    let bank = thread::spawn(|| {
        ring.send(()).unwrap();
        opened.blocking_recv().unwrap();
        7
    });
    let counted = Builder::new_current_thread().build().unwrap().block_on(async {
        let doorman = tokio::spawn(open(bell, door));
        let clerk = tokio::spawn(ask(bank));
        doorman.await.unwrap();
        clerk.await.unwrap()
    });
    assert_eq!(counted, 7, "the bank has counted");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "blocking-call-starves-loop",
    title: "The office holds its breath",
    family: "deadlock",
    setting: Setting::Tasks,
    summary: "a call that blocks, on the loop",
    rule: "a call that may take long is not made on the loop",
    source: (file!(), include_str!("blocking_call_starves_loop.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "a call that blocks, inside a task",
            program: bug,
            function: "ask",
            // The clerk blocks the loop before the doorman has had his turn after the bell.
            expect: Expect::fails(6, 18, Deadlock, "bank waits for opened"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "a-turn-first",
            role: Role::NearMiss,
            summary: "let the others have a turn first",
            program: || office(ask_after_a_turn),
            function: "ask_after_a_turn",
            expect: Expect::fails(6, 18, Deadlock, "bank waits for opened"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "the call on a thread of its own",
            program: fix,
            function: "ask_elsewhere",
            // The clerk's turn and the start of the other thread, anywhere beside bank and doorman.
            expect: Expect::holds(108),
            loom: Loom::Agrees,
        },
    ],
};
