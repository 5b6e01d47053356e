//! Where the originals may choose and the engines do not: today's answers, right or wrong.
#![cfg(all(feature = "loom", feature = "parking_lot"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use drawloom::sync::{Arc, RwLock};
use drawloom::{Check, Engine, FailureKind, Verdict, parking_lot, thread};

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

fn verdict(engine: Engine, program: fn()) -> Verdict {
    Check::new().engine(engine).run(program).verdict
}

// WRONG: `std`'s lock lets no reader past a writer who waits on most systems. Both engines know it only as a
// lock that prefers readers.
#[test]
fn reading_std_s_lock_twice_is_called_safe_though_it_may_deadlock() {
    for engine in [Engine::Explorer, Engine::Loom] {
        assert!(matches!(verdict(engine, reads_twice), Verdict::Verified), "{engine:?}");
    }
}

// WRONG: under loom.
#[test]
fn reading_parking_lot_s_lock_twice_deadlocks_and_loom_does_not_see_it() {
    let report = Check::new().run(reads_twice_in_parking_lot);
    let kind = report.failure().map(|failure| failure.kind);
    assert_eq!(kind, Some(FailureKind::Deadlock), "{report}");
    assert!(matches!(verdict(Engine::Loom, reads_twice_in_parking_lot), Verdict::Verified));
}
