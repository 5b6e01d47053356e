//! Where the originals may choose: what the engines make of it, right or wrong.
#![cfg(all(feature = "loom", feature = "parking_lot"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use drawloom::sync::atomic::{AtomicBool, Ordering::SeqCst};
use drawloom::sync::{Arc, RwLock};
use drawloom::{Check, Count, Engine, FailureKind, Verdict, parking_lot, thread};

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

#[test]
fn reading_std_s_lock_twice_deadlocks_where_the_writer_comes_between() {
    let report = Check::new().run(reads_twice);
    let failure = report.failure().unwrap_or_else(|| panic!("{report}"));
    assert_eq!(failure.kind, FailureKind::Deadlock);
    assert_eq!(
        failure.message,
        "main waits for price, wanted by writer; writer waits for price, held by main"
    );
    // The writer comes first, or last, or keeps main out between its two reads.
    let schedules = report.schedules.clone().unwrap();
    assert_eq!((schedules.all, schedules.failing), (Count::from(3_u64), Count::from(1_u64)));
    assert_eq!((report.executions, report.minimal), (3, true));
    let text = report.to_string();
    for says in [
        "deadlock: main waits for price behind writer, who waits until main gives it back",
        "main    --- needs price, wanted by --->  writer",
        "Nothing says whether a reader is let in while a writer waits.",
        "read price once, and hand down what was read",
    ] {
        assert!(text.contains(says), "{says}\n{text}");
    }
    // "00.b": main reads, and is kept out.
    let again = Check::new().replay(failure.schedule.clone()).run(reads_twice);
    assert_eq!(again.failure().map(|failure| &failure.message), Some(&failure.message));
}

// WRONG: under loom.
#[test]
fn reading_std_s_lock_twice_deadlocks_and_loom_does_not_see_it() {
    assert!(matches!(verdict(Engine::Loom, reads_twice), Verdict::Verified));
}

/// Reads, and spins under the guard until another reader says so, who comes behind a writer.
fn spins_under_a_guard(most: u32) -> u32 {
    let (price, told) = (RwLock::new(1), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| *price.write().unwrap() = 2);
        scope.spawn(|| {
            drop(price.read().unwrap());
            told.store(true, SeqCst);
        });
        let _price = price.read().unwrap();
        let mut rounds = 0;
        while !told.load(SeqCst) && rounds < most {
            rounds += 1;
            thread::yield_now();
        }
        u32::from(rounds == most)
    })
}

#[test]
fn who_spins_until_a_reader_comes_who_is_kept_out_spins_for_ever() {
    let report = Check::new().run(|| spins_under_a_guard(u32::MAX));
    assert_eq!(
        report.failure().map(|failure| failure.kind),
        Some(FailureKind::Livelock),
        "{report}"
    );
}

#[test]
fn who_spins_and_gives_up_lets_the_writer_and_then_the_reader_in() {
    let report = Check::new().run(|| spins_under_a_guard(3));
    assert!(matches!(report.verdict, Verdict::Verified), "{report}");
    assert_eq!(report.outcomes.into_keys().collect::<Vec<_>>(), [0, 1]);
}

#[cfg(feature = "tokio")]
#[test]
fn tasks_that_read_std_s_lock_twice_deadlock_too() {
    use drawloom::tokio::{runtime::Builder, spawn};
    fn reads_twice(price: &RwLock<u32>) -> u32 {
        let first = price.read().unwrap();
        *price.read().unwrap() + *first
    }
    // A thread beside a loop of one thread, and two tasks on two workers.
    let beside = || {
        let price = Arc::new(RwLock::new(1));
        let other = Arc::clone(&price);
        let writer = thread::spawn(move || *other.write().unwrap() = 2);
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { spawn(async move { reads_twice(&price) }).await.unwrap() });
        writer.join().unwrap();
    };
    let on_workers = || {
        let price = Arc::new(RwLock::new(1));
        let other = Arc::clone(&price);
        let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
        runtime.block_on(async {
            let writer = spawn(async move { *other.write().unwrap() = 2 });
            spawn(async move { reads_twice(&price) }).await.unwrap();
            writer.await.unwrap();
        });
    };
    for program in [beside, on_workers] {
        let report = Check::new().run(program);
        let kind = report.failure().map(|failure| failure.kind);
        assert_eq!(kind, Some(FailureKind::Deadlock), "{report}");
        let every = Check::new().every_schedule().run(program);
        assert_eq!(report.schedules, every.schedules);
    }
}

#[test]
fn who_reads_std_s_lock_once_is_never_kept_out() {
    let program = || {
        let price = RwLock::new(1);
        thread::scope(|scope| {
            let writer = scope.spawn(|| *price.write().unwrap() = 2);
            let reader = scope.spawn(|| *price.read().unwrap());
            let own = *price.read().unwrap();
            writer.join().unwrap();
            (own, reader.join().unwrap())
        })
    };
    let report = Check::new().run(program);
    assert!(matches!(report.verdict, Verdict::Verified), "{report}");
    // The writer is before, between or behind the two readers, who are one as good as the other.
    assert_eq!(report.executions, 4);
}

// WRONG: under loom.
#[test]
fn reading_parking_lot_s_lock_twice_deadlocks_and_loom_does_not_see_it() {
    let report = Check::new().run(reads_twice_in_parking_lot);
    let kind = report.failure().map(|failure| failure.kind);
    assert_eq!(kind, Some(FailureKind::Deadlock), "{report}");
    assert!(matches!(verdict(Engine::Loom, reads_twice_in_parking_lot), Verdict::Verified));
}
