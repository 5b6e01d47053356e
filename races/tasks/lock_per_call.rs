//! # A lock for each call
//!
//! Two cooks note what they take from the shelf. "We lock it now", says the review, and it is true: each
//! of them makes a lock, locks it, and notes.
//!
//! - **Bug:** the lock is made in the call. Everybody has a lock of his own, and nobody ever waits.
//! - **Near misses:** a lock for each worker: two workers, two locks. The lock cloned together with what
//!   it guards: each has a shelf of his own now, and what they note is lost in *every* schedule.
//! - **Fix:** one lock, made next to the entry point, where the tasks start, and handed down as a
//!   parameter. What it guards lives inside it, so that nobody reaches the one without the other.
//! - **Rule:** a lock excludes only those who hold the same one. Where it is made decides who they are.
//!
//! Count: no lock at all fails in 4 of 6 schedules, see `await-lost-update`. So does this one.
//!
//! Watch it fail, then hold: `cargo run -- run lock-per-call`

use std::future::Future;

use drawloom::FailureKind::Panic;
use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;
use drawloom::tokio::{self, task};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// So many cooks, each with a lock of his own making.
pub fn bug_of(cooks: u32) {
    let taken = Arc::new(AtomicU32::new(0));
    kitchen(cooks, |_| take(Arc::clone(&taken)));
    assert_eq!(taken.load(SeqCst), cooks, "all that is taken is noted");
}

async fn take(taken: Arc<AtomicU32>) {
    let lock = Mutex::new(());
    let _guard = lock.lock().await;
    let seen = taken.load(SeqCst);
    carry().await;
    taken.store(seen + 1, SeqCst);
}

fn per_worker() {
    let locks = [Arc::new(Mutex::new(())), Arc::new(Mutex::new(()))];
    let taken = Arc::new(AtomicU32::new(0));
    kitchen(2, |cook| take_as_worker(Arc::clone(&locks[cook % 2]), Arc::clone(&taken)));
    assert_eq!(taken.load(SeqCst), 2, "all that is taken is noted");
}

async fn take_as_worker(lock: Arc<Mutex<()>>, taken: Arc<AtomicU32>) {
    let _guard = lock.lock().await;
    let seen = taken.load(SeqCst);
    carry().await;
    taken.store(seen + 1, SeqCst);
}

fn cloned_data() {
    let taken = Arc::new(Mutex::new(0));
    kitchen(2, |_| take_from_a_copy(Arc::clone(&taken)));
    assert_eq!(*taken.try_lock().unwrap(), 2, "all that is taken is noted");
}

async fn take_from_a_copy(taken: Arc<Mutex<u32>>) {
    let copy = Mutex::new(*taken.lock().await);
    let mut taken = copy.lock().await;
    let seen = *taken;
    carry().await;
    *taken = seen + 1;
}

/// So many cooks, and one lock for all of them.
pub fn fix_of(cooks: u32) {
    let taken = Arc::new(Mutex::new(0));
    kitchen(cooks, |_| take_locked(Arc::clone(&taken)));
    assert_eq!(*taken.try_lock().unwrap(), cooks, "all that is taken is noted");
}

async fn take_locked(taken: Arc<Mutex<u32>>) {
    let mut taken = taken.lock().await;
    let seen = *taken;
    carry().await;
    *taken = seen + 1;
}

/// It is heavy; meanwhile the others run.
async fn carry() {
    task::yield_now().await;
}

/// The stage: so many cooks, each with a number, on one event loop.
fn kitchen<Take>(cooks: u32, take: impl Fn(usize) -> Take)
where
    Take: Future<Output = ()> + Send + 'static,
{
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let cooks: Vec<_> = (0..cooks as usize).map(|cook| tokio::spawn(take(cook))).collect();
        for cook in cooks {
            cook.await.unwrap();
        }
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "lock-per-call",
    title: "A lock for each call",
    family: "lock placement",
    setting: Setting::Tasks,
    summary: "the lock is made in the call",
    rule: "a lock excludes only those who hold the same one",
    source: (file!(), include_str!("lock_per_call.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "the lock is made in the call",
            program: || bug_of(2),
            function: "take",
            expect: Expect::fails(4, 6, Panic, "all that is taken is noted"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "per-worker",
            role: Role::NearMiss,
            summary: "a lock for each worker",
            program: per_worker,
            function: "take_as_worker",
            expect: Expect::fails(4, 6, Panic, "all that is taken is noted"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "cloned-data",
            role: Role::NearMiss,
            summary: "what is guarded is cloned, and not the lock",
            program: cloned_data,
            function: "take_from_a_copy",
            expect: Expect::fails(6, 6, Panic, "all that is taken is noted"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one lock, made where the tasks start",
            program: || fix_of(2),
            function: "take_locked",
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
    ],
};
