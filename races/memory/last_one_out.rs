//! # The last one out
//!
//! Two readers share a room, each leaves a note and goes, and the last one out clears the room. That is how
//! an `Arc` counts. Sometimes the last one does not find the other's note.
//!
//! - **Bug:** leaving is a `Release`, and the last one does not acquire. What the others did before they
//!   left need not be over for whoever clears up: in a real `Arc` that is a use after free.
//! - **Near misses:** a fence before clearing up that nobody released to; an `Acquire` in the place of the
//!   `Release`.
//! - **Fix:** a count under a lock. Without one: leave with `Release`, and an `Acquire` fence for the last;
//!   or leave with `AcqRel`, which makes everybody pay for what only the last one needs.
//! - **Plain memory:** notes that are no atomics, as what a real `Arc` guards. With the bug there is a data
//!   race in every order, and the explorer finds it too.
//! - **Rule:** who takes away what others have used acquires what they released.
//!
//! Watch it fail, then hold: `cargo run -- run last-one-out`

use drawloom::FailureKind::{DataRace, Panic};
use drawloom::parking_lot::Mutex;
use drawloom::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release};
use drawloom::sync::atomic::{AtomicU32, fence};
use drawloom::thread;

use super::plain::Plain;
use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

fn bug() {
    two_readers(leave(Release, || {}));
}

fn fence_alone() {
    two_readers(leave(Relaxed, || fence(Acquire)));
}

fn acquire_alone() {
    two_readers(leave(Acquire, || {}));
}

fn fix() {
    let count = Mutex::new(2);
    two_readers(|| {
        let mut count = count.lock();
        *count -= 1;
        *count == 0
    });
}

fn release_and_fence() {
    two_readers(leave(Release, || fence(Acquire)));
}

fn acq_rel() {
    two_readers(leave(AcqRel, || {}));
}

fn plain_notes() {
    two_plain_readers(leave(Release, || {}));
}

fn plain_and_fence() {
    two_plain_readers(leave(Release, || fence(Acquire)));
}

/// One reader less, and whether it was the last.
fn leave(order: Ordering, before_clearing_up: impl Fn() + Sync) -> impl Fn() -> bool + Sync {
    let count = AtomicU32::new(2);
    move || {
        let last = count.fetch_sub(1, order) == 1;
        if last {
            before_clearing_up();
        }
        last
    }
}

/// The stage: two readers leave a note each, and the last one out collects them.
fn two_readers(is_last_out: impl Fn() -> bool + Sync) {
    let notes = [AtomicU32::new(0), AtomicU32::new(0)];
    let write = |note: usize| notes[note].store(1, Relaxed);
    write_and_go(write, |note| notes[note].load(Relaxed), is_last_out);
}

/// The same with notes of plain memory.
fn two_plain_readers(is_last_out: impl Fn() -> bool + Sync) {
    let notes = [Plain::new(0), Plain::new(0)];
    let write = |note: usize| notes[note].write(1);
    write_and_go(write, |note| notes[note].read(), is_last_out);
}

fn write_and_go(
    write: impl Fn(usize) + Sync,
    read: impl Fn(usize) -> u32 + Sync,
    is_last_out: impl Fn() -> bool + Sync,
) {
    let reader = |own: usize| {
        write(own);
        is_last_out().then(|| [0, 1].map(&read))
    };
    let collected = thread::scope(|scope| {
        let ann = scope.spawn(|| reader(0));
        let ben = scope.spawn(|| reader(1));
        [ann.join().unwrap(), ben.join().unwrap()]
    });
    let found = collected.into_iter().flatten().next();
    assert_eq!(found, Some([1, 1]), "the last to leave finds every note");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "last-one-out",
    title: "The last one out",
    family: "ordering",
    setting: Setting::Memory,
    summary: "a reference count that only releases",
    rule: "who takes away what others have used acquires what they released",
    source: (file!(), include_str!("last_one_out.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "leave with Release, clear up at once",
            program: bug,
            function: "bug",
            // A note and a departure each make C(4, 2) orders. Whoever departs second reads alone.
            expect: Expect::holds(6),
            loom: Loom::FindsMore(Panic, "the last to leave finds every note"),
        },
        Variant {
            id: "fence-alone",
            role: Role::NearMiss,
            summary: "leave with Relaxed, an Acquire fence",
            program: fence_alone,
            function: "fence_alone",
            expect: Expect::holds(6),
            loom: Loom::FindsMore(Panic, "the last to leave finds every note"),
        },
        Variant {
            id: "acquire-alone",
            role: Role::NearMiss,
            summary: "leave with Acquire",
            program: acquire_alone,
            function: "acquire_alone",
            expect: Expect::holds(6),
            loom: Loom::FindsMore(Panic, "the last to leave finds every note"),
        },
        Variant {
            id: "plain-notes",
            role: Role::NearMiss,
            summary: "notes that are no atomics",
            program: plain_notes,
            function: "plain_notes",
            // Whoever is last reads the other's note, and nothing orders that behind its writing.
            expect: Expect::fails(6, 6, DataRace, "notes"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "a count under a lock",
            program: fix,
            function: "fix",
            expect: Expect::holds(8),
            loom: Loom::Agrees,
        },
        Variant {
            id: "release-and-fence",
            role: Role::Fix,
            summary: "leave with Release, an Acquire fence for the last",
            program: release_and_fence,
            function: "release_and_fence",
            expect: Expect::holds(6),
            loom: Loom::Agrees,
        },
        Variant {
            id: "acq-rel",
            role: Role::Fix,
            summary: "leave with AcqRel",
            program: acq_rel,
            function: "acq_rel",
            expect: Expect::holds(6),
            loom: Loom::Agrees,
        },
        Variant {
            id: "plain-and-fence",
            role: Role::Fix,
            summary: "notes that are no atomics, a release and a fence",
            program: plain_and_fence,
            function: "plain_and_fence",
            expect: Expect::holds(6),
            loom: Loom::Agrees,
        },
    ],
};
