//! Each guest of an evening puts one coin into a jar. Sometimes a coin is missing in the end.
//!
//! Repair it, so that every coin is in the jar in every schedule. Guests must still come in whatever
//! order they like, each a thread of its own.

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::thread;

/// An evening with so many guests; returns what is in the jar when all have gone.
pub fn evening(guests: u32) -> u32 {
    let jar = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..guests {
            scope.spawn(|| put_coin(&jar));
        }
    });
    jar.into_inner()
}

fn put_coin(jar: &AtomicU32) {
    let coins = jar.load(SeqCst);
    jar.store(coins + 1, SeqCst);
}
