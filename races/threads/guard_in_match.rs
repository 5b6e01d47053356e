//! # A guard in a match
//!
//! A page is loaded when it is first asked for. The first request never ends, on any day.
//!
//! - **Bug:** the guard of a `match`'s head lives to the end of the match. The arm locks again, and waits
//!   for itself.
//! - **Near misses:** a reader-writer lock, which waits for its own reader; and a `let` that gives the
//!   lock back, so that the decision is old when it is acted on.
//! - **Fix:** lock once, in the function that everybody calls, and hand the inner one `&mut`.
//! - **Rule:** who has the lock passes on what it guards, and never the lock.
//!
//! Watch it fail, then hold: `cargo run -- run guard-in-match`

use std::collections::BTreeMap;

use drawloom::FailureKind::{Deadlock, Panic};
use drawloom::sync::{Mutex, RwLock};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Match on a guard, and lock again in the arm.
pub fn bug(requests: u32) {
    let cache = Mutex::new(Cache::new());
    requests_come(requests, || match cache.lock().unwrap().get("home") {
        Some(_) => {}
        None => load(&mut cache.lock().unwrap()),
    });
    assert_eq!(cache.into_inner().unwrap()["home"], 1, "the page is loaded once");
}

/// Read in the head, write in the arm.
pub fn read_then_write(requests: u32) {
    let cache = RwLock::new(Cache::new());
    requests_come(requests, || match cache.read().unwrap().get("home") {
        Some(_) => {}
        None => load(&mut cache.write().unwrap()),
    });
    assert_eq!(cache.into_inner().unwrap()["home"], 1, "the page is loaded once");
}

/// A let that gives the lock back.
pub fn copy_out(requests: u32) {
    let cache = Mutex::new(Cache::new());
    requests_come(requests, || {
        let found = cache.lock().unwrap().get("home").copied();
        match found {
            Some(_) => {}
            None => load(&mut cache.lock().unwrap()),
        }
    });
    assert_eq!(cache.into_inner().unwrap()["home"], 1, "the page is loaded once");
}

/// Lock once, and pass on what it guards.
pub fn fix(requests: u32) {
    let cache = Mutex::new(Cache::new());
    requests_come(requests, || look_up(&mut cache.lock().unwrap()));
    assert_eq!(cache.into_inner().unwrap()["home"], 1, "the page is loaded once");
}

/// There is no lock in reach here, and `&mut` is the proof that the caller has it.
fn look_up(cache: &mut Cache) {
    match cache.get("home") {
        Some(_) => {}
        None => load(cache),
    }
}

/// Pages, and how often each was loaded.
type Cache = BTreeMap<&'static str, u32>;

fn load(cache: &mut Cache) {
    *cache.entry("home").or_insert(0) += 1;
}

/// The stage: requests for one page.
fn requests_come(requests: u32, look_up: impl Fn() + Sync) {
    let request = || look_up();
    thread::scope(|scope| (0..requests).for_each(|_| drop(scope.spawn(request))));
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "guard-in-match",
    title: "A guard in a match",
    family: "deadlock",
    setting: Setting::Threads,
    summary: "match on a guard, lock in the arm",
    rule: "who has the lock passes on what it guards, and never the lock",
    source: (file!(), include_str!("guard_in_match.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "match on a guard, lock again in the arm",
            program: || bug(2),
            function: "bug",
            // Whoever is first has the lock and waits for it. Nobody takes a second step.
            expect: Expect::fails(2, 2, Deadlock, "waits for"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "read-then-write",
            role: Role::NearMiss,
            summary: "read in the head, write in the arm",
            program: || read_then_write(2),
            function: "read_then_write",
            // Neither can write. Either reads first and waits for itself, and keeps the other out or does not.
            expect: Expect::fails(4, 4, Deadlock, "wait"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "copy-out",
            role: Role::NearMiss,
            summary: "a let that gives the lock back, and a stale decision",
            program: || copy_out(2),
            function: "copy_out",
            expect: Expect::fails(4, 6, Panic, "the page is loaded once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "lock once, and pass on what it guards",
            program: || fix(2),
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
