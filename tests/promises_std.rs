//! What `std` promises of what is newer in the facade, as sets of outcomes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::time::Duration;

use drawloom::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use drawloom::sync::mpsc::{RecvTimeoutError, TryRecvError, TrySendError, channel, sync_channel};
use drawloom::sync::{Barrier, Condvar, LazyLock, Mutex, Once, OnceLock};
use drawloom::{Check, FailureKind, Outcome, Verdict, thread};

/// Every value that a program can return, over all its schedules. Brute force has to agree.
#[track_caller]
fn outcomes<T: Outcome>(program: impl Fn() -> T + Clone + Send + Sync + 'static) -> BTreeSet<T> {
    let report = Check::new().run(program.clone());
    assert!(matches!(report.verdict, Verdict::Verified), "{report}");
    let every = Check::new().every_schedule().run(program);
    assert!(matches!(every.verdict, Verdict::Verified), "{every}");
    let found: BTreeSet<T> = report.outcomes.into_keys().collect();
    assert_eq!(found, every.outcomes.into_keys().collect());
    assert_eq!(report.schedules, every.schedules);
    found
}

#[track_caller]
fn deadlocks<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> String {
    let report = Check::new().run(program);
    let failure = report.failure().unwrap_or_else(|| panic!("{report}"));
    assert_eq!(failure.kind, FailureKind::Deadlock, "{report}");
    failure.message.clone()
}

/// Runs two threads and returns what both return.
fn both<A: Send, B: Send>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = scope.spawn(other);
        (one.join().unwrap(), other.join().unwrap())
    })
}

const SOON: Duration = Duration::from_millis(10);

// Barrier.

#[test]
fn one_of_those_who_meet_leads_and_any_of_them() {
    let found = outcomes(|| {
        let gate = Barrier::new(2);
        let meet = || gate.wait().is_leader();
        both(meet, meet)
    });
    assert_eq!(found, [(false, true), (true, false)].into());
}

#[test]
fn nobody_passes_a_barrier_before_all_are_there_and_it_works_again() {
    let found = outcomes(|| {
        let gate = Barrier::new(2);
        let steps = AtomicU32::new(0);
        let walk = || {
            steps.fetch_add(1, SeqCst);
            gate.wait();
            let first = steps.load(SeqCst);
            gate.wait();
            first
        };
        both(walk, walk)
    });
    assert_eq!(found, [(2, 2)].into());
}

#[test]
fn a_barrier_for_more_than_come_is_a_deadlock() {
    let message = deadlocks(|| {
        let gate = Barrier::new(3);
        both(|| gate.wait().is_leader(), || gate.wait().is_leader());
    });
    assert!(message.contains("waits for gate"), "{message}");
}

#[test]
fn a_barrier_for_nobody_lets_everybody_through_as_the_leader() {
    let program = || {
        let gate = Barrier::new(0);
        (gate.wait().is_leader(), gate.wait().is_leader())
    };
    assert_eq!(outcomes(program), [(true, true)].into());
    assert_eq!(program(), (true, true));
}

// Once, OnceLock, LazyLock.

#[test]
fn what_is_to_be_done_once_is_done_once_and_everybody_sees_it_done() {
    let found = outcomes(|| {
        let (start, times) = (Once::new(), AtomicU32::new(0));
        let begin = || {
            start.call_once(|| {
                times.fetch_add(1, SeqCst);
            });
            (times.load(SeqCst), start.is_completed())
        };
        both(begin, begin)
    });
    assert_eq!(found, [((1, true), (1, true))].into());
}

#[test]
fn that_it_is_completed_is_seen_only_when_it_is() {
    let found = outcomes(|| {
        let (start, inside) = (Once::new(), AtomicBool::new(false));
        both(
            || {
                start.call_once(|| {
                    inside.store(true, SeqCst);
                    inside.store(false, SeqCst);
                });
            },
            || {
                let inside = inside.load(SeqCst);
                (inside, start.is_completed())
            },
        )
        .1
    });
    assert_eq!(found, [(false, false), (false, true), (true, false), (true, true)].into());
}

#[test]
fn a_panic_poisons_what_was_to_be_done_once() {
    let found = outcomes(|| {
        let start = Once::new();
        let first = thread::scope(|scope| {
            scope.spawn(|| start.call_once(|| panic!("it fails"))).join().is_err()
        });
        let second = std::panic::catch_unwind(|| start.call_once(|| ())).is_err();
        let mut poisoned = None;
        start.call_once_force(|state| poisoned = Some(state.is_poisoned()));
        (first, second, poisoned, start.is_completed())
    });
    assert_eq!(found, [(true, true, Some(true), true)].into());
}

#[test]
fn what_a_strand_has_caught_itself_is_no_failure() {
    let found = outcomes(|| {
        let times = AtomicU32::new(0);
        let catches = || {
            times.fetch_add(1, SeqCst);
            std::panic::catch_unwind(|| panic!("it is caught")).is_err()
        };
        both(catches, catches)
    });
    assert_eq!(found, [(true, true)].into());
}

#[test]
fn who_waits_for_a_once_goes_on_when_it_is_done() {
    let found = outcomes(|| {
        let (start, times) = (Once::new(), AtomicU32::new(0));
        both(
            || start.call_once(|| times.store(1, SeqCst)),
            || {
                start.wait();
                times.load(SeqCst)
            },
        )
        .1
    });
    assert_eq!(found, [1].into());
    deadlocks(|| Once::new().wait());
}

#[test]
fn the_first_to_set_a_once_lock_wins_and_the_other_gets_its_value_back() {
    let found = outcomes(|| {
        let name = OnceLock::new();
        let set = |value: u8| {
            let kept = name.set(value).is_ok();
            (kept, *name.get().unwrap())
        };
        both(|| set(1), || set(2))
    });
    assert_eq!(found, [((false, 2), (true, 2)), ((true, 1), (false, 1))].into());
}

#[test]
fn a_once_lock_whose_function_panics_stays_open() {
    let found = outcomes(|| {
        let name: OnceLock<u8> = OnceLock::new();
        let failed = std::panic::catch_unwind(|| name.get_or_init(|| panic!("it fails"))).is_err();
        (failed, name.get().is_none(), *name.get_or_init(|| 3), name.into_inner())
    });
    assert_eq!(found, [(true, true, 3, Some(3))].into());
}

#[test]
fn a_once_lock_that_is_looked_at_is_empty_or_full() {
    let found = outcomes(|| {
        let name = OnceLock::new();
        both(|| *name.get_or_init(|| 5), || name.get().copied())
    });
    assert_eq!(found, [(5, None), (5, Some(5))].into());
}

#[test]
fn a_lazy_value_is_made_once_and_by_whoever_is_first() {
    let found = outcomes(|| {
        let made = AtomicU32::new(0);
        let table = LazyLock::new(|| made.fetch_add(1, SeqCst) + 10);
        let seen = both(|| *table, || *LazyLock::force(&table));
        (seen, made.load(SeqCst))
    });
    assert_eq!(found, [((10, 10), 1)].into());
}

#[test]
fn a_lazy_value_whose_function_panics_is_poisoned() {
    let program = || {
        let table: LazyLock<u8> = LazyLock::new(|| panic!("it fails"));
        let fails = || std::panic::catch_unwind(|| *LazyLock::force(&table)).is_err();
        (fails(), fails(), LazyLock::get(&table).is_none())
    };
    assert_eq!(outcomes(program), [(true, true, true)].into());
}

static TABLE: LazyLock<AtomicU32> = LazyLock::new(|| AtomicU32::new(7));
static NAME: OnceLock<u32> = OnceLock::new();
static START: Once = Once::new();
static GATE: Barrier = Barrier::new(2);

#[test]
fn statics_start_afresh_in_every_execution() {
    let found = outcomes(|| {
        let mut began = false;
        START.call_once(|| began = true);
        let seen = both(
            || {
                GATE.wait();
                TABLE.fetch_add(1, SeqCst)
            },
            || {
                GATE.wait();
                (*NAME.get_or_init(|| 1), TABLE.load(SeqCst))
            },
        );
        (began, seen)
    });
    assert_eq!(found, [(true, (7, (1, 7))), (true, (7, (1, 8)))].into());
}

// Channels.

#[test]
fn a_channel_keeps_the_order_of_each_sender() {
    let found = outcomes(|| {
        let (sender, receiver) = channel();
        let other = sender.clone();
        both(
            move || {
                sender.send(1).unwrap();
                sender.send(2).unwrap();
            },
            move || other.send(10).unwrap(),
        );
        receiver.iter().collect::<Vec<u8>>()
    });
    assert_eq!(found, [vec![1, 2, 10], vec![1, 10, 2], vec![10, 1, 2]].into());
}

#[test]
fn who_receives_waits_for_a_value_and_hears_that_nobody_can_send() {
    let found = outcomes(|| {
        let (sender, receiver) = channel();
        both(move || sender.send(1).unwrap(), move || (receiver.recv().ok(), receiver.recv().ok()))
            .1
    });
    assert_eq!(found, [(Some(1), None)].into());
    let message = deadlocks(|| {
        let (sender, receiver) = channel::<u8>();
        let _kept = sender;
        receiver.recv().unwrap();
    });
    assert!(message.contains("waits for"), "{message}");
}

#[test]
fn an_attempt_to_receive_finds_a_value_or_nothing_or_nobody() {
    let found = outcomes(told(|| {
        let (sender, receiver) = channel();
        both(move || sender.send(1).is_ok(), move || receiver.try_recv()).1
    }));
    assert_eq!(found, texts([Ok(1), Err(TryRecvError::Empty)]));
    let found = outcomes(told(|| {
        let (sender, receiver) = channel::<u8>();
        both(move || drop(sender), move || receiver.try_recv()).1
    }));
    assert_eq!(found, texts([Err::<u8, _>(TryRecvError::Empty), Err(TryRecvError::Disconnected)]));
}

#[test]
fn what_is_sent_to_nobody_comes_back() {
    let found = outcomes(|| {
        let (sender, receiver) = channel();
        both(move || sender.send(1).map_err(|error| error.0), move || drop(receiver)).0
    });
    assert_eq!(found, [Ok(()), Err(1)].into());
}

#[test]
fn a_full_channel_makes_its_sender_wait() {
    let found = outcomes(|| {
        let (sender, receiver) = sync_channel(1);
        let sent = AtomicU32::new(0);
        let sent = &sent;
        both(
            move || {
                for value in 0..2_u32 {
                    sender.send(value).unwrap();
                    sent.fetch_add(1, SeqCst);
                }
            },
            move || {
                let before = sent.load(SeqCst);
                (before, receiver.recv().unwrap(), receiver.recv().unwrap())
            },
        )
        .1
    });
    // One is sent at the most before the first is received.
    assert_eq!(found, [(0, 0, 1), (1, 0, 1)].into());
    deadlocks(|| {
        let (sender, _receiver) = sync_channel(1);
        sender.send(1).unwrap();
        sender.send(2).unwrap();
    });
}

#[test]
fn whoever_of_two_senders_finds_room_goes_first() {
    let found = outcomes(|| {
        let (sender, receiver) = sync_channel(1);
        let other = sender.clone();
        thread::scope(|scope| {
            scope.spawn(move || sender.send(1).unwrap());
            scope.spawn(move || other.send(2).unwrap());
            receiver.iter().collect::<Vec<u8>>()
        })
    });
    assert_eq!(found, [vec![1, 2], vec![2, 1]].into());
}

#[test]
fn an_attempt_to_send_finds_room_or_none_or_nobody() {
    let found = outcomes(|| {
        let (sender, receiver) = sync_channel(1);
        both(
            move || {
                let first = sender.try_send(1).is_ok();
                let why = match sender.try_send(2) {
                    Ok(()) => 'r',
                    Err(TrySendError::Full(_)) => 'f',
                    Err(TrySendError::Disconnected(_)) => 'd',
                };
                (first, why)
            },
            move || receiver.recv().is_ok(),
        )
    });
    // Whoever has received one goes, with the channel.
    assert_eq!(found, [((true, 'f'), true), ((true, 'r'), true), ((true, 'd'), true)].into());
}

#[test]
fn from_hand_to_hand_both_have_to_be_there() {
    let found = outcomes(|| {
        let (sender, receiver) = sync_channel(0);
        let there = AtomicBool::new(false);
        let there = &there;
        both(
            move || {
                sender.send(1).unwrap();
                there.load(SeqCst)
            },
            move || {
                there.store(true, SeqCst);
                receiver.recv().unwrap()
            },
        )
    });
    assert_eq!(found, [(true, 1)].into());
    deadlocks(|| {
        let (sender, _receiver) = sync_channel(0);
        sender.send(1).unwrap();
    });
}

#[test]
fn an_attempt_from_hand_to_hand_works_only_if_the_other_waits() {
    let found = outcomes(|| {
        let (sender, receiver) = sync_channel(0);
        both(move || sender.try_send(1).is_ok(), move || receiver.recv().ok())
    });
    assert_eq!(found, [(false, None), (true, Some(1))].into());
    let found = outcomes(|| {
        let (sender, receiver) = sync_channel(0);
        both(move || sender.send(1).is_ok(), move || receiver.try_recv().ok())
    });
    assert_eq!(found, [(false, None), (true, Some(1))].into());
}

#[test]
fn any_of_two_hands_may_be_taken_first() {
    let found = outcomes(|| {
        let (sender, receiver) = sync_channel(0);
        let other = sender.clone();
        thread::scope(|scope| {
            scope.spawn(move || sender.send(1).unwrap());
            scope.spawn(move || other.send(2).unwrap());
            (receiver.recv().unwrap(), receiver.recv().unwrap())
        })
    });
    assert_eq!(found, [(1, 2), (2, 1)].into());
}

#[test]
fn a_receiver_with_a_time_limit_receives_or_is_too_late() {
    let waits = |bound: Option<usize>| {
        move || {
            let send: Box<dyn FnOnce() -> bool + Send>;
            let receiver = match bound {
                None => {
                    let (sender, receiver) = channel();
                    send = Box::new(move || sender.send(1).is_ok());
                    receiver
                }
                Some(bound) => {
                    let (sender, receiver) = sync_channel(bound);
                    send = Box::new(move || sender.send(1).is_ok());
                    receiver
                }
            };
            both(send, move || receiver.recv_timeout(SOON))
        }
    };
    let late = Err(RecvTimeoutError::Timeout);
    // The value may be sent after that, as long as the receiver is there.
    let kept = texts([(true, Ok(1)), (true, late), (false, late)]);
    assert_eq!(outcomes(told(waits(None))), kept);
    assert_eq!(outcomes(told(waits(Some(1)))), kept);
    assert_eq!(outcomes(told(waits(Some(0)))), texts([(true, Ok(1)), (false, late)]));
}

/// Outcomes, as text.
fn texts<T: std::fmt::Debug>(values: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    values.into_iter().map(|value| format!("{value:?}")).collect()
}

/// What a program returns, as text.
fn told<T: std::fmt::Debug>(
    program: impl Fn() -> T + Clone + Send + Sync + 'static,
) -> impl Fn() -> String + Clone + Send + Sync + 'static {
    move || format!("{:?}", program())
}

#[test]
fn channels_are_the_real_thing_outside_a_check() {
    let (sender, receiver) = channel();
    let (one, two) = both(
        move || {
            sender.send(1).unwrap();
            sender.send(2).unwrap();
        },
        move || receiver.into_iter().collect::<Vec<u8>>(),
    );
    assert_eq!((one, two), ((), vec![1, 2]));
    let (sender, receiver) = sync_channel(1);
    assert!(sender.try_send(1).is_ok());
    assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1]);
    assert_eq!(receiver.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
    drop(sender);
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
}

// Waits with a time limit.

#[test]
fn a_wait_with_a_time_limit_is_notified_or_is_too_late() {
    let found = outcomes(|| {
        let (ready, rung) = (Mutex::new(false), Condvar::new());
        both(
            || {
                let guard = ready.lock().unwrap();
                if *guard {
                    return (true, None);
                }
                let (guard, result) = rung.wait_timeout(guard, SOON).unwrap();
                (*guard, Some(result.timed_out()))
            },
            || {
                *ready.lock().unwrap() = true;
                rung.notify_one();
            },
        )
        .0
    });
    // Too late, and yet it is ready: it became so before the lock was had again.
    let expected = [(true, None), (true, Some(false)), (false, Some(true)), (true, Some(true))];
    assert_eq!(found, expected.into());
}

#[test]
fn a_wait_for_a_condition_ends_with_it_or_when_its_time_is_up() {
    let found = outcomes(|| {
        let (ready, rung) = (Mutex::new(0), Condvar::new());
        both(
            || {
                let guard = ready.lock().unwrap();
                let waited = rung.wait_timeout_while(guard, SOON, |ready| *ready == 0).unwrap();
                (*waited.0, waited.1.timed_out())
            },
            || {
                rung.notify_all();
                *ready.lock().unwrap() = 1;
                rung.notify_all();
            },
        )
        .0
    });
    assert_eq!(found, [(0, true), (1, false)].into());
}

#[test]
fn nobody_has_to_notify_a_wait_with_a_time_limit() {
    let program = || {
        let (ready, rung) = (Mutex::new(()), Condvar::new());
        let (_guard, result) = rung.wait_timeout(ready.lock().unwrap(), SOON).unwrap();
        result.timed_out()
    };
    assert_eq!(outcomes(program), [true].into());
}

// Wake-ups for no reason.

/// Every value that a program can return if each strand may wake for no reason so often.
fn restless<T: Outcome>(
    most: u16,
    program: impl Fn() -> T + Clone + Send + Sync + 'static,
) -> BTreeSet<T> {
    let check = || Check::new().spurious_wakeups(most);
    let report = check().run(program.clone());
    assert!(matches!(report.verdict, Verdict::Verified), "{report}");
    let every = check().every_schedule().run(program);
    assert_eq!(report.schedules, every.schedules);
    report.outcomes.into_keys().collect()
}

#[test]
fn a_wait_may_wake_for_no_reason_where_the_check_says_so() {
    let waits_once = || {
        let (ready, rung) = (Mutex::new(false), Condvar::new());
        both(
            || {
                let mut guard = ready.lock().unwrap();
                if !*guard {
                    guard = rung.wait(guard).unwrap();
                }
                *guard
            },
            || {
                *ready.lock().unwrap() = true;
                rung.notify_one();
            },
        )
        .0
    };
    assert_eq!(restless(0, waits_once), [true].into());
    assert_eq!(restless(1, waits_once), [false, true].into());
    let waits_in_a_loop = || {
        let (ready, rung) = (Mutex::new(0), Condvar::new());
        both(
            || {
                let mut rounds = 0;
                let mut guard = ready.lock().unwrap();
                while *guard == 0 {
                    rounds += 1;
                    guard = rung.wait(guard).unwrap();
                }
                rounds
            },
            || {
                *ready.lock().unwrap() = 1;
                rung.notify_one();
            },
        )
        .0
    };
    assert_eq!(restless(2, waits_in_a_loop), [0, 1, 2, 3].into());
}

#[test]
fn a_park_may_return_for_no_reason_where_the_check_says_so() {
    let program = || {
        let ready = AtomicBool::new(false);
        thread::scope(|scope| {
            let bob = scope.spawn(|| {
                thread::park();
                ready.load(SeqCst)
            });
            ready.store(true, SeqCst);
            bob.thread().unpark();
            bob.join().unwrap()
        })
    };
    assert_eq!(restless(0, program), [true].into());
    assert_eq!(restless(1, program), [false, true].into());
}
