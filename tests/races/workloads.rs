//! The races that have a size, at every size that is small enough: a fix holds under every schedule of
//! every workload, and what is broken fails from its smallest failing workload on.
//!
//! A workload is how many times, how many jobs, how many workers. The failing ones are shrunk by proptest,
//! and what they shrink to is asserted: that is the smallest program which shows the race.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Debug;

use drawloom::{Check, FailureKind, Verdict};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use races::threads::{
    file_toctou, gil_does_not_save_you, guard_in_match, id_limit, if_not_while, late_registration,
    lazy_init, len_then_pop, let_underscore, lock_across_send, merge_race, nested_jobs, refcount,
    rwlock_upgrade, torn_pair, wrong_waiter,
};

/// How many workloads are drawn for each program.
const WORKLOADS: u32 = 24;

/// What a program does with a workload, under every schedule.
fn failure<W: Clone + Send + Sync + 'static>(
    program: fn(W),
    workload: W,
) -> Option<(FailureKind, String)> {
    let report = Check::new().run(move || program(workload.clone()));
    match report.verdict {
        Verdict::Verified => None,
        Verdict::Failed(failure) => Some((failure.kind, failure.message)),
        Verdict::Inconclusive(limit) => panic!("{limit}"),
    }
}

fn runner() -> TestRunner {
    let config = Config { cases: WORKLOADS, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// The fix holds under every schedule of every workload that is drawn.
fn holds<W: Clone + Debug + Send + Sync + 'static>(
    workloads: &impl Strategy<Value = W>,
    program: fn(W),
) {
    let result = runner().run(workloads, |workload| match failure(program, workload) {
        None => Ok(()),
        Some((kind, message)) => Err(TestCaseError::fail(format!("{}: {message}", kind.word()))),
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// A workload that fails is found, and the smallest one to which it shrinks.
fn shrinks_to<W: Clone + Debug + PartialEq + Send + Sync + 'static>(
    workloads: &impl Strategy<Value = W>,
    program: fn(W),
    smallest: &W,
    how: (FailureKind, &str),
) {
    let result = runner().run(workloads, |workload| match failure(program, workload) {
        None => Ok(()),
        Some((kind, message)) => {
            assert!(kind == how.0 && message.contains(how.1), "{}: {message}", kind.word());
            Err(TestCaseError::fail(message))
        }
    });
    let Err(TestError::Fail(_, found)) = result else { panic!("no workload fails: {result:?}") };
    assert_eq!(found, *smallest);
}

use FailureKind::{Deadlock, Panic};

/// How often each of two strands does it. A workload of nothing is none: there is nothing to interleave.
fn each() -> impl Strategy<Value = [u32; 2]> {
    [0..3_u32, 0..3_u32].prop_filter("somebody does something", |times| *times != [0, 0])
}

#[test]
fn a_statement_of_three_byte_codes_loses_a_count_from_one_each_on() {
    let lost = (Panic, "x counts every statement");
    shrinks_to(&each(), gil_does_not_save_you::bug, &[1, 1], lost);
    shrinks_to(&each(), gil_does_not_save_you::print_in_the_middle, &[1, 1], lost);
    holds(&each(), gil_does_not_save_you::fix);
    holds(&each(), gil_does_not_save_you::one_instruction);
}

#[test]
fn a_merge_loses_a_page_from_one_each_on() {
    let lost = (Panic, "every page is in the result");
    shrinks_to(&each(), merge_race::bug, &[1, 1], lost);
    shrinks_to(&each(), merge_race::lock_each_method, &[1, 1], lost);
    // The reducer waits for the left mapper: the right one alone is enough to be missed.
    shrinks_to(&each(), merge_race::reduce_too_early, &[0, 1], lost);
    holds(&each(), merge_race::fix);
    holds(&each(), merge_race::own_result);
}

#[test]
fn an_auditor_finds_money_missing_from_one_transfer_on() {
    let torn = (Panic, "the auditor finds all the money");
    let transfers = 0..4_u32;
    shrinks_to(&transfers, torn_pair::bug, &1, torn);
    shrinks_to(&transfers, torn_pair::lock_each, &1, torn);
    shrinks_to(&transfers, torn_pair::lock_to_write, &1, torn);
    holds(&transfers, torn_pair::fix);
}

#[test]
fn a_queue_is_found_empty_from_one_job_on() {
    let empty = (Panic, "a queue with a job in it gives one");
    let jobs = 0..4_usize;
    shrinks_to(&jobs, len_then_pop::bug, &1, empty);
    shrinks_to(&jobs, len_then_pop::read_then_write, &1, empty);
    holds(&jobs, len_then_pop::fix);
}

#[test]
fn two_clients_get_a_wrong_id_at_one_limit_and_not_at_others() {
    let wrong = (Panic, "each id below the limit is given once");
    let limits = 0..5_u32;
    // One id and two who ask for it.
    shrinks_to(&limits, id_limit::bug, &1, wrong);
    shrinks_to(&limits, id_limit::lock_to_take, &1, wrong);
    shrinks_to(&limits, id_limit::ignore_the_failure, &1, wrong);
    // An id for both, and one who goes without.
    shrinks_to(&limits, id_limit::give_up, &2, wrong);
    holds(&(0..2_u32), id_limit::give_up);
    holds(&(2..5_u32), id_limit::bug);
    holds(&limits, id_limit::fix);
    holds(&limits, id_limit::one_step);
}

#[test]
fn a_loaf_is_missing_from_two_customers_on() {
    let missing = (Panic, "there is a loaf for whoever takes one");
    let loaves = 1..4_u32;
    shrinks_to(&loaves, if_not_while::bug, &2, missing);
    shrinks_to(&loaves, if_not_while::wake_one, &2, missing);
    holds(&loaves, if_not_while::fix);
}

#[test]
fn the_wrong_one_wakes_where_there_is_less_room_than_bakers() {
    let room = 1..4_u32;
    shrinks_to(&room, wrong_waiter::bug, &1, (Deadlock, "bell"));
    holds(&(2..4_u32), wrong_waiter::bug);
    // At the edge it is the other way round: with room for one, every loaf is an edge.
    shrinks_to(&room, wrong_waiter::ring_at_the_edge, &2, (Deadlock, "empty"));
    holds(&(1..2_u32), wrong_waiter::ring_at_the_edge);
    holds(&room, wrong_waiter::fix);
    holds(&room, wrong_waiter::two_bells);
}

#[test]
fn the_house_is_locked_too_early_from_one_worker_on() {
    let early = (Panic, "the work is done when the wait is over");
    let workers = 0..3_u32;
    shrinks_to(&workers, late_registration::bug, &1, early);
    shrinks_to(&workers, late_registration::wait_a_while, &1, early);
    holds(&workers, late_registration::fix);
}

/// Room in the box, and letters.
fn post() -> impl Strategy<Value = (usize, u32)> {
    (1..3_usize, 0..4_u32)
}

#[test]
fn the_office_waits_for_the_courier_from_one_letter_more_than_there_is_room_on() {
    let stuck = (Deadlock, "wait");
    shrinks_to(&post(), |(room, letters)| lock_across_send::bug(room, letters), &(1, 2), stuck);
    shrinks_to(
        &post(),
        |(room, letters)| lock_across_send::lock_each(room, letters),
        &(1, 2),
        stuck,
    );
    let fits = (1..3_usize).prop_flat_map(|room| (Just(room), 0..=u32::try_from(room).unwrap()));
    holds(&fits, |(room, letters)| lock_across_send::bug(room, letters));
    holds(&post(), |(room, letters)| lock_across_send::fix(room, letters));
}

#[test]
fn a_pool_stands_still_from_as_many_pages_as_workers_on() {
    let stuck = (Deadlock, "changed");
    let pools = (1..3_u32, 0..3_u32);
    shrinks_to(&pools, |(workers, pages)| nested_jobs::bug(workers, pages), &(1, 1), stuck);
    // With a worker more than pages there is always one for the pictures.
    let roomy = (1..3_u32).prop_flat_map(|workers| (Just(workers), 0..workers));
    holds(&roomy, |(workers, pages)| nested_jobs::bug(workers, pages));
    holds(&pools, |(workers, pages)| nested_jobs::fix(workers, pages));
}

#[test]
fn there_are_two_connections_from_two_requests_on() {
    let several = (Panic, "there is one connection");
    let requests = 1..4_u32;
    shrinks_to(&requests, lazy_init::bug, &2, several);
    shrinks_to(&requests, lazy_init::lock_to_connect, &2, several);
    shrinks_to(&requests, lazy_init::lock_the_flag, &2, several);
    holds(&requests, lazy_init::fix);
    holds(&requests, lazy_init::look_twice);
    holds(&requests, lazy_init::once_lock);
}

#[test]
fn a_file_has_two_owners_from_two_processes_on() {
    let several = (Panic, "one process owns the file");
    let processes = 1..4_u32;
    shrinks_to(&processes, file_toctou::bug, &2, several);
    shrinks_to(&processes, file_toctou::own_lock, &2, several);
    shrinks_to(&processes, file_toctou::look_twice, &2, several);
    holds(&processes, file_toctou::fix);
    holds(&processes, file_toctou::create_new);
}

#[test]
fn one_request_is_enough_to_wait_for_oneself() {
    let requests = 1..4_u32;
    shrinks_to(&requests, guard_in_match::bug, &1, (Deadlock, "has it already"));
    shrinks_to(&requests, guard_in_match::read_then_write, &1, (Deadlock, "cache"));
    // To be late takes somebody else.
    shrinks_to(&requests, guard_in_match::copy_out, &2, (Panic, "the page is loaded once"));
    holds(&requests, guard_in_match::fix);
}

#[test]
fn a_visit_is_not_counted_from_one_each_on() {
    let lost = (Panic, "every visit is counted");
    shrinks_to(&each(), let_underscore::bug, &[1, 1], lost);
    shrinks_to(&each(), let_underscore::block_too_short, &[1, 1], lost);
    holds(&each(), let_underscore::fix);
    shrinks_to(&each(), rwlock_upgrade::bug, &[1, 1], lost);
    // To wait for oneself one visit of one visitor is enough.
    let alone = (0..3_u32).prop_map(|visits| [0, visits + 1]);
    shrinks_to(&alone, rwlock_upgrade::keep_reading, &[0, 1], (Deadlock, "visitors"));
    holds(&each(), rwlock_upgrade::fix);
    holds(&each(), rwlock_upgrade::look_again);
    holds(&each(), rwlock_upgrade::upgradable);
}

#[test]
fn a_count_goes_wrong_from_two_owners_on() {
    let wrong = (Panic, "the object is freed once");
    let owners = 1..4_u32;
    shrinks_to(&owners, refcount::bug, &2, wrong);
    shrinks_to(&owners, refcount::second_look, &2, wrong);
    shrinks_to(&owners, refcount::lock_each, &2, wrong);
    holds(&owners, refcount::fix);
    holds(&owners, refcount::one_step);
}
