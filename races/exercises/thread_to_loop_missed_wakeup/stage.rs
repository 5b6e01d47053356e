//! The stage of `thread-to-loop-missed-wakeup`: who asks whether the letters were taken.

use super::judge::{Case, Seen, Task};

/// What is judged.
pub const TASK: Task = Task { id: "thread-to-loop-missed-wakeup", is_about_memory: false };

/// A day with one letter, and one with two.
pub fn cases(day: fn(u32) -> u32) -> Vec<Case> {
    let of = |name, letters: u32| {
        let program = move || {
            assert_eq!(day(letters), letters, "every letter is taken");
            Seen::new()
        };
        Case::new(name, program).begin_in_any_order(2)
    };
    vec![of("one letter", 1), of("two letters", 2)]
}
