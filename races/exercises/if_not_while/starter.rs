//! Customers wait for bread, and the baker rings for each loaf. Sometimes a customer takes a loaf that is not
//! there.
//!
//! Repair it, so that there is a loaf for whoever takes one. A customer may still come before the baker has
//! baked anything, and waits then.

use drawloom::sync::{Condvar, Mutex};
use drawloom::thread;

/// A morning with as many loaves as customers; returns for each customer whether there was a loaf.
pub fn morning(customers: usize) -> Vec<bool> {
    let (shelf, bell) = (Mutex::new(0), Condvar::new());
    thread::scope(|scope| {
        let come = |_| scope.spawn(|| customer(&shelf, &bell));
        let who_come: Vec<_> = (0..customers).map(come).collect();
        scope.spawn(|| (0..customers).for_each(|_| bake(&shelf, &bell)));
        who_come.into_iter().map(|customer| customer.join().unwrap()).collect()
    })
}

fn customer(shelf: &Mutex<u32>, bell: &Condvar) -> bool {
    let mut loaves = shelf.lock().unwrap();
    if *loaves == 0 {
        loaves = bell.wait(loaves).unwrap();
    }
    let is_there = *loaves > 0;
    *loaves -= u32::from(is_there);
    is_there
}

fn bake(shelf: &Mutex<u32>, bell: &Condvar) {
    *shelf.lock().unwrap() += 1;
    bell.notify_all();
}
