//! # The answer that changed
//!
//! Two libraries are asked for the same book. The first answer is pinned to the board and read out twice.
//! Between the two readings the second answer is pinned over it.
//!
//! - **Bug:** whoever waits for the first goes on, and so does the second.
//! - **Near miss:** tell the second to stop, after the answer was used.
//! - **Fix:** under the board's lock, pin only what is first. Whoever comes later may come.
//! - **Or:** tell the others to stop before the answer is used. On one event loop that is enough; among
//!   workers await their handles too. Take it where the losers cost something.
//! - **Rule:** "first wins" must be said where the result is written, or nobody else may be left to write.
//!
//! Watch it fail, then hold: `cargo run -- run wait-first-leaves-losers`

use std::future::Future;

use drawloom::FailureKind::Panic;
use drawloom::sync::{Arc, Mutex};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::task::{self, JoinHandle};
use drawloom::tokio::{self, select};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// The number of the library whose answer is there.
type Board = Arc<Mutex<Option<u32>>>;

async fn answer(board: Board, library: u32) {
    search().await;
    *board.lock().unwrap() = Some(library);
}

async fn answer_if_first(board: Board, library: u32) {
    search().await;
    board.lock().unwrap().get_or_insert(library);
}

async fn read_twice(board: Board, mut libraries: [JoinHandle<()>; 2]) -> bool {
    wait_for_first(&mut libraries).await;
    read_out(&board).await
}

async fn stop_late(board: Board, mut libraries: [JoinHandle<()>; 2]) -> bool {
    wait_for_first(&mut libraries).await;
    let same = read_out(&board).await;
    libraries.iter().for_each(JoinHandle::abort);
    same
}

async fn stop_early(board: Board, mut libraries: [JoinHandle<()>; 2]) -> bool {
    wait_for_first(&mut libraries).await;
    libraries.iter().for_each(JoinHandle::abort);
    read_out(&board).await
}

async fn wait_for_first([one, other]: &mut [JoinHandle<()>; 2]) {
    select! {
        biased;
        _ = one => {}
        _ = other => {}
    }
}

/// Reads the board twice, and says whether it was the same.
async fn read_out(board: &Mutex<Option<u32>>) -> bool {
    let first = *board.lock().unwrap();
    task::yield_now().await;
    let second = *board.lock().unwrap();
    first == second
}

/// It takes its time; meanwhile the others run.
async fn search() {
    task::yield_now().await;
}

/// The stage: two libraries and a reader, on one event loop.
fn reading_room<Answer, Read>(
    answer: fn(Board, u32) -> Answer,
    read: fn(Board, [JoinHandle<()>; 2]) -> Read,
) where
    Answer: Future<Output = ()> + Send + 'static,
    Read: Future<Output = bool> + Send + 'static,
{
    let same = Builder::new_current_thread().build().unwrap().block_on(async {
        let board = Arc::new(Mutex::new(None));
        let libraries = [1, 2].map(|library| tokio::spawn(answer(Arc::clone(&board), library)));
        let reader = tokio::spawn(read(board, libraries));
        reader.await.unwrap()
    });
    assert!(same, "the answer does not change while it is read out");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "wait-first-leaves-losers",
    title: "The answer that changed",
    family: "lifecycle",
    setting: Setting::Tasks,
    summary: "the first wins, the second goes on",
    rule: "say that the first wins where the result is written, or leave nobody who could write",
    source: (file!(), include_str!("wait_first_leaves_losers.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "go on with the first",
            program: || reading_room(answer, read_twice),
            function: "read_twice",
            expect: Expect::fails(4, 16, Panic, "the answer does not change while it is read out"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "stop-late",
            role: Role::NearMiss,
            summary: "stop the other after the answer was used",
            program: || reading_room(answer, stop_late),
            function: "stop_late",
            expect: Expect::fails(4, 16, Panic, "the answer does not change while it is read out"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "under the lock, write only what is first",
            program: || reading_room(answer_if_first, read_twice),
            function: "answer_if_first",
            expect: Expect::holds(16),
            loom: Loom::Agrees,
        },
        Variant {
            id: "stop-early",
            role: Role::Fix,
            summary: "stop the other, then use the answer",
            program: || reading_room(answer, stop_early),
            function: "stop_early",
            expect: Expect::holds(16),
            loom: Loom::Agrees,
        },
    ],
};
