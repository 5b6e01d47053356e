//! The loop counts the guests at the front door. There is no await between reading and writing, so nobody can
//! come between: nobody of the loop. The porter at the back door is a thread. Sometimes a guest is not counted.
//!
//! Repair it, so that every guest is counted. The porter must remain a thread and the front door a task of the
//! loop, and either may be the first to have a guest.

use std::sync::Arc;

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::thread;
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;

/// An evening with so many guests at each of two doors; returns how many were counted.
pub fn evening(front: u32, back: u32) -> u32 {
    let guests = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&guests);
    let porter = thread::spawn(move || count(back, &counted));
    let counted = Arc::clone(&guests);
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let front_door = tokio::spawn(async move { count(front, &counted) });
        front_door.await.unwrap();
    });
    porter.join().unwrap();
    guests.load(SeqCst)
}

fn count(coming: u32, guests: &AtomicU32) {
    for _ in 0..coming {
        let seen = guests.load(SeqCst);
        guests.store(seen + 1, SeqCst);
    }
}
