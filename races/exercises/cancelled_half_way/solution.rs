//! Nothing is awaited between the two halves: the disk first, then both under one lock.

use std::sync::Arc;

use drawloom::sync::Mutex;
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::time::timeout;

use super::stage::{Flushed, PATIENCE, disk};

struct Accounts {
    alice: i64,
    bob: i64,
}

/// A day with one transfer; returns what Alice and Bob have then.
pub fn day() -> (i64, i64) {
    let accounts = Arc::new(Mutex::new(Accounts { alice: 100, bob: 0 }));
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
    let accounts = accounts.lock().unwrap();
    (accounts.alice, accounts.bob)
}

async fn transfer(accounts: Arc<Mutex<Accounts>>, flushed: Flushed) {
    flushed.await.unwrap();
    let mut accounts = accounts.lock().unwrap();
    accounts.alice -= 30;
    accounts.bob += 30;
}
