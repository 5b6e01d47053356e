//! How does a program share memory?
//!
//! Each module mirrors an original: the same names, signatures and guards. A type of the facade holds
//! the real thing and an [`Object`], the engine's handle for it. An operation announces itself, waits
//! until it is its turn, and then happens to the real thing; without an engine it only happens.

mod announce;
mod choice;
mod deadline;
mod fresh;

pub mod cell;
pub mod hint;
#[cfg(feature = "parking_lot")]
pub mod parking_lot;
pub mod sync;
pub mod thread;
pub mod time;
#[cfg(feature = "tokio")]
pub mod tokio;

#[cfg(feature = "tokio")]
pub(crate) use announce::Announced;
pub(crate) use announce::announce;
pub use choice::choose;
#[cfg(feature = "tokio")]
pub(crate) use choice::random;
