//! Atomics, by value.

use drawloom::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use drawloom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32};
use drawloom::sync::{Arc, Mutex};
use drawloom::thread;

use super::{both, holds};

#[test]
fn a_compare_and_exchange_compares_values_whatever_made_them() {
    let program = || {
        let x = AtomicU8::new(250);
        x.fetch_add(5, AcqRel);
        x.store(250, Relaxed);
        x.fetch_add(5, AcqRel);
        assert_eq!(x.compare_exchange(250, 1, AcqRel, Relaxed), Err(255));
        assert_eq!(x.compare_exchange(255, 7, AcqRel, Relaxed), Ok(255));
        assert_eq!(x.fetch_add(250, AcqRel), 7);
        assert_eq!(x.load(Relaxed), 1, "it wraps at its own width");
        assert_eq!(x.fetch_update(AcqRel, Relaxed, |x| (x == 1).then_some(9)), Ok(1));
        assert_eq!(x.swap(3, AcqRel), 9);
        x.into_inner()
    };
    assert_eq!(holds(program), (vec![3], 1));
}

#[test]
fn one_of_two_exchanges_wins() {
    let program = || {
        let x = AtomicU32::new(0);
        let take = |by| x.compare_exchange(0, by, AcqRel, Acquire);
        let (first, second) = both(|| take(1), || take(2));
        (first, second, x.load(Relaxed))
    };
    assert_eq!(holds(program).0, [(Ok(0), Err(1), 1), (Err(2), Ok(0), 2)]);
}

#[test]
fn a_value_that_was_changed_through_a_reference_is_the_next_first_value() {
    let program = || {
        let mut x = AtomicU32::new(1);
        thread::scope(|scope| {
            scope.spawn(|| x.fetch_add(1, Relaxed));
        });
        *x.get_mut() += 10;
        thread::scope(|scope| {
            scope.spawn(|| x.fetch_add(1, Relaxed));
        });
        x.into_inner()
    };
    assert_eq!(holds(program).0, [13]);
}

#[test]
fn pointers_are_atomic_too() {
    let program = || {
        let (mut one, mut two) = (1, 2);
        let to = AtomicPtr::new(&raw mut one);
        let other = &raw mut two;
        assert_eq!(to.swap(other, AcqRel), &raw mut one);
        to.load(Acquire) == other
    };
    assert_eq!(holds(program).0, [true]);
}

#[test]
fn a_program_may_have_more_atomics_than_were_made_for_it() {
    let program = || {
        let many: Vec<AtomicU32> = (0..50).map(AtomicU32::new).collect();
        thread::scope(|scope| {
            scope.spawn(|| {
                for x in &many {
                    x.fetch_add(1, Relaxed);
                }
            });
        });
        many.iter().map(|x| x.load(Relaxed)).sum::<u32>()
    };
    assert_eq!(holds(program), (vec![(1..=50).sum()], 1));
}

#[test]
fn atomics_that_a_thread_makes_can_be_used_by_another() {
    let program = || {
        let (first, second) =
            (thread::spawn(|| Arc::new(AtomicU32::new(1))), AtomicBool::new(false));
        let made = first.join().unwrap();
        let given = Arc::clone(&made);
        let thread = thread::spawn(move || given.fetch_add(1, AcqRel));
        second.store(true, Release);
        made.fetch_add(1, AcqRel);
        thread.join().unwrap();
        made.load(Acquire)
    };
    assert_eq!(holds(program).0, [3]);
}

#[test]
fn statics_start_afresh_with_every_execution() {
    static COINS: AtomicU32 = AtomicU32::new(0);
    static JAR: Mutex<u32> = Mutex::new(0);
    let program = || {
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    COINS.fetch_add(1, Relaxed);
                    let mut jar = JAR.lock().unwrap();
                    *jar = (*jar + 1) % 2;
                });
            }
        });
        (COINS.load(Relaxed), *JAR.lock().unwrap())
    };
    assert_eq!(holds(program).0, [(2, 0)]);
    assert_eq!(COINS.load(Relaxed), 0, "the check has changed nothing outside");
}
