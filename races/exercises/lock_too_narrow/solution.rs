//! One section from the read to the write that it justifies, under a lock whose waiters are tasks.

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
    let mut price = price.lock().await;
    *price += ask_rise(*price).await;
}
