//! What looks like a repair to whoever wants to be done: an answer that is known by heart, a panic that is caught,
//! a second try, the types that nobody checks. The judge lets none of them through, in any exercise.

use std::panic::{AssertUnwindSafe, catch_unwind};

use drawloom::FailureKind::Panic;
use drawloom::Sources;

use super::judge::{Case, Judgement, judge};
use super::tests::Expected::{self, Fails, Serial, Unknown};
use super::tests::{COIN, TICKETS, assert_judged};
use super::*;

/// For each exercise: its arguments, what the right answer to them is, and what must be said of whoever returns
/// just that and does nothing for it.
macro_rules! by_heart {
    ($($module:ident::$entry:ident, |$($argument:ident),*| $answer:expr => $expected:expr;)*) => {
        #[test]
        fn an_answer_by_heart_is_no_repair() {
            let known = [$(stringify!($module)),*];
            assert_eq!(known.len(), EXERCISES.len(), "an exercise that nobody cheats at");
            $({
                let cases = $module::stage::cases(|$($argument),*| { $(let _ = &$argument;)* $answer });
                assert_judged(&$module::stage::TASK, "heart", &cases, $expected);
            })*
        }

        /// The promise is asked for outside of the learner's file, and a deadlock is not thrown.
        #[test]
        fn to_catch_the_panic_is_no_repair() {
            $({
                let cases = $module::stage::cases(|$($argument),*| {
                    let day = AssertUnwindSafe(|| $module::starter::$entry($($argument),*));
                    catch_unwind(day).unwrap_or_else(|_| $answer)
                });
                let starter = $module::stage::cases($module::starter::$entry);
                let [caught, starter] = [cases, starter].map(|cases| said(&$module::stage::TASK, &cases));
                assert_eq!(caught.0, Judgement::Fails, stringify!($module));
                assert_eq!(caught, starter, stringify!($module));
            })*
        }
    };
}

/// What is said of a program, without the places in it.
fn said(task: &Task, cases: &[Case]) -> (Judgement, &'static str, String) {
    let judged = judge(task, cases, &Sources::new());
    let failure = judged.report.failure().expect("it fails");
    (judged.judgement, judged.case, failure.kind.word().to_owned())
}

const NOBODY: &str = "2 strands beside main must have something to do, and none have";

by_heart! {
    lost_update::evening, |guests| guests => Serial("two guests", &[NOBODY]);
    check_then_act::day, |balance, printer| balance % 80 => Serial("enough for one", &[NOBODY]);
    torn_pair::day, |transfers| (100, 0) =>
        Serial("one transfer", &["the auditor never comes after the first transfer", NOBODY]);
    lock_order::day, |rent, refund| [100 - rent + refund, 100 + rent - refund] =>
        Serial("as much each way", &[NOBODY]);
    if_not_while::morning, |customers| vec![true; customers] => Serial("two customers", &[
        "3 strands beside main must have something to do, and none have",
    ]);
    await_lost_update::day, |visitors, printer| visitors => Serial("two visitors", &[TICKETS, NOBODY]);
    await_gap::day, |seats, bank| seats => Fails("one seat", Panic, "who is charged has a seat");
    cancelled_half_way::day, | | (100, 0) => Serial("a slow disk", &["the transfer is never made"]);
    lock_per_call::kitchen, |cooks| cooks => Serial("two cooks", &[NOBODY]);
    lock_too_narrow::shop, |people| (0..people).fold(1_000, |price, _| price + price / 10) =>
        Serial("two rises", &[NOBODY]);
    std_mutex_across_await::office, |clerks| clerks => Serial("two clerks", &[NOBODY]);
    loop_owned_state_from_thread::evening, |front, back| front + back =>
        Serial("a guest at each door", &[NOBODY]);
    thread_to_loop_missed_wakeup::day, |letters| letters => Serial("one letter", &[NOBODY]);
    message_passing::day, |letter| Some(letter) =>
        Serial("a letter", &["Ben never comes before the letter is there", NOBODY]);
    double_checked::morning, |builder| [builder.build(); 2] => Serial("a config", &[NOBODY]);
    last_one_out::day, |notes| vec![notes] => Serial("two notes", &[NOBODY]);
}

/// Fails less often, and fails.
#[test]
fn to_try_once_more_where_it_was_wrong_is_no_repair() {
    fn twice<T: PartialEq>(right: &T, day: impl Fn() -> T) -> T {
        let first = day();
        if first == *right { first } else { day() }
    }
    let look = |task: &Task, cases: Vec<Case>, case, promise| {
        assert_judged(task, "a second try", &cases, Fails(case, Panic, promise));
    };
    look(
        &lost_update::stage::TASK,
        lost_update::stage::cases(|guests| {
            twice(&guests, || lost_update::starter::evening(guests))
        }),
        "two guests",
        COIN,
    );
    look(
        &lock_per_call::stage::TASK,
        lock_per_call::stage::cases(|cooks| {
            twice(&cooks, || lock_per_call::starter::kitchen(cooks))
        }),
        "two cooks",
        "all that is taken is noted",
    );
}

/// `std` where it should be `drawloom`: nothing is seen of what they do.
#[test]
fn the_types_that_nobody_checks_are_no_repair() {
    fn threads(guests: u32) -> u32 {
        let jar = std::sync::Mutex::new(0);
        std::thread::scope(|scope| {
            for _ in 0..guests {
                scope.spawn(|| *jar.lock().unwrap() += 1);
            }
        });
        jar.into_inner().unwrap()
    }
    fn locks(guests: u32) -> u32 {
        let jar = std::sync::Mutex::new(0);
        drawloom::thread::scope(|scope| {
            for _ in 0..guests {
                scope.spawn(|| *jar.lock().unwrap() += 1);
            }
        });
        jar.into_inner().unwrap()
    }
    let look = |name, evening, expected: Expected| {
        let cases = lost_update::stage::cases(evening);
        assert_judged(&lost_update::stage::TASK, name, &cases, expected);
    };
    look("threads of std", threads, Serial("two guests", &[NOBODY]));
    look("a lock of std", locks, Unknown("two guests"));
}

/// What the judge cannot know: that the answer does not come from the work. The work itself is as broken as before.
#[test]
fn work_that_is_thrown_away_for_an_answer_by_heart_is_let_through() {
    let deceit = lost_update::stage::cases(|guests| {
        lost_update::starter::evening(guests);
        guests
    });
    // WRONG: it is no repair. The judge says of itself that it cannot tell it from one.
    assert_judged(&lost_update::stage::TASK, "deceit", &deceit, Expected::Passes);
}
