//! The stage of `await-gap`: seats, a bank, and two who book.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::task;

use super::judge::{Case, Seen, Task};

/// What is judged.
pub const TASK: Task = Task { id: "await-gap", is_about_memory: false };

/// Charges cards, for several customers at a time.
#[derive(Debug)]
pub struct Bank {
    charging: AtomicU32,
    charged: AtomicU32,
    /// Whether two were charged at the same time: nobody decides by it.
    together: AtomicBool,
}

impl Bank {
    /// Charges a card, which takes its time; meanwhile other tasks run.
    pub async fn charge(&self) {
        if self.charging.fetch_add(1, SeqCst) > 0 {
            self.together.store(true, Relaxed);
        }
        task::yield_now().await;
        self.charging.fetch_sub(1, SeqCst);
        self.charged.fetch_add(1, SeqCst);
    }
}

/// A day with one seat, and one with a seat for each.
pub fn cases(day: fn(u32, &Arc<Bank>) -> u32) -> Vec<Case> {
    let of = |name, seats: u32| {
        let program = move || {
            let bank = Arc::new(Bank {
                charging: AtomicU32::new(0),
                charged: AtomicU32::new(0),
                together: AtomicBool::new(false),
            });
            let booked = day(seats, &bank);
            assert!(booked <= seats, "no seat is sold twice");
            assert_eq!(bank.charged.load(SeqCst), booked, "who is charged has a seat");
            assert_eq!(booked, seats, "a free seat is sold");
            Seen::from_iter(bank.together.load(Relaxed).then_some("two cards"))
        };
        Case::new(name, program).begin_in_any_order(2)
    };
    let otherwise = "two cards are never charged at the same time: who has a seat should not wait for the other's bank";
    vec![of("one seat", 1), of("two seats", 2).must_be_seen("two cards", otherwise)]
}
