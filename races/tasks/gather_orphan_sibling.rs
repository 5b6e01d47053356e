//! # The one who went on
//!
//! Ann and Bob each save a part into one folder. Ann's disk is full, so the folder is thrown away. Bob
//! knows nothing of it and saves his part into a folder that is gone.
//!
//! - **Bug:** `try_join!` returns with the first error. What it waited for goes on.
//! - **Near miss:** an async lock for all that is done with the folder. They no longer overlap, and Bob
//!   still comes second.
//! - **Fix:** under that lock, ask whether the folder is still there.
//! - **Or:** wait for the end of both, then clean up. It is the better one wherever you have the handles:
//!   nobody else has to ask.
//! - **Or:** both in one `JoinSet`. After the first error it stops the other and waits for his end. Take it
//!   where what the others still do is of no use: see `abort-is-not-join` for why the waiting is needed.
//! - **Rule:** nothing is cleaned up before everybody who uses it has come to an end.
//!
//! Watch it fail, then hold: `cargo run -- run gather-orphan-sibling`

use std::future::Future;

use drawloom::FailureKind::Panic;
use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicBool, Ordering::SeqCst};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;
use drawloom::tokio::task::{self, JoinHandle, JoinSet};
use drawloom::tokio::{self, join, try_join};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// A folder that may be gone, a lock for it, and whether somebody has saved into it all the same.
struct Folder {
    is_there: AtomicBool,
    lock: Mutex<()>,
    is_haunted: AtomicBool,
}

type Shared = Arc<Folder>;

/// The disk is full.
struct Full;

type Saving = JoinHandle<Result<(), Full>>;

async fn save(folder: Shared, full: bool) -> Result<(), Full> {
    meanwhile().await;
    write(&folder, full)
}

async fn save_locked(folder: Shared, full: bool) -> Result<(), Full> {
    let _lock = folder.lock.lock().await;
    save(Arc::clone(&folder), full).await
}

async fn save_if_there(folder: Shared, full: bool) -> Result<(), Full> {
    let _lock = folder.lock.lock().await;
    if !folder.is_there.load(SeqCst) {
        return Ok(());
    }
    save(Arc::clone(&folder), full).await
}

/// It takes its time; meanwhile the others run.
async fn meanwhile() {
    task::yield_now().await;
}

fn write(folder: &Folder, full: bool) -> Result<(), Full> {
    folder.is_haunted.fetch_or(!folder.is_there.load(SeqCst), SeqCst);
    if full { Err(Full) } else { Ok(()) }
}

async fn first_error(folder: Shared, ann: Saving, bob: Saving) {
    if try_join!(end_of(ann), end_of(bob)).is_err() {
        folder.is_there.store(false, SeqCst);
    }
}

async fn first_error_locked(folder: Shared, ann: Saving, bob: Saving) {
    if try_join!(end_of(ann), end_of(bob)).is_err() {
        let _lock = folder.lock.lock().await;
        folder.is_there.store(false, SeqCst);
    }
}

async fn all_ends(folder: Shared, ann: Saving, bob: Saving) {
    let (ann, bob) = join!(end_of(ann), end_of(bob));
    if ann.and(bob).is_err() {
        folder.is_there.store(false, SeqCst);
    }
}

async fn end_of(saving: Saving) -> Result<(), Full> {
    saving.await.unwrap()
}

async fn stop_the_other(folder: Shared) {
    let mut savings = JoinSet::new();
    savings.spawn(save(Arc::clone(&folder), true));
    savings.spawn(save(Arc::clone(&folder), false));
    while let Some(saved) = savings.join_next().await {
        if saved.unwrap().is_err() {
            savings.shutdown().await;
            folder.is_there.store(false, SeqCst);
        }
    }
}

/// The stage: Ann, whose disk is full, and Bob. After an error the folder is thrown away.
fn folder<Save>(save: fn(Shared, bool) -> Save, gather: impl AsyncFnOnce(Shared, Saving, Saving))
where
    Save: Future<Output = Result<(), Full>> + Send + 'static,
{
    on_a_loop(async |folder: Shared| {
        let ann = tokio::spawn(save(Arc::clone(&folder), true));
        let bob = tokio::spawn(save(Arc::clone(&folder), false));
        gather(folder, ann, bob).await;
    });
}

/// A folder, which is used and then left alone for a while.
fn on_a_loop(used: impl AsyncFnOnce(Shared)) {
    let (is_there, is_haunted) = (AtomicBool::new(true), AtomicBool::new(false));
    let folder = Arc::new(Folder { is_there, lock: Mutex::new(()), is_haunted });
    Builder::new_current_thread().build().unwrap().block_on(async {
        used(Arc::clone(&folder)).await;
        meanwhile().await;
    });
    assert!(!folder.is_haunted.load(SeqCst), "nobody saves into a folder that is gone");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "gather-orphan-sibling",
    title: "The one who went on",
    family: "lifecycle",
    setting: Setting::Tasks,
    summary: "one fails, the other goes on",
    rule: "nothing is cleaned up before everybody who uses it has come to an end",
    source: (file!(), include_str!("gather_orphan_sibling.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "clean up after the first error",
            program: || folder(save, first_error),
            function: "first_error",
            expect: Expect::fails(1, 4, Panic, "nobody saves into a folder that is gone"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-each",
            role: Role::NearMiss,
            summary: "an async lock for each part",
            program: || folder(save_locked, first_error_locked),
            function: "first_error_locked",
            expect: Expect::fails(1, 10, Panic, "nobody saves into a folder that is gone"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "under the lock, ask whether it is there",
            program: || folder(save_if_there, first_error_locked),
            function: "save_if_there",
            expect: Expect::holds(9),
            loom: Loom::Agrees,
        },
        Variant {
            id: "all-ends",
            role: Role::Fix,
            summary: "wait for the end of both, then clean up",
            program: || folder(save, all_ends),
            function: "all_ends",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "join-set",
            role: Role::Fix,
            summary: "stop the other, and wait for his end",
            program: || on_a_loop(stop_the_other),
            function: "stop_the_other",
            // Both are waited for before either can end. Then one ends, and the other before that is noticed,
            // or after it.
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
    ],
};
