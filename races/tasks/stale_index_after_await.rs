//! # A stale index
//!
//! Ann and Bob cancel, and each is struck off the guest list: find the row, ask the host, strike the
//! row. When Bob's row was found, Ann was still above it. Cy is struck off.
//!
//! - **Bug:** the row was found before the await and is used after it. Others have changed the list
//!   meanwhile.
//! - **Near miss:** a look whether the row is still on the list. It is; somebody else stands in it.
//! - **Fix:** one async lock, made where the tasks start, held from the look-up to the removal, by all
//!   who change the list.
//! - **Or:** ask the host first, then find the row and strike it in one step. Nobody waits for another's
//!   host: take this one where the await does not need the row.
//! - **Rule:** an index, a length or a pointer into a collection does not survive an await. A key does.
//!
//! Watch it fail, then hold: `cargo run -- run stale-index-after-await`

use std::future::Future;

use drawloom::FailureKind::Panic;
use drawloom::sync::{Arc, Mutex};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex as AsyncMutex;
use drawloom::tokio::{self, task};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

type List = Vec<&'static str>;

/// The row is used after the await.
pub fn bug(others: usize) {
    on_a_list(others, strike);
}

/// The row is looked at once more.
pub fn in_bounds(others: usize) {
    on_a_list(others, strike_in_bounds);
}

async fn strike(guests: Arc<Mutex<List>>, name: &'static str) {
    let row = row_of(&guests.lock().unwrap(), name);
    ask_host().await;
    guests.lock().unwrap().remove(row);
}

async fn strike_in_bounds(guests: Arc<Mutex<List>>, name: &'static str) {
    let row = row_of(&guests.lock().unwrap(), name);
    ask_host().await;
    let mut guests = guests.lock().unwrap();
    if row < guests.len() {
        guests.remove(row);
    }
}

/// One lock from the look-up to the removal.
pub fn fix(others: usize) {
    let guests = Arc::new(AsyncMutex::new(ann_bob_and(others)));
    ann_and_bob(|name| strike_locked(Arc::clone(&guests), name));
    let stay = &ann_bob_and(others)[2..];
    assert_eq!(*guests.try_lock().unwrap(), stay, "whoever cancels is struck off");
}

async fn strike_locked(guests: Arc<AsyncMutex<List>>, name: &'static str) {
    let mut guests = guests.lock().await;
    let row = row_of(&guests, name);
    ask_host().await;
    guests.remove(row);
}

/// Ask first, then look up and strike.
pub fn ask_first(others: usize) {
    on_a_list(others, strike_asking_first);
}

async fn strike_asking_first(guests: Arc<Mutex<List>>, name: &'static str) {
    ask_host().await;
    let mut guests = guests.lock().unwrap();
    let row = row_of(&guests, name);
    guests.remove(row);
}

/// A list that begins with Ann and Bob, and has so many others below them.
fn ann_bob_and(others: usize) -> List {
    ["ann", "bob", "cy", "dan", "eve"][..2 + others].to_vec()
}

fn row_of(guests: &List, name: &str) -> usize {
    guests.iter().position(|&guest| guest == name).unwrap()
}

/// The host takes her time; meanwhile the others run.
async fn ask_host() {
    task::yield_now().await;
}

/// The stage for a list that is locked for an instant only.
fn on_a_list<Strike>(others: usize, strike: fn(Arc<Mutex<List>>, &'static str) -> Strike)
where
    Strike: Future<Output = ()> + Send + 'static,
{
    let guests = Arc::new(Mutex::new(ann_bob_and(others)));
    ann_and_bob(|name| strike(Arc::clone(&guests), name));
    let stay = &ann_bob_and(others)[2..];
    assert_eq!(*guests.lock().unwrap(), stay, "whoever cancels is struck off");
}

/// The stage: two who cancel, on one event loop.
fn ann_and_bob<Strike>(strike: impl Fn(&'static str) -> Strike)
where
    Strike: Future<Output = ()> + Send + 'static,
{
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let ann = tokio::spawn(strike("ann"));
        let bob = tokio::spawn(strike("bob"));
        ann.await.unwrap();
        bob.await.unwrap();
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "stale-index-after-await",
    title: "A stale index",
    family: "check-then-act",
    setting: Setting::Tasks,
    summary: "find the row, await, strike the row",
    rule: "an index does not survive an await; a key does",
    source: (file!(), include_str!("stale_index_after_await.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "find the row, await, strike the row",
            program: || bug(1),
            function: "strike",
            expect: Expect::fails(2, 6, Panic, "whoever cancels is struck off"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "in-bounds",
            role: Role::NearMiss,
            summary: "look whether the row is still there",
            program: || in_bounds(1),
            function: "strike_in_bounds",
            expect: Expect::fails(2, 6, Panic, "whoever cancels is struck off"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one async lock from the look-up to the removal",
            program: || fix(1),
            function: "strike_locked",
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
        Variant {
            id: "ask-first",
            role: Role::Fix,
            summary: "await first, then find the row and strike it",
            program: || ask_first(1),
            function: "strike_asking_first",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
