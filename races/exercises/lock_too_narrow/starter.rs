//! Each of the shop's people raises the price of 1000 by a tenth. "Never hold a lock across an await" is in the
//! guide, and they keep to it. Sometimes a rise is missing.
//!
//! Repair it, so that every rise is in the price. What head office answers depends on the price at the time, and
//! people must still come in whatever order they like, each a task of its own.

use std::sync::Arc;

use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;

use super::stage::ask_rise;

/// A shop where so many raise the price; returns what it is then.
pub fn shop(people: u32) -> u32 {
    let price = Arc::new(Mutex::new(1_000));
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let begin = |_| tokio::spawn(raise(Arc::clone(&price)));
        let people: Vec<_> = (0..people).map(begin).collect();
        for person in people {
            person.await.unwrap();
        }
    });
    *price.try_lock().unwrap()
}

async fn raise(price: Arc<Mutex<u32>>) {
    let seen = *price.lock().await;
    let rise = ask_rise(seen).await;
    *price.lock().await = seen + rise;
}
