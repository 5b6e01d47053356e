//! One lock, made where the cooks begin and handed down, with what it guards inside.

use std::sync::Arc;

use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;

use super::stage::carry;

/// A kitchen with so many cooks, each of whom takes one thing; returns how many were noted.
pub fn kitchen(cooks: u32) -> u32 {
    let taken = Arc::new(Mutex::new(0));
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let begin = |_| tokio::spawn(take(Arc::clone(&taken)));
        let cooks: Vec<_> = (0..cooks).map(begin).collect();
        for cook in cooks {
            cook.await.unwrap();
        }
    });
    *taken.try_lock().unwrap()
}

async fn take(taken: Arc<Mutex<u32>>) {
    let mut taken = taken.lock().await;
    let seen = *taken;
    carry().await;
    *taken = seen + 1;
}
