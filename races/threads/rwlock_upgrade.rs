//! # From reader to writer
//!
//! A visitor reads the counter, and then wants to write it. Sometimes a visitor is not counted.
//!
//! - **Bug:** the read lock is given back before the write lock is taken, and the number is old.
//! - **Near miss:** keep the read lock and ask for the write lock. The writer waits for all readers, and one
//!   of them is himself.
//! - **Fix:** take the write lock from the start. Where most who look do not write: look again under the
//!   write lock.
//! - **Or:** an upgradable read lock, which one may have at a time and which becomes the write lock with
//!   nobody in between. Take it where the look is long and others go on reading meanwhile.
//! - **Rule:** what was read under another lock is old: read it again.
//!
//! Watch it fail, then hold: `cargo run -- run rwlock-upgrade`

use drawloom::FailureKind::{Deadlock, Panic};
use drawloom::parking_lot::{RwLock, RwLockUpgradableReadGuard};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Read, give back, write.
pub fn bug(visits: [u32; 2]) {
    let visitors = RwLock::new(0);
    ann_and_ben(visits, || {
        let before = *visitors.read();
        *visitors.write() = before + 1;
    });
    assert_eq!(visitors.into_inner(), visits[0] + visits[1], "every visit is counted");
}

/// Keep the read lock and ask to write.
pub fn keep_reading(visits: [u32; 2]) {
    let visitors = RwLock::new(0);
    ann_and_ben(visits, || {
        let before = visitors.read();
        *visitors.write() = *before + 1;
    });
    assert_eq!(visitors.into_inner(), visits[0] + visits[1], "every visit is counted");
}

/// The write lock from the start.
pub fn fix(visits: [u32; 2]) {
    let visitors = RwLock::new(0);
    ann_and_ben(visits, || {
        let mut visitors = visitors.write();
        *visitors += 1;
    });
    assert_eq!(visitors.into_inner(), visits[0] + visits[1], "every visit is counted");
}

/// Look again under the write lock.
pub fn look_again(visits: [u32; 2]) {
    let visitors = RwLock::new(0);
    ann_and_ben(visits, || {
        let is_open = *visitors.read() < 100;
        let mut visitors = visitors.write();
        if is_open && *visitors < 100 {
            *visitors += 1;
        }
    });
    assert_eq!(visitors.into_inner(), visits[0] + visits[1], "every visit is counted");
}

/// Read in a way that can become writing.
pub fn upgradable(visits: [u32; 2]) {
    let visitors = RwLock::new(0);
    ann_and_ben(visits, || {
        let before = visitors.upgradable_read();
        let mut visitors = RwLockUpgradableReadGuard::upgrade(before);
        *visitors += 1;
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
    id: "rwlock-upgrade",
    title: "From reader to writer",
    family: "lock placement",
    setting: Setting::Threads,
    summary: "read, then write under another lock",
    rule: "what was read under another lock is old: read it again",
    source: (file!(), include_str!("rwlock_upgrade.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "read, give back, write",
            program: || bug([1, 1]),
            function: "bug",
            // Two who read at once do so in C(4, 2) ways, and then write in either order: 12. Else 2.
            expect: Expect::fails(18, 20, Panic, "every visit is counted"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "keep-reading",
            role: Role::NearMiss,
            summary: "keep the read lock and ask to write",
            program: || keep_reading([1, 1]),
            function: "keep_reading",
            expect: Expect::fails(6, 6, Deadlock, "wait"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "the write lock from the start",
            program: || fix([1, 1]),
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "look-again",
            role: Role::Fix,
            summary: "look again under the write lock",
            program: || look_again([1, 1]),
            function: "look_again",
            expect: Expect::holds(20),
            loom: Loom::Agrees,
        },
        Variant {
            id: "upgradable",
            role: Role::Fix,
            summary: "a read lock that becomes the write lock",
            program: || upgradable([1, 1]),
            function: "upgradable",
            // One of them has it from the first step to the last.
            expect: Expect::holds(2),
            loom: Loom::CannotSay("its reader-writer lock has no upgrades"),
        },
    ],
};
