//! Panics.

use std::time::{Duration, Instant};

use drawloom::sync::atomic::AtomicU32;
use drawloom::sync::atomic::Ordering::{AcqRel, Acquire, Release};
use drawloom::sync::{Arc, Mutex, RwLock};
use drawloom::thread;
use drawloom::verdict::Verdict;

use super::{both, deadlocks, holds, loom, panics};

#[test]
fn a_panic_of_a_thread_is_told_to_its_join() {
    let program = || {
        let failed = thread::spawn(|| panic!("nobody prints this")).join();
        failed.unwrap_err().downcast_ref::<&str>().copied().unwrap().to_owned()
    };
    assert_eq!(holds(program).0, ["nobody prints this"]);
}

#[test]
fn a_panic_that_a_join_passes_on_is_told_where_it_was_raised() {
    let message = panics(|| thread::spawn(|| panic!("the thread is to blame")).join().unwrap());
    assert_eq!(message, "the thread is to blame");
}

#[test]
fn a_panic_that_a_join_in_a_scope_passes_on_is_told_where_it_was_raised() {
    let program = || {
        thread::scope(|scope| {
            let other = scope.spawn(|| panic!("the thread is to blame"));
            scope.spawn(|| {});
            other.join().unwrap()
        });
    };
    assert_eq!(panics(program), "the thread is to blame");
    // What main itself raises in a scope is main's, and its place is known.
    let report = loom(|| {
        thread::scope(|scope| {
            scope.spawn(|| {});
            panic!("main is to blame")
        })
    });
    let Verdict::Failed(failure) = report.verdict else { panic!("{:?}", report.verdict) };
    assert_eq!(failure.message, "main is to blame");
    assert_eq!(failure.place.unwrap().file, file!());
}

#[test]
fn a_panic_that_nobody_is_told_of_is_a_failure() {
    let message = panics(|| drop(thread::spawn(|| panic!("nobody joins me"))));
    assert_eq!(message, "nobody joins me");
}

#[test]
fn a_panic_that_the_thread_catches_itself_is_none() {
    let program = || {
        let jar = Arc::new(AtomicU32::new(0));
        let mine = Arc::clone(&jar);
        drop(thread::spawn(move || {
            let caught = std::panic::catch_unwind(|| panic!("caught"));
            mine.store(u32::from(caught.is_err()), Release);
        }));
    };
    assert_eq!(holds(program).0, [()]);
}

#[test]
fn a_panic_under_a_lock_poisons_it_and_lets_the_next_one_in() {
    let program = || {
        let lock = Mutex::new(0);
        let panicked = both(
            || {
                let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    let _held = lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    panic!("caught");
                }));
                caught.is_err()
            },
            || lock.lock().is_err(),
        );
        (panicked, lock.lock().is_err())
    };
    assert_eq!(holds(program).0, [((true, false), true), ((true, true), true)]);
}

#[test]
fn a_thread_that_panics_under_a_lock_does_not_keep_it() {
    let program = || {
        let lock = Arc::new(RwLock::new(0));
        let mine = Arc::clone(&lock);
        let thread = thread::spawn(move || {
            let _held = mine.write().unwrap();
            panic!("kept from the terminal");
        });
        let before = lock.read().is_ok();
        let failed = thread.join().is_err();
        (failed, before, lock.read().is_ok())
    };
    assert_eq!(holds(program).0, [(true, false, false), (true, true, false)]);
}

#[test]
fn a_panic_of_main_while_a_thread_waits_for_its_lock_is_a_panic() {
    let message = panics(|| {
        let lock = Arc::new(Mutex::new(()));
        let mine = Arc::clone(&lock);
        let _held = lock.lock().unwrap();
        drop(thread::spawn(move || drop(mine.lock())));
        thread::yield_now();
        panic!("main is to blame");
    });
    assert_eq!(message, "main is to blame");
}

/// Locks, stores and joins while it is dropped.
struct Busy(Arc<Mutex<u32>>, Arc<AtomicU32>, Option<thread::JoinHandle<()>>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.1.fetch_add(1, AcqRel);
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += 1;
        if let Some(thread) = self.2.take() {
            drop(thread.join());
        }
    }
}

#[test]
fn destructors_work_while_a_thread_unwinds() {
    let program = || {
        let (lock, count) = (Arc::new(Mutex::new(0)), Arc::new(AtomicU32::new(0)));
        let busy = Busy(Arc::clone(&lock), Arc::clone(&count), None);
        let thread = thread::spawn(move || {
            let _busy = busy;
            panic!("caught by the join");
        });
        assert!(thread.join().is_err());
        (*lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner), count.load(Acquire))
    };
    assert_eq!(holds(program).0, [(1, 1)]);
}

#[test]
fn destructors_that_wait_while_main_unwinds_end_the_check() {
    let began = Instant::now();
    let message = panics(|| {
        let (lock, count) = (Arc::new(Mutex::new(0)), Arc::new(AtomicU32::new(0)));
        let mine = Arc::clone(&lock);
        let thread = thread::spawn(move || drop(mine.lock()));
        let _busy = Busy(Arc::clone(&lock), count, Some(thread));
        let _held = lock.lock().unwrap();
        std::mem::forget(lock.try_lock());
        panic!("main is to blame");
    });
    assert_eq!(message, "main is to blame");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[test]
fn destructors_that_wait_after_a_deadlock_end_the_check() {
    let began = Instant::now();
    deadlocks(|| {
        let lock = Arc::new(Mutex::new(0));
        let held = Arc::clone(&lock);
        drop(thread::spawn(move || {
            std::mem::forget(held.lock().unwrap());
            thread::park();
        }));
        while lock.try_lock().is_ok() {
            thread::yield_now();
        }
        let _busy = Busy(Arc::clone(&lock), Arc::default(), None);
        thread::park();
    });
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
