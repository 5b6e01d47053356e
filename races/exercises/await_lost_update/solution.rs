//! The slow part needs nothing of what was read: await first, then read and write in one section.

use std::sync::Arc;

use drawloom::sync::Mutex;
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;

use super::stage::Printer;

/// A day with so many visitors, each through a door of its own; returns what the counter says.
pub fn day(visitors: u32, printer: &Arc<Printer>) -> u32 {
    let counter = Arc::new(Mutex::new(0));
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let let_in = |_| tokio::spawn(let_in(Arc::clone(&counter), Arc::clone(printer)));
        let visits: Vec<_> = (0..visitors).map(let_in).collect();
        for visit in visits {
            visit.await.unwrap();
        }
    });
    *counter.lock().unwrap()
}

async fn let_in(counter: Arc<Mutex<u32>>, printer: Arc<Printer>) {
    printer.print().await;
    *counter.lock().unwrap() += 1;
}
