//! What `std` promises of its primitives.

mod barrier;
mod channels;
mod locks;
mod once;
mod time;
mod waits;
