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
//!   nobody else has to ask. Who is in a hurry tells the other to stop, and still waits for his end: see
//!   `abort-is-not-join`.
//! - **Rule:** nothing is cleaned up before everybody who uses it has come to an end.
//!
//! Watch it fail, then hold: `cargo run -- run gather-orphan-sibling`

use std::future::Future;

use drawloom::FailureKind::Panic;
use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicBool, Ordering::SeqCst};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;
use drawloom::tokio::task::{self, JoinHandle};
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
    fetch_part().await;
    write(&folder, full)
}

async fn save_locked(folder: Shared, full: bool) -> Result<(), Full> {
    let _lock = folder.lock.lock().await;
    fetch_part().await;
    write(&folder, full)
}

async fn save_if_there(folder: Shared, full: bool) -> Result<(), Full> {
    let _lock = folder.lock.lock().await;
    if !folder.is_there.load(SeqCst) {
        return Ok(());
    }
    fetch_part().await;
    write(&folder, full)
}

/// It takes its time; meanwhile the others run.
async fn fetch_part() {
    task::yield_now().await;
}

fn write(folder: &Folder, full: bool) -> Result<(), Full> {
    let is_gone = !folder.is_there.load(SeqCst);
    folder.is_haunted.fetch_or(is_gone, SeqCst);
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

/// The error is shown for a while; meanwhile the others run.
async fn show_error() {
    task::yield_now().await;
}

/// The stage: Ann, whose disk is full, and Bob. After an error the folder is thrown away.
fn folder<Save, Gather>(
    save: fn(Shared, bool) -> Save,
    gather: fn(Shared, Saving, Saving) -> Gather,
) where
    Save: Future<Output = Result<(), Full>> + Send + 'static,
    Gather: Future<Output = ()>,
{
    let (is_there, is_haunted) = (AtomicBool::new(true), AtomicBool::new(false));
    let folder = Arc::new(Folder { is_there, lock: Mutex::new(()), is_haunted });
    Builder::new_current_thread().build().unwrap().block_on(async {
        let ann = tokio::spawn(save(Arc::clone(&folder), true));
        let bob = tokio::spawn(save(Arc::clone(&folder), false));
        gather(Arc::clone(&folder), ann, bob).await;
        show_error().await;
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
    ],
};
