//! A museum has a counter and several doors. Each door reads it, prints a ticket, and writes it back. Sometimes
//! a visitor is not counted.
//!
//! Repair it, so that every visitor is counted. Printing is slow, and the doors must be able to print at the
//! same time.

use std::sync::Arc;

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;

use super::stage::Printer;

/// A day with so many visitors, each through a door of its own; returns what the counter says.
pub fn day(visitors: u32, printer: &Arc<Printer>) -> u32 {
    let counter = Arc::new(AtomicU32::new(0));
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let let_in = |_| tokio::spawn(let_in(Arc::clone(&counter), Arc::clone(printer)));
        let visits: Vec<_> = (0..visitors).map(let_in).collect();
        for visit in visits {
            visit.await.unwrap();
        }
    });
    counter.load(SeqCst)
}

async fn let_in(counter: Arc<AtomicU32>, printer: Arc<Printer>) {
    let seen = counter.load(SeqCst);
    printer.print().await;
    counter.store(seen + 1, SeqCst);
}
