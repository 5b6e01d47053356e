//! Races with a size: the fix holds under every schedule of every workload, and the bug shrinks.
//!
//! proptest draws the workload, and the explorer goes through all of its schedules. Where the bug fails,
//! proptest looks for the smallest workload that still does: that one is asserted, since it is what the
//! race is told with.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use drawloom::{Check, FailureKind, Verdict};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseError, TestCaseResult, TestError, TestRunner};
use races::tasks::{
    await_lost_update, bounded_mailbox_cycle, cache_stampede, detached_task_lost,
    keyed_lock_eviction, last_sender_not_dropped, lock_per_call, lock_too_narrow,
    pool_double_checkout, setup_twice,
};

/// The same workloads each time.
fn runner() -> TestRunner {
    TestRunner::new(ProptestConfig {
        cases: 8,
        rng_seed: RngSeed::Fixed(11),
        failure_persistence: None,
        ..ProptestConfig::default()
    })
}

/// Fails as the program does, and only if nothing was left out.
fn every_schedule_holds<W: Copy + Send + Sync + 'static>(
    program: fn(W),
    workload: W,
    kind: FailureKind,
) -> TestCaseResult {
    let report = Check::new().run(move || program(workload));
    match &report.verdict {
        Verdict::Verified => Ok(()),
        Verdict::Failed(failure) if failure.kind == kind => {
            Err(TestCaseError::fail(failure.message.clone()))
        }
        // The bug of the race and no other, and no search that was cut short.
        _ => panic!("{report}"),
    }
}

/// The fix holds for all workloads, and the smallest for which the bug does not is this one.
fn assert_shrinks_to<W: Copy + Send + Sync + std::fmt::Debug + PartialEq + 'static>(
    smallest: W,
    kind: FailureKind,
    workloads: impl Strategy<Value = W>,
    [bug, fix]: [fn(W); 2],
) {
    let fixed = runner().run(&workloads, |workload| every_schedule_holds(fix, workload, kind));
    assert_eq!(fixed, Ok(()), "the fix");
    match runner().run(&workloads, |workload| every_schedule_holds(bug, workload, kind)) {
        Err(TestError::Fail(_, found)) => assert_eq!(found, smallest, "the bug"),
        other => panic!("the bug: {other:?}"),
    }
}

#[test]
fn one_visitor_is_always_counted_and_two_are_not() {
    let programs = [await_lost_update::bug_of, await_lost_update::fix_of];
    assert_shrinks_to(2, FailureKind::Panic, 1..=4_u32, programs);
}

#[test]
fn one_room_lights_the_heating_once_and_two_do_not() {
    let programs = [setup_twice::bug_of, setup_twice::fix_of];
    assert_shrinks_to(2, FailureKind::Panic, 1..=4_usize, programs);
}

#[test]
fn one_person_calls_the_station_once_and_two_do_not() {
    let programs = [cache_stampede::bug_of, cache_stampede::fix_of];
    assert_shrinks_to(2, FailureKind::Panic, 1..=4_usize, programs);
}

#[test]
fn one_rower_is_alone_and_two_are_not() {
    let programs = [pool_double_checkout::bug_of, pool_double_checkout::fix_of];
    assert_shrinks_to(2, FailureKind::Panic, 1..=3_usize, programs);
}

#[test]
fn one_cook_with_a_lock_of_his_own_notes_everything_and_two_do_not() {
    let programs = [lock_per_call::bug_of, lock_per_call::fix_of];
    assert_shrinks_to(2, FailureKind::Panic, 1..=4_u32, programs);
}

#[test]
fn one_rise_is_in_the_price_and_two_are_not() {
    let programs = [lock_too_narrow::bug_of, lock_too_narrow::fix_of];
    assert_shrinks_to(2, FailureKind::Panic, 1..=4_u32, programs);
}

#[test]
fn boxes_for_fewer_letters_than_are_posted_are_a_standstill() {
    let sizes = (1..=3_usize, 1..=3_u32);
    let programs = [
        |(room, letters)| bounded_mailbox_cycle::bug_of(room, letters),
        |(room, letters)| bounded_mailbox_cycle::fix_of(room, letters),
    ];
    assert_shrinks_to((1, 2), FailureKind::Deadlock, sizes, programs);
}

#[test]
fn a_cashier_with_a_key_waits_for_ever_also_where_nobody_collects() {
    let programs = [last_sender_not_dropped::bug_of, last_sender_not_dropped::fix_of];
    assert_shrinks_to(0, FailureKind::Deadlock, 0..=3_u32, programs);
}

#[test]
fn one_letter_is_enough_to_lose_one() {
    let programs = [detached_task_lost::bug_of, detached_task_lost::fix_of];
    assert_shrinks_to(1, FailureKind::Panic, 0..=3_u32, programs);
}

#[test]
fn one_customer_has_his_own_name_and_two_do_not() {
    use races::bridge::thread_local_context_leak::{bug_of, fix_of};
    assert_shrinks_to(2, FailureKind::Panic, 1..=3_u32, [bug_of, fix_of]);
}

#[test]
fn two_cleaners_share_the_key_and_a_third_makes_another() {
    use keyed_lock_eviction::{clean, clean_counting, hotel};
    let programs = [|cleaners| hotel(cleaners, clean), |cleaners| hotel(cleaners, clean_counting)];
    assert_shrinks_to(3, FailureKind::Panic, 1..=3_usize, programs);
}
