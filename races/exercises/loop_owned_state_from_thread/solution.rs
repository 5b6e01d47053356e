//! A lock, made where both start, taken for an instant and never held across an await.

use std::sync::Arc;

use drawloom::sync::Mutex;
use drawloom::thread;
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;

/// An evening with so many guests at each of two doors; returns how many were counted.
pub fn evening(front: u32, back: u32) -> u32 {
    let guests = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&guests);
    let porter = thread::spawn(move || count(back, &counted));
    let counted = Arc::clone(&guests);
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let front_door = tokio::spawn(async move { count(front, &counted) });
        front_door.await.unwrap();
    });
    porter.join().unwrap();
    *guests.lock().unwrap()
}

fn count(coming: u32, guests: &Mutex<u32>) {
    for _ in 0..coming {
        *guests.lock().unwrap() += 1;
    }
}
