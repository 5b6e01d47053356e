//! What `std` promises of its two clocks: they go on while somebody waits, and one of them never goes back.

use std::time::Duration;

use drawloom::sync::atomic::AtomicBool;
use drawloom::sync::atomic::Ordering::SeqCst;
use drawloom::sync::{Condvar, Mutex};
use drawloom::time::{Instant, SystemTime, UNIX_EPOCH};
use drawloom::{Check, thread};

use super::super::{SOON, both, outcomes};

#[test]
fn the_clock_stands_still_while_nobody_waits_and_goes_on_by_as_long_as_somebody_does() {
    let program = || {
        let start = Instant::now();
        let at_once = start.elapsed();
        thread::sleep(SOON);
        (at_once, start.elapsed())
    };
    assert_eq!(outcomes(program), [(Duration::ZERO, SOON)].into());
}

#[test]
fn a_moment_is_reckoned_with_as_one_of_the_original() {
    let program = || {
        let start = Instant::now();
        let mut later = start + SOON;
        assert!(start < later && later.checked_sub(SOON) == Some(start) && later - SOON == start);
        assert_eq!(start.checked_add(SOON), Some(later));
        assert_eq!((later - start, later.duration_since(start)), (SOON, SOON));
        assert_eq!(start.checked_duration_since(later), None);
        assert_eq!(start.saturating_duration_since(later), Duration::ZERO);
        assert_eq!(start.duration_since(later), Duration::ZERO);
        later -= SOON;
        later += SOON * 2;
        let original: std::time::Instant = later.into();
        assert_eq!(Instant::from(original), later);
        assert_eq!(format!("{later:?}"), format!("{original:?}"));
        later - start
    };
    assert_eq!(program(), SOON * 2);
    assert_eq!(outcomes(program), [SOON * 2].into());
}

#[test]
fn a_wait_until_a_moment_ends_at_that_moment_or_with_what_it_waits_for() {
    // A deadline loop as it is written by hand around a `park_timeout`, which may return early.
    let found = outcomes(|| {
        let told = AtomicBool::new(false);
        thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                let until = Instant::now() + SOON;
                while !told.load(SeqCst) && Instant::now() < until {
                    thread::park_timeout(until - Instant::now());
                }
                (told.load(SeqCst), Instant::now() >= until)
            });
            told.store(true, SeqCst);
            waiter.thread().unpark();
            waiter.join().unwrap()
        })
    });
    // Told in time; told when it was too late; told between the end of the loop and the last look.
    assert_eq!(found, [(false, true), (true, false), (true, true)].into());
}

#[test]
fn a_condition_with_a_deadline_is_waited_for_no_longer_than_that() {
    let found = outcomes(|| {
        let (ready, rung) = (Mutex::new(false), Condvar::new());
        let wait = || {
            let until = Instant::now() + SOON;
            let mut guard = ready.lock().unwrap();
            while !*guard {
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                guard = rung.wait_timeout(guard, left).unwrap().0;
            }
            *guard
        };
        let tell = || {
            *ready.lock().unwrap() = true;
            rung.notify_one();
        };
        both(wait, tell).0
    });
    assert_eq!(found, [false, true].into());
}

#[test]
fn who_waits_until_an_earlier_moment_sees_it_first() {
    let found = outcomes(|| {
        let start = Instant::now();
        let sleep = |long: u32| {
            move || {
                thread::sleep(SOON * long);
                start.elapsed()
            }
        };
        both(sleep(1), sleep(2))
    });
    // Looking at the clock is no step of its own: each looks when it wakes.
    assert_eq!(found, [(SOON, SOON * 2)].into());
}

#[test]
fn the_clock_on_the_wall_shows_the_same_at_the_beginning_of_every_execution() {
    let program = || {
        let start = SystemTime::now();
        thread::sleep(SOON);
        let (since, passed) = (start.duration_since(UNIX_EPOCH).unwrap(), start.elapsed().unwrap());
        assert_eq!(start.duration_since(start + SOON).unwrap_err().duration(), SOON);
        assert_eq!((start + SOON).checked_sub(SOON), Some(start));
        assert_eq!(start.checked_add(SOON).map(|later| later - SOON), Some(start));
        (since, passed)
    };
    assert_eq!(outcomes(program), [(Duration::from_secs(1_000_000_000), SOON)].into());
}

#[test]
fn outside_a_check_both_clocks_are_the_real_ones() {
    let (before, now, after) =
        (std::time::Instant::now(), Instant::now(), std::time::Instant::now());
    assert!((before..=after).contains(&now.into()));
    let (before, now, after) =
        (std::time::SystemTime::now(), SystemTime::now(), std::time::SystemTime::now());
    assert!((before..=after).contains(&now.into()));
    thread::sleep(Duration::from_millis(1));
    assert!(now.elapsed().unwrap() >= Duration::from_millis(1));
}

#[cfg(feature = "tokio")]
#[test]
fn threads_and_tasks_have_one_clock() {
    use drawloom::tokio::{runtime::Builder, time};
    let program = || {
        let start = Instant::now();
        thread::sleep(SOON);
        Builder::new_current_thread().enable_all().build().unwrap().block_on(async move {
            let here = time::Instant::from_std(start);
            assert_eq!((here.into_std(), here.elapsed()), (start, SOON));
            time::sleep(SOON).await;
            (start.elapsed(), here.elapsed())
        })
    };
    assert_eq!(outcomes(program), [(SOON * 2, SOON * 2)].into());
}

#[cfg(feature = "loom")]
#[test]
fn under_loom_the_clock_can_be_looked_at() {
    let report = Check::new().engine(drawloom::Engine::Loom).run(|| {
        let start = Instant::now();
        (Instant::now() - start, SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs())
    });
    assert_eq!(report.outcomes.into_keys().collect::<Vec<_>>(), [(Duration::ZERO, 1_000_000_000)]);
}
