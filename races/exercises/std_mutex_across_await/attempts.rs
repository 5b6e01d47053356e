//! What else people try.

use std::future::Future;
use std::sync::Arc;

use drawloom::sync::Mutex;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::task::{LocalSet, spawn_local};

use super::stage::ask_archive;

type Book = Arc<Mutex<u32>>;

fn clerks_who<Write>(clerks: u32, write: fn(Book) -> Write) -> u32
where
    Write: Future<Output = ()> + 'static,
{
    let book = Arc::new(Mutex::new(0));
    let runtime = Builder::new_current_thread().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let clerks: Vec<_> = (0..clerks).map(|_| spawn_local(write(Arc::clone(&book)))).collect();
        for clerk in clerks {
            clerk.await.unwrap();
        }
    });
    *book.lock().unwrap()
}

/// Another right one: a lock whose waiters are tasks.
pub(crate) mod a_lock_of_tasks {
    use drawloom::tokio::sync::Mutex;

    use super::{Arc, Builder, LocalSet, spawn_local};

    pub(crate) fn office(clerks: u32) -> u32 {
        let book = Arc::new(Mutex::new(0));
        let runtime = Builder::new_current_thread().build().unwrap();
        LocalSet::new().block_on(&runtime, async {
            let write = |book: Arc<Mutex<u32>>| async move {
                let mut lines = book.lock().await;
                super::ask_archive().await;
                *lines += 1;
            };
            let clerks: Vec<_> =
                (0..clerks).map(|_| spawn_local(write(Arc::clone(&book)))).collect();
            for clerk in clerks {
                clerk.await.unwrap();
            }
        });
        *book.try_lock().unwrap()
    }
}

pub(crate) mod dropped_after_the_await {
    use super::Book;

    pub(crate) fn office(clerks: u32) -> u32 {
        super::clerks_who(clerks, write_line)
    }

    async fn write_line(book: Book) {
        let mut lines = book.lock().unwrap();
        super::ask_archive().await;
        *lines += 1;
        drop(lines);
    }
}

/// Nobody stands still, and a line is missing.
pub(crate) mod left_alone_where_it_is_taken {
    use super::Book;

    pub(crate) fn office(clerks: u32) -> u32 {
        super::clerks_who(clerks, write_line)
    }

    async fn write_line(book: Book) {
        let Ok(mut lines) = book.try_lock() else { return };
        super::ask_archive().await;
        *lines += 1;
    }
}

pub(crate) mod one_clerk_after_the_other {
    use super::{Arc, Builder, LocalSet, Mutex, spawn_local};

    pub(crate) fn office(clerks: u32) -> u32 {
        let book = Arc::new(Mutex::new(0));
        let runtime = Builder::new_current_thread().build().unwrap();
        LocalSet::new().block_on(&runtime, async {
            for _ in 0..clerks {
                let book = Arc::clone(&book);
                let write = async move {
                    let mut lines = book.lock().unwrap();
                    super::ask_archive().await;
                    *lines += 1;
                };
                spawn_local(write).await.unwrap();
            }
        });
        *book.lock().unwrap()
    }
}
