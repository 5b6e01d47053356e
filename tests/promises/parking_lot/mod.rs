//! What `parking_lot` promises.

mod condvar;
mod mutex;
mod plain;
mod rwlock;
