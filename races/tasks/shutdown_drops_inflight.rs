//! # Closing time
//!
//! A clerk accepts an order, waits for the file, and puts it down. At closing time the light goes out. An
//! order was accepted, and is in no file.
//!
//! - **Bug:** when the loop returns, its tasks are dropped at the await at which they are.
//! - **Near misses:** wait a little before the light goes out. Wait until nobody stands in line: who has been
//!   accepted does not stand there any more.
//! - **Fix:** an async lock that the clerk holds from accepting to putting down, and closing time takes
//!   before the light goes out: never between the two.
//! - **Or:** await the clerk: nothing more comes in, and what has come in is finished. Take this one where
//!   what stands in line must be served too.
//! - **Rule:** what you have said yes to, you finish before you go. Somebody must wait for it.
//!
//! Watch it fail, then hold: `cargo run -- run shutdown-drops-inflight`

use std::future::Future;
use std::time::Duration;

use drawloom::FailureKind::Panic;
use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::{Mutex, Notify};
use drawloom::tokio::task::{self, JoinHandle};
use drawloom::tokio::time::sleep;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// How many orders there are; how many stand in line, were accepted, and were put down; a lock, and a bell for
/// an empty line.
struct Office {
    orders: u32,
    waiting: AtomicU32,
    accepted: AtomicU32,
    put_down: AtomicU32,
    counter: Mutex<()>,
    line_is_empty: Notify,
}

/// Return at closing time.
pub fn bug(orders: u32) {
    office(orders, serve, close);
}

/// Return when nobody stands in line.
pub fn empty_line(orders: u32) {
    office(orders, serve, close_when_empty);
}

/// One lock from accepting to putting down, and for closing.
pub fn fix(orders: u32) {
    office(orders, serve_locked, close_the_counter);
}

/// Await whoever accepts.
pub fn await_clerk(orders: u32) {
    office(orders, serve, close_after_the_clerk);
}

async fn serve(office: Arc<Office>) {
    open().await;
    for _ in 0..office.orders {
        accept_and_put_down(&office).await;
    }
}

async fn serve_locked(office: Arc<Office>) {
    open().await;
    for _ in 0..office.orders {
        let _counter = office.counter.lock().await;
        accept_and_put_down(&office).await;
    }
}

async fn accept_and_put_down(office: &Office) {
    if office.waiting.fetch_sub(1, SeqCst) == 1 {
        office.line_is_empty.notify_one();
    }
    office.accepted.fetch_add(1, SeqCst);
    task::yield_now().await;
    office.put_down.fetch_add(1, SeqCst);
}

/// It takes a moment; meanwhile the others run.
async fn open() {
    task::yield_now().await;
}

async fn close(_office: Arc<Office>, _clerk: JoinHandle<()>) {
    open().await;
}

async fn close_later(_office: Arc<Office>, _clerk: JoinHandle<()>) {
    sleep(Duration::from_millis(50)).await;
}

async fn close_when_empty(office: Arc<Office>, _clerk: JoinHandle<()>) {
    office.line_is_empty.notified().await;
}

async fn close_the_counter(office: Arc<Office>, _clerk: JoinHandle<()>) {
    open().await;
    let _counter = office.counter.lock().await;
}

async fn close_after_the_clerk(_office: Arc<Office>, clerk: JoinHandle<()>) {
    clerk.await.unwrap();
}

/// The stage: a clerk on an event loop, until closing time, and so many orders.
fn office<Serve, Close>(
    orders: u32,
    serve: fn(Arc<Office>) -> Serve,
    close: fn(Arc<Office>, JoinHandle<()>) -> Close,
) where
    Serve: Future<Output = ()> + Send + 'static,
    Close: Future<Output = ()>,
{
    let [waiting, accepted, put_down] = [orders, 0, 0].map(AtomicU32::new);
    let (counter, line_is_empty) = (Mutex::new(()), Notify::new());
    let office = Arc::new(Office { orders, waiting, accepted, put_down, counter, line_is_empty });
    Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
        let clerk = tokio::spawn(serve(Arc::clone(&office)));
        close(Arc::clone(&office), clerk).await;
    });
    let (accepted, put_down) = (office.accepted.load(SeqCst), office.put_down.load(SeqCst));
    assert_eq!(accepted, put_down, "what was accepted is in the file");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "shutdown-drops-inflight",
    title: "Closing time",
    family: "lifecycle",
    setting: Setting::Tasks,
    summary: "accepted, then dropped at an await",
    rule: "what you have said yes to, you finish before you go",
    source: (file!(), include_str!("shutdown_drops_inflight.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "return at closing time",
            program: || bug(1),
            function: "close",
            expect: Expect::fails(1, 3, Panic, "what was accepted is in the file"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "wait-a-little",
            role: Role::NearMiss,
            summary: "return a little later",
            program: || office(1, serve, close_later),
            function: "close_later",
            expect: Expect::fails(2, 6, Panic, "what was accepted is in the file"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "empty-line",
            role: Role::NearMiss,
            summary: "return when nobody stands in line",
            program: || empty_line(1),
            function: "close_when_empty",
            expect: Expect::fails(1, 2, Panic, "what was accepted is in the file"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one lock from accepting to putting down, and for closing",
            program: || fix(1),
            function: "close_the_counter",
            expect: Expect::holds(3),
            loom: Loom::Agrees,
        },
        Variant {
            id: "await-clerk",
            role: Role::Fix,
            summary: "await whoever accepts",
            program: || await_clerk(1),
            function: "close_after_the_clerk",
            expect: Expect::holds(1),
            loom: Loom::Agrees,
        },
    ],
};
