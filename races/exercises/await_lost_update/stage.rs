//! The stage of `await-lost-update`: a printer for tickets, and who counts the visitors.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::task;

use super::judge::{Case, Seen, Task};

/// What is judged.
pub const TASK: Task = Task { id: "await-lost-update", is_about_memory: false };

/// Prints tickets, at every door one.
#[derive(Debug)]
pub struct Printer {
    printing: AtomicU32,
    /// Whether two were printed at the same time: nobody decides by it.
    together: AtomicBool,
}

impl Printer {
    /// Prints a ticket, which takes its time; meanwhile other tasks run.
    pub async fn print(&self) {
        if self.printing.fetch_add(1, SeqCst) > 0 {
            self.together.store(true, Relaxed);
        }
        task::yield_now().await;
        self.printing.fetch_sub(1, SeqCst);
    }
}

/// A day with two visitors, and one with three.
pub fn cases(day: fn(u32, &Arc<Printer>) -> u32) -> Vec<Case> {
    let of = |name, visitors: u32, strands| {
        let program = move || {
            let (printing, together) = (AtomicU32::new(0), AtomicBool::new(false));
            let printer = Arc::new(Printer { printing, together });
            assert_eq!(day(visitors, &printer), visitors, "every visitor is counted");
            Seen::from_iter(printer.together.load(Relaxed).then_some("two tickets"))
        };
        let otherwise = "two tickets are never printed at the same time: no door should wait for another's printer";
        Case::new(name, program)
            .begin_in_any_order(strands)
            .end_in_any_order(strands)
            .must_be_seen("two tickets", otherwise)
    };
    vec![of("two visitors", 2, 2), of("three visitors", 3, 3)]
}
