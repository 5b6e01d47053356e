//! Races between tasks: a change of shared state that spans an await.

#![allow(
    clippy::unused_async,
    reason = "what is spawned is told as an async function, also where it never waits"
)]

pub mod abort_is_not_join;
pub mod as_completed_order;
pub mod await_gap;
pub mod await_lost_update;
pub mod biased_select_starvation;
pub mod block_on_inside_async;
pub mod blocking_call_starves_loop;
pub mod bounded_mailbox_cycle;
pub mod cache_stampede;
pub mod cancelled_half_way;
pub mod cancelled_waiter;
pub mod detached_task_lost;
pub mod dirty_connection_returned;
pub mod futurelock;
pub mod gather_orphan_sibling;
pub mod keyed_lock_eviction;
pub mod last_sender_not_dropped;
pub mod lock_per_call;
pub mod lock_too_narrow;
pub mod no_await_no_race;
pub mod notify_missed_wakeup;
pub mod permit_leak_on_cancel;
pub mod pool_double_checkout;
pub mod select_drops_partial_read;
pub mod setup_twice;
pub mod shutdown_drops_inflight;
pub mod stale_index_after_await;
pub mod std_mutex_across_await;
pub mod timeout_loses_item;
pub mod timeout_retry_duplicates;
pub mod wait_first_leaves_losers;
pub mod writer_starvation;
pub mod wrong_step_order;
