//! What `std` promises of memory: of atomics, cells, statics and thread-locals.

mod atomics;
mod races;
mod statics;
mod threads;
