//! Ann and Bob book at the same time. Sometimes one seat is sold to both.
//!
//! Repair it, so that no seat is sold twice, a free one is sold, and who is charged has one. The bank is slow:
//! where there are seats for both, both cards must be able to be charged at the same time.

use std::sync::Arc;

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;

use super::stage::Bank;

struct Hall {
    free: AtomicU32,
    booked: AtomicU32,
}

/// A day with so many free seats; returns how many bookings there were.
pub fn day(seats: u32, bank: &Arc<Bank>) -> u32 {
    let hall = Arc::new(Hall { free: AtomicU32::new(seats), booked: AtomicU32::new(0) });
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let ann = tokio::spawn(book(Arc::clone(&hall), Arc::clone(bank)));
        let bob = tokio::spawn(book(Arc::clone(&hall), Arc::clone(bank)));
        ann.await.unwrap();
        bob.await.unwrap();
    });
    hall.booked.load(SeqCst)
}

async fn book(hall: Arc<Hall>, bank: Arc<Bank>) {
    if hall.free.load(SeqCst) > hall.booked.load(SeqCst) {
        bank.charge().await;
        hall.booked.fetch_add(1, SeqCst);
    }
}
