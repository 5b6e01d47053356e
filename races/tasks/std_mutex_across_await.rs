//! # A thread's lock across an await
//!
//! Two clerks share a log book. Each takes it, waits for the archive to answer, and writes a line. One
//! day the whole office stands still.
//!
//! - **Bug:** the lock is a thread's lock, and it is held across an await. The other clerk's task stops
//!   the thread to wait for it, and that thread is the only one that could ever poll the holder.
//! - **Near miss:** dropping the guard by hand, but after the await.
//! - **Fix:** a lock that lets the thread go: tokio's own. Who waits for it is a task, not the thread.
//! - **Or:** ask the archive first, and take the book when there is nothing left to wait for.
//! - **Rule:** a task must never stop the thread that the others need.
//!
//! The compiler refuses this guard in `tokio::spawn`, whose tasks may move between threads. Tasks that
//! stay on theirs, as here in a `LocalSet`, are let through. clippy knows the guards of `std` and
//! `parking_lot` by name, and warns of one that is held across an await.
//!
//! Watch it fail, then hold: `cargo run -- run std-mutex-across-await`

use std::future::Future;

use drawloom::FailureKind::Deadlock;
use drawloom::sync::{Arc, Mutex};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex as AsyncMutex;
use drawloom::tokio::task::{self, LocalSet, spawn_local};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// A thread's lock, held across an await.
pub fn bug(clerks: u32) {
    let book = Arc::new(Mutex::new(0));
    office(clerks, || write_line(Arc::clone(&book)));
    assert_eq!(*book.lock().unwrap(), clerks, "every line is in the book");
}

async fn write_line(book: Arc<Mutex<u32>>) {
    let mut lines = book.lock().unwrap();
    ask_archive().await;
    *lines += 1;
}

/// Dropped by hand, but after the await.
pub fn drop_too_late(clerks: u32) {
    let book = Arc::new(Mutex::new(0));
    office(clerks, || write_line_and_drop(Arc::clone(&book)));
    assert_eq!(*book.lock().unwrap(), clerks, "every line is in the book");
}

async fn write_line_and_drop(book: Arc<Mutex<u32>>) {
    let mut lines = book.lock().unwrap();
    ask_archive().await;
    *lines += 1;
    drop(lines);
}

/// A lock whose waiters are tasks.
pub fn fix(clerks: u32) {
    let book = Arc::new(AsyncMutex::new(0));
    office(clerks, || write_line_async(Arc::clone(&book)));
    assert_eq!(*book.try_lock().unwrap(), clerks, "every line is in the book");
}

async fn write_line_async(book: Arc<AsyncMutex<u32>>) {
    let mut lines = book.lock().await;
    ask_archive().await;
    *lines += 1;
}

/// Await first, then lock.
pub fn ask_first(clerks: u32) {
    let book = Arc::new(Mutex::new(0));
    office(clerks, || write_line_asking_first(Arc::clone(&book)));
    assert_eq!(*book.lock().unwrap(), clerks, "every line is in the book");
}

async fn write_line_asking_first(book: Arc<Mutex<u32>>) {
    ask_archive().await;
    let mut lines = book.lock().unwrap();
    *lines += 1;
}

/// The archive takes its time; meanwhile the others run.
async fn ask_archive() {
    task::yield_now().await;
}

/// The stage: so many tasks that stay on one thread.
fn office<Work>(clerks: u32, write_line: impl Fn() -> Work)
where
    Work: Future<Output = ()> + 'static,
{
    let runtime = Builder::new_current_thread().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let clerks: Vec<_> = (0..clerks).map(|_| spawn_local(write_line())).collect();
        for clerk in clerks {
            clerk.await.unwrap();
        }
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "std-mutex-across-await",
    title: "A thread's lock across an await",
    family: "deadlock",
    setting: Setting::Tasks,
    summary: "a task that stops the thread",
    rule: "a task must never stop the thread that the others need",
    source: (file!(), include_str!("std_mutex_across_await.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "a std guard held across an await",
            program: || bug(2),
            function: "write_line",
            expect: Expect::fails(2, 4, Deadlock, "waits for book"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "drop-too-late",
            role: Role::NearMiss,
            summary: "drop the guard, but after the await",
            program: || drop_too_late(2),
            function: "write_line_and_drop",
            expect: Expect::fails(2, 4, Deadlock, "waits for book"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "a lock whose waiters are tasks",
            program: || fix(2),
            function: "write_line_async",
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
        Variant {
            id: "ask-first",
            role: Role::Fix,
            summary: "await first, then lock",
            program: || ask_first(2),
            function: "write_line_asking_first",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
