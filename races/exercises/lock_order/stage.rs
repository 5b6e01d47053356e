//! The stage of `lock-order`: who looks whether the money has arrived.

use super::judge::{Case, Seen, Task};

/// What is judged.
pub const TASK: Task = Task { id: "lock-order", is_about_memory: false };

/// A day on which Ann pays Ben and Ben pays Ann.
pub fn cases(day: fn(i64, i64) -> [i64; 2]) -> Vec<Case> {
    let of = |name, rent: i64, refund: i64| {
        let program = move || {
            let expected = [100 - rent + refund, 100 + rent - refund];
            assert_eq!(day(rent, refund), expected, "both transfers have arrived");
            Seen::new()
        };
        Case::new(name, program).begin_in_any_order(2).end_in_any_order(2)
    };
    vec![of("as much each way", 30, 30), of("more one way", 30, 10)]
}
