//! The stage of `lock-too-narrow`: head office, and who checks the price.

use drawloom::tokio::task;

use super::judge::{Case, Seen, Task};

/// What is judged.
pub const TASK: Task = Task { id: "lock-too-narrow", is_about_memory: false };

/// Head office says by how much a price rises: by a tenth of what it is. That takes its time, and meanwhile
/// other tasks run.
pub async fn ask_rise(price: u32) -> u32 {
    task::yield_now().await;
    price / 10
}

/// A shop where two raise the price, and one where three do.
pub fn cases(shop: fn(u32) -> u32) -> Vec<Case> {
    let of = |name, people: u32, strands| {
        let program = move || {
            let price = (0..people).fold(1_000, |price, _| price + price / 10);
            assert_eq!(shop(people), price, "every rise is in the price");
            Seen::new()
        };
        Case::new(name, program).begin_in_any_order(strands).end_in_any_order(strands)
    };
    vec![of("two rises", 2, 2), of("three rises", 3, 3)]
}
