//! The catalogue: races in threads and in async code, each told broken, nearly fixed and fixed.
//!
//! A race is an ordinary user of [`drawloom`]: nothing here can do what your own tests could not.

// The programs under check fail by panicking: that is how a thread of `std` says that it failed.
#![allow(clippy::unwrap_used, reason = "a race is told in the words that people use")]

pub mod catalogue;
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
    &tasks::await_gap::RACE,
    &tasks::std_mutex_across_await::RACE,
    &tasks::cancelled_half_way::RACE,
    &memory::message_passing::RACE,
    &memory::store_buffering::RACE,
    &memory::double_checked::RACE,
    &memory::last_one_out::RACE,
    &memory::seqlock::RACE,
    &memory::aba_stack::RACE,
];
