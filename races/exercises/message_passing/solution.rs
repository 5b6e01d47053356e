//! What belongs together lives behind one lock. Where nobody may wait, it is a store that releases and a load
//! that acquires.

use drawloom::sync::Mutex;
use drawloom::thread;

/// A day with a letter; returns what Ben has read, if it was there.
pub fn day(text: u32) -> Option<u32> {
    let letterbox = Mutex::new(None);
    thread::scope(|scope| {
        let ann = scope.spawn(|| *letterbox.lock().unwrap() = Some(text));
        let ben = scope.spawn(|| letterbox.lock().unwrap().take());
        ann.join().unwrap();
        ben.join().unwrap()
    })
}
