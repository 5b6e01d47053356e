//! # One boat, two rowers
//!
//! A boat house has one boat. Ann picks it and walks down to see whether it is dry. Bob picks it too:
//! it still lies there.
//!
//! - **Bug:** the boat is picked before the await, and taken out after it.
//! - **Near misses:** a second look, but before the walk; a lock around the picking and a lock around the
//!   taking, which the bug has already: the list is behind a mutex from the beginning.
//! - **Fix:** picked and taken out in one critical section, before the first await. A boat that nobody
//!   can find is nobody else's.
//! - **Or:** a semaphore with a permit for each boat. Who has a permit may take a boat, and who has none
//!   waits for one instead of going home: take it wherever waiting is wanted.
//! - **Rule:** take it out before you wait for anything. What still lies there is free for all.
//!
//! Watch it fail, then hold: `cargo run -- run pool-double-checkout`

use std::future::Future;

use drawloom::FailureKind::Panic;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Semaphore;
use drawloom::tokio::{self, task};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// The boats that lie there, a permit for each of them, and how many people sit in the one boat.
struct House {
    boats: Mutex<Vec<&'static str>>,
    permits: Semaphore,
    aboard: AtomicU32,
}

/// So many rowers, and picking is not taking.
pub fn bug_of(rowers: usize) {
    boat_house(rowers, row);
}

async fn row(house: Arc<House>) -> bool {
    let Some(boat) = house.boats.lock().unwrap().last().copied() else { return true };
    walk_down().await;
    house.boats.lock().unwrap().retain(|&other| other != boat);
    on_the_lake(&house, boat).await
}

async fn row_looking_twice(house: Arc<House>) -> bool {
    let Some(boat) = house.boats.lock().unwrap().last().copied() else { return true };
    if !house.boats.lock().unwrap().contains(&boat) {
        return true;
    }
    walk_down().await;
    house.boats.lock().unwrap().retain(|&other| other != boat);
    on_the_lake(&house, boat).await
}

/// So many rowers, each of whom takes what it picks.
pub fn fix_of(rowers: usize) {
    boat_house(rowers, row_taking_first);
}

async fn row_taking_first(house: Arc<House>) -> bool {
    let Some(boat) = house.boats.lock().unwrap().pop() else { return true };
    walk_down().await;
    on_the_lake(&house, boat).await
}

async fn row_with_permit(house: Arc<House>) -> bool {
    let _permit = house.permits.acquire().await.unwrap();
    let boat = house.boats.lock().unwrap().pop().unwrap();
    walk_down().await;
    on_the_lake(&house, boat).await
}

/// It takes a moment; meanwhile the others run.
async fn walk_down() {
    task::yield_now().await;
}

/// Says whether the rower was alone, and brings the boat back.
async fn on_the_lake(house: &House, boat: &'static str) -> bool {
    let alone = house.aboard.fetch_add(1, SeqCst) == 0;
    task::yield_now().await;
    house.aboard.fetch_sub(1, SeqCst);
    house.boats.lock().unwrap().push(boat);
    alone
}

/// The stage: one boat, and so many rowers on one event loop.
fn boat_house<Row>(rowers: usize, row: fn(Arc<House>) -> Row)
where
    Row: Future<Output = bool> + Send + 'static,
{
    let (boats, permits) = (Mutex::new(vec!["swan"]), Semaphore::new(1));
    let house = Arc::new(House { boats, permits, aboard: AtomicU32::new(0) });
    let runtime = Builder::new_current_thread().build().unwrap();
    let alone = runtime.block_on(async {
        let rowers: Vec<_> = (0..rowers).map(|_| tokio::spawn(row(Arc::clone(&house)))).collect();
        let mut alone = true;
        for rower in rowers {
            alone &= rower.await.unwrap();
        }
        alone
    });
    assert!(alone, "a boat has one rower at a time");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "pool-double-checkout",
    title: "One boat, two rowers",
    family: "check-then-act",
    setting: Setting::Tasks,
    summary: "picked, and not yet taken",
    rule: "take it out before you wait for anything; what still lies there is free for all",
    source: (file!(), include_str!("pool_double_checkout.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "pick, await, take out",
            program: || bug_of(2),
            function: "row",
            expect: Expect::fails(8, 16, Panic, "a boat has one rower at a time"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "look-twice",
            role: Role::NearMiss,
            summary: "look twice before the await",
            program: || boat_house(2, row_looking_twice),
            function: "row_looking_twice",
            expect: Expect::fails(8, 16, Panic, "a boat has one rower at a time"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "pick and take out under one lock, then await",
            program: || fix_of(2),
            function: "row_taking_first",
            expect: Expect::holds(6),
            loom: Loom::Agrees,
        },
        Variant {
            id: "permit",
            role: Role::Fix,
            summary: "a permit for each boat",
            program: || boat_house(2, row_with_permit),
            function: "row_with_permit",
            expect: Expect::holds(6),
            loom: Loom::Agrees,
        },
    ],
};
