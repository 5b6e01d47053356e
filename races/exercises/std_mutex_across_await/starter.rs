//! Clerks ask the archive and write a line into one book. Sometimes the whole office stands still.
//!
//! Repair it, so that every line is in the book in every schedule. The clerks must still come in whatever order
//! they like, each a task of its own.

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
    let mut lines = book.lock().unwrap();
    ask_archive().await;
    *lines += 1;
}
