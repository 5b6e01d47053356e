//! Mirrors [`::tokio::io`]: streams in memory are announced, and all that is made of streams is the
//! original's.

mod duplex;
mod split;

pub use ::tokio::io::*;
pub use duplex::{DuplexStream, SimplexStream, duplex, simplex};
pub use split::{ReadHalf, WriteHalf, split};
