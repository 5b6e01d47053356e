//! What belongs together is one value behind one lock, and each transfer is one section.

use drawloom::sync::Mutex;
use drawloom::thread;

/// A day with so many transfers; returns what the auditor has found in checking and in savings.
pub fn day(transfers: u32) -> (i64, i64) {
    let accounts = Mutex::new((100, 0));
    thread::scope(|scope| {
        let teller = scope.spawn(|| {
            for _ in 0..transfers {
                let mut accounts = accounts.lock().unwrap();
                accounts.0 -= 30;
                accounts.1 += 30;
            }
        });
        let auditor = scope.spawn(|| *accounts.lock().unwrap());
        teller.join().unwrap();
        auditor.join().unwrap()
    })
}
