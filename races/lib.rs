//! The catalogue: races in threads and in async code, each told broken, nearly fixed and fixed.
//!
//! A race is an ordinary user of [`drawloom`]: nothing here can do what your own tests could not.

// The programs under check fail by panicking: that is how a thread of `std` says that it failed.
#![allow(clippy::unwrap_used, reason = "a race is told in the words that people use")]

pub mod bridge;
pub mod catalogue;
pub mod exercises;
pub mod memory;
pub mod tasks;
pub mod threads;

use catalogue::Race;

/// All races, in the order in which they are best read.
pub const RACES: &[&Race] = &[
    &threads::lost_update::RACE,
    &threads::gil_does_not_save_you::RACE,
    &threads::merge_race::RACE,
    &threads::check_then_act::RACE,
    &threads::len_then_pop::RACE,
    &threads::lazy_init::RACE,
    &threads::id_limit::RACE,
    &threads::file_toctou::RACE,
    &threads::torn_pair::RACE,
    &threads::wrong_lock::RACE,
    &threads::let_underscore::RACE,
    &threads::rwlock_upgrade::RACE,
    &threads::lock_order::RACE,
    &threads::guard_in_match::RACE,
    &threads::recursive_read::RACE,
    &threads::lock_across_send::RACE,
    &threads::lock_while_joining::RACE,
    &threads::nested_jobs::RACE,
    &threads::lost_signal::RACE,
    &threads::if_not_while::RACE,
    &threads::wrong_waiter::RACE,
    &threads::late_registration::RACE,
    &threads::refcount::RACE,
    &threads::panic_under_lock::RACE,
    &tasks::await_lost_update::RACE,
    &tasks::no_await_no_race::RACE,
    &tasks::await_gap::RACE,
    &tasks::stale_index_after_await::RACE,
    &tasks::setup_twice::RACE,
    &tasks::cache_stampede::RACE,
    &tasks::pool_double_checkout::RACE,
    &tasks::wrong_step_order::RACE,
    &tasks::as_completed_order::RACE,
    &tasks::lock_per_call::RACE,
    &tasks::lock_too_narrow::RACE,
    &tasks::keyed_lock_eviction::RACE,
    &tasks::std_mutex_across_await::RACE,
    &tasks::block_on_inside_async::RACE,
    &tasks::blocking_call_starves_loop::RACE,
    &tasks::bounded_mailbox_cycle::RACE,
    &tasks::futurelock::RACE,
    &tasks::biased_select_starvation::RACE,
    &tasks::writer_starvation::RACE,
    &tasks::notify_missed_wakeup::RACE,
    &tasks::cancelled_waiter::RACE,
    &tasks::cancelled_half_way::RACE,
    &tasks::timeout_loses_item::RACE,
    &tasks::select_drops_partial_read::RACE,
    &tasks::dirty_connection_returned::RACE,
    &tasks::permit_leak_on_cancel::RACE,
    &tasks::timeout_retry_duplicates::RACE,
    &tasks::last_sender_not_dropped::RACE,
    &tasks::detached_task_lost::RACE,
    &tasks::shutdown_drops_inflight::RACE,
    &tasks::gather_orphan_sibling::RACE,
    &tasks::wait_first_leaves_losers::RACE,
    &tasks::abort_is_not_join::RACE,
    &bridge::loop_owned_state_from_thread::RACE,
    &bridge::thread_to_loop_missed_wakeup::RACE,
    &bridge::sigterm_missed_before_wait::RACE,
    &bridge::thread_local_context_leak::RACE,
    &memory::message_passing::RACE,
    &memory::store_buffering::RACE,
    &memory::double_checked::RACE,
    &memory::last_one_out::RACE,
    &memory::seqlock::RACE,
    &memory::aba_stack::RACE,
];
