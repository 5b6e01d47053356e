//! Races between threads.

pub mod check_then_act;
pub mod lock_order;
pub mod lost_update;
