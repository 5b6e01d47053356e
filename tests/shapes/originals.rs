//! The shapes, compiled against the originals.
#![expect(clippy::duplicate_mod, reason = "that each is compiled twice is the test")]

pub(crate) use ::{parking_lot, tokio};
pub(crate) use std::{sync, thread};

#[path = "actor.rs"]
pub(crate) mod actor;
#[path = "cache.rs"]
pub(crate) mod cache;
#[path = "limiter.rs"]
pub(crate) mod limiter;
#[path = "pool.rs"]
pub(crate) mod pool;
#[path = "shutdown.rs"]
pub(crate) mod shutdown;
#[path = "slots.rs"]
pub(crate) mod slots;
#[path = "workers.rs"]
pub(crate) mod workers;
