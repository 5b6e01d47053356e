//! The stage of `std-mutex-across-await`: an archive, and who counts the lines of the book.

use drawloom::tokio::task;

use super::judge::{Case, Seen, Task};

/// What is judged.
pub const TASK: Task = Task { id: "std-mutex-across-await", is_about_memory: false };

/// Asks the archive, which takes its time; meanwhile other tasks run.
pub async fn ask_archive() {
    task::yield_now().await;
}

/// An office with two clerks, and one with three.
pub fn cases(office: fn(u32) -> u32) -> Vec<Case> {
    let of = |name, clerks: u32, strands| {
        let program = move || {
            assert_eq!(office(clerks), clerks, "every line is in the book");
            Seen::new()
        };
        Case::new(name, program).begin_in_any_order(strands).end_in_any_order(strands)
    };
    vec![of("two clerks", 2, 2), of("three clerks", 3, 3)]
}
