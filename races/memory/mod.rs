//! Races on memory itself: between threads that share no lock.

pub mod aba_stack;
pub mod double_checked;
pub mod last_one_out;
pub mod message_passing;
pub mod plain;
pub mod seqlock;
pub mod store_buffering;
