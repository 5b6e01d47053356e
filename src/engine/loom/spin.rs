//! Does a task that yields go on, or does it only look whether something has changed?
//!
//! `while !done { yield_now().await }` could be polled again and again before the task that is to set
//! `done`. A real loop is fair, a choice that is tried in every way is not. So a task that has read the
//! same things as the time before, while nobody has changed anything, is left alone until somebody does.
//!
//! Where a task takes a lock or touches an object that loom knows nothing of, nobody can say whether
//! that has changed anything. It may do so [`PATIENCE`] times in a row.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::executor::Job;

/// How often a task may yield before it is taken for one that waits, where that is not certain.
const PATIENCE: usize = 20;

/// What was done to shared objects, counted.
#[derive(Default)]
pub(super) struct Doings {
    /// Everything that may have changed something.
    changes: Cell<u64>,
    /// That part of it of which nobody knows whether it has.
    perhaps: Cell<u64>,
    /// What the poll at hand has read, as one number.
    reads: Cell<u64>,
    /// The counts when the poll at hand began.
    before: Cell<(u64, u64)>,
}

/// How the tasks of an execution have yielded.
#[derive(Default)]
pub(super) struct Yields {
    last: BTreeMap<Job, Last>,
}

#[derive(Default)]
struct Last {
    changes: u64,
    reads: u64,
    in_a_row: usize,
}

impl Doings {
    pub(super) fn reads(&self, word: usize) {
        let mixed = self.reads.get().wrapping_mul(31).wrapping_add(word as u64 + 1);
        self.reads.set(mixed);
    }

    pub(super) fn changes(&self) {
        self.changes.set(self.changes.get() + 1);
    }

    pub(super) fn perhaps_changes(&self) {
        self.changes();
        self.perhaps.set(self.perhaps.get() + 1);
    }

    pub(super) fn begin_poll(&self) {
        self.reads.set(0);
        self.before.set((self.changes.get(), self.perhaps.get()));
    }

    /// How much was done so far: it is more when something has changed.
    pub(super) fn so_far(&self) -> u64 {
        self.changes.get()
    }
}

impl Yields {
    /// A job yields in a poll that has done this. Whether it only waits.
    pub(super) fn only_waits(&mut self, job: Job, doings: &Doings) -> bool {
        let (changes, perhaps) = doings.before.get();
        let own = doings.changes.get() - changes;
        let own_perhaps = doings.perhaps.get() - perhaps;
        let reads = doings.reads.get();
        let last = self.last.entry(job).or_default();
        let by_others = last.changes != changes;
        let same = last.reads == reads;
        (last.changes, last.reads) = (doings.changes.get(), reads);
        if by_others || own > own_perhaps || !same {
            last.in_a_row = 0;
            return false;
        }
        last.in_a_row += 1;
        let certain = own == 0 && reads != 0;
        certain || last.in_a_row > PATIENCE
    }
}
