//! # Somebody else's name
//!
//! A clerk keeps the name of the customer on a note on his desk, so that he need not pass it around. While
//! he waits for the file of the one, he turns to the other, and writes the other's name on the note.
//!
//! - **Bug:** what belongs to a request is kept where the thread keeps its things. A thread serves many
//!   requests, and changes between them at each await.
//! - **Near miss:** write the name again after the await, once. There is a second await.
//! - **Fix:** the note is locked from the writing of the name to its last use. It holds, and one customer
//!   is served at a time: this is the price of keeping it there.
//! - **Or:** pass the name as a parameter, or keep it with the task (`tokio::task_local!`). Take this one:
//!   what is not shared needs no lock.
//! - **Rule:** a thread is not a request. What belongs to a request travels with its task.
//!
//! Watch it fail, then hold: `cargo run -- run thread-local-context-leak`

use std::future::Future;

use drawloom::FailureKind::Panic;
use drawloom::cell::Cell;
use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::thread_local;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;
use drawloom::tokio::{self, task, task_local};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

thread_local! {
    /// Whom the clerk is serving.
    static NOTE: Cell<u32> = Cell::new(0);
}

task_local! {
    /// Whom the task serves.
    static CUSTOMER: u32;
}

/// A lock for the note, and the entries that are signed with the wrong name.
struct Desk {
    locked: Mutex<()>,
    wrong: AtomicU32,
}

/// So many customers, and one note.
pub fn bug_of(customers: u32) {
    office(customers, serve);
}

async fn serve(desk: Arc<Desk>, customer: u32) {
    NOTE.with(|note| note.set(customer));
    fetch_file().await;
    sign(&desk, customer);
}

async fn serve_writing_again(desk: Arc<Desk>, customer: u32) {
    NOTE.with(|note| note.set(customer));
    fetch_file().await;
    NOTE.with(|note| note.set(customer));
    fetch_file().await;
    sign(&desk, customer);
}

/// So many customers, one at a time.
pub fn fix_of(customers: u32) {
    office(customers, serve_locked);
}

async fn serve_locked(desk: Arc<Desk>, customer: u32) {
    let _locked = desk.locked.lock().await;
    NOTE.with(|note| note.set(customer));
    fetch_file().await;
    sign(&desk, customer);
}

async fn serve_passing_it_on(desk: Arc<Desk>, customer: u32) {
    let name = customer;
    fetch_file().await;
    sign_as(&desk, name, customer);
}

async fn serve_with_a_note_of_its_own(desk: Arc<Desk>, customer: u32) {
    let served = async {
        fetch_file().await;
        sign_as(&desk, CUSTOMER.get(), customer);
    };
    CUSTOMER.scope(customer, served).await;
}

/// Signs with the name on the note, far away from where the customer is known.
fn sign(desk: &Desk, customer: u32) {
    sign_as(desk, NOTE.with(Cell::get), customer);
}

fn sign_as(desk: &Desk, name: u32, customer: u32) {
    desk.wrong.fetch_add(u32::from(name != customer), SeqCst);
}

/// It takes its time; meanwhile the others are served.
async fn fetch_file() {
    task::yield_now().await;
}

/// The stage: so many customers, numbered from one, on one event loop.
fn office<Serve>(customers: u32, serve: fn(Arc<Desk>, u32) -> Serve)
where
    Serve: Future<Output = ()> + Send + 'static,
{
    let desk = Arc::new(Desk { locked: Mutex::new(()), wrong: AtomicU32::new(0) });
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let served: Vec<_> = (1..=customers)
            .map(|customer| tokio::spawn(serve(Arc::clone(&desk), customer)))
            .collect();
        for customer in served {
            customer.await.unwrap();
        }
    });
    assert_eq!(desk.wrong.load(SeqCst), 0, "each entry is signed with its own name");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "thread-local-context-leak",
    title: "Somebody else's name",
    family: "isolation",
    setting: Setting::Bridge,
    summary: "kept by the thread, read after an await",
    rule: "a thread is not a request; what belongs to a request travels with its task",
    source: (file!(), include_str!("thread_local_context_leak.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "keep it by the thread, read it after an await",
            program: || bug_of(2),
            function: "serve",
            expect: Expect::fails(4, 6, Panic, "each entry is signed with its own name"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "write-again",
            role: Role::NearMiss,
            summary: "write it again after the first await",
            program: || office(2, serve_writing_again),
            function: "serve_writing_again",
            expect: Expect::fails(14, 20, Panic, "each entry is signed with its own name"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "the note locked from the writing to the last use",
            program: || fix_of(2),
            function: "serve_locked",
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
        Variant {
            id: "parameter",
            role: Role::Fix,
            summary: "passed as a parameter",
            program: || office(2, serve_passing_it_on),
            function: "serve_passing_it_on",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "task-local",
            role: Role::Fix,
            summary: "kept by the task",
            program: || office(2, serve_with_a_note_of_its_own),
            function: "serve_with_a_note_of_its_own",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
