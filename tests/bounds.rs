//! When exhaustive is too much: what a bound, a sample or a stop still promises, and how it says so.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::tokio::runtime::Builder;
use drawloom::{Check, Engine, Limit, Outcome, Report, Sampling, Verdict, thread, tokio};

/// Strands that each read and write the jar back, after so many steps that have nothing to do with it.
fn put_coins(strands: usize, before: usize) -> u32 {
    let (jar, table) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..strands {
            scope.spawn(|| {
                for _ in 0..before {
                    table.load(SeqCst);
                }
                jar.store(jar.load(SeqCst) + 1, SeqCst);
            });
        }
    });
    jar.into_inner()
}

fn no_coin_is_lost() {
    assert_eq!(put_coins(3, 0), 3, "no coin is lost");
}

fn uniform(executions: u64, seed: u64) -> Sampling {
    Sampling::Uniform { executions, seed }
}

fn pct(depth: usize, executions: u64, seed: u64) -> Sampling {
    Sampling::Pct { depth, executions, seed }
}

fn sample<T: Outcome>(
    sampling: Sampling,
    program: impl Fn() -> T + Send + Sync + 'static,
) -> Report<T> {
    Check::new().sample(sampling).run(program)
}

/// What a report says, but for its source lines.
fn said<T: Outcome>(report: &Report<T>) -> String {
    format!("{:?} {:?} {report}", report.outcomes, report.limit)
}

#[test]
fn the_same_seed_draws_the_same_sample() {
    for sampling in [uniform(50, 7), pct(3, 50, 7)] {
        let draw = || said(&sample(sampling, no_coin_is_lost));
        assert_eq!(draw(), draw());
        assert_eq!(
            said(&sample(sampling, || put_coins(3, 1))),
            said(&sample(sampling, || put_coins(3, 1)))
        );
    }
    let others = [8, 9, 10].map(|seed| said(&sample(uniform(5, seed), no_coin_is_lost)));
    assert!(others.iter().any(|other| *other != others[0]), "no seed makes a difference");
}

#[test]
fn a_sampled_failure_comes_again_from_its_schedule_and_from_its_seed() {
    for seed in 0..20 {
        for sampling in [uniform(40, seed), pct(2, 40, seed), pct(3, 40, seed)] {
            let drawn = sample(sampling, no_coin_is_lost);
            let failure = drawn.failure().expect("two of three coins are lost often enough");
            assert!(!failure.simplest, "nothing says that there is no simpler one");
            let replayed = Check::new().replay(failure.schedule.clone()).run(no_coin_is_lost);
            assert_eq!(replayed.failure().unwrap().message, failure.message);
            let again = drawn.again.expect("its seed is known");
            assert_eq!(again.executions(), 1);
            let alone = sample(again, no_coin_is_lost);
            assert_eq!(alone.failure().unwrap().schedule, failure.schedule, "{sampling:?}");
            assert_eq!(alone.again, Some(again));
        }
    }
}

/// Strands that are started by strands, in an order that differs from execution to execution.
fn grandchildren() {
    let (jar, gate) = (AtomicU32::new(0), Mutex::new(()));
    thread::scope(|scope| {
        let (jar, gate) = (&jar, &gate);
        for _ in 0..2 {
            scope.spawn(move || {
                jar.load(SeqCst);
                scope.spawn(move || {
                    let _gate = gate.lock().unwrap();
                    jar.store(jar.load(SeqCst) + 1, SeqCst);
                });
                jar.store(jar.load(SeqCst) + 1, SeqCst);
            });
        }
    });
    assert_eq!(jar.load(SeqCst), 4, "no coin is lost");
}

#[test]
fn a_seed_draws_the_same_whatever_was_drawn_before() {
    let mut failed = 0;
    for seed in 0..30 {
        for sampling in [uniform(20, seed), pct(3, 20, seed)] {
            let drawn = sample(sampling, grandchildren);
            let Some(failure) = drawn.failure() else { continue };
            failed += 1;
            let alone = sample(drawn.again.unwrap(), grandchildren);
            assert_eq!(alone.failure().unwrap().schedule, failure.schedule, "{sampling:?}");
        }
    }
    assert!(failed > 30, "{failed}");
}

#[test]
fn tasks_are_sampled_as_threads_are() {
    let program = || {
        let account = Arc::new(AtomicU32::new(0));
        Builder::new_multi_thread().worker_threads(2).build().unwrap().block_on(async {
            let deposit = |account: Arc<AtomicU32>| async move {
                let balance = account.load(SeqCst);
                tokio::task::yield_now().await;
                account.store(balance + 10, SeqCst);
            };
            let ann = tokio::spawn(deposit(Arc::clone(&account)));
            let bob = tokio::spawn(deposit(Arc::clone(&account)));
            ann.await.unwrap();
            bob.await.unwrap();
        });
        assert_eq!(account.load(SeqCst), 20, "no deposit is lost");
    };
    for sampling in [uniform(60, 1), pct(2, 60, 1)] {
        let drawn = sample(sampling, program);
        let failure = drawn.failure().expect("it is drawn often enough");
        let alone = sample(drawn.again.unwrap(), program);
        assert_eq!(alone.failure().unwrap().schedule, failure.schedule);
    }
}

#[test]
fn uniform_reaches_every_outcome_of_a_small_program() {
    let all = Check::new().run(|| put_coins(3, 0));
    let drawn = sample(uniform(500, 1), || put_coins(3, 0));
    let values = |report: &Report<u32>| report.outcomes.keys().copied().collect::<Vec<_>>();
    assert_eq!(values(&drawn), values(&all));
    assert_eq!(values(&drawn), [1, 2, 3]);
    assert!(drawn.outcomes.values().all(|known| known.schedules.is_none()), "none is counted");
    assert_eq!((drawn.schedules, drawn.executions), (None, 500));
}

#[test]
fn pct_finds_a_bug_of_depth_two_as_often_as_it_promises() {
    let program = || assert_eq!(put_coins(2, 10), 2, "no coin is lost");
    let drawn = sample(pct(2, 2_000, 1), program);
    // Main and two strands; twelve steps each.
    let (strands, steps) = (3, 24);
    let promised = (drawn.executions - 1) / (strands * steps);
    assert!(drawn.failed_executions >= promised, "{} of {promised}", drawn.failed_executions);
    // A depth of one interrupts nobody, and nobody is what this bug needs.
    assert_eq!(sample(pct(1, 500, 1), program).failed_executions, 0);
}

#[test]
fn a_sample_that_finds_nothing_proves_nothing() {
    let drawn = sample(uniform(20, 3), || put_coins(1, 2));
    let Some(Limit::Sampled { sampling, schedules: 1 }) = drawn.limit else { panic!("{drawn:?}") };
    assert_eq!(sampling, uniform(20, 3));
    assert!(matches!(drawn.verdict, Verdict::Inconclusive(_)));
    // The execution that measures the program is run on top.
    assert_eq!(sample(pct(2, 20, 3), || put_coins(1, 2)).executions, 21);
}

#[test]
fn a_failure_that_does_not_come_again_is_not_a_sample_without_one() {
    static RAN: AtomicU64 = AtomicU64::new(0);
    let drawn = sample(uniform(10, 1), || {
        let coins = put_coins(2, 0);
        assert_ne!(RAN.fetch_add(1, Ordering::SeqCst), 4, "the program counts its own executions");
        coins
    });
    assert_eq!((drawn.executions, drawn.failed_executions), (10, 1));
    assert!(matches!(drawn.verdict, Verdict::Inconclusive(Limit::Differs { .. })), "{drawn:?}");
}

#[test]
fn only_the_explorer_has_bounds_and_samples() {
    for engine in [Engine::Loom, Engine::Native] {
        let check = Check::new().engine(engine);
        for check in [check.clone().preemptions(1), check.sample(uniform(1, 1))] {
            let report = check.run(no_coin_is_lost);
            let Some(Limit::Refused(why)) = report.limit else { panic!("{report:?}") };
            assert!(why.contains("help: ask the explorer"), "{why}");
        }
    }
}

/// The first lines of what a check says of a program that holds, up to the help.
fn text(check: &Check) -> String {
    let report = check.run(|| put_coins(3, 0));
    assert!(matches!(report.verdict, Verdict::Inconclusive(_)), "{report:?}");
    assert_eq!(report.schedules, None);
    report.to_string()
}

#[test]
fn every_limit_says_how_far_it_got_and_what_to_change() {
    let limits = [
        (
            Check::new().max_executions(1),
            "inconclusive: stopped after 1 execution, and there are more schedules\n      \
             (1 execution held)\n\
             help: allow more with `max_executions`, or make the program smaller",
        ),
        (
            Check::new().every_schedule().max_executions(45),
            "inconclusive: stopped after 45 executions, and there are more schedules\n      \
             (45 executions held, of about 84)\n\
             help: allow more with `max_executions`, or make the program smaller",
        ),
        (
            Check::new().max_time(Duration::ZERO),
            "inconclusive: stopped after 0ns, and there are more schedules\n      \
             (1 execution held)\n\
             help: allow more with `max_time`, or make the program smaller",
        ),
        (
            Check::new().stop_when(std::sync::Arc::new(AtomicBool::new(true))),
            "inconclusive: stopped before its end, and there are more schedules\n      \
             (1 execution held)\n\
             help: let it run to its end, or make the program smaller",
        ),
        (
            Check::new().preemptions(1),
            "inconclusive: every schedule with up to 1 preemption holds, and there are more \
             schedules\n      \
             (24 schedules held)\n\
             help: allow more with `preemptions`, or leave the bound away",
        ),
        (
            Check::new().sample(uniform(9, 4)),
            "inconclusive: no failure in a sample, which proves nothing (uniform, seed 4, at least 8\n    \
             different schedules)\n      \
             (9 executions held)\n\
             help: run all schedules, or those with few `preemptions`, or draw with another seed",
        ),
    ];
    for (check, expected) in limits {
        assert_eq!(text(&check), expected);
    }
}

#[test]
fn a_failure_before_a_limit_is_a_failure_and_names_the_limit() {
    let first_line = |check: &Check| {
        let report = check.run(no_coin_is_lost);
        assert!(!report.failure().unwrap().simplest);
        assert!(report.limit.is_some());
        report.to_string().lines().next().unwrap().to_owned()
    };
    assert_eq!(
        first_line(&Check::new().every_schedule().max_executions(45)),
        "FAIL  41 of 45 executions failed   (no schedule count: stopped after 45 executions, of about \
         84)"
    );
    assert_eq!(
        first_line(&Check::new().preemptions(1)),
        "FAIL  18 of 24 schedules with up to 1 preemption fail   (there are more schedules)"
    );
    let stopped =
        Check::new().every_schedule().stop_when(std::sync::Arc::new(AtomicBool::new(true)));
    let holds = stopped.run(no_coin_is_lost);
    assert_eq!((holds.limit, holds.executions), (Some(Limit::Stopped), 1));
}

#[test]
fn an_execution_without_an_end_is_a_failure_in_a_sample_too() {
    let count_for_ever = |jar: &AtomicU32| {
        loop {
            jar.fetch_add(1, SeqCst);
        }
    };
    let drawn = Check::new().sample(uniform(3, 1)).max_steps(20).run(move || {
        let jar = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| -> () { count_for_ever(&jar) });
            }
        });
    });
    assert_eq!(drawn.failed_executions, 3);
    assert_eq!(drawn.failure().unwrap().kind, drawloom::FailureKind::StepLimit);
}

#[test]
fn a_stop_ends_the_check_after_the_execution_at_hand() {
    static RAN: AtomicU64 = AtomicU64::new(0);
    let flag = std::sync::Arc::new(AtomicBool::new(false));
    let set = std::sync::Arc::clone(&flag);
    let report = Check::new().every_schedule().stop_when(flag).run(move || {
        if RAN.fetch_add(1, Ordering::SeqCst) == 4 {
            set.store(true, Ordering::SeqCst);
        }
        put_coins(3, 0)
    });
    assert_eq!((report.limit, report.executions), (Some(Limit::Stopped), 5));
}

#[test]
fn whoever_waits_is_told_how_far_it_is() {
    static TOLD: AtomicU64 = AtomicU64::new(0);
    let flag = std::sync::Arc::new(AtomicBool::new(false));
    let enough = std::sync::Arc::clone(&flag);
    // It runs for as long as nobody has been told twice.
    let check = Check::new().every_schedule().max_executions(u64::MAX).stop_when(flag);
    let here = std::thread::current().id();
    let report = check
        .progress(move |progress| {
            assert_eq!(std::thread::current().id(), here);
            assert_eq!(progress.failing, 0);
            assert!(progress.estimate.is_none_or(|all| all >= progress.executions), "{progress:?}");
            if TOLD.fetch_add(1, Ordering::SeqCst) > 0 {
                enough.store(true, Ordering::SeqCst);
            }
        })
        .run(|| put_coins(4, 4));
    assert_eq!(report.limit, Some(Limit::Stopped));
    assert!(TOLD.load(Ordering::SeqCst) >= 2);
    assert!(report.estimate.is_some_and(|all| all > report.executions));
}
