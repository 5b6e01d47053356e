//! Races between tasks: a change of shared state that spans an await.

pub mod await_gap;
pub mod cancelled_half_way;
pub mod std_mutex_across_await;
