//! The stage of `lost-update`: so many guests, and who counts the coins.

use super::judge::{Case, Seen, Task};

/// What is judged.
pub const TASK: Task = Task { id: "lost-update", is_about_memory: false };

/// The evening for two guests, and for three.
pub fn cases(evening: fn(u32) -> u32) -> Vec<Case> {
    let of = |name, guests: u32, strands| {
        let program = move || {
            assert_eq!(evening(guests), guests, "every coin is in the jar");
            Seen::new()
        };
        Case::new(name, program).begin_in_any_order(strands).end_in_any_order(strands)
    };
    vec![of("two guests", 2, 2), of("three guests", 3, 3)]
}
