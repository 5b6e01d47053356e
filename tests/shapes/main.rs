//! What people build of threads and tasks: each shape is one source, compiled against the originals and
//! against the facade. Under the explorer it has exactly the outcomes that it should have, and on real
//! threads no other, whichever it is compiled against.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use drawloom::{Check, Outcome, Verdict};

/// How often a shape runs on real threads.
const ROUNDS: usize = 200;

mod facade;
mod originals;

/// The shape that is compiled against the facade has these outcomes, all of them and no other; and on
/// real threads neither it nor the one that is compiled against the originals has another.
fn shape<T: Outcome + Clone>(
    originals: fn() -> T,
    facade: fn() -> T,
    outcomes: impl IntoIterator<Item = T>,
) {
    let expected: BTreeSet<T> = outcomes.into_iter().collect();
    let report = Check::new().run(facade);
    assert!(matches!(report.verdict, Verdict::Verified), "{report}");
    assert_eq!(report.outcomes.into_keys().collect::<BTreeSet<T>>(), expected);
    for real in [originals, facade] {
        for _ in 0..ROUNDS {
            let seen = real();
            assert!(expected.contains(&seen), "{seen:?} is not one of {expected:?}");
        }
    }
}

/// The last connection that came back goes out first, so the second is in use from the first customer on, and the
/// first one only if two customers are there at a time. The third then takes whichever comes back first.
#[test]
fn a_pool_lends_each_connection_to_one_customer_at_a_time() {
    shape(originals::pool::visits, facade::pool::visits, [[0, 3], [1, 2], [2, 1]]);
}

/// Each of the two jobs is done once, by either worker.
#[test]
fn a_worker_pool_does_each_job_once() {
    let divided = ["aa", "ab", "ba", "bb"].map(str::to_owned);
    shape(originals::workers::who_does_what, facade::workers::who_does_what, divided);
}

/// One token is there, and there is room for no more. The token that the clock adds is lost if it comes first; between
/// the callers it serves both; and behind them it is left over.
#[test]
fn a_limiter_lets_as_many_pass_as_it_has_tokens() {
    let outcomes =
        [(true, false, 0), (false, true, 0), (true, true, 0), (true, false, 1), (false, true, 1)];
    shape(originals::limiter::passes, facade::limiter::passes, outcomes);
}

/// Whoever is first loads the value, and nobody loads it again.
#[test]
fn a_cache_loads_a_value_once() {
    let outcomes = [(1, [10, 10]), (1, [11, 11])];
    shape(originals::cache::loads, facade::cache::loads, outcomes);
}

/// Whoever is second gets the sum of both.
#[test]
fn an_actor_answers_one_after_the_other() {
    let outcomes = [(1, 11), (11, 10)];
    shape(originals::actor::on_a_loop, facade::actor::on_a_loop, outcomes);
    shape(originals::actor::on_workers, facade::actor::on_workers, outcomes);
}

/// Two places for three guests: at most two are in at a time, and whoever finds none free in the time that it has
/// leaves. That can be nobody, or the last to come: the two that are in need not wait for it.
#[test]
fn a_hall_has_two_places() {
    shape(originals::slots::turned_away, facade::slots::turned_away, [0, 1]);
}

/// The signal may come before the first letter is read, between the two, or behind both. What was read is answered,
/// and what was not is handed back.
#[test]
fn a_shutdown_answers_what_was_read_and_hands_back_the_rest() {
    let outcomes = [(0, 2), (1, 1), (2, 0)];
    shape(originals::shutdown::answered, facade::shutdown::answered, outcomes);
}
