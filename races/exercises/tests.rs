//! Every starter fails, every solution holds, every near miss is caught, and what merely runs one after the
//! other is no repair: by the judge that judges a learner's file.

use std::collections::BTreeSet;

use drawloom::Sources;
use drawloom::{FailureKind, FailureKind::Deadlock, FailureKind::Livelock, FailureKind::Panic};

use super::judge::{Case, Judgement, Task, judge};
use super::*;
use crate::RACES;

/// What the judge must say of an attempt.
#[derive(Clone, Copy)]
pub(super) enum Expected {
    /// It passes.
    Passes,
    /// It fails in the case of this name, in this way, and with these words.
    Fails(&'static str, FailureKind, &'static str),
    /// No schedule fails, and these are what is missing.
    Serial(&'static str, &'static [&'static str]),
    /// Of the case of this name nothing was established.
    Unknown(&'static str),
}

use Expected::{Fails, Passes, Serial, Unknown};

pub(super) fn assert_judged(task: &Task, name: &str, cases: &[Case], expected: Expected) {
    let judged = judge(task, cases, &Sources::new());
    let at = format!("{} by {name}: {:?} {:?}", task.id, judged.judgement, judged.missing);
    match expected {
        Passes => assert_eq!(judged.judgement, Judgement::Passes, "{at}\n{}", judged.report),
        Fails(case, kind, words) => {
            assert_eq!((judged.judgement, judged.case), (Judgement::Fails, case), "{at}");
            let failure = judged.report.failure().expect("it fails");
            assert_eq!(failure.kind, kind, "{at}");
            assert!(failure.message.contains(words), "{at}: {}", failure.message);
        }
        Serial(case, missing) => {
            assert_eq!((judged.judgement, judged.case), (Judgement::Serial, case), "{at}");
            assert_eq!(judged.missing, missing, "{at}");
        }
        Unknown(case) => {
            assert_eq!((judged.judgement, judged.case), (Judgement::Unknown, case), "{at}");
        }
    }
}

/// An exercise: what the starter must do, and each attempt. Its solution must pass.
macro_rules! judged {
    ($test:ident, $module:ident, $entry:ident, $starter:expr, {$($attempt:ident: $expected:expr,)*}) => {
        #[test]
        fn $test() {
            use $module::{attempts, solution, stage, starter};
            let look = |name, cases: Vec<Case>, expected| {
                assert_judged(&stage::TASK, name, &cases, expected);
            };
            look("starter", stage::cases(starter::$entry), $starter);
            look("solution", stage::cases(solution::$entry), Passes);
            let mut named = BTreeSet::new();
            $(
                look(stringify!($attempt), stage::cases(attempts::$attempt::$entry), $expected);
                named.insert(stringify!($attempt));
            )*
            let all = [$($expected),*];
            assert!(all.iter().any(|expected| matches!(expected, Fails(..))), "no near miss");
            assert!(all.iter().any(|expected| matches!(expected, Serial(..))), "nothing serial");
            let text = include_str!(concat!(stringify!($module), "/attempts.rs"));
            let there: BTreeSet<&str> = text
                .lines()
                .filter_map(|line| line.strip_prefix("pub(crate) mod ")?.strip_suffix(" {"))
                .collect();
            assert_eq!(named, there, "an attempt that nobody judges");
        }
    };
}

pub(super) const COIN: &str = "every coin is in the jar";

judged!(lost_update_is_judged, lost_update, evening, Fails("two guests", Panic, COIN), {
    one_step: Passes,
    a_clerk: Passes,
    a_lock_per_line: Fails("two guests", Panic, COIN),
    a_lock_of_ones_own: Fails("two guests", Panic, COIN),
    what_two_would_leave: Fails("three guests", Panic, COIN),
    joined_before_the_next: Serial("two guests", &["guest-2 never begins before guest-1", "guest-2 never ends before guest-1"]),
    all_in_main: Serial("two guests", &["2 strands beside main must have something to do, and none have"]),
    by_turns: Serial("two guests", &["thread-2 never ends before thread-1"]),
});

const OVERDRAWN: &str = "the account is never overdrawn";
const RECEIPTS: &str = "two receipts are never printed at the same time: nobody should wait for a printer with the account locked";

judged!(check_then_act_is_judged, check_then_act, day, Fails("enough for one", Panic, OVERDRAWN), {
    a_lock_for_each_of_the_two: Fails("enough for one", Panic, OVERDRAWN),
    never_paid: Fails("enough for one", Panic, "who finds enough is paid"),
    locked_while_it_prints: Serial("enough for two", &[RECEIPTS]),
    one_machine_after_the_other: Serial("enough for one", &["machine-2 never begins before machine-1", "machine-2 never ends before machine-1"]),
});

const MONEY: &str = "the auditor finds all the money";

judged!(torn_pair_is_judged, torn_pair, day, Fails("one transfer", Panic, MONEY), {
    a_lock_for_each_account: Fails("one transfer", Panic, MONEY),
    the_other_way_round: Fails("one transfer", Panic, MONEY),
    audited_when_all_is_over: Serial("one transfer", &["the auditor never comes before the transfer", "auditor never begins before teller", "auditor never ends before teller"]),
    locked_for_the_whole_day: Serial("two transfers", &["the auditor never comes after the first transfer"]),
});

judged!(lock_order_is_judged, lock_order, day, Fails("as much each way", Deadlock, "held by"), {
    one_lock: Passes,
    try_until_it_is_free: Fails("as much each way", Livelock, ""),
    one_transfer_is_given_up: Fails("as much each way", Panic, "both transfers have arrived"),
    the_rent_first: Serial("as much each way", &["ben_pays never begins before ann_pays", "ben_pays never ends before ann_pays"]),
});

const LOAF: &str = "there is a loaf for whoever takes one";

judged!(if_not_while_is_judged, if_not_while, morning, Fails("two customers", Panic, LOAF), {
    wake_one: Fails("two customers", Panic, LOAF),
    look_before_it_is_locked: Fails("two customers", Deadlock, ""),
    nobody_comes_before_the_baker_has_gone: Serial("two customers", &["come-1 never begins before baker"]),
});

const VISITOR: &str = "every visitor is counted";
pub(super) const TICKETS: &str =
    "two tickets are never printed at the same time: no door should wait for another's printer";

judged!(await_lost_update_is_judged, await_lost_update, day, Fails("two visitors", Panic, VISITOR), {
    a_lock_for_each_of_the_two: Fails("two visitors", Panic, VISITOR),
    locked_while_it_prints: Serial("two visitors", &[TICKETS]),
    one_door_after_the_other: Serial("two visitors", &[TICKETS, "task-2 never begins before task-1", "task-2 never ends before task-1"]),
});

const SEAT: &str = "no seat is sold twice";
const CARDS: &str = "two cards are never charged at the same time: who has a seat should not wait for the other's bank";

judged!(await_gap_is_judged, await_gap, day, Fails("one seat", Panic, SEAT), {
    a_lock_for_each_of_the_two: Fails("one seat", Panic, SEAT),
    look_again_when_it_is_charged: Fails("one seat", Panic, "who is charged has a seat"),
    locked_while_the_bank_takes_its_time: Serial("two seats", &[CARDS]),
    bob_when_ann_is_done: Serial("one seat", &["2 strands beside main must have something to do, and only 1 has"]),
});

const LOST: &str = "no money is lost on the way";

judged!(cancelled_half_way_is_judged, cancelled_half_way, day, Fails("a slow disk", Panic, LOST), {
    undone_when_dropped: Passes,
    a_lock_round_both: Fails("a slow disk", Panic, LOST),
    more_patience: Fails("a slow disk", Panic, LOST),
    no_end_of_patience: Serial("a slow disk", &["the transfer is never given up, however slow the disk is"]),
    nothing_is_transferred: Serial("a slow disk", &["the transfer is never made"]),
});

const NOTED: &str = "all that is taken is noted";

judged!(lock_per_call_is_judged, lock_per_call, kitchen, Fails("two cooks", Panic, NOTED), {
    a_lock_for_each_cook: Fails("two cooks", Panic, NOTED),
    a_shelf_for_each_cook: Fails("two cooks", Panic, NOTED),
    one_cook_after_the_other: Serial("two cooks", &["note-2 never begins before note-1", "note-2 never ends before note-1"]),
    one_cook_for_all: Serial("two cooks", &["2 strands beside main must have something to do, and only 1 has"]),
});

const RISE: &str = "every rise is in the price";

judged!(lock_too_narrow_is_judged, lock_too_narrow, shop, Fails("two rises", Panic, RISE), {
    begin_again: Passes,
    given_up_where_it_has_changed: Fails("two rises", Panic, RISE),
    added_to_what_it_is_by_then: Fails("two rises", Panic, RISE),
    one_after_the_other: Serial("two rises", &["raise-2 never begins before raise-1", "raise-2 never ends before raise-1"]),
});

const LINE: &str = "every line is in the book";

judged!(std_mutex_across_await_is_judged, std_mutex_across_await, office, Fails("two clerks", Deadlock, ""), {
    a_lock_of_tasks: Passes,
    dropped_after_the_await: Fails("two clerks", Deadlock, ""),
    left_alone_where_it_is_taken: Fails("two clerks", Panic, LINE),
    one_clerk_after_the_other: Serial("two clerks", &["task-2 never begins before task-1", "task-2 never ends before task-1"]),
});

const GUEST: &str = "every guest is counted";

judged!(loop_owned_state_from_thread_is_judged, loop_owned_state_from_thread, evening, Fails("a guest at each door", Panic, GUEST), {
    one_owner: Passes,
    a_lock_for_each_of_the_two: Fails("a guest at each door", Panic, GUEST),
    a_loop_for_the_porter: Fails("a guest at each door", Panic, GUEST),
    the_porter_first: Serial("a guest at each door", &["count never begins before porter"]),
    the_front_door_does_it_all: Serial("a guest at each door", &["2 strands beside main must have something to do, and only 1 has"]),
});

judged!(thread_to_loop_missed_wakeup_is_judged, thread_to_loop_missed_wakeup, day, Fails("one letter", Deadlock, ""), {
    leave_the_number_first: Passes,
    call_before_it_is_put_down: Fails("one letter", Deadlock, ""),
    look_twice: Fails("one letter", Deadlock, ""),
    the_thread_first: Serial("one letter", &["task never begins before thread"]),
});

const LETTER: &str = "who sees the flag reads the letter";

judged!(message_passing_is_judged, message_passing, day, Fails("a letter", Panic, LETTER), {
    release_and_acquire: Passes,
    release_alone: Fails("a letter", Panic, LETTER),
    order_the_letter: Fails("a letter", Panic, LETTER),
    the_flag_first: Fails("a letter", Panic, LETTER),
    ben_when_ann_is_done: Serial("a letter", &["Ben never comes before the letter is there", "ben never begins before ann"]),
});

const CONFIG: &str = "nobody gets a half-built config";

judged!(double_checked_is_judged, double_checked, morning, Fails("a config", Panic, CONFIG), {
    acquire_the_look: Passes,
    a_lazy_lock: Passes,
    a_relaxed_flag: Fails("a config", Panic, CONFIG),
    the_flag_first: Fails("a config", Panic, CONFIG),
    no_lock: Fails("a config", Panic, "the config is built once"),
    ben_when_ann_is_done: Serial("a config", &["ben never begins before ann", "ben never ends before ann"]),
});

const NOTE: &str = "the last to leave finds every note";

judged!(last_one_out_is_judged, last_one_out, day, Fails("two notes", Panic, NOTE), {
    release_and_a_fence: Passes,
    both_at_once: Passes,
    a_fence_alone: Fails("two notes", Panic, NOTE),
    acquire_alone: Fails("two notes", Panic, NOTE),
    order_the_notes: Fails("two notes", Panic, NOTE),
    a_second_look: Fails("two notes", Panic, "the room is cleared once"),
    ben_when_ann_has_left: Serial("two notes", &["ben never begins before ann", "ben never ends before ann"]),
});

#[test]
fn an_exercise_is_called_as_the_race_it_is_taken_from() {
    assert!(EXERCISES.len() >= 16);
    for exercise in EXERCISES {
        assert!(RACES.iter().any(|race| race.id == exercise.id), "{}", exercise.id);
        assert!(
            exercise
                .code()
                .iter()
                .any(|line| line.contains(&format!("pub fn {}(", exercise.entry)))
        );
        assert!(exercise.story().iter().any(|line| line.contains("Repair it")), "{}", exercise.id);
    }
}
