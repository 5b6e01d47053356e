//! # Message passing
//!
//! Ann puts a letter into Ben's box and raises the flag. Ben sees the flag and finds an empty box.
//!
//! - **Bug:** two `Relaxed` stores and two `Relaxed` loads. Nothing says that who sees the second store
//!   sees the first as well, and no order of the steps shows it: memory is not an order of steps.
//! - **Near misses:** only one half of the pair, a `Release` that nobody acquires or an `Acquire` of what
//!   nobody released; the strongest ordering on the letter; the right ones with the flag raised first.
//! - **Fix:** a box with a lock. Where the flag must be looked at without waiting: raised with `Release`
//!   and looked at with `Acquire`, or fences in their places.
//! - **Plain memory:** a letter that is no atomic, as letters are. With the bug it is a data race, which is
//!   undefined behaviour and which the explorer finds too; with the pair it is what the pair is there for.
//! - **Rule:** an ordering is a pair, and it orders what lies around it: never the access itself.
//!
//! Watch it fail, then hold: `cargo run -- run message-passing`

use drawloom::FailureKind::{DataRace, Panic};
use drawloom::parking_lot::Mutex;
use drawloom::sync::atomic::Ordering::{self, Acquire, Relaxed, Release, SeqCst};
use drawloom::sync::atomic::{AtomicBool, AtomicU32, fence};
use drawloom::thread;

use super::plain::Plain;
use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

fn bug() {
    post(Relaxed, Relaxed, Relaxed, Relaxed);
}

fn release_alone() {
    post(Relaxed, Release, Relaxed, Relaxed);
}

fn acquire_alone() {
    post(Relaxed, Relaxed, Acquire, Relaxed);
}

fn order_the_letter() {
    post(SeqCst, Relaxed, Relaxed, SeqCst);
}

fn flag_first() {
    let (letter, flag) = (AtomicU32::new(0), AtomicBool::new(false));
    ann_and_ben(
        || {
            flag.store(true, Release);
            letter.store(1, Relaxed);
        },
        || flag.load(Acquire).then(|| letter.load(Relaxed)),
    );
}

fn fix() {
    let letterbox = Mutex::new(None);
    ann_and_ben(|| *letterbox.lock() = Some(1), || letterbox.lock().take());
}

fn release_and_acquire() {
    post(Relaxed, Release, Acquire, Relaxed);
}

fn fences() {
    let (letter, flag) = (AtomicU32::new(0), AtomicBool::new(false));
    ann_and_ben(
        || {
            letter.store(1, Relaxed);
            fence(Release);
            flag.store(true, Relaxed);
        },
        || {
            let raised = flag.load(Relaxed);
            fence(Acquire);
            raised.then(|| letter.load(Relaxed))
        },
    );
}

fn plain_relaxed() {
    post_plainly(Relaxed, Relaxed);
}

fn plain() {
    post_plainly(Release, Acquire);
}

/// As [`post`], with a letter that is no atomic.
fn post_plainly(raise: Ordering, look: Ordering) {
    let (letter, flag) = (Plain::new(0), AtomicBool::new(false));
    ann_and_ben(
        || {
            letter.write(1);
            flag.store(true, raise);
        },
        || flag.load(look).then(|| letter.read()),
    );
}

/// Ann writes and raises, Ben looks and reads.
fn post(write: Ordering, raise: Ordering, look: Ordering, read: Ordering) {
    let (letter, flag) = (AtomicU32::new(0), AtomicBool::new(false));
    ann_and_ben(
        || {
            letter.store(1, write);
            flag.store(true, raise);
        },
        || flag.load(look).then(|| letter.load(read)),
    );
}

/// The stage: Ann posts a letter, and Ben returns what he reads if he sees a flag.
fn ann_and_ben(posts: impl Fn() + Sync, collects: impl Fn() -> Option<u32> + Sync) {
    let read = thread::scope(|scope| {
        let ann = scope.spawn(&posts);
        let ben = scope.spawn(&collects);
        ann.join().unwrap();
        ben.join().unwrap()
    });
    assert_ne!(read, Some(0), "who sees the flag reads the letter");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "message-passing",
    title: "Message passing",
    family: "ordering",
    setting: Setting::Memory,
    summary: "two relaxed stores, two relaxed loads",
    rule: "an ordering is a pair, and it orders what lies around it: never the access itself",
    source: (file!(), include_str!("message_passing.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "letter and flag, all Relaxed",
            program: bug,
            function: "bug",
            // Ben looks before the letter, before the flag, or after it: in the last alone he reads.
            expect: Expect::holds(3),
            loom: Loom::FindsMore(Panic, "who sees the flag reads the letter"),
        },
        Variant {
            id: "release-alone",
            role: Role::NearMiss,
            summary: "raise with Release, look with Relaxed",
            program: release_alone,
            function: "release_alone",
            expect: Expect::holds(3),
            loom: Loom::FindsMore(Panic, "who sees the flag reads the letter"),
        },
        Variant {
            id: "acquire-alone",
            role: Role::NearMiss,
            summary: "raise with Relaxed, look with Acquire",
            program: acquire_alone,
            function: "acquire_alone",
            expect: Expect::holds(3),
            loom: Loom::FindsMore(Panic, "who sees the flag reads the letter"),
        },
        Variant {
            id: "order-the-letter",
            role: Role::NearMiss,
            summary: "SeqCst on the letter, Relaxed on the flag",
            program: order_the_letter,
            function: "order_the_letter",
            expect: Expect::holds(3),
            loom: Loom::FindsMore(Panic, "who sees the flag reads the letter"),
        },
        Variant {
            id: "flag-first",
            role: Role::NearMiss,
            summary: "the right orderings, the flag first",
            program: flag_first,
            function: "flag_first",
            expect: Expect::fails(1, 4, Panic, "who sees the flag reads the letter"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "plain-relaxed",
            role: Role::NearMiss,
            summary: "a letter that is no atomic",
            program: plain_relaxed,
            function: "plain_relaxed",
            // The one order of three in which Ben sees the flag.
            expect: Expect::fails(1, 3, DataRace, "letter"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "a box with a lock",
            program: fix,
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "release-and-acquire",
            role: Role::Fix,
            summary: "raise with Release, look with Acquire",
            program: release_and_acquire,
            function: "release_and_acquire",
            expect: Expect::holds(3),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fences",
            role: Role::Fix,
            summary: "fences around Relaxed accesses",
            program: fences,
            function: "fences",
            expect: Expect::holds(3),
            loom: Loom::Agrees,
        },
        Variant {
            id: "plain",
            role: Role::Fix,
            summary: "a letter that is no atomic, released and acquired",
            program: plain,
            function: "plain",
            expect: Expect::holds(3),
            loom: Loom::Agrees,
        },
    ],
};
