//! Mirrors [`::tokio`]: the original's primitives, announced, on a scheduler of ours.
//!
//! tokio is not imitated. Each primitive of [`sync`] holds the real one, which works on any scheduler,
//! and announces its operations. What is ours is the scheduler: who is polled when ([`runtime`],
//! [`task`]), and what time it is ([`time`]). Without an engine all of it is the original.

mod announcing;
pub mod io;
mod macros;
pub mod runtime;
pub mod signal;
pub mod sync;
pub mod task;
pub mod time;

pub use task::spawn;

#[doc(inline)]
pub use crate::__tokio_join as join;
#[doc(inline)]
pub use crate::__tokio_select as select;
#[doc(inline)]
pub use crate::__tokio_task_local as task_local;
#[doc(inline)]
pub use crate::__tokio_try_join as try_join;
#[doc(no_inline)]
pub use ::tokio::pin;

/// What the macros' expansions need.
#[doc(hidden)]
pub mod support {
    pub use super::macros::Either::{self, Left, Right};
    pub use super::macros::{All, Any, MaybeDone, Order, ends_early, maybe_done, round};
    pub use super::task::Slots;
    pub use drawloom_macros::shape;
    pub use std::future::{Future, IntoFuture, poll_fn};
    pub use std::pin::Pin;
    pub use std::task::Poll;
}
