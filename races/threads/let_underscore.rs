//! # One character
//!
//! Two visitors are counted, under a lock. The line that takes it begins with `let _ =`, and sometimes a
//! visitor is not counted.
//!
//! - **Bug:** `_` binds nothing, so the guard is dropped at the semicolon. The lock is taken and given back,
//!   and then the work begins.
//! - **Near miss:** a guard with a name, in a block that ends before the last write.
//! - **Fix:** a guard with a name, to the end of what it guards.
//! - **Rule:** a guard has a name, and its block is the critical section.
//!
//! The compiler refuses the bug for `std`'s locks (`let_underscore_lock`), and knows no other library's.
//!
//! Watch it fail, then hold: `cargo run -- run let-underscore`

use drawloom::FailureKind::Panic;
use drawloom::sync::Mutex;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Dropped at the semicolon.
#[expect(let_underscore_drop, reason = "this is the bug")]
pub fn bug(visits: [u32; 2]) {
    let (door, visitors) = (Mutex::new(()), AtomicU32::new(0));
    ann_and_ben(visits, || {
        let _ = door.lock().unwrap();
        let before = visitors.load(SeqCst);
        visitors.store(before + 1, SeqCst);
    });
    assert_eq!(visitors.into_inner(), visits[0] + visits[1], "every visit is counted");
}

/// A block that ends before the last write.
pub fn block_too_short(visits: [u32; 2]) {
    let (door, visitors) = (Mutex::new(()), AtomicU32::new(0));
    ann_and_ben(visits, || {
        let before = {
            let _door = door.lock().unwrap();
            visitors.load(SeqCst)
        };
        visitors.store(before + 1, SeqCst);
    });
    assert_eq!(visitors.into_inner(), visits[0] + visits[1], "every visit is counted");
}

/// A guard with a name.
pub fn fix(visits: [u32; 2]) {
    let (door, visitors) = (Mutex::new(()), AtomicU32::new(0));
    ann_and_ben(visits, || {
        let _door = door.lock().unwrap();
        let before = visitors.load(SeqCst);
        visitors.store(before + 1, SeqCst);
    });
    assert_eq!(visitors.into_inner(), visits[0] + visits[1], "every visit is counted");
}

/// The stage: two visitors, each of whom comes so often.
fn ann_and_ben([by_ann, by_ben]: [u32; 2], comes_in: impl Fn() + Sync) {
    thread::scope(|scope| {
        let ann = scope.spawn(|| (0..by_ann).for_each(|_| comes_in()));
        let ben = scope.spawn(|| (0..by_ben).for_each(|_| comes_in()));
        ann.join().unwrap();
        ben.join().unwrap();
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "let-underscore",
    title: "One character",
    family: "lock placement",
    setting: Setting::Threads,
    summary: "let _ = lock()",
    rule: "a guard has a name, and its block is the critical section",
    source: (file!(), include_str!("let_underscore.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "let _ = lock(): dropped at the semicolon",
            program: || bug([1, 1]),
            function: "bug",
            expect: Expect::fails(16, 30, Panic, "every visit is counted"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "block-too-short",
            role: Role::NearMiss,
            summary: "a block that ends before the last write",
            program: || block_too_short([1, 1]),
            function: "block_too_short",
            expect: Expect::fails(6, 10, Panic, "every visit is counted"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "a guard with a name",
            program: || fix([1, 1]),
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
