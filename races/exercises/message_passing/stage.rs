//! The stage of `message-passing`: who asks Ben what he has read.

use super::judge::{Case, Seen, Task};

/// What is judged.
pub const TASK: Task = Task { id: "message-passing", is_about_memory: true };

/// A day with a letter: what is in it, and that Ben has read it, if he saw that it was there.
pub fn cases(day: fn(u32) -> Option<u32>) -> Vec<Case> {
    let of = |name, letter: u32| {
        let program = move || {
            let read = day(letter);
            assert!(read.is_none_or(|read| read == letter), "who sees the flag reads the letter");
            Seen::from([if read.is_some() { "read" } else { "not there" }])
        };
        Case::new(name, program)
            .begin_in_any_order(2)
            .must_be_seen("read", "Ben never reads the letter")
            .must_be_seen("not there", "Ben never comes before the letter is there")
    };
    vec![of("a letter", 7), of("another letter", 8)]
}
