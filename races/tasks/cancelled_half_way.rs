//! # Cancelled half way
//!
//! A transfer takes 30 from Alice, waits for the disk, and gives 30 to Bob. When the disk is slow the
//! transfer is given up, and 30 are gone.
//!
//! - **Bug:** a timeout drops the future at its await. The first half has happened, the second never
//!   will, and nobody is told.
//! - **Near misses:** a longer timeout: the disk may always be slower. A lock around both halves: the
//!   guard is dropped with the future, and unlocks accounts that do not add up.
//! - **Fix:** nothing awaited between the two halves: wait for the disk first, then do both under one
//!   lock.
//! - **Or:** a guard that gives the money back when it is dropped before the end.
//! - **Rule:** every await may be a future's last line. What must happen together has none inside.
//!
//! Watch it fail, then hold: `cargo run -- run cancelled-half-way`

use std::future::Future;
use std::time::Duration;

use drawloom::FailureKind::Panic;
use drawloom::sync::atomic::{AtomicI64, Ordering::SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::{Mutex as AsyncMutex, oneshot};
use drawloom::tokio::time::timeout;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Comes when the disk has written what it was given.
type Flushed = oneshot::Receiver<()>;

fn bug() {
    two_accounts(50, transfer);
}

async fn transfer(accounts: Arc<Accounts>, flushed: Flushed) {
    accounts.alice.fetch_sub(30, SeqCst);
    flushed.await.unwrap();
    accounts.bob.fetch_add(30, SeqCst);
}

fn lock_both() {
    let ledger = Arc::new(AsyncMutex::new(Ledger { alice: 100, bob: 0 }));
    teller_and_disk(50, |flushed| transfer_locked(Arc::clone(&ledger), flushed));
    let ledger = ledger.try_lock().unwrap();
    assert_eq!(ledger.alice + ledger.bob, 100, "no money is lost on the way");
}

async fn transfer_locked(ledger: Arc<AsyncMutex<Ledger>>, flushed: Flushed) {
    let mut ledger = ledger.lock().await;
    ledger.alice -= 30;
    flushed.await.unwrap();
    ledger.bob += 30;
}

fn fix() {
    let ledger = Arc::new(Mutex::new(Ledger { alice: 100, bob: 0 }));
    teller_and_disk(50, |flushed| transfer_at_once(Arc::clone(&ledger), flushed));
    let ledger = ledger.lock().unwrap();
    assert_eq!(ledger.alice + ledger.bob, 100, "no money is lost on the way");
}

async fn transfer_at_once(ledger: Arc<Mutex<Ledger>>, flushed: Flushed) {
    flushed.await.unwrap();
    let mut ledger = ledger.lock().unwrap();
    ledger.alice -= 30;
    ledger.bob += 30;
}

fn undo() {
    two_accounts(50, transfer_with_undo);
}

async fn transfer_with_undo(accounts: Arc<Accounts>, flushed: Flushed) {
    accounts.alice.fetch_sub(30, SeqCst);
    let undo = Undo(&accounts.alice);
    flushed.await.unwrap();
    accounts.bob.fetch_add(30, SeqCst);
    std::mem::forget(undo);
}

/// Gives the money back when it is dropped.
struct Undo<'a>(&'a AtomicI64);

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(30, SeqCst);
    }
}

/// Two accounts, each by itself.
struct Accounts {
    alice: AtomicI64,
    bob: AtomicI64,
}

/// The stage for accounts that are each by themselves.
fn two_accounts<Transfer>(patience: u64, transfer: fn(Arc<Accounts>, Flushed) -> Transfer)
where
    Transfer: Future<Output = ()> + Send + 'static,
{
    let accounts = Arc::new(Accounts { alice: AtomicI64::new(100), bob: AtomicI64::new(0) });
    teller_and_disk(patience, |flushed| transfer(Arc::clone(&accounts), flushed));
    let total = accounts.alice.load(SeqCst) + accounts.bob.load(SeqCst);
    assert_eq!(total, 100, "no money is lost on the way");
}

/// Two accounts that are locked together.
struct Ledger {
    alice: i64,
    bob: i64,
}

/// The stage: a teller who waits so many milliseconds, and a disk that takes its time.
fn teller_and_disk<Transfer>(patience: u64, transfer: impl FnOnce(Flushed) -> Transfer)
where
    Transfer: Future<Output = ()> + Send + 'static,
{
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let (written, flushed) = oneshot::channel();
        let teller = timeout(Duration::from_millis(patience), transfer(flushed));
        let teller = tokio::spawn(teller);
        // The teller may be gone by then, and the disk does not care.
        let disk = tokio::spawn(async move { written.send(()).is_ok() });
        teller.await.unwrap().ok();
        disk.await.unwrap();
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "cancelled-half-way",
    title: "Cancelled half way",
    family: "cancellation",
    setting: Setting::Tasks,
    summary: "dropped at an await, half done",
    rule: "every await may be a future's last line; what must happen together has none inside",
    source: (file!(), include_str!("cancelled_half_way.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "half, await, half, under a timeout",
            program: bug,
            function: "transfer",
            expect: Expect::fails(1, 5, Panic, "no money is lost on the way"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "longer-timeout",
            role: Role::NearMiss,
            summary: "a timeout a thousand times as long",
            program: || two_accounts(50_000, transfer),
            function: "transfer",
            expect: Expect::fails(1, 5, Panic, "no money is lost on the way"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-both",
            role: Role::NearMiss,
            summary: "an async lock around both halves",
            program: lock_both,
            function: "transfer_locked",
            expect: Expect::fails(1, 5, Panic, "no money is lost on the way"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "await first, then both halves under one lock",
            program: fix,
            function: "transfer_at_once",
            expect: Expect::holds(5),
            loom: Loom::Agrees,
        },
        Variant {
            id: "undo",
            role: Role::Fix,
            summary: "a guard that undoes the first half when it is dropped",
            program: undo,
            function: "transfer_with_undo",
            expect: Expect::holds(5),
            loom: Loom::Agrees,
        },
    ],
};
