//! The stage of `last-one-out`: two readers, their notes, and a room that is cleared when both have left.

use super::judge::{Case, Seen, Task};

/// What is judged.
pub const TASK: Task = Task { id: "last-one-out", is_about_memory: true };

/// A day with two notes, and one with two others.
pub fn cases(day: fn([u32; 2]) -> Vec<[u32; 2]>) -> Vec<Case> {
    let of = |name, notes: [u32; 2]| {
        let program = move || {
            let found = day(notes);
            assert_eq!(found.len(), 1, "the room is cleared once");
            assert_eq!(found[0], notes, "the last to leave finds every note");
            Seen::new()
        };
        Case::new(name, program).begin_in_any_order(2).end_in_any_order(2)
    };
    vec![of("two notes", [1, 2]), of("two other notes", [3, 4])]
}
