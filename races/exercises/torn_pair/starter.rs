//! A teller moves 30 from checking to savings while an auditor adds up the two. Sometimes money is missing.
//!
//! Repair it, so that the auditor finds all the money in every schedule. The auditor must still be able to
//! come at any time: before a transfer, after it, and between two.

use drawloom::sync::atomic::{AtomicI64, Ordering::SeqCst};
use drawloom::thread;

/// A day with so many transfers; returns what the auditor has found in checking and in savings.
pub fn day(transfers: u32) -> (i64, i64) {
    let (checking, savings) = (AtomicI64::new(100), AtomicI64::new(0));
    thread::scope(|scope| {
        let teller = scope.spawn(|| {
            for _ in 0..transfers {
                checking.fetch_sub(30, SeqCst);
                savings.fetch_add(30, SeqCst);
            }
        });
        let auditor = scope.spawn(|| (checking.load(SeqCst), savings.load(SeqCst)));
        teller.join().unwrap();
        auditor.join().unwrap()
    })
}
