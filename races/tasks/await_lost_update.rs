//! # Lost update across an await
//!
//! A museum has two doors and one counter. Each door reads it, prints a ticket, and writes it back.
//! Two visitors come in, and the counter says one.
//!
//! - **Bug:** reading and writing have an await between them. One thread does all the work, and the
//!   other door runs at the await.
//! - **Near miss:** an async lock around the reading and one around the writing. The gap is still there.
//! - **Fix:** one async lock, made where both tasks start, held from the read to the write.
//! - **Or:** await first. Then read and write with no await between, under a lock that is held for an
//!   instant: take this one whenever the slow part does not need what was read.
//! - **Rule:** what was read before an await is old after it.
//!
//! A thread's lock held across the await is no fix but a standstill: see `std-mutex-across-await`.
//!
//! Watch it fail, then hold: `cargo run -- run await-lost-update`

use std::future::Future;

use drawloom::FailureKind::Panic;
use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;
use drawloom::tokio::{self, task};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// So many visitors come in, and the counter is not locked.
pub fn bug_of(visitors: u32) {
    let counter = Arc::new(AtomicU32::new(0));
    doors(visitors, || let_in(Arc::clone(&counter)));
    assert_eq!(counter.load(SeqCst), visitors, "every visitor is counted");
}

async fn let_in(counter: Arc<AtomicU32>) {
    let seen = counter.load(SeqCst);
    print_ticket().await;
    counter.store(seen + 1, SeqCst);
}

fn lock_each() {
    let counter = Arc::new(Mutex::new(0));
    doors(2, || let_in_locking_each(Arc::clone(&counter)));
    assert_eq!(*counter.try_lock().unwrap(), 2, "every visitor is counted");
}

async fn let_in_locking_each(counter: Arc<Mutex<u32>>) {
    let seen = *counter.lock().await;
    print_ticket().await;
    *counter.lock().await = seen + 1;
}

/// So many visitors come in, and the counter is locked from the read to the write.
pub fn fix_of(visitors: u32) {
    let counter = Arc::new(Mutex::new(0));
    doors(visitors, || let_in_locked(Arc::clone(&counter)));
    assert_eq!(*counter.try_lock().unwrap(), visitors, "every visitor is counted");
}

async fn let_in_locked(counter: Arc<Mutex<u32>>) {
    let mut counter = counter.lock().await;
    let seen = *counter;
    print_ticket().await;
    *counter = seen + 1;
}

fn await_first() {
    let counter = Arc::new(Mutex::new(0));
    doors(2, || let_in_after(Arc::clone(&counter)));
    assert_eq!(*counter.try_lock().unwrap(), 2, "every visitor is counted");
}

async fn let_in_after(counter: Arc<Mutex<u32>>) {
    print_ticket().await;
    let mut counter = counter.lock().await;
    let seen = *counter;
    *counter = seen + 1;
}

/// The printer takes its time; meanwhile the others run.
async fn print_ticket() {
    task::yield_now().await;
}

/// The stage: so many visitors, each through a door of its own, on one event loop.
fn doors<Visit>(visitors: u32, let_in: impl Fn() -> Visit)
where
    Visit: Future<Output = ()> + Send + 'static,
{
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let visits: Vec<_> = (0..visitors).map(|_| tokio::spawn(let_in())).collect();
        for visit in visits {
            visit.await.unwrap();
        }
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "await-lost-update",
    title: "Lost update across an await",
    family: "lost update",
    setting: Setting::Tasks,
    summary: "read, await, write",
    rule: "what was read before an await is old after it",
    source: (file!(), include_str!("await_lost_update.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "read, await, write",
            program: || bug_of(2),
            function: "let_in",
            expect: Expect::fails(4, 6, Panic, "every visitor is counted"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-each",
            role: Role::NearMiss,
            summary: "an async lock around the read and one around the write",
            program: lock_each,
            function: "let_in_locking_each",
            expect: Expect::fails(4, 6, Panic, "every visitor is counted"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one async lock from the read to the write",
            program: || fix_of(2),
            function: "let_in_locked",
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
        Variant {
            id: "await-first",
            role: Role::Fix,
            summary: "await first, then read and write under one lock",
            program: await_first,
            function: "let_in_after",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
