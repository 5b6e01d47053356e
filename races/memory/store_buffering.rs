//! # Two sleepers
//!
//! A client puts a job down and rings if the worker sleeps. The worker lies down and gets up again if there
//! is a job. Sometimes the job lies there, and the worker sleeps.
//!
//! - **Bug:** each writes its own flag and then reads the other's. Both writes may still be on their way
//!   when both reads are over.
//! - **Near misses:** `Release` and `Acquire`, which order what comes before a write and after a read, and
//!   never a write before a read; the strongest ordering on one side; a fence that is too weak.
//! - **Fix:** one lock around write and read, on both sides. Without one: a `SeqCst` fence between them, or
//!   all four `SeqCst`.
//! - **Rule:** write mine, then read yours, takes a lock or `SeqCst`, and on both sides.
//!
//! Watch it fail, then hold: `cargo run -- run store-buffering`

use drawloom::FailureKind::Panic;
use drawloom::parking_lot::Mutex;
use drawloom::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};
use drawloom::sync::atomic::{AtomicBool, fence};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

fn bug() {
    without_a_lock((Relaxed, Relaxed), (Relaxed, Relaxed), None);
}

fn release_and_acquire() {
    without_a_lock((Release, Acquire), (Release, Acquire), None);
}

fn one_side() {
    without_a_lock((SeqCst, SeqCst), (Relaxed, Relaxed), None);
}

fn weak_fence() {
    without_a_lock((Relaxed, Relaxed), (Relaxed, Relaxed), Some(AcqRel));
}

fn fix() {
    let flags = Mutex::new([false, false]);
    client_and_worker(|mine, yours| {
        let mut flags = flags.lock();
        flags[mine] = true;
        flags[yours]
    });
}

fn strong_fence() {
    without_a_lock((Relaxed, Relaxed), (Relaxed, Relaxed), Some(SeqCst));
}

fn all_seq_cst() {
    without_a_lock((SeqCst, SeqCst), (SeqCst, SeqCst), None);
}

/// The orderings of the client's write and read, and of the worker's, and a fence between the two.
fn without_a_lock(
    client: (Ordering, Ordering),
    worker: (Ordering, Ordering),
    between: Option<Ordering>,
) {
    let (job, asleep) = (AtomicBool::new(false), AtomicBool::new(false));
    let flags = [&job, &asleep];
    client_and_worker(|mine, yours| {
        let (write, read) = [client, worker][mine];
        flags[mine].store(true, write);
        between.into_iter().for_each(fence);
        flags[yours].load(read)
    });
}

/// The stage: each raises a flag of its own and then says whether it sees the other's.
fn client_and_worker(raise_and_look: impl Fn(usize, usize) -> bool + Sync) {
    let (rings, gets_up) = thread::scope(|scope| {
        let client = scope.spawn(|| raise_and_look(0, 1));
        let worker = scope.spawn(|| raise_and_look(1, 0));
        (client.join().unwrap(), worker.join().unwrap())
    });
    assert!(rings || gets_up, "nobody sleeps while there is work");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "store-buffering",
    title: "Two sleepers",
    family: "ordering",
    setting: Setting::Memory,
    summary: "write mine, then read yours",
    rule: "write mine, then read yours, takes a lock or SeqCst, and on both sides",
    source: (file!(), include_str!("store_buffering.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "all four Relaxed",
            program: bug,
            function: "bug",
            // C(4, 2) orders, and in each the last read comes after the other write.
            expect: Expect::holds(6),
            loom: Loom::FindsMore(Panic, "nobody sleeps while there is work"),
        },
        Variant {
            id: "release-and-acquire",
            role: Role::NearMiss,
            summary: "Release writes, Acquire reads",
            program: release_and_acquire,
            function: "release_and_acquire",
            expect: Expect::holds(6),
            loom: Loom::FindsMore(Panic, "nobody sleeps while there is work"),
        },
        Variant {
            id: "one-side",
            role: Role::NearMiss,
            summary: "SeqCst on one side",
            program: one_side,
            function: "one_side",
            expect: Expect::holds(6),
            loom: Loom::FindsMore(Panic, "nobody sleeps while there is work"),
        },
        Variant {
            id: "weak-fence",
            role: Role::NearMiss,
            summary: "an AcqRel fence between write and read",
            program: weak_fence,
            function: "weak_fence",
            expect: Expect::holds(6),
            loom: Loom::FindsMore(Panic, "nobody sleeps while there is work"),
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "one lock around write and read",
            program: fix,
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "strong-fence",
            role: Role::Fix,
            summary: "a SeqCst fence between write and read",
            program: strong_fence,
            function: "strong_fence",
            expect: Expect::holds(6),
            loom: Loom::Agrees,
        },
        Variant {
            id: "all-seq-cst",
            role: Role::Fix,
            summary: "all four SeqCst",
            program: all_seq_cst,
            function: "all_seq_cst",
            expect: Expect::holds(6),
            loom: Loom::CriesWolf(
                "loom takes a SeqCst access for an AcqRel one, and AcqRel is not enough here",
            ),
        },
    ],
};
