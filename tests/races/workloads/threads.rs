//! Workloads of the races between threads.

use drawloom::FailureKind::{Deadlock, Livelock, Panic};
use proptest::prelude::*;
use races::exercises;
use races::threads::{
    check_then_act, file_toctou, gil_does_not_save_you, guard_in_match, id_limit, if_not_while,
    late_registration, lazy_init, len_then_pop, let_underscore, lock_across_send, lock_order,
    lock_while_joining, merge_race, nested_jobs, refcount, rwlock_upgrade, torn_pair, wrong_lock,
    wrong_waiter,
};

use super::{each, holds, shrinks_to};

/// As the exercise tells it, since there an evening has so many guests.
#[test]
fn a_coin_is_lost_from_two_guests_on() {
    use exercises::lost_update::{solution, starter};
    const COIN: &str = "every coin is in the jar";
    let guests = 0..5_u32;
    let broken = |guests: u32| assert_eq!(starter::evening(guests), guests, "{COIN}");
    shrinks_to(&guests, broken, &2, (Panic, COIN));
    holds(&guests, |guests| assert_eq!(solution::evening(guests), guests, "{COIN}"));
}

#[test]
fn an_account_is_overdrawn_from_one_withdrawal_each_on() {
    let overdrawn = (Panic, "the account is never overdrawn");
    shrinks_to(&each(), check_then_act::bug, &[1, 1], overdrawn);
    shrinks_to(&each(), check_then_act::lock_the_act, &[1, 1], overdrawn);
    shrinks_to(&each(), check_then_act::lock_each, &[1, 1], overdrawn);
    shrinks_to(&each(), check_then_act::check_twice, &[1, 1], overdrawn);
    holds(&each(), check_then_act::fix);
    holds(&each(), check_then_act::one_step);
}

#[test]
fn to_add_nothing_is_enough_to_lose_what_the_other_adds() {
    let lost = (Panic, "both changes are in the balance");
    let nothing_and = (0..3_i64).prop_map(|interest| [0, interest]);
    shrinks_to(&nothing_and, wrong_lock::bug, &[0, 1], lost);
    shrinks_to(&nothing_and, wrong_lock::lock_in_the_call, &[0, 1], lost);
    shrinks_to(&nothing_and, wrong_lock::read_lock, &[0, 1], lost);
    holds(&[0..3_i64, 0..3_i64], wrong_lock::fix);
}

#[test]
fn two_transfers_meet_from_one_each_way_on() {
    shrinks_to(&each(), lock_order::bug, &[1, 1], (Deadlock, "waits for"));
    let once = [0..2_u32, 0..2_u32];
    shrinks_to(&once, lock_order::try_again, &[1, 1], (Livelock, "goes round for ever"));
    holds(&each(), lock_order::fix);
    holds(&each(), lock_order::one_lock);
}

#[test]
fn the_boss_waits_for_ever_from_one_customer_on() {
    let customers = 0..3_u32;
    shrinks_to(&customers, lock_while_joining::bug, &1, (Deadlock, "wait"));
    shrinks_to(&customers, lock_while_joining::a_flag_of_its_own, &1, (Deadlock, "wait"));
    holds(&customers, lock_while_joining::fix);
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
