//! # Cache stampede
//!
//! The weather was looked up an hour ago, so it is asked for again. Three people want it at once, and the
//! weather station is called three times.
//!
//! - **Bug:** the note is missed before the call, and written after it. Until then everybody misses it.
//! - **Near miss:** an async lock around the call. They now call one after the other, and each still calls.
//! - **Fix:** look again when the lock is yours: one async lock, with the second look inside.
//! - **Or:** write down *that somebody calls* in the step that misses the note, and let the others wait
//!   for the end of that call. The lock is held for an instant only: take it where many different notes
//!   share one lock, and where a caller may give up waiting.
//! - **Or:** an async cell that is set once (`tokio::sync::OnceCell`): take it where a note is never out of
//!   date.
//! - **Rule:** what you knew before you waited for a lock, you must ask again when you have it.
//!
//! Watch it fail, then hold: `cargo run -- run cache-stampede`

use std::future::Future;

use drawloom::FailureKind::Panic;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::{Mutex as AsyncMutex, Notify, OnceCell};
use drawloom::tokio::{self, task};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// What is written down, who may call, and how often somebody has.
struct Board {
    note: Mutex<Note>,
    phone: AsyncMutex<()>,
    called_back: Notify,
    calls: AtomicU32,
    once: OnceCell<()>,
}

#[derive(Clone, Copy, PartialEq)]
enum Note {
    Nothing,
    SomebodyCalls,
    Sunny,
}

/// So many people, and nothing but the note is locked.
pub fn bug_of(people: usize) {
    office(people, look);
}

async fn look(board: Arc<Board>) {
    if *board.note.lock().unwrap() == Note::Nothing {
        call_station(&board).await;
        *board.note.lock().unwrap() = Note::Sunny;
    }
}

async fn look_then_lock(board: Arc<Board>) {
    if *board.note.lock().unwrap() == Note::Nothing {
        let _phone = board.phone.lock().await;
        call_station(&board).await;
        *board.note.lock().unwrap() = Note::Sunny;
    }
}

/// So many people, each of whom looks under the lock.
pub fn fix_of(people: usize) {
    office(people, lock_then_look);
}

async fn lock_then_look(board: Arc<Board>) {
    let _phone = board.phone.lock().await;
    if *board.note.lock().unwrap() == Note::Nothing {
        call_station(&board).await;
        *board.note.lock().unwrap() = Note::Sunny;
    }
}

async fn look_or_wait(board: Arc<Board>) {
    let called_back = board.called_back.notified();
    let before = match board.note.lock().unwrap() {
        mut note if *note == Note::Nothing => std::mem::replace(&mut *note, Note::SomebodyCalls),
        note => *note,
    };
    match before {
        Note::Sunny => {}
        Note::SomebodyCalls => called_back.await,
        Note::Nothing => {
            call_station(&board).await;
            *board.note.lock().unwrap() = Note::Sunny;
            board.called_back.notify_waiters();
        }
    }
}

async fn look_once(board: Arc<Board>) {
    board.once.get_or_init(|| call_station(&board)).await;
}

/// The station takes its time; meanwhile the others run.
async fn call_station(board: &Board) {
    task::yield_now().await;
    board.calls.fetch_add(1, SeqCst);
}

/// The stage: so many people on one event loop.
fn office<Look>(people: usize, look: fn(Arc<Board>) -> Look)
where
    Look: Future<Output = ()> + Send + 'static,
{
    let (note, phone) = (Mutex::new(Note::Nothing), AsyncMutex::new(()));
    let (called_back, calls) = (Notify::new(), AtomicU32::new(0));
    let once = OnceCell::new();
    let board = Arc::new(Board { note, phone, called_back, calls, once });
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let people: Vec<_> = (0..people).map(|_| tokio::spawn(look(Arc::clone(&board)))).collect();
        for person in people {
            person.await.unwrap();
        }
    });
    assert_eq!(board.calls.load(SeqCst), 1, "the station is called once");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "cache-stampede",
    title: "Cache stampede",
    family: "check-then-act",
    setting: Setting::Tasks,
    summary: "everybody misses the same note",
    rule: "what you knew before you waited for a lock, you must ask again when you have it",
    source: (file!(), include_str!("cache_stampede.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "miss, await, write down",
            program: || bug_of(3),
            function: "look",
            expect: Expect::fails(60, 66, Panic, "the station is called once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "look-then-lock",
            role: Role::NearMiss,
            summary: "an async lock around the call",
            program: || office(3, look_then_lock),
            function: "look_then_lock",
            expect: Expect::fails(24, 30, Panic, "the station is called once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "the look inside the lock",
            program: || fix_of(3),
            function: "lock_then_look",
            expect: Expect::holds(24),
            loom: Loom::Agrees,
        },
        Variant {
            id: "one-call",
            role: Role::Fix,
            summary: "write down that somebody calls, wait for the end of that call",
            program: || office(3, look_or_wait),
            function: "look_or_wait",
            expect: Expect::holds(30),
            loom: Loom::Agrees,
        },
        Variant {
            id: "once-cell",
            role: Role::Fix,
            summary: "an async cell that is set once",
            program: || office(3, look_once),
            function: "look_once",
            // One of three calls. Nobody, one or both of the others come before the end of the call, and
            // then all who wait go on at once: 3 * (2 + 2 * 2 + 2 * 2).
            expect: Expect::holds(30),
            loom: Loom::Agrees,
        },
    ],
};
