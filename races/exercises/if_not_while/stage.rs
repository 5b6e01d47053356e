//! The stage of `if-not-while`: who asks the customers what they got.

use super::judge::{Case, Seen, Task};

/// What is judged.
pub const TASK: Task = Task { id: "if-not-while", is_about_memory: false };

/// A morning with one customer, and one with two.
pub fn cases(morning: fn(usize) -> Vec<bool>) -> Vec<Case> {
    let of = |name, customers: usize| {
        let program = move || {
            let served = morning(customers);
            assert_eq!(served.len(), customers, "every customer says what they got");
            assert!(served.into_iter().all(|got| got), "there is a loaf for whoever takes one");
            Seen::new()
        };
        // The baker is one more who may begin.
        Case::new(name, program).begin_in_any_order(customers + 1).end_in_any_order(customers)
    };
    vec![of("two customers", 2), of("one customer", 1)]
}
