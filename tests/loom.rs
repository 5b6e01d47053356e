//! What does the second opinion say, and where is it wrong?
//!
//! The counts of executions are loom's own and not a promise: they are asserted so that a change is
//! seen. The comments name the optimum, which is what the explorer needs.
#![cfg(feature = "loom")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[cfg(feature = "tokio")]
#[path = "loom/tasks.rs"]
mod tasks;

use std::time::{Duration, Instant};

use drawloom::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use drawloom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, fence};
use drawloom::sync::{Arc, Condvar, Mutex, RwLock};
use drawloom::verdict::{FailureKind, Limit, Report, Verdict};
use drawloom::{Check, Engine, Outcome, thread};

fn loom<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> Report<T> {
    Check::new().engine(Engine::Loom).run(program)
}

/// The outcomes of a program that holds, and how many executions that took.
#[track_caller]
fn holds<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> (Vec<T>, u64) {
    let report = loom(program);
    assert!(matches!(report.verdict, Verdict::Verified), "{:?}", report.verdict);
    assert_eq!((report.failed_executions, report.schedules, report.states), (0, None, None));
    (report.outcomes.into_keys().collect(), report.executions)
}

#[track_caller]
fn fails<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> (FailureKind, String) {
    let report = loom(program);
    let Verdict::Failed(failure) = report.verdict else { panic!("{:?}", report.verdict) };
    assert_eq!(report.failed_executions, 1);
    assert!(failure.schedule.is_empty() && !failure.simplest && failure.trace.steps.is_empty());
    (failure.kind, failure.message)
}

#[track_caller]
fn deadlocks<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) {
    let deadlock = "deadlock: no thread can go on (loom does not say who waits for whom)";
    assert_eq!(fails(program), (FailureKind::Deadlock, deadlock.to_owned()));
}

fn panics<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> String {
    let (kind, message) = fails(program);
    assert_eq!(kind, FailureKind::Panic);
    message
}

fn read_and_write(threads: usize) -> u32 {
    let jar = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| jar.store(jar.load(SeqCst) + 1, SeqCst));
        }
    });
    jar.into_inner()
}

fn add(threads: usize, times: u32) -> u32 {
    let jar = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                for _ in 0..times {
                    jar.fetch_add(1, SeqCst);
                }
            });
        }
    });
    jar.into_inner()
}

fn add_under_lock(threads: usize, times: u32) -> u32 {
    let jar = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| (0..times).for_each(|_| *jar.lock().unwrap() += 1));
        }
    });
    jar.into_inner().unwrap()
}

fn both<A: Send, B: Send>(
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B + Send,
) -> (A, B) {
    thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = scope.spawn(second);
        (first.join().unwrap(), second.join().unwrap())
    })
}

// What it is for.

#[test]
fn a_lost_update_fails() {
    let message = panics(|| assert_eq!(read_and_write(2), 2, "both coins are in the jar"));
    assert!(message.starts_with("assertion `left == right` failed: both coins are in the jar"));
}

#[test]
fn a_failure_says_where_it_was_raised() {
    let report = loom(|| assert_eq!(read_and_write(2), 2));
    let place = report.failure().unwrap().place.clone().unwrap();
    assert_eq!(place.file, "tests/loom.rs");
}

#[test]
fn every_outcome_is_seen() {
    // Optimum 4; loom with its own join 18.
    assert_eq!(holds(|| read_and_write(2)), (vec![1, 2], 10));
    // Optimum 36; loom with its own join 4,219.
    assert_eq!(holds(|| read_and_write(3)), (vec![1, 2, 3], 561));
}

#[test]
fn adding_in_one_step_holds() {
    // Optimum 2 and 6; loom with its own join 9 and 30.
    assert_eq!(holds(|| add(2, 1)), (vec![2], 3));
    assert_eq!(holds(|| add(2, 2)), (vec![4], 10));
    // Optimum 6; loom with its own join 414.
    assert_eq!(holds(|| add(3, 1)), (vec![3], 26));
}

#[test]
fn one_lock_around_both_steps_holds() {
    // Optimum 2; loom with its own join 9.
    assert_eq!(holds(|| add_under_lock(2, 1)), (vec![2], 3));
    // Optimum 6; loom with its own join 414.
    assert_eq!(holds(|| add_under_lock(3, 1)), (vec![3], 26));
}

#[test]
fn a_lock_for_each_step_fails() {
    let message = panics(|| {
        let jar = Mutex::new(0);
        let put_coin = || {
            let coins = *jar.lock().unwrap();
            *jar.lock().unwrap() = coins + 1;
        };
        both(put_coin, put_coin);
        assert_eq!(*jar.lock().unwrap(), 2, "both coins are in the jar");
    });
    assert!(message.contains("both coins are in the jar"), "{message}");
}

#[test]
fn threads_that_share_nothing_cost_nothing() {
    // Optimum 1; loom with its own join 493.
    let program = || {
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| drop(Mutex::new(0).lock().unwrap()));
            }
        });
    };
    assert_eq!(holds(program).1, 1);
}

#[test]
fn weak_memory_shows_what_interleavings_cannot() {
    let publish = |store, load| {
        move || {
            let (letter, flag) = (AtomicU32::new(0), AtomicBool::new(false));
            let ((), read) = both(
                || {
                    letter.store(1, Relaxed);
                    flag.store(true, store);
                },
                || flag.load(load).then(|| letter.load(Relaxed)),
            );
            read
        }
    };
    assert_eq!(holds(publish(Release, Acquire)).0, [None, Some(1)]);
    assert_eq!(holds(publish(Relaxed, Relaxed)).0, [None, Some(0), Some(1)]);
}

#[test]
fn fences_count() {
    let store_buffering = || {
        let (x, y) = (AtomicU32::new(0), AtomicU32::new(0));
        let look = |mine: &AtomicU32, other: &AtomicU32| {
            mine.store(1, Relaxed);
            fence(SeqCst);
            other.load(Relaxed)
        };
        both(|| look(&x, &y), || look(&y, &x))
    };
    assert_eq!(holds(store_buffering).0, [(0, 1), (1, 0), (1, 1)]);
}

#[test]
fn two_writes_can_end_in_either_order() {
    let program = || {
        let (x, y) = (AtomicU32::new(0), AtomicU32::new(0));
        let write = |first: &AtomicU32, second: &AtomicU32| {
            first.store(1, Relaxed);
            second.store(2, Relaxed);
        };
        both(|| write(&x, &y), || write(&y, &x));
        (x.into_inner(), y.into_inner())
    };
    // (1, 1) is allowed to relaxed stores, and no interleaving has it.
    assert_eq!(holds(program).0, [(1, 1), (1, 2), (2, 1), (2, 2)]);
}

// Where it is wrong.

#[test]
fn a_try_lock_beside_a_lock_never_fails() {
    let program = || {
        let lock = Mutex::new(());
        both(|| drop(lock.lock().unwrap()), || lock.try_lock().is_ok()).1
    };
    // WRONG: it can fail. Loom does not look at what happens between a lock and its unlock.
    assert_eq!(holds(program).0, [true]);
}

#[test]
fn main_never_reads_what_a_thread_stores_after_it_has_read() {
    let program = || {
        let x = Arc::new(AtomicU32::new(0));
        let mine = Arc::clone(&x);
        let thread = thread::spawn(move || {
            mine.load(SeqCst);
            mine.store(1, SeqCst);
        });
        let read = x.load(SeqCst);
        thread.join().unwrap();
        read
    };
    // WRONG: it can be 1. Loom forgets main's load over the thread's own.
    assert_eq!(holds(program), (vec![0], 1));
}

#[test]
fn store_buffering_is_shown_although_it_is_sequentially_consistent() {
    let program = || {
        let (x, y) = (AtomicU32::new(0), AtomicU32::new(0));
        both(
            || {
                x.store(1, SeqCst);
                y.load(SeqCst)
            },
            || {
                y.store(1, SeqCst);
                x.load(SeqCst)
            },
        )
    };
    // WRONG: (0, 0) cannot be. Loom takes `SeqCst` for `AcqRel`.
    assert_eq!(holds(program).0, [(0, 0), (0, 1), (1, 0), (1, 1)]);
}

/// Numbers that are the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// What a thread of a random program does: only operations with which loom misses nothing.
#[derive(Clone, Copy, Debug)]
enum Op {
    Add(usize, u32),
    Swap(usize, u32),
    Exchange(usize, u32, u32),
    Locked(usize, u32),
}

type RandomProgram = Vec<Vec<Op>>;

fn random_program(numbers: &mut Numbers) -> RandomProgram {
    let threads = 2 + usize::from(numbers.below(4) == 0);
    let most = if threads == 2 { 3 } else { 2 };
    let mut op = || {
        let (at, by) =
            (usize::try_from(numbers.below(2)).unwrap(), u32::try_from(numbers.below(3)).unwrap());
        match numbers.below(4) {
            0 => Op::Add(at, by),
            1 => Op::Swap(at, by),
            2 => Op::Exchange(at, u32::try_from(numbers.below(3)).unwrap(), by),
            _ => Op::Locked(at, by),
        }
    };
    (0..threads).map(|thread| (0..=thread % most).map(|_| op()).collect()).collect()
}

/// Everything that the threads have seen, and how it ends.
fn run_random(program: &RandomProgram) -> Vec<u32> {
    let atomics = [AtomicU32::new(0), AtomicU32::new(1)];
    let lock = Mutex::new(0);
    let run = |ops: &[Op]| {
        let seen = ops.iter().map(|&op| match op {
            Op::Add(at, by) => atomics[at].fetch_add(by, AcqRel),
            Op::Swap(at, by) => atomics[at].swap(by, AcqRel),
            Op::Exchange(at, from, to) => atomics[at]
                .compare_exchange(from, to, AcqRel, Acquire)
                .unwrap_or_else(|seen| seen + 10),
            Op::Locked(at, by) => {
                let mut held = lock.lock().unwrap();
                *held = *held * 2 + by;
                *held + atomics[at].fetch_add(1, AcqRel) * 100
            }
        });
        seen.collect::<Vec<_>>()
    };
    let mut all = thread::scope(|scope| {
        let threads: Vec<_> = program[1..].iter().map(|ops| scope.spawn(|| run(ops))).collect();
        let mut all = run(&program[0]);
        for thread in threads {
            all.extend(thread.join().unwrap());
        }
        all
    });
    all.extend(atomics.map(AtomicU32::into_inner));
    all.push(lock.into_inner().unwrap());
    all
}

#[test]
fn loom_and_the_explorer_agree_where_loom_misses_nothing() {
    let mut numbers = Numbers(7);
    for _ in 0..150 {
        let program = random_program(&mut numbers);
        let (first, second) = (program.clone(), program.clone());
        let explored = Check::new().run(move || run_random(&first));
        let loomed = loom(move || run_random(&second));
        assert!(matches!(loomed.verdict, Verdict::Verified), "{program:?}: {:?}", loomed.verdict);
        let (explored, loomed): (Vec<_>, Vec<_>) =
            (explored.outcomes.into_keys().collect(), loomed.outcomes.into_keys().collect());
        assert_eq!(explored, loomed, "{program:?}");
    }
}

// Atomics, by value.

#[test]
fn a_compare_and_exchange_compares_values_whatever_made_them() {
    let program = || {
        let x = AtomicU8::new(250);
        x.fetch_add(5, AcqRel);
        x.store(250, Relaxed);
        x.fetch_add(5, AcqRel);
        assert_eq!(x.compare_exchange(250, 1, AcqRel, Relaxed), Err(255));
        assert_eq!(x.compare_exchange(255, 7, AcqRel, Relaxed), Ok(255));
        assert_eq!(x.fetch_add(250, AcqRel), 7);
        assert_eq!(x.load(Relaxed), 1, "it wraps at its own width");
        assert_eq!(x.fetch_update(AcqRel, Relaxed, |x| (x == 1).then_some(9)), Ok(1));
        assert_eq!(x.swap(3, AcqRel), 9);
        x.into_inner()
    };
    assert_eq!(holds(program), (vec![3], 1));
}

#[test]
fn one_of_two_exchanges_wins() {
    let program = || {
        let x = AtomicU32::new(0);
        let take = |by| x.compare_exchange(0, by, AcqRel, Acquire);
        let (first, second) = both(|| take(1), || take(2));
        (first, second, x.load(Relaxed))
    };
    assert_eq!(holds(program).0, [(Ok(0), Err(1), 1), (Err(2), Ok(0), 2)]);
}

#[test]
fn a_value_that_was_changed_through_a_reference_is_the_next_first_value() {
    let program = || {
        let mut x = AtomicU32::new(1);
        thread::scope(|scope| {
            scope.spawn(|| x.fetch_add(1, Relaxed));
        });
        *x.get_mut() += 10;
        thread::scope(|scope| {
            scope.spawn(|| x.fetch_add(1, Relaxed));
        });
        x.into_inner()
    };
    assert_eq!(holds(program).0, [13]);
}

#[test]
fn pointers_are_atomic_too() {
    let program = || {
        let (mut one, mut two) = (1, 2);
        let to = AtomicPtr::new(&raw mut one);
        let other = &raw mut two;
        assert_eq!(to.swap(other, AcqRel), &raw mut one);
        to.load(Acquire) == other
    };
    assert_eq!(holds(program).0, [true]);
}

#[test]
fn a_program_may_have_more_atomics_than_were_made_for_it() {
    let program = || {
        let many: Vec<AtomicU32> = (0..50).map(AtomicU32::new).collect();
        thread::scope(|scope| {
            scope.spawn(|| {
                for x in &many {
                    x.fetch_add(1, Relaxed);
                }
            });
        });
        many.iter().map(|x| x.load(Relaxed)).sum::<u32>()
    };
    assert_eq!(holds(program), (vec![(1..=50).sum()], 1));
}

#[test]
fn atomics_that_a_thread_makes_can_be_used_by_another() {
    let program = || {
        let (first, second) =
            (thread::spawn(|| Arc::new(AtomicU32::new(1))), AtomicBool::new(false));
        let made = first.join().unwrap();
        let given = Arc::clone(&made);
        let thread = thread::spawn(move || given.fetch_add(1, AcqRel));
        second.store(true, Release);
        made.fetch_add(1, AcqRel);
        thread.join().unwrap();
        made.load(Acquire)
    };
    assert_eq!(holds(program).0, [3]);
}

#[test]
fn statics_start_afresh_with_every_execution() {
    static COINS: AtomicU32 = AtomicU32::new(0);
    static JAR: Mutex<u32> = Mutex::new(0);
    let program = || {
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    COINS.fetch_add(1, Relaxed);
                    let mut jar = JAR.lock().unwrap();
                    *jar = (*jar + 1) % 2;
                });
            }
        });
        (COINS.load(Relaxed), *JAR.lock().unwrap())
    };
    assert_eq!(holds(program).0, [(2, 0)]);
    assert_eq!(COINS.load(Relaxed), 0, "the check has changed nothing outside");
}

// Locks and waiting.

#[test]
fn locks_in_two_orders_deadlock_and_the_next_check_works() {
    for _ in 0..3 {
        deadlocks(|| {
            let (fork, knife) = (Mutex::new(()), Mutex::new(()));
            let eat = |first: &Mutex<()>, second: &Mutex<()>| {
                let _first = first.lock().unwrap();
                let _second = second.lock().unwrap();
            };
            both(|| eat(&fork, &knife), || eat(&knife, &fork));
        });
        assert_eq!(holds(|| add_under_lock(2, 1)).0, [2]);
    }
}

#[test]
fn a_lock_that_is_taken_twice_deadlocks() {
    deadlocks(|| {
        let lock = Mutex::new(());
        let _first = lock.lock().unwrap();
        let _second = lock.lock().unwrap();
    });
}

#[test]
fn a_guard_that_is_forgotten_is_never_given_back() {
    deadlocks(|| {
        let lock = Mutex::new(());
        thread::scope(|scope| {
            scope.spawn(|| std::mem::forget(lock.lock().unwrap()));
            scope.spawn(|| drop(lock.lock().unwrap()));
        });
    });
}

#[test]
fn readers_share_and_writers_do_not() {
    let program = || {
        let lock = RwLock::new(0);
        let outcome = thread::scope(|scope| {
            scope.spawn(|| *lock.write().unwrap() += 1);
            let reader = scope.spawn(|| {
                let (first, second) = (lock.read().unwrap(), lock.read().unwrap());
                (*first, *second)
            });
            reader.join().unwrap()
        });
        assert_eq!(*lock.try_read().unwrap(), 1);
        assert_eq!(*lock.try_write().unwrap(), 1);
        outcome
    };
    assert_eq!(holds(program).0, [(0, 0), (1, 1)]);
}

#[test]
fn a_write_lock_under_a_read_lock_deadlocks() {
    deadlocks(|| {
        let lock = RwLock::new(0);
        let _reading = lock.read().unwrap();
        drop(lock.write().unwrap());
    });
}

#[test]
fn a_notification_wakes_whoever_waits() {
    let program = || {
        let (ready, bell) = (Mutex::new(false), Condvar::new());
        both(
            || {
                *ready.lock().unwrap() = true;
                bell.notify_one();
            },
            || drop(bell.wait_while(ready.lock().unwrap(), |ready| !*ready).unwrap()),
        );
    };
    assert_eq!(holds(program).0, [()]);
}

#[test]
fn a_notification_that_comes_too_early_is_lost() {
    deadlocks(|| {
        let (lock, bell) = (Mutex::new(()), Condvar::new());
        both(|| bell.notify_one(), || drop(bell.wait(lock.lock().unwrap()).unwrap()));
    });
}

#[test]
fn a_park_takes_the_token_that_an_unpark_leaves() {
    let program = || {
        let flag = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&flag);
        let waiter = thread::spawn(move || {
            thread::park();
            set.load(Acquire)
        });
        flag.store(true, Release);
        waiter.thread().unpark();
        waiter.join().unwrap()
    };
    assert_eq!(holds(program).0, [true]);
}

#[test]
fn two_unparks_leave_one_token() {
    deadlocks(|| {
        let waiter = thread::spawn(|| {
            thread::park();
            thread::park();
        });
        waiter.thread().unpark();
        waiter.thread().unpark();
        waiter.join().unwrap();
    });
}

#[test]
fn an_unpark_does_not_wake_who_waits_for_a_lock() {
    let program = || {
        let lock = Arc::new(Mutex::new(0));
        let mine = Arc::clone(&lock);
        let held = lock.lock().unwrap();
        let waiter = thread::spawn(move || *mine.lock().unwrap());
        waiter.thread().unpark();
        drop(held);
        waiter.join().unwrap()
    };
    assert_eq!(holds(program).0, [0]);
}

#[test]
fn a_thread_may_be_asked_whether_it_has_finished() {
    let program = || {
        let thread = thread::spawn(|| ());
        let finished = thread.is_finished();
        thread.join().unwrap();
        finished
    };
    assert_eq!(holds(program).0, [false, true]);
}

#[test]
fn a_loop_that_yields_ends_when_its_flag_is_set() {
    let program = || {
        let flag = AtomicBool::new(false);
        both(
            || flag.store(true, Release),
            || {
                while !flag.load(Acquire) {
                    thread::yield_now();
                }
            },
        );
    };
    assert_eq!(holds(program).0, [()]);
}

#[test]
fn a_loop_without_end_is_a_failure() {
    let (kind, _) = fails(|| {
        let flag = AtomicBool::new(false);
        while !flag.load(Acquire) {
            thread::yield_now();
        }
    });
    assert_eq!(kind, FailureKind::StepLimit);
}

// Panics.

#[test]
fn a_panic_of_a_thread_is_told_to_its_join() {
    let program = || {
        let failed = thread::spawn(|| panic!("nobody prints this")).join();
        failed.unwrap_err().downcast_ref::<&str>().copied().unwrap().to_owned()
    };
    assert_eq!(holds(program).0, ["nobody prints this"]);
}

#[test]
fn a_panic_that_a_join_passes_on_is_told_where_it_was_raised() {
    let message = panics(|| thread::spawn(|| panic!("the thread is to blame")).join().unwrap());
    assert_eq!(message, "the thread is to blame");
}

#[test]
fn a_panic_that_a_join_in_a_scope_passes_on_is_told_where_it_was_raised() {
    let program = || {
        thread::scope(|scope| {
            let other = scope.spawn(|| panic!("the thread is to blame"));
            scope.spawn(|| {});
            other.join().unwrap()
        });
    };
    assert_eq!(panics(program), "the thread is to blame");
    // What main itself raises in a scope is main's, and its place is known.
    let report = loom(|| {
        thread::scope(|scope| {
            scope.spawn(|| {});
            panic!("main is to blame")
        })
    });
    let Verdict::Failed(failure) = report.verdict else { panic!("{:?}", report.verdict) };
    assert_eq!(failure.message, "main is to blame");
    assert_eq!(failure.place.unwrap().file, "tests/loom.rs");
}

#[test]
fn a_panic_that_nobody_is_told_of_is_a_failure() {
    let message = panics(|| drop(thread::spawn(|| panic!("nobody joins me"))));
    assert_eq!(message, "nobody joins me");
}

#[test]
fn a_panic_that_the_thread_catches_itself_is_none() {
    let program = || {
        let jar = Arc::new(AtomicU32::new(0));
        let mine = Arc::clone(&jar);
        drop(thread::spawn(move || {
            let caught = std::panic::catch_unwind(|| panic!("caught"));
            mine.store(u32::from(caught.is_err()), Release);
        }));
    };
    assert_eq!(holds(program).0, [()]);
}

#[test]
fn a_panic_under_a_lock_poisons_it_and_lets_the_next_one_in() {
    let program = || {
        let lock = Mutex::new(0);
        let panicked = both(
            || {
                let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    let _held = lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    panic!("caught");
                }));
                caught.is_err()
            },
            || lock.lock().is_err(),
        );
        (panicked, lock.lock().is_err())
    };
    assert_eq!(holds(program).0, [((true, false), true), ((true, true), true)]);
}

#[test]
fn a_thread_that_panics_under_a_lock_does_not_keep_it() {
    let program = || {
        let lock = Arc::new(RwLock::new(0));
        let mine = Arc::clone(&lock);
        let thread = thread::spawn(move || {
            let _held = mine.write().unwrap();
            panic!("kept from the terminal");
        });
        let before = lock.read().is_ok();
        let failed = thread.join().is_err();
        (failed, before, lock.read().is_ok())
    };
    assert_eq!(holds(program).0, [(true, false, false), (true, true, false)]);
}

#[test]
fn a_panic_of_main_while_a_thread_waits_for_its_lock_is_a_panic() {
    let message = panics(|| {
        let lock = Arc::new(Mutex::new(()));
        let mine = Arc::clone(&lock);
        let _held = lock.lock().unwrap();
        drop(thread::spawn(move || drop(mine.lock())));
        thread::yield_now();
        panic!("main is to blame");
    });
    assert_eq!(message, "main is to blame");
}

/// Locks, stores and joins while it is dropped.
struct Busy(Arc<Mutex<u32>>, Arc<AtomicU32>, Option<thread::JoinHandle<()>>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.1.fetch_add(1, AcqRel);
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += 1;
        if let Some(thread) = self.2.take() {
            drop(thread.join());
        }
    }
}

#[test]
fn destructors_work_while_a_thread_unwinds() {
    let program = || {
        let (lock, count) = (Arc::new(Mutex::new(0)), Arc::new(AtomicU32::new(0)));
        let busy = Busy(Arc::clone(&lock), Arc::clone(&count), None);
        let thread = thread::spawn(move || {
            let _busy = busy;
            panic!("caught by the join");
        });
        assert!(thread.join().is_err());
        (*lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner), count.load(Acquire))
    };
    assert_eq!(holds(program).0, [(1, 1)]);
}

#[test]
fn destructors_that_wait_while_main_unwinds_end_the_check() {
    let began = Instant::now();
    let message = panics(|| {
        let (lock, count) = (Arc::new(Mutex::new(0)), Arc::new(AtomicU32::new(0)));
        let mine = Arc::clone(&lock);
        let thread = thread::spawn(move || drop(mine.lock()));
        let _busy = Busy(Arc::clone(&lock), count, Some(thread));
        let _held = lock.lock().unwrap();
        std::mem::forget(lock.try_lock());
        panic!("main is to blame");
    });
    assert_eq!(message, "main is to blame");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[test]
fn destructors_that_wait_after_a_deadlock_end_the_check() {
    let began = Instant::now();
    deadlocks(|| {
        let lock = Arc::new(Mutex::new(0));
        let held = Arc::clone(&lock);
        drop(thread::spawn(move || {
            std::mem::forget(held.lock().unwrap());
            thread::park();
        }));
        while lock.try_lock().is_ok() {
            thread::yield_now();
        }
        let _busy = Busy(Arc::clone(&lock), Arc::default(), None);
        thread::park();
    });
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

// Threads that are left, and limits.

#[test]
fn threads_that_are_left_when_main_returns_go_on_as_far_as_they_can() {
    let program = || {
        let flag = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&flag);
        drop(thread::spawn(move || set.store(true, Release)));
        flag.load(Acquire)
    };
    assert_eq!(holds(program).0, [false, true]);
}

#[test]
fn threads_that_wait_for_ever_when_main_returns_are_no_deadlock() {
    let program = || {
        let shared = Arc::new((Mutex::new(0), Condvar::new(), RwLock::new(0)));
        let (lock, never) = (Arc::clone(&shared), Arc::clone(&shared));
        drop(thread::spawn(move || {
            let held = lock.0.lock().unwrap();
            let _reading = lock.2.read().unwrap();
            drop(lock.1.wait(held));
        }));
        drop(thread::spawn(thread::park));
        drop(thread::spawn(move || {
            let _first = never.0.lock().unwrap();
            drop(never.0.lock().unwrap());
        }));
    };
    assert_eq!(holds(program).0, [()]);
}

#[test]
fn five_threads_are_too_many() {
    let report = loom(|| read_and_write(5));
    let Verdict::Inconclusive(Limit::Refused(why)) = report.verdict else { panic!() };
    assert!(why.starts_with("loom has room for 5 threads with main"), "{why}");
}

#[test]
fn the_executions_that_may_be_spent_are_kept() {
    let check = Check::new().engine(Engine::Loom).max_executions(100);
    let report = check.run(|| read_and_write(4));
    assert!(matches!(report.verdict, Verdict::Inconclusive(Limit::Executions(100))));
    assert_eq!(report.executions, 100);
    let report = Check::new().engine(Engine::Loom).max_executions(10).run(|| read_and_write(2));
    assert!(matches!(report.verdict, Verdict::Verified), "as many as there are");
}

#[test]
fn the_time_that_may_be_spent_is_kept() {
    let most = Duration::from_millis(100);
    let began = Instant::now();
    let report = Check::new().engine(Engine::Loom).max_time(most).run(|| read_and_write(4));
    assert!(matches!(report.verdict, Verdict::Inconclusive(Limit::Time(_))));
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[test]
fn a_loop_that_loom_cannot_see_is_noticed() {
    let check = Check::new().engine(Engine::Loom).max_silence(Duration::from_millis(200));
    let report = check.run(|| {
        loop {
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    assert!(matches!(report.verdict, Verdict::Inconclusive(Limit::Stuck { .. })));
}

#[test]
#[expect(clippy::large_stack_arrays, reason = "the stack is what is tested")]
fn a_thread_has_the_stack_that_was_asked_for() {
    let deep = || {
        let big = std::hint::black_box([1_u8; 100_000]);
        big.iter().map(|&byte| u32::from(byte)).sum::<u32>()
    };
    let program = move || (deep(), thread::spawn(deep).join().unwrap());
    assert_eq!(holds(program).0, [(100_000, 100_000)]);
}

#[test]
fn checks_at_the_same_time_do_not_disturb_each_other() {
    let checks: Vec<_> = (0..4)
        .map(|turn| {
            std::thread::spawn(move || {
                if turn % 2 == 0 {
                    assert_eq!(holds(|| read_and_write(2)).0, [1, 2]);
                } else {
                    deadlocks(|| {
                        let lock = Mutex::new(());
                        let _first = lock.lock().unwrap();
                        let _second = lock.lock().unwrap();
                    });
                }
            })
        })
        .collect();
    for check in checks {
        check.join().unwrap();
    }
}

#[test]
fn nothing_is_printed() {
    let test = std::env::current_exe().unwrap();
    for name in ["a_lost_update_fails", "locks_in_two_orders_deadlock_and_the_next_check_works"] {
        let output = std::process::Command::new(&test)
            .args(["--exact", name, "--nocapture"])
            .output()
            .unwrap();
        assert!(output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}
