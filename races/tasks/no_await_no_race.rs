//! # No await, no race
//!
//! The same three lines three times. On one event loop they are safe: nobody else runs between two
//! awaits. Then the runtime gets a second worker. Or somebody adds a line of log.
//!
//! - **Bug:** the step has no await in it, and its tasks run on two workers.
//! - **Near miss:** back to one loop, where it was safe, and a log line in the middle that awaits.
//! - **Fix:** a lock over the step. It holds on any runtime, and says what belongs together.
//! - **Or:** one loop and no await inside. It costs nothing and holds, as long as nobody touches either:
//!   take it where the loop is yours, say so in a comment, and keep a test like this one.
//! - **Rule:** on one loop the critical section is what stands between two awaits. Elsewhere it is a lock.
//!
//! Watch it fail, then hold: `cargo run -- run no-await-no-race`

use std::future::Future;

use drawloom::FailureKind::Panic;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::tokio::runtime::{Builder, Runtime};
use drawloom::tokio::{self, task};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Without an await, on two workers.
pub fn bug(citizens: u32) {
    let votes = Arc::new(AtomicU32::new(0));
    ballot(citizens, &two_workers(), || vote(Arc::clone(&votes)));
    assert_eq!(votes.load(SeqCst), citizens, "every vote is counted");
}

/// Without an await, on one event loop.
pub fn one_loop(citizens: u32) {
    let votes = Arc::new(AtomicU32::new(0));
    ballot(citizens, &event_loop(), || vote(Arc::clone(&votes)));
    assert_eq!(votes.load(SeqCst), citizens, "every vote is counted");
}

async fn vote(votes: Arc<AtomicU32>) {
    let seen = votes.load(SeqCst);
    votes.store(seen + 1, SeqCst);
}

/// With an await in between, on one event loop.
pub fn log_between(citizens: u32) {
    let votes = Arc::new(AtomicU32::new(0));
    ballot(citizens, &event_loop(), || vote_and_log(Arc::clone(&votes)));
    assert_eq!(votes.load(SeqCst), citizens, "every vote is counted");
}

async fn vote_and_log(votes: Arc<AtomicU32>) {
    let seen = votes.load(SeqCst);
    log().await;
    votes.store(seen + 1, SeqCst);
}

/// A lock, on two workers.
pub fn fix(citizens: u32) {
    let votes = Arc::new(Mutex::new(0));
    ballot(citizens, &two_workers(), || vote_locked(Arc::clone(&votes)));
    assert_eq!(*votes.lock().unwrap(), citizens, "every vote is counted");
}

async fn vote_locked(votes: Arc<Mutex<u32>>) {
    let mut votes = votes.lock().unwrap();
    let seen = *votes;
    *votes = seen + 1;
}

/// The log takes its time; meanwhile the others run.
async fn log() {
    task::yield_now().await;
}

fn two_workers() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).build().unwrap()
}

fn event_loop() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

/// The stage: so many votes on a runtime.
fn ballot<Vote>(citizens: u32, runtime: &Runtime, vote: impl Fn() -> Vote)
where
    Vote: Future<Output = ()> + Send + 'static,
{
    runtime.block_on(async {
        let citizens: Vec<_> = (0..citizens).map(|_| tokio::spawn(vote())).collect();
        for citizen in citizens {
            citizen.await.unwrap();
        }
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "no-await-no-race",
    title: "No await, no race",
    family: "lost update",
    setting: Setting::Tasks,
    summary: "safe on one loop, until it is not",
    rule: "on one loop the critical section is what stands between two awaits; else it is a lock",
    source: (file!(), include_str!("no_await_no_race.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "read and write with no await between, on two workers",
            program: || bug(2),
            function: "vote",
            expect: Expect::fails(4, 6, Panic, "every vote is counted"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "log-between",
            role: Role::NearMiss,
            summary: "one loop, and a log line that awaits",
            program: || log_between(2),
            function: "vote_and_log",
            expect: Expect::fails(4, 6, Panic, "every vote is counted"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one lock over both, on two workers",
            program: || fix(2),
            function: "vote_locked",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "one-loop",
            role: Role::Fix,
            summary: "the lines of the bug on one loop",
            program: || one_loop(2),
            function: "vote",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
