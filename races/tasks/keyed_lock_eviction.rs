//! # The key that was thrown away
//!
//! A hotel hangs up a key for each room that somebody wants to clean, and throws it away when the room is
//! clean, so that the board does not fill up. Three cleaners want room 7.
//!
//! - **Bug:** the key is thrown away while somebody waits for it. Who comes next finds none, has one made,
//!   and both are in the room.
//! - **Near miss:** throw it away only if nobody has it, by `try_lock`. Who has looked it up and not yet
//!   asked for it cannot be seen.
//! - **Fix:** the board's own lock covers looking up *and* throwing away, and under it the board counts who
//!   uses a key, from the look-up on. It is thrown away at zero. Where there are only so many rooms,
//!   throw nothing away.
//! - **Rule:** a lock lives as long as anybody can still come to hold it, and who can is decided under the
//!   lock of the map.
//!
//! Watch it fail, then hold: `cargo run -- run keyed-lock-eviction`

use std::collections::BTreeMap;
use std::future::Future;

use drawloom::FailureKind::Panic;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex as AsyncMutex;
use drawloom::tokio::{self, task};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

const ROOM: u32 = 7;

/// A key, and how many use it.
#[derive(Clone, Default)]
struct Key {
    lock: Arc<AsyncMutex<()>>,
    users: u32,
}

/// The keys that hang on the board, and how many people are in the room.
pub struct Hotel {
    board: Mutex<BTreeMap<u32, Key>>,
    inside: AtomicU32,
}

/// The key is thrown away when the room is clean.
pub async fn clean(hotel: Arc<Hotel>) -> bool {
    let key = hotel.board.lock().unwrap().entry(ROOM).or_default().clone();
    climb_stairs().await;
    let turned = key.lock.lock().await;
    let alone = sweep(&hotel).await;
    drop(turned);
    hotel.board.lock().unwrap().remove(&ROOM);
    alone
}

async fn clean_trying(hotel: Arc<Hotel>) -> bool {
    let key = hotel.board.lock().unwrap().entry(ROOM).or_default().clone();
    climb_stairs().await;
    let turned = key.lock.lock().await;
    let alone = sweep(&hotel).await;
    drop(turned);
    let mut board = hotel.board.lock().unwrap();
    if key.lock.try_lock().is_ok() {
        board.remove(&ROOM);
    }
    alone
}

/// The key is thrown away by the last who could come for it.
pub async fn clean_counting(hotel: Arc<Hotel>) -> bool {
    let key = {
        let mut board = hotel.board.lock().unwrap();
        let key = board.entry(ROOM).or_default();
        key.users += 1;
        key.clone()
    };
    climb_stairs().await;
    let turned = key.lock.lock().await;
    let alone = sweep(&hotel).await;
    drop(turned);
    let mut board = hotel.board.lock().unwrap();
    let users = &mut board.get_mut(&ROOM).unwrap().users;
    *users -= 1;
    if *users == 0 {
        board.remove(&ROOM);
    }
    alone
}

/// It takes a moment; meanwhile the others run.
async fn climb_stairs() {
    task::yield_now().await;
}

/// Says whether the cleaner was alone in the room.
async fn sweep(hotel: &Hotel) -> bool {
    let alone = hotel.inside.fetch_add(1, SeqCst) == 0;
    task::yield_now().await;
    hotel.inside.fetch_sub(1, SeqCst);
    alone
}

/// The stage: so many cleaners on one event loop.
pub fn hotel<Clean>(cleaners: usize, clean: fn(Arc<Hotel>) -> Clean)
where
    Clean: Future<Output = bool> + Send + 'static,
{
    let (board, inside) = (Mutex::new(BTreeMap::new()), AtomicU32::new(0));
    let hotel = Arc::new(Hotel { board, inside });
    let runtime = Builder::new_current_thread().build().unwrap();
    let alone = runtime.block_on(async {
        let cleaners: Vec<_> =
            (0..cleaners).map(|_| tokio::spawn(clean(Arc::clone(&hotel)))).collect();
        let mut alone = true;
        for cleaner in cleaners {
            alone &= cleaner.await.unwrap();
        }
        alone
    });
    assert!(alone, "a room has one cleaner at a time");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "keyed-lock-eviction",
    title: "The key that was thrown away",
    family: "lock placement",
    setting: Setting::Tasks,
    summary: "the lock is forgotten while somebody waits for it",
    rule: "a lock lives as long as anybody can still come to hold it",
    source: (file!(), include_str!("keyed_lock_eviction.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "throw the key away when the room is clean",
            program: || hotel(3, clean),
            function: "clean",
            expect: Expect::fails(216, 906, Panic, "a room has one cleaner at a time"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "try-lock",
            role: Role::NearMiss,
            summary: "throw it away if nobody has it",
            program: || hotel(3, clean_trying),
            function: "clean_trying",
            expect: Expect::fails(108, 834, Panic, "a room has one cleaner at a time"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "count who uses it under the board's lock",
            program: || hotel(3, clean_counting),
            function: "clean_counting",
            expect: Expect::holds(780),
            loom: Loom::Agrees,
        },
    ],
};
