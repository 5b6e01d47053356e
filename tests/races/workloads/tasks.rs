//! Workloads of the races between tasks, and between tasks and threads.

use drawloom::FailureKind::{Deadlock, Panic};
use races::bridge::{loop_owned_state_from_thread, thread_local_context_leak};
use races::tasks::{
    as_completed_order, await_gap, await_lost_update, biased_select_starvation,
    bounded_mailbox_cycle, cache_stampede, detached_task_lost, dirty_connection_returned,
    keyed_lock_eviction, last_sender_not_dropped, lock_per_call, lock_too_narrow, no_await_no_race,
    permit_leak_on_cancel, pool_double_checkout, select_drops_partial_read, setup_twice,
    shutdown_drops_inflight, stale_index_after_await, std_mutex_across_await, timeout_loses_item,
    writer_starvation,
};

use super::{each, explored, holds, shrinks_to};

#[test]
fn one_visitor_is_always_counted_and_two_are_not() {
    let visitors = 1..=4_u32;
    shrinks_to(&visitors, await_lost_update::bug_of, &2, (Panic, "every visitor is counted"));
    holds(&visitors, await_lost_update::fix_of);
}

#[test]
fn a_vote_is_lost_from_two_voters_on_where_they_are_not_on_one_loop() {
    let lost = (Panic, "every vote is counted");
    let voters = 0..4_u32;
    shrinks_to(&voters, no_await_no_race::bug, &2, lost);
    shrinks_to(&voters, no_await_no_race::log_between, &2, lost);
    holds(&voters, no_await_no_race::fix);
    holds(&voters, no_await_no_race::one_loop);
}

#[test]
fn two_want_the_last_seat_and_with_a_seat_for_each_all_is_well() {
    let sold_twice = (Panic, "no seat is sold twice");
    let seats = 0..4_i32;
    shrinks_to(&seats, await_gap::bug, &1, sold_twice);
    shrinks_to(&seats, await_gap::look_twice, &1, sold_twice);
    shrinks_to(&seats, await_gap::lock_each, &1, sold_twice);
    holds(&(2..4_i32), await_gap::bug);
    holds(&seats, await_gap::fix);
    holds(&seats, await_gap::take_first);
}

#[test]
fn the_wrong_one_is_struck_off_from_one_on_who_stands_below() {
    let wrong = (Panic, "whoever cancels is struck off");
    let others = 0..4_usize;
    shrinks_to(&(1..4_usize), stale_index_after_await::bug, &1, wrong);
    // With nobody below them, there is no such row any more.
    let (kind, message) = explored(stale_index_after_await::bug, 0).unwrap();
    assert!(kind == Panic && message.contains("removal index"), "{message}");
    // To look whether there is one leaves Bob on the list.
    shrinks_to(&others, stale_index_after_await::in_bounds, &0, wrong);
    holds(&others, stale_index_after_await::fix);
    holds(&others, stale_index_after_await::ask_first);
}

#[test]
fn one_room_lights_the_heating_once_and_two_do_not() {
    let rooms = 1..=4_usize;
    shrinks_to(
        &rooms,
        setup_twice::bug_of,
        &2,
        (Panic, "the heating is lit once, and before it is used"),
    );
    holds(&rooms, setup_twice::fix_of);
}

#[test]
fn one_person_calls_the_station_once_and_two_do_not() {
    let people = 1..=4_usize;
    shrinks_to(&people, cache_stampede::bug_of, &2, (Panic, "the station is called once"));
    holds(&people, cache_stampede::fix_of);
}

#[test]
fn one_rower_is_alone_and_two_are_not() {
    let rowers = 1..=3_usize;
    shrinks_to(
        &rowers,
        pool_double_checkout::bug_of,
        &2,
        (Panic, "a boat has one rower at a time"),
    );
    holds(&rowers, pool_double_checkout::fix_of);
}

#[test]
fn one_cook_with_a_lock_of_his_own_notes_everything_and_two_do_not() {
    let cooks = 1..=4_u32;
    shrinks_to(&cooks, lock_per_call::bug_of, &2, (Panic, "all that is taken is noted"));
    holds(&cooks, lock_per_call::fix_of);
}

#[test]
fn one_rise_is_in_the_price_and_two_are_not() {
    let rises = 1..=4_u32;
    shrinks_to(&rises, lock_too_narrow::bug_of, &2, (Panic, "every rise is in the price"));
    holds(&rises, lock_too_narrow::fix_of);
}

#[test]
fn an_office_stands_still_from_two_clerks_on() {
    let stuck = (Deadlock, "waits for book");
    let clerks = 0..4_u32;
    shrinks_to(&clerks, std_mutex_across_await::bug, &2, stuck);
    shrinks_to(&clerks, std_mutex_across_await::drop_too_late, &2, stuck);
    holds(&clerks, std_mutex_across_await::fix);
    holds(&clerks, std_mutex_across_await::ask_first);
}

#[test]
fn boxes_for_fewer_letters_than_are_posted_are_a_standstill() {
    let sizes = (1..=3_usize, 1..=3_u32);
    let stuck = (Deadlock, "waits for");
    shrinks_to(
        &sizes,
        |(room, letters)| bounded_mailbox_cycle::bug_of(room, letters),
        &(1, 2),
        stuck,
    );
    holds(&sizes, |(room, letters)| bounded_mailbox_cycle::fix_of(room, letters));
}

#[test]
fn a_cashier_with_a_key_waits_for_ever_also_where_nobody_collects() {
    let collectors = 0..=3_u32;
    shrinks_to(&collectors, last_sender_not_dropped::bug_of, &0, (Deadlock, "waits for"));
    holds(&collectors, last_sender_not_dropped::fix_of);
}

#[test]
fn one_letter_is_enough_to_lose_one() {
    let letters = 0..=3_u32;
    shrinks_to(&letters, detached_task_lost::bug_of, &1, (Panic, "every letter is posted"));
    holds(&letters, detached_task_lost::fix_of);
}

#[test]
fn a_letter_in_the_bag_is_lost_and_an_empty_bag_loses_none() {
    let lost = (Panic, "a letter is in the box, or was delivered once");
    let letters = 0..4_u32;
    shrinks_to(&letters, timeout_loses_item::bug, &1, lost);
    shrinks_to(&letters, timeout_loses_item::keep_locked, &1, lost);
    holds(&letters, timeout_loses_item::fix);
    holds(&letters, timeout_loses_item::put_back);
}

#[test]
fn half_a_word_is_lost_from_one_tick_on() {
    let half = (Panic, "the word is read whole");
    let ticks = 0..4_u32;
    shrinks_to(&ticks, select_drops_partial_read::bug, &1, half);
    shrinks_to(&ticks, select_drops_partial_read::wire_first, &1, half);
    holds(&ticks, select_drops_partial_read::fix);
    holds(&ticks, select_drops_partial_read::one_reading);
}

#[test]
fn the_answer_is_to_another_question_from_one_on_that_was_given_up() {
    let wrong = (Panic, "the answer is to the question that was asked");
    let given_up = 0..3_u32;
    shrinks_to(&given_up, dirty_connection_returned::bug, &1, wrong);
    holds(&given_up, dirty_connection_returned::fix);
}

#[test]
fn the_last_key_is_missed_and_one_of_two_is_not() {
    let missed = (Deadlock, "waits for keys");
    let keys = 1..4_usize;
    shrinks_to(&keys, permit_leak_on_cancel::bug, &1, missed);
    shrinks_to(&keys, permit_leak_on_cancel::on_error, &1, missed);
    holds(&(2..4_usize), permit_leak_on_cancel::bug);
    holds(&keys, permit_leak_on_cancel::fix);
    holds(&keys, permit_leak_on_cancel::guard);
}

#[test]
fn one_order_is_enough_to_be_accepted_and_in_no_file() {
    let lost = (Panic, "what was accepted is in the file");
    let orders = 1..4_u32;
    shrinks_to(&orders, shutdown_drops_inflight::bug, &1, lost);
    shrinks_to(&orders, shutdown_drops_inflight::empty_line, &1, lost);
    holds(&orders, shutdown_drops_inflight::fix);
    holds(&orders, shutdown_drops_inflight::await_clerk);
}

#[test]
fn one_customer_has_his_own_name_and_two_do_not() {
    let customers = 1..=3_u32;
    shrinks_to(
        &customers,
        thread_local_context_leak::bug_of,
        &2,
        (Panic, "each entry is signed with its own name"),
    );
    holds(&customers, thread_local_context_leak::fix_of);
}

#[test]
fn a_guest_is_not_counted_from_one_at_each_door_on() {
    let lost = (Panic, "every guest is counted");
    shrinks_to(&each(), loop_owned_state_from_thread::bug, &[1, 1], lost);
    shrinks_to(&each(), loop_owned_state_from_thread::two_loops, &[1, 1], lost);
    holds(&each(), loop_owned_state_from_thread::fix);
    holds(&each(), loop_owned_state_from_thread::one_owner);
}

#[test]
fn two_cleaners_share_the_key_and_a_third_makes_another() {
    use keyed_lock_eviction::{clean, clean_counting, hotel};
    let cleaners = 1..=3_usize;
    shrinks_to(
        &cleaners,
        |cleaners| hotel(cleaners, clean),
        &3,
        (Panic, "a room has one cleaner at a time"),
    );
    holds(&cleaners, |cleaners| hotel(cleaners, clean_counting));
}

#[test]
fn one_in_line_is_enough_to_be_called_up_after_closing_time() {
    use biased_select_starvation::{
        office, serve, serve_asking_each_round, serve_by_a_coin, serve_porter_first,
        serve_until_told,
    };
    let late = (Panic, "nobody is called up after closing time");
    let customers = 0..4_u32;
    shrinks_to(&customers, |customers| office(customers, serve), &1, late);
    shrinks_to(&customers, |customers| office(customers, serve_by_a_coin), &1, late);
    let half = (Panic, "who is called up is served to the end");
    shrinks_to(&customers, |customers| office(customers, serve_until_told), &1, half);
    holds(&customers, |customers| office(customers, serve_porter_first));
    holds(&customers, |customers| office(customers, serve_asking_each_round));
}

#[test]
fn somebody_goes_in_past_the_painter_from_two_visitors_on() {
    use writer_starvation::{
        gallery, keep_the_gate, look_again, stand_and_ask_anew, stand_in_line, visit,
        visit_by_the_gate,
    };
    let past = (Panic, "nobody who comes later goes in first");
    let visitors = 0..4_u32;
    shrinks_to(&visitors, |visitors| gallery(visitors, visit, look_again), &2, past);
    shrinks_to(&visitors, |visitors| gallery(visitors, visit, stand_and_ask_anew), &2, past);
    holds(&visitors, |visitors| gallery(visitors, visit, stand_in_line));
    holds(&visitors, |visitors| gallery(visitors, visit_by_the_gate, keep_the_gate));
}

#[test]
fn one_price_is_that_of_its_shop_and_of_two_it_may_be_the_other_s() {
    let wrong = (Panic, "each price is that of its shop");
    let shops = 1..4_usize;
    shrinks_to(&shops, as_completed_order::bug, &2, wrong);
    shrinks_to(&shops, as_completed_order::lock_around, &2, wrong);
    holds(&shops, as_completed_order::fix);
    holds(&shops, as_completed_order::with_the_question);
}
