//! Programs and demands that are too big end with a verdict, in time, and say what to change.

use std::time::{Duration, Instant};

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::{Check, FailureKind, Limit, Outcome, Report, Verdict, thread};

use super::{run, the_next_check_is_not_disturbed};

/// What a check says that has concluded nothing.
fn limit<T: Outcome>(report: &Report<T>) -> String {
    match &report.verdict {
        Verdict::Inconclusive(limit) => limit.to_string(),
        other => panic!("it must be inconclusive, and is {other:?}"),
    }
}

#[test]
fn a_stack_on_which_nothing_can_begin_is_refused() {
    for (size, said) in [(0, "0 bytes"), (1, "1 byte"), (1_000, "1000 bytes"), (8_192, "8 KiB")] {
        assert_eq!(
            limit(&Check::new().stack_size(size).run(|| ())),
            format!(
                "a strand cannot begin on a stack of {said}\n\
                 help: give each 16 KiB or more with `stack_size`"
            )
        );
    }
    let least = Check::new().stack_size(Check::MIN_STACK).run(|| ());
    assert!(matches!(least.verdict, Verdict::Verified), "{:?}", least.verdict);
}

#[test]
fn a_stack_that_no_machine_has_says_so() {
    for size in [usize::MAX, usize::MAX / 2, isize::MAX.unsigned_abs() - 70_000, 1 << 50] {
        assert_eq!(
            limit(&Check::new().stack_size(size).run(|| ())),
            "no more memory for the stacks of the program's strands\n\
             help: check the program with fewer strands, or give each less with `stack_size`"
        );
        the_next_check_is_not_disturbed();
    }
}

#[test]
fn five_thousand_strands_are_more_than_there_may_be() {
    let report = run(|| {
        thread::scope(|scope| {
            for _ in 0..5_000 {
                scope.spawn(|| ());
            }
        });
    });
    assert_eq!(
        limit(&report),
        "the program has more than 1000 strands\n\
         help: check it with fewer; the ways two or three can meet are the ways that matter"
    );
    the_next_check_is_not_disturbed();
}

#[test]
fn two_hundred_strands_are_run_and_the_rest_is_said_to_be_open() {
    let report = Check::new().max_executions(5).run(|| {
        let jar = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..200 {
                scope.spawn(|| jar.fetch_add(1, SeqCst));
            }
        });
        jar.into_inner()
    });
    assert_eq!(report.outcomes.keys().collect::<Vec<_>>(), [&200]);
    assert_eq!(
        limit(&report),
        "stopped after 5 executions, and there are more schedules\n\
         help: allow more with `max_executions`, or make the program smaller"
    );
}

#[test]
fn a_deadlock_of_two_hundred_strands_is_told_in_a_line_that_can_be_read() {
    let report = run(|| {
        let jar = Arc::new(Mutex::new(0));
        let held = jar.lock().unwrap();
        thread::scope(|scope| {
            for _ in 0..200 {
                scope.spawn(|| *jar.lock().unwrap() += 1);
            }
        });
        drop(held);
    });
    let failure = report.failure().expect("it fails");
    assert_eq!(failure.kind, FailureKind::Deadlock);
    assert!(
        failure.message.starts_with("main waits for the end of thread-1; thread-1 waits for jar")
    );
    assert!(failure.message.ends_with("; and 193 more wait"), "{}", failure.message);
    the_next_check_is_not_disturbed();
}

#[test]
fn a_thousand_objects_are_a_thousand_steps_each() {
    let report = Check::new().max_steps(100_000).max_executions(5).run(|| {
        let jars: Vec<AtomicU32> = (0..1_000).map(|_| AtomicU32::new(0)).collect();
        thread::scope(|scope| {
            for coins in [1, 2] {
                let jars = &jars;
                scope.spawn(move || jars.iter().for_each(|jar| jar.store(coins, SeqCst)));
            }
        });
        jars.into_iter().map(AtomicU32::into_inner).sum::<u32>() > 0
    });
    assert!(limit(&report).starts_with("stopped after 5 executions"));
}

#[test]
fn two_hundred_thousand_steps_in_one_execution_come_to_an_end() {
    let started = Instant::now();
    let many = |jar: &AtomicU32| (0..200_000).for_each(|_| _ = jar.fetch_add(1, SeqCst));
    let report = Check::new().max_steps(500_000).max_executions(1).run(move || {
        let (jar, other) = (AtomicU32::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            scope.spawn(|| many(&jar));
            scope.spawn(|| other.load(SeqCst));
        });
        jar.into_inner()
    });
    assert_eq!(report.outcomes.keys().collect::<Vec<_>>(), [&200_000]);
    // The strands share nothing, so all schedules are one class; there are too many to keep their states.
    assert!(matches!(report.verdict, Verdict::Verified), "{report}");
    assert_eq!((report.executions, &report.schedules), (1, &None));
    assert!(report.uncounted.is_some(), "{report}");
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

#[test]
fn a_failure_after_a_hundred_thousand_steps_is_told_in_time() {
    let started = Instant::now();
    let report = Check::new().max_steps(200_000).max_executions(1).run(|| {
        let jar = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn(|| (0..100_000).for_each(|_| _ = jar.fetch_add(1, SeqCst)));
            scope.spawn(|| jar.load(SeqCst));
        });
        panic!("the jar is never full");
    });
    let failure = report.failure().expect("it fails");
    assert_eq!(failure.message, "the jar is never full");
    assert_eq!(failure.trace.steps.len(), 100_001);
    // Main has no step of its own, so where it ended was once looked for among all pairs of steps.
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}

#[test]
fn a_loop_that_announces_nothing_is_given_up() {
    let report = Check::new().max_silence(Duration::from_millis(200)).run(|| {
        let jar = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn(|| jar.store(1, SeqCst));
            scope.spawn(|| {
                jar.load(SeqCst);
                // The thread cannot be stopped: it had better sleep.
                loop {
                    std::thread::sleep(Duration::from_secs(1));
                }
            });
        });
    });
    let said = limit(&report);
    assert!(said.starts_with("no step for 200ms, last seen at tests"), "{said}");
    assert!(said.contains("help: a loop without any operation of drawloom's types"), "{said}");
    assert!(matches!(report.verdict, Verdict::Inconclusive(Limit::Stuck { .. })));
    the_next_check_is_not_disturbed();
}
