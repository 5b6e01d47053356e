//! The seat is taken in the section that has found it free, and the bank has its time after that.

use std::sync::Arc;

use drawloom::sync::Mutex;
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;

use super::stage::Bank;

struct Hall {
    free: u32,
    booked: u32,
}

/// A day with so many free seats; returns how many bookings there were.
pub fn day(seats: u32, bank: &Arc<Bank>) -> u32 {
    let hall = Arc::new(Mutex::new(Hall { free: seats, booked: 0 }));
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let ann = tokio::spawn(book(Arc::clone(&hall), Arc::clone(bank)));
        let bob = tokio::spawn(book(Arc::clone(&hall), Arc::clone(bank)));
        ann.await.unwrap();
        bob.await.unwrap();
    });
    hall.lock().unwrap().booked
}

async fn book(hall: Arc<Mutex<Hall>>, bank: Arc<Bank>) {
    if take_seat(&mut hall.lock().unwrap()) {
        bank.charge().await;
    }
}

fn take_seat(hall: &mut Hall) -> bool {
    let is_free = hall.free > hall.booked;
    hall.booked += u32::from(is_free);
    is_free
}
