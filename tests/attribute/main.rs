//! `#[drawloom::test]`: what passes, what does not, and what does not compile.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod refusals;

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Arc, Condvar, Mutex};
use drawloom::{thread, tokio};

/// Each strand reads the jar and writes it back. Of the six orders of two loads and two stores, the two
/// in which one is done before the other begins are right.
fn lost_update() {
    let jar = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| jar.store(jar.load(SeqCst) + 1, SeqCst));
        }
    });
    assert_eq!(jar.into_inner(), 2, "both coins are in the jar");
}

fn nothing_lost() {
    let jar = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| jar.fetch_add(1, SeqCst));
        }
    });
    assert_eq!(jar.into_inner(), 2, "both coins are in the jar");
}

#[drawloom::test]
fn a_program_that_holds_passes() {
    nothing_lost();
}

#[drawloom::test(of = 2)]
fn a_program_that_holds_passes_with_the_number_of_its_schedules() {
    nothing_lost();
}

#[drawloom::test]
#[should_panic(
    expected = "\nFAIL  4 of 6 schedules fail   (all 6 explored, 14 states)\n\nerror: lost update: "
)]
fn a_program_that_fails_panics_with_the_report() {
    lost_update();
}

#[drawloom::test(fails = 4, of = 6, message = "both coins")]
fn an_expected_failure_passes() {
    lost_update();
}

#[drawloom::test(fails = 4)]
fn how_many_there_are_need_not_be_said() {
    lost_update();
}

#[drawloom::test(fails, of = 6)]
fn how_many_fail_need_not_be_said() {
    lost_update();
}

#[drawloom::test(fails)]
fn nothing_need_be_counted() {
    lost_update();
}

#[drawloom::test(fails = 3, of = 6)]
#[should_panic(
    expected = "4 of 6 schedules fail, and the test expects 3 of 6\nhelp: if the program is meant to be \
        so, change the numbers\n\n"
)]
fn another_number_of_failing_schedules_does_not_pass() {
    lost_update();
}

#[drawloom::test(fails = 4, of = 7)]
#[should_panic(expected = "4 of 6 schedules fail, and the test expects 4 of 7\n")]
fn another_number_of_schedules_does_not_pass() {
    lost_update();
}

#[drawloom::test(fails = 5)]
#[should_panic(expected = "4 of 6 schedules fail, and the test expects 5 of any\n")]
fn what_is_not_said_is_any() {
    lost_update();
}

#[drawloom::test(of = 3)]
#[should_panic(expected = "0 of 2 schedules fail, and the test expects 0 of 3\n")]
fn a_program_that_holds_has_its_number_too() {
    nothing_lost();
}

#[drawloom::test(fails = 4, of = 6)]
#[should_panic(
    expected = "no schedule fails, and the test expects a failure\nhelp: if it is mended, leave `fails` \
        out\n\n"
)]
fn no_failure_where_one_is_expected_does_not_pass() {
    nothing_lost();
}

#[drawloom::test(fails, message = "all three")]
#[should_panic(
    expected = "it fails with \"assertion `left == right` failed: both coins are in the jar\", and the test \
        expects \"all three\"\n\n"
)]
fn another_failure_than_the_expected_does_not_pass() {
    lost_update();
}

#[drawloom::test(fails = 4, max_states = 3)]
#[should_panic(
    expected = "the test expects a number of schedules, and how many there are is not known\nhelp: "
)]
fn a_number_that_is_not_known_does_not_pass() {
    lost_update();
}

// One strand must be taken its turn between its load and its store.
#[drawloom::test(preemptions = 0)]
fn within_a_bound_nothing_fails() {
    lost_update();
}

#[drawloom::test(preemptions = 1, fails)]
fn within_a_wider_bound_something_does() {
    lost_update();
}

#[drawloom::test(preemptions = 1)]
#[should_panic(expected = "\"both coins are in the jar\" does not hold")]
fn a_failure_within_a_bound_does_not_pass() {
    lost_update();
}

#[drawloom::test(preemptions = 0, fails)]
#[should_panic(expected = "no schedule fails, and the test expects a failure\n")]
fn a_bound_that_leaves_the_failure_out_does_not_pass() {
    lost_update();
}

#[drawloom::test(max_executions = 1)]
#[should_panic(
    expected = "inconclusive: stopped after 1 execution, and there are more schedules\n"
)]
fn a_limit_that_is_hit_is_not_a_pass() {
    nothing_lost();
}

#[drawloom::test(max_executions = 1, fails)]
#[should_panic(
    expected = "inconclusive: stopped after 1 execution, and there are more schedules\n"
)]
fn a_limit_that_is_hit_is_not_an_expected_failure() {
    nothing_lost();
}

#[drawloom::test(max_steps = 3, fails, message = "steps")]
fn an_execution_that_is_too_long_is_a_failure() {
    lost_update();
}

#[drawloom::test(jobs = 2, fails = 4, of = 6)]
fn several_threads_explore_a_test() {
    lost_update();
}

/// Whoever waits looks once and not again when it wakes.
fn waits_once() {
    let (lock, bell) = (Mutex::new(()), Condvar::new());
    let rings = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut guard = lock.lock().unwrap();
            if rings.load(SeqCst) == 0 {
                guard = bell.wait(guard).unwrap();
            }
            drop(guard);
            assert_eq!(rings.load(SeqCst), 1, "who wakes has been rung for");
        });
        scope.spawn(|| {
            let guard = lock.lock().unwrap();
            rings.store(1, SeqCst);
            bell.notify_one();
            drop(guard);
        });
    });
}

#[drawloom::test]
fn nobody_wakes_for_no_reason_if_not_said() {
    waits_once();
}

#[drawloom::test(spurious_wakeups = 1, fails, message = "who wakes has been rung for")]
fn who_wakes_for_no_reason_is_seen() {
    waits_once();
}

#[drawloom::test(engine = "explorer")]
fn the_explorer_can_be_named() {
    nothing_lost();
}

#[cfg(feature = "loom")]
#[drawloom::test(engine = "loom", fails)]
fn loom_can_be_asked() {
    lost_update();
}

#[cfg(feature = "loom")]
#[drawloom::test(engine = "loom", fails = 4)]
#[should_panic(expected = "how many there are is not known\n")]
fn loom_counts_no_schedules() {
    lost_update();
}

#[drawloom::test]
#[expect(clippy::unnecessary_wraps, reason = "what a test may return")]
fn a_result_may_be_returned() -> Result<(), String> {
    nothing_lost();
    Ok(())
}

#[drawloom::test(fails = 1, of = 2, message = "the test returns the error \"two\"")]
fn an_error_is_a_failure() -> Result<(), &'static str> {
    let first = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| first.compare_exchange(0, 1, SeqCst, SeqCst));
        scope.spawn(|| first.compare_exchange(0, 2, SeqCst, SeqCst));
    });
    if first.into_inner() == 1 { Ok(()) } else { Err("two") }
}

/// Two tasks of one loop look, let another go, and write. Each poll is one step: alice's first, bob's first, and then
/// in either order their second. Both orders of the first polls fail, whatever comes then, unless one task is done
/// before the other begins.
async fn two_visitors() {
    let jar = Arc::new(AtomicU32::new(0));
    let put_coin = |jar: Arc<AtomicU32>| {
        tokio::spawn(async move {
            let coins = jar.load(SeqCst);
            tokio::task::yield_now().await;
            jar.store(coins + 1, SeqCst);
        })
    };
    let (alice, bob) = (put_coin(Arc::clone(&jar)), put_coin(Arc::clone(&jar)));
    alice.await.unwrap();
    bob.await.unwrap();
    assert_eq!(jar.load(SeqCst), 2, "both coins are in the jar");
}

#[drawloom::test(fails = 4, of = 6, message = "both coins")]
async fn an_async_test_runs_on_a_loop_of_its_own() {
    two_visitors().await;
}

#[drawloom::test(flavor = "current_thread", fails = 4, of = 6)]
async fn the_loop_can_be_named() {
    two_visitors().await;
}

#[drawloom::test(flavor = "multi_thread", fails = 4, of = 6)]
async fn an_async_test_runs_on_two_workers() {
    two_visitors().await;
}

/// One look each, that cannot be divided in life on one worker.
async fn a_store_in_two_halves() {
    let jar = Arc::new(AtomicU32::new(0));
    let put_coin =
        |jar: Arc<AtomicU32>| tokio::spawn(async move { jar.store(jar.load(SeqCst) + 1, SeqCst) });
    let (alice, bob) = (put_coin(Arc::clone(&jar)), put_coin(Arc::clone(&jar)));
    alice.await.unwrap();
    bob.await.unwrap();
    assert_eq!(jar.load(SeqCst), 2, "both coins are in the jar");
}

#[drawloom::test(of = 2)]
async fn on_a_loop_no_poll_is_interrupted() {
    a_store_in_two_halves().await;
}

#[drawloom::test(flavor = "multi_thread", worker_threads = 2, fails = 4, of = 6)]
async fn on_two_workers_a_poll_meets_another() {
    a_store_in_two_halves().await;
}

#[drawloom::test(flavor = "multi_thread", worker_threads = 1, of = 2)]
async fn on_one_worker_no_poll_is_interrupted() {
    a_store_in_two_halves().await;
}

#[drawloom::test]
async fn an_async_test_may_return_a_result() -> Result<(), tokio::task::JoinError> {
    let jar = Arc::new(AtomicU32::new(0));
    let alice = tokio::spawn({
        let jar = Arc::clone(&jar);
        async move { jar.fetch_add(1, SeqCst) }
    });
    jar.fetch_add(1, SeqCst);
    alice.await?;
    Ok(())
}

/// Tests that a macro makes.
macro_rules! made {
    ($vis:vis $name:ident $body:block) => {
        #[drawloom::test]
        $vis fn $name() $body
    };
}

made!(pub(crate) a_macro_can_make_a_test { nothing_lost() });
made!(a_macro_can_make_a_private_test { nothing_lost() });
