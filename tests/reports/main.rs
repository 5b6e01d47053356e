//! What a person reads, word for word.
//!
//! Each report is a file in `tests/golden`. A change of wording is a diff there: run the tests with
//! `UPDATE_GOLDEN=1` and look at what has changed.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::manual_assert, reason = "a panic that is no assertion is what is shown")]

mod programs;
#[cfg(feature = "tokio")]
mod tasks;

use std::fmt::Debug;
use std::path::Path;

use drawloom::render::{Context, Style, report};
use drawloom::sync::atomic::AtomicU32;
use drawloom::verdict::Report;
use drawloom::{Check, Engine, Sampling, Sources};

use self::programs::{
    a_long_way, check_then_act, dice, four_friends, lock_over_both, lock_per_access, locked_twice,
    lost_update, never_ends, never_notified, nothing_shared, panic_in_a_thread, spins_for_ever,
    tries_for_ever, two_orders,
};

// How they are checked and shown.

fn check<T: drawloom::Outcome>(program: fn() -> T) -> Report<T> {
    Check::new().run(program)
}

fn replay(program: fn(), schedule: &str) -> Report<()> {
    Check::new().replay(schedule.parse().unwrap()).run(program)
}

fn shown<T: Debug>(checked: &Report<T>, style: Style) -> String {
    let command = |command: &str, what: &str| (command.to_owned(), what.to_owned());
    let context = Context {
        title: Some("lost-update/bug".to_owned()),
        fix: Some("one lock, held from the read to the write (2 schedules, 0 fail)".to_owned()),
        next: vec![
            command("races fix lost-update", "the same code repaired: 2 schedules, 0 fail"),
            command("races replay lost-update 1221", "this run again"),
        ],
    };
    report(checked, &context, &style, &Sources::new())
}

#[test]
fn lost_update_by_two_threads() {
    golden("lost_update", &check(lost_update).to_string());
}

#[test]
fn lost_update_as_the_catalogue_shows_it() {
    let style = Style { verbose: true, ..Style::default() };
    golden("lost_update_catalogue", &shown(&check(lost_update), style));
}

#[test]
fn lost_update_on_a_narrow_terminal() {
    golden("lost_update_79", &shown(&check(lost_update), Style { width: 79, ..Style::default() }));
}

#[test]
fn lost_update_in_sentences() {
    golden(
        "lost_update_plain",
        &shown(&check(lost_update), Style { plain: true, ..Style::default() }),
    );
}

#[test]
fn a_lock_for_each_access() {
    golden("lock_per_access", &check(lock_per_access).to_string());
}

#[test]
fn two_locks_in_two_orders() {
    golden("two_orders", &check(two_orders).to_string());
}

#[test]
fn two_locks_in_two_orders_in_sentences() {
    let style = Style { plain: true, ..Style::default() };
    let text = report(&check(two_orders), &Context::default(), &style, &Sources::new());
    golden("two_orders_plain", &text);
}

#[test]
fn a_lock_that_is_taken_twice() {
    golden("locked_twice", &check(locked_twice).to_string());
}

#[test]
fn a_check_and_an_act() {
    golden("check_then_act", &check(check_then_act).to_string());
}

#[test]
fn a_thread_panics() {
    golden("panic_in_a_thread", &check(panic_in_a_thread).to_string());
}

#[test]
fn a_condition_variable_is_not_notified() {
    golden("never_notified", &check(never_notified).to_string());
}

#[test]
fn a_thread_spins_for_ever() {
    golden("spins_for_ever", &check(spins_for_ever).to_string());
}

#[test]
fn two_threads_try_for_ever() {
    golden("tries_for_ever", &check(tries_for_ever).to_string());
}

#[test]
fn a_thread_does_not_come_to_its_end() {
    golden("never_ends", &Check::new().max_steps(60).run(never_ends).to_string());
}

#[test]
fn a_program_holds() {
    golden("holds", &check(lock_over_both).to_string());
}

#[test]
fn a_program_holds_and_its_outcomes_are_listed() {
    let style = Style { verbose: true, ..Style::default() };
    let text = report(&check(dice), &Context::default(), &style, &Sources::new());
    golden("outcomes", &text);
}

#[test]
fn not_everything_was_explored() {
    golden("inconclusive", &Check::new().max_executions(2).run(dice).to_string());
}

#[test]
fn a_bound_on_preemptions_holds() {
    golden("few_preemptions", &Check::new().preemptions(0).run(lost_update).to_string());
}

#[test]
fn a_failure_within_a_bound_on_preemptions() {
    let report = Check::new().preemptions(1).run(lost_update);
    golden("few_preemptions_fail", &report.to_string());
}

#[test]
fn a_sample_without_a_failure() {
    let sampling = Sampling::Uniform { executions: 50, seed: 1 };
    golden("sample_holds", &Check::new().sample(sampling).run(dice).to_string());
}

#[test]
fn a_failure_in_a_sample() {
    let sampling = Sampling::Pct { depth: 2, executions: 100, seed: 1 };
    let sampled = Check::new().sample(sampling).run(lost_update);
    golden("sample_fails", &sampled.to_string());
    let style = Style { plain: true, ..Style::default() };
    let text = report(&sampled, &Context::default(), &style, &Sources::new());
    golden("sample_fails_plain", &text);
}

#[test]
fn a_failure_among_few_executions() {
    golden("not_counted", &Check::new().max_executions(3).run(lost_update).to_string());
}

#[test]
fn nothing_is_shared() {
    golden("nothing_shared", &check(nothing_shared).to_string());
}

#[test]
fn a_schedule_that_holds_is_replayed() {
    golden("replay_holds", &replay(lost_update, "1122").to_string());
}

#[test]
fn a_schedule_that_fails_is_replayed() {
    golden("replay_fails", &replay(lost_update, "1212").to_string());
}

#[test]
fn a_schedule_does_not_fit() {
    golden("replay_unfit", &replay(lost_update, "1112").to_string());
}

#[test]
fn four_strands_are_stacked() {
    golden("four_friends", &check(four_friends).to_string());
}

#[test]
fn a_long_table_is_folded() {
    golden("a_long_way", &check(a_long_way).to_string());
}

#[test]
fn an_engine_without_a_trace_shows_the_place_and_no_schedule() {
    let report = Check::new().engine(Engine::Native).run(|| {
        let jar = AtomicU32::new(1);
        assert_eq!(jar.into_inner(), 2, "both coins are in the jar");
    });
    let text = report.to_string();
    assert!(text.starts_with("FAIL  "), "{text}");
    assert!(
        text.contains("error: \"both coins are in the jar\" does not hold\n  --> tests/"),
        "{text}"
    );
    assert!(text.ends_with("left: 1, right: 2"), "{text}");
}

#[test]
fn colour_says_nothing_that_words_do_not() {
    let programs: [fn(); 8] = [
        lost_update,
        lock_per_access,
        lock_over_both,
        two_orders,
        check_then_act,
        never_notified,
        spins_for_ever,
        four_friends,
    ];
    for program in programs {
        let checked = check(program);
        for plain in [false, true] {
            let style = Style { plain, verbose: true, ..Style::default() };
            let colored = shown(&checked, Style { color: true, ..style });
            assert_eq!(without_codes(&colored), shown(&checked, style));
        }
    }
    assert!(
        shown(&check(lost_update), Style { color: true, ..Style::default() })
            .contains("\u{1b}[1;31m")
    );
}

#[test]
fn no_line_is_wider_than_it_may_be() {
    let programs: [fn(); 6] =
        [lost_update, lock_per_access, two_orders, never_notified, spins_for_ever, four_friends];
    for program in programs {
        let checked = check(program);
        for width in [60, 76, 79, 80, 90, 100] {
            let style = Style { width, ..Style::default() };
            let text = report(&checked, &Context::default(), &style, &Sources::new());
            for line in text.lines() {
                assert!(line.len() <= width, "{} > {width}: {line}", line.len());
                assert!(line.is_ascii() && line == line.trim_end(), "{line:?}");
            }
        }
    }
}

fn without_codes(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').expect("a code ends with m").1);
    }
    plain
}

/// Compares a text with its golden file, or writes the file if `UPDATE_GOLDEN` is set.
#[track_caller]
fn golden(name: &str, text: &str) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.txt"));
    let text = format!("{}\n", text.trim_end());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("the golden file can be written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("tests/golden/{name}.txt: {error}\nhelp: UPDATE_GOLDEN=1 writes it")
    });
    if expected == text {
        return;
    }
    let (mut lines, mut wanted) = (text.lines(), expected.lines());
    let mut number = 0;
    let (want, got) = loop {
        number += 1;
        let (want, got) = (wanted.next(), lines.next());
        if want != got || want.is_none() {
            break (want.unwrap_or("<the end>"), got.unwrap_or("<the end>"));
        }
    };
    panic!(
        "tests/golden/{name}.txt differs in line {number}\n  file  {want}\n  now   {got}\n\
         help: UPDATE_GOLDEN=1 writes what is now:\n\n{text}"
    );
}
