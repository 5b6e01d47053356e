//! # The merge of a map-reduce
//!
//! Two mappers count the word "loom", each in its own pages, and merge what they find into one
//! dictionary. Sometimes the pages of one of them are not in the result.
//!
//! - **Bug:** a merge reads what is there, adds, and writes back. The other mapper writes in between.
//! - **Near misses:** a dictionary whose every method locks, and a reducer that waits for one mapper.
//! - **Fix:** the lock is held from the look-up to the insert. Or no lock at all: each mapper has a
//!   result of its own, and the reducer adds them up when both have ended. Choose that where the results
//!   are small; choose the lock where somebody looks at the dictionary meanwhile.
//! - **Rule:** what is merged in parallel is merged under one lock, or after the join.
//!
//! Watch it fail, then hold: `cargo run -- run merge-race`

use std::collections::BTreeMap;

use drawloom::FailureKind::Panic;
use drawloom::parking_lot::Mutex;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Read, add, write back.
pub fn bug(pages: [u32; 2]) {
    let total = AtomicU32::new(0);
    two_mappers(pages, |_, found| {
        let so_far = total.load(SeqCst);
        total.store(so_far + found, SeqCst);
    });
    assert_eq!(total.into_inner(), pages[0] + pages[1], "every page is in the result");
}

/// A dictionary with a lock around each of its methods.
pub fn lock_each_method(pages: [u32; 2]) {
    let words = Mutex::new(BTreeMap::new());
    two_mappers(pages, |_, found| {
        let so_far = words.lock().get("loom").copied().unwrap_or(0);
        words.lock().insert("loom", so_far + found);
    });
    assert_eq!(words.into_inner()["loom"], pages[0] + pages[1], "every page is in the result");
}

/// A right merge, and a reducer that waits for the first mapper only.
pub fn reduce_too_early(pages: [u32; 2]) {
    let words = Mutex::new(BTreeMap::from([("loom", 0)]));
    let map = |pages| (0..pages).for_each(|_| *words.lock().entry("loom").or_insert(0) += 1);
    let total = thread::scope(|scope| {
        let left = scope.spawn(|| map(pages[0]));
        let _right = scope.spawn(|| map(pages[1]));
        left.join().unwrap();
        words.lock()["loom"]
    });
    assert_eq!(total, pages[0] + pages[1], "every page is in the result");
}

/// One lock from the look-up to the insert.
pub fn fix(pages: [u32; 2]) {
    let words = Mutex::new(BTreeMap::new());
    two_mappers(pages, |_, found| {
        let mut words = words.lock();
        *words.entry("loom").or_insert(0) += found;
    });
    assert_eq!(words.into_inner()["loom"], pages[0] + pages[1], "every page is in the result");
}

/// A result for each mapper, added up after the join.
pub fn own_result(pages: [u32; 2]) {
    let results = [AtomicU32::new(0), AtomicU32::new(0)];
    two_mappers(pages, |mapper, found| {
        results[mapper].fetch_add(found, SeqCst);
    });
    let total: u32 = results.into_iter().map(AtomicU32::into_inner).sum();
    assert_eq!(total, pages[0] + pages[1], "every page is in the result");
}

/// The stage: two mappers, each of which finds the word once on each of its pages.
fn two_mappers(pages: [u32; 2], merge: impl Fn(usize, u32) + Sync) {
    let map = |mapper: usize| (0..pages[mapper]).for_each(|_| merge(mapper, 1));
    thread::scope(|scope| {
        let left = scope.spawn(|| map(0));
        let right = scope.spawn(|| map(1));
        left.join().unwrap();
        right.join().unwrap();
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "merge-race",
    title: "The merge of a map-reduce",
    family: "lost update",
    setting: Setting::Threads,
    summary: "read, add, write back",
    rule: "what is merged in parallel is merged under one lock, or after the join",
    source: (file!(), include_str!("merge_race.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "read, add, write back",
            program: || bug([1, 1]),
            function: "bug",
            expect: Expect::fails(4, 6, Panic, "every page is in the result"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-each-method",
            role: Role::NearMiss,
            summary: "a dictionary whose every method locks",
            program: || lock_each_method([1, 1]),
            function: "lock_each_method",
            expect: Expect::fails(4, 6, Panic, "every page is in the result"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "reduce-too-early",
            role: Role::NearMiss,
            summary: "a reducer that waits for one mapper",
            program: || reduce_too_early([1, 1]),
            function: "reduce_too_early",
            // The reducer looks after the left mapper: of three orders one has the right mapper last.
            expect: Expect::fails(1, 3, Panic, "every page is in the result"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one lock from the look-up to the insert",
            program: || fix([1, 1]),
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "own-result",
            role: Role::Fix,
            summary: "a result for each, added up after the join",
            program: || own_result([1, 1]),
            function: "own_result",
            // Two steps that do not meet, in either order.
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
