//! # Look, then pop
//!
//! Two workers empty a queue of jobs. Once a week one of them panics on a queue that was not empty.
//!
//! - **Bug:** "is it empty?" and "give me one" are two calls, each with the lock to itself.
//! - **Near miss:** a reader-writer lock, to look with many and to pop alone. There are still two calls.
//! - **Fix:** one call that does both: `pop` says `None` where there is nothing.
//! - **Rule:** ask for the thing, not for whether you could ask.
//!
//! Watch it fail, then hold: `cargo run -- run len-then-pop`

use drawloom::FailureKind::Panic;
use drawloom::parking_lot::{Mutex, RwLock};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Look under the lock, then pop under the lock.
pub fn bug(jobs: usize) {
    let queue = Mutex::new(vec!["paint"; jobs]);
    two_workers(jobs, || {
        if queue.lock().is_empty() {
            return None;
        }
        let job = queue.lock().pop();
        Some(job.expect("a queue with a job in it gives one"))
    });
}

/// Look under a read lock, then pop under a write lock.
pub fn read_then_write(jobs: usize) {
    let queue = RwLock::new(vec!["paint"; jobs]);
    two_workers(jobs, || {
        if queue.read().is_empty() {
            return None;
        }
        let job = queue.write().pop();
        Some(job.expect("a queue with a job in it gives one"))
    });
}

/// Pop, and see.
pub fn fix(jobs: usize) {
    let queue = Mutex::new(vec!["paint"; jobs]);
    two_workers(jobs, || queue.lock().pop());
}

/// The stage: two workers who take jobs until there are none.
fn two_workers(jobs: usize, take: impl Fn() -> Option<&'static str> + Sync) {
    let work = || std::iter::from_fn(&take).count();
    let done = thread::scope(|scope| {
        let ann = scope.spawn(work);
        let ben = scope.spawn(work);
        ann.join().unwrap() + ben.join().unwrap()
    });
    assert_eq!(done, jobs, "every job is done once");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "len-then-pop",
    title: "Look, then pop",
    family: "check-then-act",
    setting: Setting::Threads,
    summary: "is_empty, then pop",
    rule: "ask for the thing, not for whether you could ask",
    source: (file!(), include_str!("len_then_pop.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "look under the lock, pop under the lock",
            program: || bug(1),
            function: "bug",
            expect: Expect::fails(8, 12, Panic, "a queue with a job in it gives one"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "read-then-write",
            role: Role::NearMiss,
            summary: "look under a read lock, pop under a write lock",
            program: || read_then_write(1),
            function: "read_then_write",
            expect: Expect::fails(54, 66, Panic, "a queue with a job in it gives one"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "pop, and see",
            program: || fix(1),
            function: "fix",
            // Whoever comes first takes the job and asks once more, before or after the other asks.
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
    ],
};
