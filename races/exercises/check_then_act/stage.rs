//! The stage of `check-then-act`: an account, two machines, and a printer for receipts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};

use super::judge::{Case, Seen, Task};

/// What is judged.
pub const TASK: Task = Task { id: "check-then-act", is_about_memory: false };

/// Prints receipts, for several machines at a time.
#[derive(Debug)]
pub struct Printer {
    printing: AtomicU32,
    /// Whether two have printed at the same time: nobody decides by it.
    together: Arc<AtomicBool>,
}

impl Printer {
    /// Prints a receipt, which takes its time.
    pub fn print(&self) {
        if self.printing.fetch_add(1, SeqCst) > 0 {
            self.together.store(true, Relaxed);
        }
        self.printing.fetch_sub(1, SeqCst);
    }
}

/// A day on which the money is enough for one withdrawal, and one on which it is enough for two.
pub fn cases(day: fn(i64, &Printer) -> i64) -> Vec<Case> {
    let of = |name, balance: i64| {
        let program = move || {
            let together = Arc::new(AtomicBool::new(false));
            let printing = AtomicU32::new(0);
            let printer = Printer { printing, together: Arc::clone(&together) };
            let left = day(balance, &printer);
            assert!(left >= 0, "the account is never overdrawn");
            assert_eq!(left, balance % 80, "who finds enough is paid");
            Seen::from_iter(together.load(Relaxed).then_some("two receipts"))
        };
        Case::new(name, program).begin_in_any_order(2).end_in_any_order(2)
    };
    let enough = of("enough for two", 160);
    let otherwise = "two receipts are never printed at the same time: nobody should wait for a printer with the account locked";
    vec![of("enough for one", 100), enough.must_be_seen("two receipts", otherwise)]
}
