//! # Nobody waited for the post
//!
//! The letters are given to a boy, who runs to the post office. The shop closes, and the boy with it.
//!
//! - **Bug:** a handle that is dropped detaches its task. When the runtime goes, the task goes, wherever it
//!   is.
//! - **Near miss:** wait a little before closing.
//! - **Fix:** keep the handle and await it. A lock has no part in this: nothing is shared, somebody is
//!   forgotten.
//! - **Or:** give everybody who runs a sender, and wait for the end of the channel: when the last has
//!   dropped his, all are back. Take it where they are many and come from many places.
//! - **Or:** a `JoinSet` that they all belong to. Take it where they are many and come from one place: it
//!   also stops those who are left when it is dropped.
//! - **Rule:** whoever starts a task owns its end.
//!
//! Watch it fail, then hold: `cargo run -- run detached-task-lost`

use std::time::Duration;

use drawloom::FailureKind::Panic;
use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::mpsc::unbounded_channel;
use drawloom::tokio::task::JoinSet;
use drawloom::tokio::time::sleep;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// So many boys, and nobody waits.
pub fn bug_of(boys: u32) {
    shop(boys, async |posted: Arc<AtomicU32>| {
        for _ in 0..boys {
            tokio::spawn(run(Arc::clone(&posted)));
        }
        tidy_up().await;
    });
}

fn wait_a_little() {
    shop(1, async |posted: Arc<AtomicU32>| {
        tokio::spawn(run(posted));
        sleep(Duration::from_millis(50)).await;
    });
}

/// So many boys, and each is waited for.
pub fn fix_of(boys: u32) {
    shop(boys, async |posted: Arc<AtomicU32>| {
        let boys: Vec<_> = (0..boys).map(|_| tokio::spawn(run(Arc::clone(&posted)))).collect();
        tidy_up().await;
        for boy in boys {
            boy.await.unwrap();
        }
    });
}

fn last_is_back() {
    shop(1, async |posted: Arc<AtomicU32>| {
        let (away, mut back) = unbounded_channel::<()>();
        tokio::spawn(async move {
            run(posted).await;
            drop(away);
        });
        tidy_up().await;
        while back.recv().await.is_some() {}
    });
}

fn all_of_a_set() {
    shop(1, async |posted: Arc<AtomicU32>| {
        let mut boys = JoinSet::new();
        boys.spawn(run(posted));
        tidy_up().await;
        while boys.join_next().await.is_some() {}
    });
}

/// The boy runs to the post office; meanwhile the others run.
async fn run(posted: Arc<AtomicU32>) {
    tokio::task::yield_now().await;
    posted.fetch_add(1, SeqCst);
}

/// It takes a moment, and then the shop closes.
async fn tidy_up() {
    tokio::task::yield_now().await;
}

/// The stage: a shop that sends so many letters, and closes.
fn shop(letters: u32, day: impl AsyncFnOnce(Arc<AtomicU32>)) {
    let posted = Arc::new(AtomicU32::new(0));
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(day(Arc::clone(&posted)));
    drop(runtime);
    assert_eq!(posted.load(SeqCst), letters, "every letter is posted");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "detached-task-lost",
    title: "Nobody waited for the post",
    family: "lifecycle",
    setting: Setting::Tasks,
    summary: "started and forgotten",
    rule: "whoever starts a task owns its end",
    source: (file!(), include_str!("detached_task_lost.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "start it and forget it",
            program: || bug_of(1),
            function: "bug_of",
            expect: Expect::fails(1, 2, Panic, "every letter is posted"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "wait-a-little",
            role: Role::NearMiss,
            summary: "wait a little before the end",
            program: wait_a_little,
            function: "wait_a_little",
            expect: Expect::fails(1, 3, Panic, "every letter is posted"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "keep the handle and await it",
            program: || fix_of(1),
            function: "fix_of",
            expect: Expect::holds(1),
            loom: Loom::Agrees,
        },
        Variant {
            id: "last-is-back",
            role: Role::Fix,
            summary: "wait until the last has dropped a sender",
            program: last_is_back,
            function: "last_is_back",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "join-set",
            role: Role::Fix,
            summary: "a set of tasks, and wait for all of it",
            program: all_of_a_set,
            function: "all_of_a_set",
            // The shop asks before the boy is back, or after.
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
