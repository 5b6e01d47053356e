//! Ann writes a letter and raises a flag. Ben reads the letter if he sees the flag. Sometimes he reads what was
//! there before.
//!
//! Repair it, so that who sees the flag reads the letter. No order of the steps fails here: memory promises less
//! than an order, and loom is asked as well. Ben may still come before the letter is there, and goes again then.

use drawloom::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use drawloom::thread;

/// A day with a letter; returns what Ben has read, if he saw the flag.
pub fn day(text: u32) -> Option<u32> {
    let (letter, flag) = (AtomicU32::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let ann = scope.spawn(|| {
            letter.store(text, Relaxed);
            flag.store(true, Relaxed);
        });
        let ben = scope.spawn(|| flag.load(Relaxed).then(|| letter.load(Relaxed)));
        ann.join().unwrap();
        ben.join().unwrap()
    })
}
