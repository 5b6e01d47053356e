//! Uses of `#[drawloom::test]` that do not compile: `refusals.rs` compiles this file and reads what is said.

use attribute::test;

#[test(failing = 4)]
fn an_unknown_argument() {}

#[test(4)]
fn an_argument_without_a_name() {}

#[test(of: 6)]
fn a_colon() {}

#[test(fails = 4; of = 6)]
fn a_semicolon() {}

#[test(of)]
fn a_number_left_out() {}

#[test(of = "six")]
fn a_text_for_a_number() {}

#[test(fails = -1)]
fn a_number_below_zero() {}

#[test(fails, message = 4)]
fn a_number_for_a_text() {}

#[test(jobs = 2, jobs = 2)]
fn said_twice() {}

#[test(engine = "shuttle")]
fn an_unknown_engine() {}

#[test(flavor = "local")]
async fn an_unknown_flavor() {}

#[test(worker_threads = 2)]
async fn workers_of_a_loop() {}

#[test(flavor = "multi_thread")]
fn a_runtime_for_nobody() {}

#[test(fails = 4, preemptions = 2)]
fn a_count_within_a_bound() {}

#[test(of = 6, preemptions = 2)]
fn a_count_of_all_within_a_bound() {}

#[test(message = "both coins")]
fn a_message_of_nothing() {}

#[test(fails = 0)]
fn no_failure() {}

#[test]
fn an_argument(_coins: u32) {}

#[test]
fn a_parameter<T>() {}

#[test]
const fn known_when_compiled() {}

#[test]
unsafe fn not_safe() {}

#[test]
extern "C" fn of_another_language() {}

#[test]
struct NoFunction;

#[test]
const NONE_EITHER: fn() = an_unknown_argument;

#[test]
#[core::prelude::v1::test]
fn a_test_already() {}

trait Tested {
    #[test]
    fn without_a_body();
}
