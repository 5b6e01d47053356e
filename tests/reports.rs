//! What a person reads, word for word.
//!
//! Each report is a file in `tests/golden`. A change of wording is a diff there: run the tests with
//! `UPDATE_GOLDEN=1` and look at what has changed.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::manual_assert, reason = "a panic that is no assertion is what is shown")]

use std::fmt::Debug;
use std::path::Path;

use drawloom::render::{Context, Style, report};
use drawloom::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Arc, Condvar, Mutex};
use drawloom::verdict::Report;
use drawloom::{Check, Engine, Sampling, Sources, thread};

// The programs. Their line numbers are in the reports.

fn lost_update() {
    let jar = AtomicU32::new(0);
    let put_coin = || {
        let coins = jar.load(SeqCst);
        jar.store(coins + 1, SeqCst);
    };
    thread::scope(|scope| {
        let alice = scope.spawn(put_coin);
        let bob = scope.spawn(put_coin);
        alice.join().unwrap();
        bob.join().unwrap();
    });
    assert_eq!(jar.load(SeqCst), 2, "both coins are in the jar");
}

fn lock_per_access() {
    let jar = Mutex::new(0);
    let put_coin = || {
        let coins = *jar.lock().unwrap();
        *jar.lock().unwrap() = coins + 1;
    };
    thread::scope(|scope| {
        let alice = scope.spawn(put_coin);
        let bob = scope.spawn(put_coin);
        alice.join().unwrap();
        bob.join().unwrap();
    });
    assert_eq!(*jar.lock().unwrap(), 2, "both coins are in the jar");
}

fn lock_over_both() {
    let jar = Mutex::new(0);
    let put_coin = || *jar.lock().unwrap() += 1;
    thread::scope(|scope| {
        let alice = scope.spawn(put_coin);
        let bob = scope.spawn(put_coin);
        alice.join().unwrap();
        bob.join().unwrap();
    });
    assert_eq!(*jar.lock().unwrap(), 2, "both coins are in the jar");
}

fn two_orders() {
    let fork = Arc::new(Mutex::new(()));
    let knife = Arc::new(Mutex::new(()));
    let dine = |first: &Arc<Mutex<()>>, second: &Arc<Mutex<()>>| {
        let (first, second) = (Arc::clone(first), Arc::clone(second));
        move || {
            let _first = first.lock().unwrap();
            let _second = second.lock().unwrap();
        }
    };
    let alice = thread::spawn(dine(&fork, &knife));
    let bob = thread::spawn(dine(&knife, &fork));
    alice.join().unwrap();
    bob.join().unwrap();
}

fn locked_twice() {
    let jar = Mutex::new(0);
    let count = || *jar.lock().unwrap();
    thread::scope(|scope| {
        let _alice = scope.spawn(|| {
            let mut coins = jar.lock().unwrap();
            *coins = count() + 1;
        });
        let _bob = scope.spawn(|| drop(jar.lock().unwrap()));
    });
}

fn check_then_act() {
    let seats = AtomicI32::new(1);
    let book = || {
        if seats.load(SeqCst) > 0 {
            seats.fetch_sub(1, SeqCst);
        }
    };
    thread::scope(|scope| {
        let alice = scope.spawn(book);
        let bob = scope.spawn(book);
        alice.join().unwrap();
        bob.join().unwrap();
    });
    assert!(seats.load(SeqCst) >= 0, "no seat is sold twice");
}

fn panic_in_a_thread() {
    let ready = AtomicBool::new(false);
    let data = AtomicU32::new(0);
    thread::scope(|scope| {
        let _writer = scope.spawn(|| {
            ready.store(true, SeqCst);
            data.store(42, SeqCst);
        });
        let _reader = scope.spawn(|| {
            if ready.load(SeqCst) && data.load(SeqCst) == 0 {
                panic!("nothing there");
            }
        });
    });
}

fn never_notified() {
    let full = Arc::new(Mutex::new(false));
    let filled = Arc::new(Condvar::new());
    let cook = {
        let (full, filled) = (Arc::clone(&full), Arc::clone(&filled));
        thread::spawn(move || {
            filled.notify_one();
            *full.lock().unwrap() = true;
        })
    };
    let mut plate = full.lock().unwrap();
    while !*plate {
        plate = filled.wait(plate).unwrap();
    }
    drop(plate);
    cook.join().unwrap();
}

fn spins_for_ever() {
    let open = Arc::new(AtomicBool::new(false));
    let guest = {
        let open = Arc::clone(&open);
        thread::spawn(move || {
            while !open.load(SeqCst) {
                thread::yield_now();
            }
        })
    };
    let doors = AtomicU32::new(1);
    doors.fetch_add(1, SeqCst);
    guest.join().unwrap();
}

fn tries_for_ever() {
    let (fork, knife) = (Mutex::new(()), Mutex::new(()));
    let dine = |first: &Mutex<()>, second: &Mutex<()>| {
        let _first = first.lock().unwrap();
        while second.try_lock().is_err() {
            thread::yield_now();
        }
    };
    thread::scope(|scope| {
        let _alice = scope.spawn(|| dine(&fork, &knife));
        let _bob = scope.spawn(|| dine(&knife, &fork));
    });
}

fn never_ends() {
    let ticks = Arc::new(AtomicU32::new(0));
    let ticker = {
        let ticks = Arc::clone(&ticks);
        thread::spawn(move || {
            loop {
                ticks.fetch_add(1, SeqCst);
            }
        })
    };
    ticks.load(SeqCst);
    ticker.join().unwrap();
}

fn nothing_shared() {
    let alice = thread::spawn(|| 1);
    let bob = thread::spawn(|| 2);
    assert_eq!(alice.join().unwrap() + bob.join().unwrap(), 3);
}

fn four_friends() {
    let jar = AtomicU32::new(0);
    let put_coin = || jar.store(jar.load(SeqCst) + 1, SeqCst);
    thread::scope(|scope| {
        let _alice = scope.spawn(put_coin);
        let _bob = scope.spawn(put_coin);
        let _carol = scope.spawn(put_coin);
        let _dave = scope.spawn(put_coin);
    });
    assert_eq!(jar.load(SeqCst), 4, "all coins are in the jar");
}

fn a_long_way() {
    let jar = AtomicU32::new(0);
    let laps = AtomicU32::new(0);
    thread::scope(|scope| {
        let _alice = scope.spawn(|| {
            let coins = jar.load(SeqCst);
            for _ in 0..45 {
                laps.fetch_add(1, SeqCst);
            }
            jar.store(coins + 1, SeqCst);
        });
        let _bob = scope.spawn(|| {
            let coins = jar.load(SeqCst);
            jar.store(coins + 1, SeqCst);
        });
    });
    assert_eq!(jar.load(SeqCst), 2);
}

fn dice() -> u32 {
    let jar = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| jar.store(jar.load(SeqCst) + 1, SeqCst));
        }
    });
    jar.load(SeqCst)
}

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

#[cfg(feature = "tokio")]
mod tasks {
    use std::time::Duration;

    use drawloom::sync::Arc;
    use drawloom::sync::atomic::{AtomicI32, Ordering::SeqCst};
    use drawloom::tokio::runtime::Builder;
    use drawloom::tokio::sync::{Notify, oneshot};
    use drawloom::tokio::task::yield_now;
    use drawloom::tokio::time::{sleep, timeout};
    use drawloom::{sync, tokio};

    use super::{Context, Sources, Style, check, golden, report};

    fn on_one_thread<F: Future>(future: F) -> F::Output {
        Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    async fn book(seats: Arc<AtomicI32>) {
        if seats.load(SeqCst) > 0 {
            charge().await;
            seats.fetch_sub(1, SeqCst);
        }
    }

    async fn charge() {
        sleep(Duration::from_secs(1)).await;
    }

    fn await_gap() {
        on_one_thread(async {
            let seats = Arc::new(AtomicI32::new(1));
            let ann = tokio::spawn(book(Arc::clone(&seats)));
            let bob = tokio::spawn(book(Arc::clone(&seats)));
            ann.await.unwrap();
            bob.await.unwrap();
            assert!(seats.load(SeqCst) >= 0, "no seat is sold twice");
        });
    }

    async fn transfer(alice: &AtomicI32, bob: &AtomicI32, flushed: &Notify) {
        alice.fetch_sub(30, SeqCst);
        flushed.notified().await;
        bob.fetch_add(30, SeqCst);
    }

    fn timeout_cancels() {
        on_one_thread(async {
            let alice = Arc::new(AtomicI32::new(100));
            let bob = Arc::new(AtomicI32::new(0));
            let flushed = Arc::new(Notify::new());
            let bank = {
                let (alice, bob) = (Arc::clone(&alice), Arc::clone(&bob));
                let flushed = Arc::clone(&flushed);
                tokio::spawn(async move {
                    let transfer = transfer(&alice, &bob, &flushed);
                    timeout(Duration::from_secs(1), transfer).await.is_ok()
                })
            };
            let disk = tokio::spawn(async move { flushed.notify_one() });
            bank.await.unwrap();
            disk.await.unwrap();
            let total = alice.load(SeqCst) + bob.load(SeqCst);
            assert_eq!(total, 100, "no money is lost");
        });
    }

    fn guard_across_an_await() {
        let jar = Arc::new(sync::Mutex::new(0));
        on_one_thread(async {
            let bob = {
                let jar = Arc::clone(&jar);
                tokio::spawn(async move { *jar.lock().unwrap() += 1 })
            };
            let coins = jar.lock().unwrap();
            yield_now().await;
            drop(coins);
            bob.await.unwrap();
        });
    }

    fn aborted() {
        on_one_thread(async {
            let alice = Arc::new(AtomicI32::new(100));
            let bob = Arc::new(AtomicI32::new(0));
            let bank = {
                let (alice, bob) = (Arc::clone(&alice), Arc::clone(&bob));
                tokio::spawn(async move {
                    alice.fetch_sub(30, SeqCst);
                    yield_now().await;
                    bob.fetch_add(30, SeqCst);
                })
            };
            let guard = tokio::spawn(async move { bank.abort() });
            guard.await.unwrap();
            let total = alice.load(SeqCst) + bob.load(SeqCst);
            assert!(total == 100 || total == 70, "no money is made");
            assert_eq!(total, 100, "no money is lost");
        });
    }

    fn two_async_locks() {
        on_one_thread(async {
            let fork = Arc::new(tokio::sync::Mutex::new(0));
            let knife = Arc::new(tokio::sync::Mutex::new(0));
            let dine = |first: &Arc<tokio::sync::Mutex<i32>>,
                        second: &Arc<tokio::sync::Mutex<i32>>| {
                let (first, second) = (Arc::clone(first), Arc::clone(second));
                async move {
                    let _first = first.lock().await;
                    yield_now().await;
                    let _second = second.lock().await;
                }
            };
            let alice = tokio::spawn(dine(&fork, &knife));
            let bob = tokio::spawn(dine(&knife, &fork));
            alice.await.unwrap();
            bob.await.unwrap();
        });
    }

    #[test]
    fn a_decision_spans_an_await() {
        golden("await_gap", &check(await_gap).to_string());
    }

    #[test]
    fn a_timeout_cancels() {
        golden("timeout_cancels", &check(timeout_cancels).to_string());
    }

    async fn written(flushed: oneshot::Receiver<()>, saved: &AtomicI32) {
        saved.store(1, SeqCst);
        flushed.await.unwrap();
        saved.store(2, SeqCst);
    }

    fn timeout_drops_a_receiver() {
        on_one_thread(async {
            let saved = Arc::new(AtomicI32::new(0));
            let (sender, flushed) = oneshot::channel();
            let teller = {
                let saved = Arc::clone(&saved);
                let writing = async move { written(flushed, &saved).await };
                tokio::spawn(timeout(Duration::from_secs(1), writing))
            };
            let disk = tokio::spawn(async move { sender.send(()) });
            drop(teller.await.unwrap());
            assert!(disk.await.is_ok());
            assert_ne!(saved.load(SeqCst), 1, "all or nothing is saved");
        });
    }

    #[test]
    fn a_timeout_cancels_in_sentences() {
        let style = Style { plain: true, ..Style::default() };
        let checked = check(timeout_cancels);
        golden(
            "timeout_cancels_plain",
            &report(&checked, &Context::default(), &style, &Sources::new()),
        );
    }

    #[test]
    fn a_timeout_drops_a_receiver() {
        golden("timeout_drops_a_receiver", &check(timeout_drops_a_receiver).to_string());
    }

    #[test]
    fn a_task_is_told_to_stop() {
        golden("aborted", &check(aborted).to_string());
    }

    #[test]
    fn a_guard_is_held_across_an_await() {
        golden("guard_across_an_await", &check(guard_across_an_await).to_string());
    }

    #[test]
    fn two_locks_are_held_across_awaits() {
        golden("two_async_locks", &check(two_async_locks).to_string());
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
