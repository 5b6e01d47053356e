//! The stage of `loop-owned-state-from-thread`: who counts the guests once more.

use super::judge::{Case, Seen, Task};

/// What is judged.
pub const TASK: Task = Task { id: "loop-owned-state-from-thread", is_about_memory: false };

/// An evening with a guest at each door, and one on which nobody comes by the back door.
pub fn cases(evening: fn(u32, u32) -> u32) -> Vec<Case> {
    let of = |name, front: u32, back: u32, strands| {
        let program = move || {
            assert_eq!(evening(front, back), front + back, "every guest is counted");
            Seen::new()
        };
        Case::new(name, program).begin_in_any_order(strands)
    };
    vec![of("a guest at each door", 1, 1, 2), of("two at the front door", 2, 0, 0)]
}
