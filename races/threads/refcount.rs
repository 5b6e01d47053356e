//! # A count of references
//!
//! An interpreter without a global lock. Threads drop the last references to one object, and whoever takes
//! the count to zero frees it. Sometimes nobody does, and sometimes two do.
//!
//! - **Bug:** the count is read, and written back. Two who read the same count leave one reference that
//!   nobody has.
//! - **Near misses:** an atomic count that is looked at once more to see whether it is zero; a lock around
//!   each of the two. By the second look somebody else may have been there.
//! - **Fix:** one lock from the count to the decision, which is what a global lock gives every object. An
//!   atomic step that says what the count was does it without: choose that for a count, as `Arc` does.
//! - **Rule:** decide by what your own step found, not by a second look.
//!
//! Watch it fail, then hold: `cargo run -- run refcount`

use drawloom::FailureKind::Panic;
use drawloom::parking_lot::Mutex;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Read, write back, decide.
pub fn bug(owners: u32) {
    let count = AtomicU32::new(owners);
    owners_drop(owners, || {
        let before = count.load(SeqCst);
        count.store(before - 1, SeqCst);
        before == 1
    });
}

/// One step to count, and a second look to decide.
pub fn second_look(owners: u32) {
    let count = AtomicU32::new(owners);
    owners_drop(owners, || {
        count.fetch_sub(1, SeqCst);
        count.load(SeqCst) == 0
    });
}

/// A lock to count, and a lock to decide.
pub fn lock_each(owners: u32) {
    let count = Mutex::new(owners);
    owners_drop(owners, || {
        *count.lock() -= 1;
        *count.lock() == 0
    });
}

/// One lock from the count to the decision.
pub fn fix(owners: u32) {
    let count = Mutex::new(owners);
    owners_drop(owners, || {
        let mut count = count.lock();
        *count -= 1;
        *count == 0
    });
}

/// One step that says what the count was.
pub fn one_step(owners: u32) {
    let count = AtomicU32::new(owners);
    owners_drop(owners, || count.fetch_sub(1, SeqCst) == 1);
}

/// The stage: every owner drops its reference, and says whether it has to free the object.
fn owners_drop(owners: u32, is_last: impl Fn() -> bool + Sync) {
    let owner = || is_last();
    let freed = thread::scope(|scope| {
        let mut dropping = Vec::new();
        for _ in 0..owners {
            dropping.push(scope.spawn(owner));
        }
        dropping.into_iter().filter_map(|owner| owner.join().unwrap().then_some(())).count()
    });
    assert_eq!(freed, 1, "the object is freed once");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "refcount",
    title: "A count of references",
    family: "lifecycle",
    setting: Setting::Threads,
    summary: "count down, then decide",
    rule: "decide by what your own step found, not by a second look",
    source: (file!(), include_str!("refcount.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "read, write back, decide",
            program: || bug(2),
            function: "bug",
            // Both read 2 and leave 1: nobody frees it.
            expect: Expect::fails(4, 6, Panic, "the object is freed once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "second-look",
            role: Role::NearMiss,
            summary: "one step to count, a second look to decide",
            program: || second_look(2),
            function: "second_look",
            // Both count before either looks, and both see 0: it is freed twice.
            expect: Expect::fails(4, 6, Panic, "the object is freed once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-each",
            role: Role::NearMiss,
            summary: "a lock to count and a lock to decide",
            program: || lock_each(2),
            function: "lock_each",
            expect: Expect::fails(4, 6, Panic, "the object is freed once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one lock from the count to the decision",
            program: || fix(2),
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "one-step",
            role: Role::Fix,
            summary: "fetch_sub, which says what the count was",
            program: || one_step(2),
            function: "one_step",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
