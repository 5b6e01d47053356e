//! What is promised of atomics.

use drawloom::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use drawloom::sync::atomic::{AtomicBool, AtomicI8, AtomicPtr, AtomicU32, AtomicU64, fence};
use drawloom::{Check, Count, Verdict, hint};

use super::super::{both, outcomes};

#[test]
fn a_fetch_is_one_step_at_every_width() {
    let found = outcomes(|| {
        let (small, large) = (AtomicI8::new(127), AtomicU64::new(u64::MAX));
        both(|| small.fetch_add(1, SeqCst), || small.fetch_add(1, SeqCst));
        both(|| large.fetch_add(1, SeqCst), || large.fetch_max(5, SeqCst));
        (small.into_inner(), large.into_inner())
    });
    assert_eq!(found, [(-127, 0), (-127, 5)].into());
}

#[test]
fn one_of_two_exchanges_wins() {
    let found = outcomes(|| {
        let lock = AtomicBool::new(false);
        let take = || lock.compare_exchange(false, true, SeqCst, SeqCst).is_ok();
        both(take, take)
    });
    assert_eq!(found, [(true, false), (false, true)].into());
}

#[test]
fn a_pointer_is_published_whole() {
    static SEVEN: i32 = 7;
    let found = outcomes(|| {
        let shared = AtomicPtr::new(std::ptr::null_mut());
        let ((), unseen) = both(
            || shared.store(std::ptr::from_ref(&SEVEN).cast_mut(), SeqCst),
            || shared.load(SeqCst).is_null(),
        );
        (unseen, shared.into_inner().is_null())
    });
    assert_eq!(found, [(false, false), (true, false)].into());
}

#[test]
fn store_buffering_is_never_seen_under_sequential_consistency() {
    let found = outcomes(|| {
        let (x, y) = (AtomicU32::new(0), AtomicU32::new(0));
        both(
            || {
                x.store(1, SeqCst);
                fence(SeqCst);
                y.load(SeqCst)
            },
            || {
                y.store(1, SeqCst);
                fence(SeqCst);
                x.load(SeqCst)
            },
        )
    });
    assert_eq!(found, [(0, 1), (1, 0), (1, 1)].into());
}

#[test]
fn a_weak_exchange_may_fail_for_no_reason_and_a_strong_one_may_not() {
    let weak = || AtomicU32::new(0).compare_exchange_weak(0, 1, SeqCst, SeqCst);
    assert_eq!(outcomes(weak), [Ok(0), Err(0)].into());
    let strong = || AtomicU32::new(0).compare_exchange(0, 1, SeqCst, SeqCst);
    assert_eq!(outcomes(strong), [Ok(0)].into());
    let other = || AtomicU32::new(5).compare_exchange_weak(0, 1, SeqCst, SeqCst);
    assert_eq!(outcomes(other), [Err(5)].into());
}

#[test]
fn a_loop_around_a_weak_exchange_goes_round_once_more_and_ends() {
    let report = Check::new().run(|| {
        let (jar, mut rounds) = (AtomicU32::new(0), 1);
        while jar.compare_exchange_weak(0, 1, SeqCst, SeqCst).is_err() {
            rounds += 1;
        }
        rounds
    });
    assert!(matches!(report.verdict, Verdict::Verified), "{report}");
    assert_eq!(report.schedules.map(|schedules| schedules.all), Some(Count::new(2)));
    assert_eq!(report.outcomes.into_keys().collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_loop_around_a_weak_exchange_loses_nothing() {
    let found = outcomes(|| {
        let jar = AtomicU32::new(0);
        let add = || {
            let mut seen = jar.load(Relaxed);
            while let Err(now) = jar.compare_exchange_weak(seen, seen + 1, SeqCst, Relaxed) {
                seen = now;
            }
        };
        both(add, add);
        jar.into_inner()
    });
    assert_eq!(found, [2].into());
}

#[test]
fn a_weak_exchange_fails_again_once_the_value_was_changed() {
    let found = outcomes(|| {
        let jar = AtomicU32::new(0);
        let mut failures = 0;
        while jar.compare_exchange_weak(0, 1, SeqCst, SeqCst).is_err() {
            failures += 1;
        }
        jar.store(0, SeqCst);
        while jar.compare_exchange_weak(0, 1, SeqCst, SeqCst).is_err() {
            failures += 1;
        }
        failures
    });
    assert_eq!(found, [0, 1, 2].into());
}

#[test]
fn the_function_of_an_update_is_called_again_only_if_the_value_was_changed() {
    let found = outcomes(|| {
        let jar = AtomicU32::new(0);
        let put = || {
            let mut calls = 0;
            let before = jar.update(SeqCst, SeqCst, |coins| {
                calls += 1;
                coins + 1
            });
            (before, calls)
        };
        let (one, other) = both(put, put);
        (one, other, jar.try_update(SeqCst, SeqCst, |_| None))
    });
    let expected = [((0, 1), (1, 1)), ((1, 1), (0, 1)), ((0, 1), (1, 2)), ((1, 2), (0, 1))];
    assert_eq!(found, expected.map(|(one, other)| (one, other, Err(2))).into());
}

#[test]
fn a_pointer_is_moved_in_one_step() {
    static PLACES: [u16; 4] = [0, 1, 2, 3];
    let found = outcomes(|| {
        let at = AtomicPtr::new(std::ptr::from_ref(&PLACES[0]).cast_mut());
        let place = |pointer: *mut u16| (pointer as usize - PLACES.as_ptr() as usize) / 2;
        let (one, other) =
            both(|| place(at.fetch_ptr_add(1, SeqCst)), || place(at.fetch_byte_add(4, SeqCst)));
        at.fetch_ptr_sub(1, SeqCst);
        (one, other, place(at.into_inner()))
    });
    assert_eq!(found, [(0, 1, 2), (2, 0, 2)].into());
}

#[test]
fn who_spins_goes_on_when_somebody_writes() {
    let found = outcomes(|| {
        let ready = AtomicBool::new(false);
        both(
            || {
                while !ready.load(Acquire) {
                    hint::spin_loop();
                }
            },
            || ready.store(true, Release),
        );
        ready.into_inner()
    });
    assert_eq!(found, [true].into());
}
