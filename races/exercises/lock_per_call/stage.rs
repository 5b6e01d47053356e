//! The stage of `lock-per-call`: a shelf that is far away, and who counts what was taken from it.

use drawloom::tokio::task;

use super::judge::{Case, Seen, Task};

/// What is judged.
pub const TASK: Task = Task { id: "lock-per-call", is_about_memory: false };

/// Carries something from the shelf: it is heavy, and meanwhile other tasks run.
pub async fn carry() {
    task::yield_now().await;
}

/// A kitchen with two cooks, and one with three.
pub fn cases(kitchen: fn(u32) -> u32) -> Vec<Case> {
    let of = |name, cooks: u32, strands| {
        let program = move || {
            assert_eq!(kitchen(cooks), cooks, "all that is taken is noted");
            Seen::new()
        };
        Case::new(name, program).begin_in_any_order(strands).end_in_any_order(strands)
    };
    vec![of("two cooks", 2, 2), of("three cooks", 3, 3)]
}
