//! What else people try.

use std::future::Future;
use std::sync::Arc;

use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;

use super::stage::Bank;

/// Free seats, and those that are booked.
type Hall = Arc<Mutex<(u32, u32)>>;

fn ann_and_bob<Booking>(seats: u32, bank: &Arc<Bank>, book: fn(Hall, Arc<Bank>) -> Booking) -> u32
where
    Booking: Future<Output = ()> + Send + 'static,
{
    let hall = Arc::new(Mutex::new((seats, 0)));
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let ann = tokio::spawn(book(Arc::clone(&hall), Arc::clone(bank)));
        let bob = tokio::spawn(book(Arc::clone(&hall), Arc::clone(bank)));
        ann.await.unwrap();
        bob.await.unwrap();
    });
    hall.try_lock().unwrap().1
}

pub(crate) mod a_lock_for_each_of_the_two {
    use super::{Arc, Bank, Hall};

    pub(crate) fn day(seats: u32, bank: &Arc<Bank>) -> u32 {
        super::ann_and_bob(seats, bank, book)
    }

    async fn book(hall: Hall, bank: Arc<Bank>) {
        let is_free = {
            let hall = hall.lock().await;
            hall.0 > hall.1
        };
        if is_free {
            bank.charge().await;
            hall.lock().await.1 += 1;
        }
    }
}

/// The second look comes after the money.
pub(crate) mod look_again_when_it_is_charged {
    use super::{Arc, Bank, Hall};

    pub(crate) fn day(seats: u32, bank: &Arc<Bank>) -> u32 {
        super::ann_and_bob(seats, bank, book)
    }

    async fn book(hall: Hall, bank: Arc<Bank>) {
        let is_free = {
            let hall = hall.lock().await;
            hall.0 > hall.1
        };
        if is_free {
            bank.charge().await;
            let mut hall = hall.lock().await;
            if hall.0 > hall.1 {
                hall.1 += 1;
            }
        }
    }
}

pub(crate) mod locked_while_the_bank_takes_its_time {
    use super::{Arc, Bank, Hall};

    pub(crate) fn day(seats: u32, bank: &Arc<Bank>) -> u32 {
        super::ann_and_bob(seats, bank, book)
    }

    async fn book(hall: Hall, bank: Arc<Bank>) {
        let mut hall = hall.lock().await;
        if hall.0 > hall.1 {
            bank.charge().await;
            hall.1 += 1;
        }
    }
}

pub(crate) mod bob_when_ann_is_done {
    use super::{Arc, Bank, Builder, tokio};

    pub(crate) fn day(seats: u32, bank: &Arc<Bank>) -> u32 {
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut booked = 0;
            for _ in 0..2 {
                let bank = Arc::clone(bank);
                let book = async move {
                    if booked < seats {
                        bank.charge().await;
                    }
                };
                tokio::spawn(book).await.unwrap();
                booked = seats.min(booked + 1);
            }
            booked
        })
    }
}
