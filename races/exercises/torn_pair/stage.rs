//! The stage of `torn-pair`: who adds up what the auditor has found.

use super::judge::{Case, Seen, Task};

/// What is judged.
pub const TASK: Task = Task { id: "torn-pair", is_about_memory: false };

/// A day with one transfer, and one with two.
pub fn cases(day: fn(u32) -> (i64, i64)) -> Vec<Case> {
    let of = |name, transfers: u32| {
        let program = move || {
            let (checking, savings) = day(transfers);
            assert_eq!(checking + savings, 100, "the auditor finds all the money");
            Seen::from([match savings / 30 {
                0 => "before",
                1 => "after one",
                _ => "after two",
            }])
        };
        let first = "the auditor never comes before the transfer";
        Case::new(name, program)
            .begin_in_any_order(2)
            .end_in_any_order(2)
            .must_be_seen("before", first)
            .must_be_seen("after one", "the auditor never comes after the first transfer")
    };
    let two = of("two transfers", 2);
    vec![
        of("one transfer", 1),
        two.must_be_seen("after two", "the auditor never comes after both transfers"),
    ]
}
