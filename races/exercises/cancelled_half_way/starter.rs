//! A transfer takes 30 from Alice, waits for the disk, and gives 30 to Bob. When the disk is slow the transfer
//! is given up, and sometimes 30 are gone.
//!
//! Repair it, so that no money is lost on the way. A transfer whose disk is too slow must still be given up.

use std::sync::Arc;

use drawloom::sync::atomic::{AtomicI64, Ordering::SeqCst};
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::time::timeout;

use super::stage::{Flushed, PATIENCE, disk};

struct Accounts {
    alice: AtomicI64,
    bob: AtomicI64,
}

/// A day with one transfer; returns what Alice and Bob have then.
pub fn day() -> (i64, i64) {
    let accounts = Arc::new(Accounts { alice: AtomicI64::new(100), bob: AtomicI64::new(0) });
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let (disk, flushed) = disk();
        let teller = timeout(PATIENCE, transfer(Arc::clone(&accounts), flushed));
        let teller = tokio::spawn(teller);
        let disk = tokio::spawn(disk);
        // To be given up is no error.
        teller.await.unwrap().ok();
        disk.await.unwrap();
    });
    (accounts.alice.load(SeqCst), accounts.bob.load(SeqCst))
}

async fn transfer(accounts: Arc<Accounts>, flushed: Flushed) {
    accounts.alice.fetch_sub(30, SeqCst);
    flushed.await.unwrap();
    accounts.bob.fetch_add(30, SeqCst);
}
