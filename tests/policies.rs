//! Where the originals may choose and the engines do not: today's answers, right or wrong.
#![cfg(all(feature = "loom", feature = "parking_lot"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use drawloom::sync::{Arc, RwLock};
use drawloom::{Check, Engine, Verdict, parking_lot, thread};

fn reads_twice() {
    let price = Arc::new(RwLock::new(1));
    let writer = {
        let price = Arc::clone(&price);
        thread::spawn(move || *price.write().unwrap() = 2)
    };
    let first = price.read().unwrap();
    drop(price.read().unwrap());
    drop(first);
    writer.join().unwrap();
}

fn reads_twice_in_parking_lot() {
    let price = Arc::new(parking_lot::RwLock::new(1));
    let writer = {
        let price = Arc::clone(&price);
        thread::spawn(move || *price.write() = 2)
    };
    let first = price.read();
    drop(price.read());
    drop(first);
    writer.join().unwrap();
}

// WRONG: a lock that lets no reader past a writer who waits deadlocks here, `parking_lot`'s always and
// `std`'s on most systems. Both engines know only a lock that prefers readers.
#[test]
fn reading_twice_is_called_safe_though_a_fair_lock_deadlocks() {
    for program in [reads_twice as fn(), reads_twice_in_parking_lot] {
        for engine in [Engine::Explorer, Engine::Loom] {
            let report = Check::new().engine(engine).run(program);
            assert!(matches!(report.verdict, Verdict::Verified), "{report}");
        }
    }
}
