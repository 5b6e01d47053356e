//! Ask first: then the lock is held for an instant, and never across an await.

use std::sync::Arc;

use drawloom::sync::Mutex;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::task::{LocalSet, spawn_local};

use super::stage::ask_archive;

/// An office with so many clerks; returns how many lines are in the book.
pub fn office(clerks: u32) -> u32 {
    let book = Arc::new(Mutex::new(0));
    let runtime = Builder::new_current_thread().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let begin = |_| spawn_local(write_line(Arc::clone(&book)));
        let clerks: Vec<_> = (0..clerks).map(begin).collect();
        for clerk in clerks {
            clerk.await.unwrap();
        }
    });
    *book.lock().unwrap()
}

async fn write_line(book: Arc<Mutex<u32>>) {
    ask_archive().await;
    *book.lock().unwrap() += 1;
}
