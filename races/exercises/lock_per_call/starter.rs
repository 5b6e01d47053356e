//! Cooks note what they take from the shelf. "We lock it now", says the review, and it is true: each of them
//! makes a lock, locks it, and notes. Sometimes something is not noted.
//!
//! Repair it, so that all that is taken is noted. The cooks must still come in whatever order they like, each
//! a task of its own.

use std::sync::Arc;

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;

use super::stage::carry;

/// A kitchen with so many cooks, each of whom takes one thing; returns how many were noted.
pub fn kitchen(cooks: u32) -> u32 {
    let taken = Arc::new(AtomicU32::new(0));
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let begin = |_| tokio::spawn(take(Arc::clone(&taken)));
        let cooks: Vec<_> = (0..cooks).map(begin).collect();
        for cook in cooks {
            cook.await.unwrap();
        }
    });
    taken.load(SeqCst)
}

async fn take(taken: Arc<AtomicU32>) {
    let lock = Mutex::new(());
    let _guard = lock.lock().await;
    let seen = taken.load(SeqCst);
    carry().await;
    taken.store(seen + 1, SeqCst);
}
