//! How good is the guess of how many executions there will be, long before the end?

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::{Check, Outcome, Report, thread};

fn at_once(threads: usize, body: impl Fn(usize) + Send + Sync + 'static) {
    let body = Arc::new(body);
    let spawn = |me| {
        let body = Arc::clone(&body);
        thread::spawn(move || body(me))
    };
    let threads: Vec<_> = (0..threads).map(spawn).collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

fn add(threads: usize, times: usize) {
    let jar = AtomicU32::new(0);
    at_once(threads, move |_| {
        for _ in 0..times {
            jar.fetch_add(1, SeqCst);
        }
    });
}

fn lose_updates(threads: usize) {
    let jar = AtomicU32::new(0);
    at_once(threads, move |_| jar.store(jar.load(SeqCst) + 1, SeqCst));
}

fn lock(threads: usize, times: usize) {
    let jar = Mutex::new(0);
    at_once(threads, move |_| {
        for _ in 0..times {
            *jar.lock().unwrap() += 1;
        }
    });
}

/// Some take two locks in one order, some in the other, and may then stand still.
fn cross(threads: usize) {
    let locks = [Mutex::new(()), Mutex::new(())];
    at_once(threads, move |me| {
        let _one = locks[me % 2].lock().unwrap();
        let _two = locks[1 - me % 2].lock().unwrap();
    });
}

/// One stores what the others load.
fn read(readers: usize) {
    let news = AtomicU32::new(0);
    at_once(readers + 1, move |me| {
        if me == 0 {
            news.store(1, SeqCst);
        } else {
            news.load(SeqCst);
        }
    });
}

/// Threads that share nothing: all their orders are one class, which has very many states.
fn pass_by(threads: usize) {
    let news = AtomicU32::new(0);
    at_once(threads, move |me| {
        let own = AtomicU32::new(0);
        for _ in 0..8 {
            own.fetch_add(1, SeqCst);
        }
        if me < 6 {
            news.fetch_add(1, SeqCst);
        }
    });
}

fn stopped_after<T: Outcome>(executions: u64, program: fn() -> T) -> Report<T> {
    Check::new().max_executions(executions).run(program)
}

/// The guess is a mean of numbers that are drawn, so it is only so near. It is the same each time.
fn assert_within(factor: u64, program: fn(), all: u64) {
    for spent in [100, 1_000] {
        let report = stopped_after(spent, program);
        let guess = report.estimate.expect("a guess");
        assert!((all / factor..=all * factor).contains(&guess), "{guess} for {all}");
        assert_eq!(report.estimate, stopped_after(spent, program).estimate);
    }
}

#[test]
fn additions_to_one_atomic_are_guessed() {
    // (NK)! / (K!)^N
    assert_within(2, || add(3, 3), 1_680);
    assert_within(2, || add(4, 2), 2_520);
    assert_within(2, || add(4, 3), 369_600);
    assert_within(2, || add(3, 5), 756_756);
    assert_within(2, || add(5, 4), 305_540_235_000);
}

#[test]
fn a_lock_is_guessed_as_what_it_guards() {
    assert_within(2, || lock(4, 2), 2_520);
    assert_within(2, || lock(4, 3), 369_600);
}

#[test]
fn classes_of_many_schedules_are_guessed() {
    // (N!)^2: the order of the stores, and of each load among them.
    assert_within(2, || lose_updates(5), 14_400);
    // 2^N: each reads before or after.
    assert_within(2, || read(10), 1_024);
}

#[test]
fn executions_that_end_in_a_deadlock_are_guessed() {
    let program = || cross(6);
    let whole = Check::new().run(program);
    assert!(whole.minimal && whole.failed_executions > 0 && whole.executions > 1_000, "{whole}");
    // Most that are drawn end early, and the few that do not count for very many.
    assert_within(3, program, whole.executions);
}

#[test]
fn where_an_order_has_too_many_states_the_search_says_how_far_it_has_come() {
    // Of 6! executions a hundred; the order of one has 9^8 states and more.
    let report = stopped_after(100, || pass_by(8));
    assert!(report.estimate.is_some_and(|guess| guess > 100), "{report:?}");
}

#[test]
fn a_guess_changes_nothing_that_is_found() {
    let told = Check::new().progress(|_| ()).run(|| lose_updates(4));
    let untold = Check::new().run(|| lose_updates(4));
    assert_eq!((told.executions, &told.schedules), (576, &untold.schedules));
    assert_eq!((told.failed_executions, told.redundant), (0, 0));
    assert_eq!((told.estimate, untold.estimate), (None, None));
}
