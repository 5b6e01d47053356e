//! `Instant`, `sleep`, `timeout` and `interval`, on virtual time.

use std::time::Duration;

use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::time::{
    self, Instant, MissedTickBehavior, interval, interval_at, sleep, sleep_until, timeout,
    timeout_at,
};
use drawloom::tokio::{self, spawn};
use drawloom::{Check, FailureKind, thread};

use super::{always, on_one_thread, outcomes};

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[test]
fn a_moment_is_after_the_time_that_was_slept() {
    let program = || {
        on_one_thread(async {
            let start = Instant::now();
            sleep(secs(2)).await;
            sleep_until(start + secs(5)).await;
            let late = Instant::now();
            assert_eq!(late.checked_duration_since(start), Some(secs(5)));
            assert_eq!(start.saturating_duration_since(late), Duration::ZERO);
            start.elapsed().as_secs()
        })
    };
    always(program, 5);
}

/// The moment itself has not passed: a thread that waits for no time at all waits for some.
#[test]
fn a_thread_that_parks_until_a_moment_has_passed_comes_to_an_end() {
    let program = |left: Duration| {
        let deadline = Instant::now() + left;
        let mut parked = 0;
        while let Some(left) = deadline.checked_duration_since(Instant::now()) {
            thread::park_timeout(left);
            parked += 1;
        }
        parked
    };
    // After two seconds it is the moment, and once more has it pass.
    always(move || program(secs(2)), 2);
    always(move || program(Duration::ZERO), 1);
}

#[test]
fn sleepers_wake_in_the_order_of_their_deadlines_whatever_they_were_made_from() {
    let program = || {
        on_one_thread(async {
            let start = Instant::now();
            let order = Arc::new(AtomicU32::new(0));
            let (one, two) = (Arc::clone(&order), Arc::clone(&order));
            let late = spawn(async move {
                sleep(secs(2)).await;
                one.fetch_add(1, SeqCst)
            });
            let early = spawn(async move {
                sleep_until(start + secs(1)).await;
                two.fetch_add(1, SeqCst)
            });
            (early.await.unwrap(), late.await.unwrap())
        })
    };
    // Both timers can fire before either is polled: then the polls come in any order.
    assert_eq!(outcomes(program), [(0, 1), (1, 0)]);
}

#[test]
fn a_sleep_can_be_put_off_and_knows_its_deadline() {
    let program = || {
        on_one_thread(async {
            let start = Instant::now();
            let mut nap = Box::pin(sleep(secs(1)));
            let known = nap.deadline() == start + secs(1) && !nap.is_elapsed();
            nap.as_mut().reset(start + secs(3));
            nap.as_mut().await;
            (known, nap.is_elapsed(), start.elapsed().as_secs())
        })
    };
    always(program, (true, true, 3));
}

#[test]
fn a_deadline_is_seen_or_comes_too_late() {
    let program = || {
        on_one_thread(async {
            let deadline = Instant::now() + secs(1);
            let ready = timeout_at(deadline, async { 1 }).await.is_ok();
            let never = timeout_at(deadline, std::future::pending::<()>()).await.is_err();
            let inner = timeout(secs(9), async { 2 }).into_inner().await;
            (ready, never, inner)
        })
    };
    always(program, (true, true, 2));
    // The task answers before the time is up or after.
    let program = || {
        on_one_thread(async {
            let task = spawn(async { sleep(secs(1)).await });
            timeout(secs(1), task).await.is_ok()
        })
    };
    assert_eq!(outcomes(program), [false, true]);
}

#[test]
fn an_interval_ticks_at_once_and_then_after_each_period() {
    let program = || {
        on_one_thread(async {
            let start = Instant::now();
            let mut ticks = interval(secs(2));
            let mut seen = Vec::new();
            for _ in 0..3 {
                seen.push((ticks.tick().await - start).as_secs());
            }
            let mut later = interval_at(start + secs(10), secs(1));
            seen.push((later.tick().await - start).as_secs());
            later.reset();
            seen.push((later.tick().await - start).as_secs());
            (seen, later.period().as_secs())
        })
    };
    always(program, (vec![0, 2, 4, 10, 11], 1));
}

#[test]
fn missed_ticks_come_in_a_burst_or_late_or_not_at_all() {
    // 3.5 s after the first tick the next is asked for: those at 1, 2 and 3 were missed.
    let ticks = |behavior: MissedTickBehavior| {
        move || {
            on_one_thread(async move {
                let start = Instant::now();
                let mut ticks = interval(secs(1));
                ticks.set_missed_tick_behavior(behavior);
                ticks.tick().await;
                sleep(Duration::from_millis(3_500)).await;
                let mut asked = Vec::new();
                for _ in 0..3 {
                    ticks.tick().await;
                    asked.push(start.elapsed().as_millis());
                }
                asked
            })
        }
    };
    always(ticks(MissedTickBehavior::Burst), vec![3_500, 3_500, 3_500]);
    always(ticks(MissedTickBehavior::Delay), vec![3_500, 4_500, 5_500]);
    always(ticks(MissedTickBehavior::Skip), vec![3_500, 4_000, 5_000]);
}

#[test]
fn time_that_is_advanced_passes_for_all() {
    let program = || {
        on_one_thread(async {
            time::pause();
            let start = Instant::now();
            let nap = sleep(secs(1));
            tokio::pin!(nap);
            tokio::select! { biased; () = &mut nap => panic!("early"), () = async {} => {} }
            time::advance(secs(5)).await;
            time::resume();
            (nap.is_elapsed(), start.elapsed().as_secs())
        })
    };
    always(program, (true, 5));
}

#[test]
fn an_interval_that_nobody_stops_ends_with_the_limit_that_was_set() {
    let report = Check::new().max_steps(50).run(|| {
        on_one_thread(async {
            let ticks = spawn(async {
                let mut ticks = interval(secs(1));
                loop {
                    ticks.tick().await;
                }
            });
            ticks.await.unwrap();
        });
    });
    let failure = report.failure().unwrap();
    assert_eq!(failure.kind, FailureKind::StepLimit);
    assert_eq!(failure.message, "the program does not end within 50 steps");
    // Beside one that does end it is not endless: it ticks until the end.
    let program = || {
        on_one_thread(async {
            let done = sleep(secs(2));
            tokio::pin!(done);
            let mut ticks = interval_at(Instant::now() + secs(1), secs(1));
            let mut count = 0;
            loop {
                tokio::select! {
                    biased;
                    () = &mut done => return count,
                    _ = ticks.tick() => count += 1,
                }
            }
        })
    };
    // The first tick is seen, or both timers fire before the poll.
    assert_eq!(outcomes(program), [0, 1, 2]);
}
