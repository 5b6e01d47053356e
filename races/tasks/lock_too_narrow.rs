//! # A lock too narrow
//!
//! "Never hold a lock across an await" is in the guide, and Ann and Bob keep to it: each locks the price
//! and reads it, unlocks, asks what the rise is, locks again, and writes the new price.
//!
//! - **Bug:** two short critical sections where one was needed. What was read in the first is old in the
//!   second.
//! - **Near misses:** a version that is compared in the second section, and the rise given up if it has
//!   changed: nobody tries again. The read under a lock for readers, the write under one for writers.
//! - **Fix:** one section from the read to the write, under a lock whose waiters are tasks.
//! - **Or narrow on purpose:** ask first, and let one short section do what depends on the price. Take it
//!   wherever the slow part does not need to know what it will be added to.
//! - **Or optimistic:** compare the version, and begin again if it has changed. Take it where the slow
//!   part needs the old price and two seldom meet: the loser asks twice.
//! - **Rule:** hold the lock from the read that informs the decision to the write that it justifies.
//!
//! Watch it fail, then hold: `cargo run -- run lock-too-narrow`

use std::future::Future;

use drawloom::FailureKind::Panic;
use drawloom::sync::Arc;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;
use drawloom::tokio::{self, task};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// A price, and how often it was changed.
#[derive(Clone, Copy, Default)]
struct Price {
    cents: u32,
    version: u32,
}

type Shop = Arc<(Mutex<Price>, Mutex<()>)>;

async fn raise(shop: Shop) {
    let seen = shop.0.lock().await.cents;
    let rise = ask_rise().await;
    shop.0.lock().await.cents = seen + rise;
}

async fn raise_or_give_up(shop: Shop) {
    let seen = *shop.0.lock().await;
    let rise = ask_rise().await;
    let mut price = shop.0.lock().await;
    if price.version == seen.version {
        *price = Price { cents: seen.cents + rise, version: seen.version + 1 };
    }
}

async fn raise_with_two_locks(shop: Shop) {
    let reading = shop.1.lock().await;
    let seen = shop.0.try_lock().unwrap().cents;
    drop(reading);
    let rise = ask_rise().await;
    shop.0.lock().await.cents = seen + rise;
}

async fn raise_locked(shop: Shop) {
    let mut price = shop.0.lock().await;
    let seen = price.cents;
    let rise = ask_rise().await;
    price.cents = seen + rise;
}

async fn raise_asking_first(shop: Shop) {
    let rise = ask_rise().await;
    shop.0.lock().await.cents += rise;
}

async fn raise_or_begin_again(shop: Shop) {
    loop {
        let seen = *shop.0.lock().await;
        let rise = ask_rise().await;
        let mut price = shop.0.lock().await;
        if price.version == seen.version {
            *price = Price { cents: seen.cents + rise, version: seen.version + 1 };
            return;
        }
    }
}

/// Head office takes its time; meanwhile the others run.
async fn ask_rise() -> u32 {
    task::yield_now().await;
    5
}

/// So many who raise the price, with a lock that is too narrow.
pub fn bug_of(people: u32) {
    shop(people, raise);
}

/// So many who raise the price, each in one section.
pub fn fix_of(people: u32) {
    shop(people, raise_locked);
}

/// The stage: so many rises of one price, on one event loop.
fn shop<Raise>(people: u32, raise: fn(Shop) -> Raise)
where
    Raise: Future<Output = ()> + Send + 'static,
{
    let shop: Shop = Arc::new((Mutex::new(Price::default()), Mutex::new(())));
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let people: Vec<_> = (0..people).map(|_| tokio::spawn(raise(Arc::clone(&shop)))).collect();
        for person in people {
            person.await.unwrap();
        }
    });
    assert_eq!(shop.0.try_lock().unwrap().cents, 5 * people, "every rise is in the price");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "lock-too-narrow",
    title: "A lock too narrow",
    family: "lock placement",
    setting: Setting::Tasks,
    summary: "unlock, await, lock again",
    rule: "hold the lock from the read that informs the decision to the write that it justifies",
    source: (file!(), include_str!("lock_too_narrow.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "unlock before the await, lock again after it",
            program: || bug_of(2),
            function: "raise",
            expect: Expect::fails(4, 6, Panic, "every rise is in the price"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "give-up",
            role: Role::NearMiss,
            summary: "compare the version, and give up if it has changed",
            program: || shop(2, raise_or_give_up),
            function: "raise_or_give_up",
            expect: Expect::fails(4, 6, Panic, "every rise is in the price"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "two-locks",
            role: Role::NearMiss,
            summary: "a lock for readers and a lock for writers",
            program: || shop(2, raise_with_two_locks),
            function: "raise_with_two_locks",
            expect: Expect::fails(4, 6, Panic, "every rise is in the price"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one lock from the read to the write",
            program: || fix_of(2),
            function: "raise_locked",
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
        Variant {
            id: "ask-first",
            role: Role::Fix,
            summary: "await first, then one short section",
            program: || shop(2, raise_asking_first),
            function: "raise_asking_first",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "begin-again",
            role: Role::Fix,
            summary: "compare the version, and begin again if it has changed",
            program: || shop(2, raise_or_begin_again),
            function: "raise_or_begin_again",
            expect: Expect::holds(6),
            loom: Loom::Agrees,
        },
    ],
};
