//! # Set up twice
//!
//! Two rooms want the one heating, which must be lit before it is used. Each looks, finds it cold, and
//! lights it.
//!
//! - **Bug:** whether it is lit is asked before the await, and told after it.
//! - **Near misses:** tell it before the await: the other room turns up a heating that is still cold. An
//!   async lock around the lighting, and the question outside: the second waits, and lights it again.
//! - **Fix:** one async lock, made where both tasks start, with the question inside. Whoever waits for it
//!   finds it lit.
//! - **Or:** an async cell that is set once (`tokio::sync::OnceCell`), which is this lock and this
//!   question: take it where the thing is never torn down again.
//! - **Rule:** ask under the lock under which you act, also if you have asked before.
//!
//! Watch it fail, then hold: `cargo run -- run setup-twice`

use std::future::Future;

use drawloom::FailureKind::Panic;
use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::{Mutex, OnceCell};
use drawloom::tokio::{self, task};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// The heating: whether somebody has seen to it, and how often it was lit.
struct Heating {
    lit: AtomicBool,
    fires: AtomicU32,
    match_box: Mutex<()>,
    once: OnceCell<()>,
}

/// So many rooms, and nothing is locked.
pub fn bug_of(rooms: usize) {
    house(rooms, warm);
}

async fn warm(heating: Arc<Heating>) -> u32 {
    if !heating.lit.load(SeqCst) {
        light(&heating).await;
        heating.lit.store(true, SeqCst);
    }
    heating.fires.load(SeqCst)
}

async fn warm_telling_first(heating: Arc<Heating>) -> u32 {
    if !heating.lit.swap(true, SeqCst) {
        light(&heating).await;
    }
    heating.fires.load(SeqCst)
}

async fn warm_asking_outside(heating: Arc<Heating>) -> u32 {
    if !heating.lit.load(SeqCst) {
        let _match_box = heating.match_box.lock().await;
        light(&heating).await;
        heating.lit.store(true, SeqCst);
    }
    heating.fires.load(SeqCst)
}

/// So many rooms, and the question is asked under the lock.
pub fn fix_of(rooms: usize) {
    house(rooms, warm_asking_inside);
}

async fn warm_asking_inside(heating: Arc<Heating>) -> u32 {
    let _match_box = heating.match_box.lock().await;
    if !heating.lit.load(SeqCst) {
        light(&heating).await;
        heating.lit.store(true, SeqCst);
    }
    heating.fires.load(SeqCst)
}

async fn warm_once(heating: Arc<Heating>) -> u32 {
    heating.once.get_or_init(|| light(&heating)).await;
    heating.fires.load(SeqCst)
}

/// It takes its time until it burns; meanwhile the others run.
async fn light(heating: &Heating) {
    task::yield_now().await;
    heating.fires.fetch_add(1, SeqCst);
}

/// The stage: so many rooms on one event loop, each of which says how often the heating was lit when it
/// was used.
fn house<Warm>(rooms: usize, warm: fn(Arc<Heating>) -> Warm)
where
    Warm: Future<Output = u32> + Send + 'static,
{
    let (lit, fires) = (AtomicBool::new(false), AtomicU32::new(0));
    let (match_box, once) = (Mutex::new(()), OnceCell::new());
    let heating = Arc::new(Heating { lit, fires, match_box, once });
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let rooms: Vec<_> = (0..rooms).map(|_| tokio::spawn(warm(Arc::clone(&heating)))).collect();
        let mut fires = Vec::new();
        for room in rooms {
            fires.push(room.await.unwrap());
        }
        let once = fires.iter().all(|&fires| fires == 1);
        assert!(once, "the heating is lit once, and before it is used");
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "setup-twice",
    title: "Set up twice",
    family: "check-then-act",
    setting: Setting::Tasks,
    summary: "two who find it not yet there",
    rule: "ask under the lock under which you act, also if you have asked before",
    source: (file!(), include_str!("setup_twice.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "ask, await, tell",
            program: || bug_of(2),
            function: "warm",
            expect: Expect::fails(4, 6, Panic, "the heating is lit once, and before it is used"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "tell-first",
            role: Role::NearMiss,
            summary: "tell before the await",
            program: || house(2, warm_telling_first),
            function: "warm_telling_first",
            expect: Expect::fails(2, 4, Panic, "the heating is lit once, and before it is used"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "ask-outside",
            role: Role::NearMiss,
            summary: "an async lock around the lighting, the question outside",
            program: || house(2, warm_asking_outside),
            function: "warm_asking_outside",
            expect: Expect::fails(2, 4, Panic, "the heating is lit once, and before it is used"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one async lock with the question inside",
            program: || fix_of(2),
            function: "warm_asking_inside",
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
        Variant {
            id: "once-cell",
            role: Role::Fix,
            summary: "an async cell that is set once",
            program: || house(2, warm_once),
            function: "warm_once",
            // As with the lock: who comes second either waits, or comes when all is done.
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
    ],
};
