//! Races between threads.

pub mod check_then_act;
pub mod file_toctou;
pub mod gil_does_not_save_you;
pub mod guard_in_match;
pub mod id_limit;
pub mod if_not_while;
pub mod late_registration;
pub mod lazy_init;
pub mod len_then_pop;
pub mod let_underscore;
pub mod lock_across_send;
pub mod lock_order;
pub mod lock_while_joining;
pub mod lost_signal;
pub mod lost_update;
pub mod merge_race;
pub mod nested_jobs;
pub mod panic_under_lock;
pub mod recursive_read;
pub mod refcount;
pub mod rwlock_upgrade;
pub mod torn_pair;
pub mod wrong_lock;
pub mod wrong_waiter;
