//! Tasks, timers and tokio's primitives: every order that a runtime can take, counted exactly.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::Duration;

use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::{Mutex, Notify, Semaphore, mpsc, oneshot};
use drawloom::tokio::task::{JoinHandle, yield_now};
use drawloom::tokio::time::{sleep, timeout};
use drawloom::{Check, Count, FailureKind, Report, Verdict, tokio};

/// The report, after both ways to count have come to the same numbers.
fn explore<T: drawloom::Outcome>(
    program: impl Fn() -> T + Send + Sync + Clone + 'static,
) -> (Report<T>, (u128, u128)) {
    let graph = Check::new().run(program.clone());
    let every = Check::new().every_schedule().run(program);
    let counted = graph.schedules.as_ref().unwrap_or_else(|| panic!("{graph:?}"));
    assert_eq!(Some(counted), every.schedules.as_ref(), "{graph:?}\n{every:?}");
    let outcomes = |report: &Report<T>| format!("{:?}", report.outcomes.keys().collect::<Vec<_>>());
    assert_eq!(outcomes(&graph), outcomes(&every));
    let counted = (small(&counted.all), small(&counted.failing));
    (graph, counted)
}

/// What fits into a machine's number.
fn small(count: &Count) -> u128 {
    count.to_u128().expect("a small count")
}

/// All schedules and the failing ones.
fn counts<T: drawloom::Outcome>(
    program: impl Fn() -> T + Send + Sync + Clone + 'static,
) -> (u128, u128) {
    explore(program).1
}

/// All that the program can return, and how many schedules return it.
fn outcomes<T: drawloom::Outcome>(
    program: impl Fn() -> T + Send + Sync + Clone + 'static,
) -> Vec<(T, u128)> {
    let (report, (_, failing)) = explore(program);
    assert_eq!(failing, 0, "{report:?}");
    let outcomes = report.outcomes.into_iter();
    outcomes
        .map(|(value, info)| (value, small(&info.schedules.expect("a complete graph"))))
        .collect()
}

/// Runs a future as the root of a single-threaded loop.
fn on_one_thread<F: Future>(future: F) -> F::Output {
    Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Runs a future as the root of a runtime with two workers.
fn on_two_workers<F: Future>(future: F) -> F::Output {
    Builder::new_multi_thread().worker_threads(2).build().unwrap().block_on(future)
}

/// Takes a seat, if there is one, with an await between looking and taking.
async fn take_seat(seats: Arc<AtomicU32>) -> bool {
    if seats.load(SeqCst) > 0 {
        yield_now().await;
        seats.fetch_sub(1, SeqCst);
        return true;
    }
    false
}

#[test]
fn an_await_between_look_and_take_has_six_schedules_of_which_four_fail() {
    // Whoever looks after the other has taken has one poll only: 112 and 221. The others are the
    // four orders of two polls each in which both look first: all of them fail.
    assert_eq!(
        counts(|| {
            let seats = Arc::new(AtomicU32::new(1));
            on_one_thread(async move {
                let alice = tokio::spawn(take_seat(Arc::clone(&seats)));
                let bob = tokio::spawn(take_seat(seats));
                let (alice, bob) = (alice.await.unwrap(), bob.await.unwrap());
                assert!(!(alice && bob), "one seat for one");
            });
        }),
        (6, 4)
    );
}

#[test]
fn what_nobody_can_see_changes_no_count() {
    let more = async |seats: Arc<AtomicU32>| {
        yield_now().await;
        let took = take_seat(Arc::clone(&seats)).await;
        yield_now().await;
        took
    };
    assert_eq!(
        counts(move || {
            let seats = Arc::new(AtomicU32::new(1));
            on_one_thread(async {
                let alice = tokio::spawn(more(Arc::clone(&seats)));
                let bob = tokio::spawn(more(Arc::clone(&seats)));
                yield_now().await;
                let (alice, bob) = tokio::join!(alice, bob);
                assert!(!(alice.unwrap() && bob.unwrap()), "one seat for one");
            });
        }),
        (6, 4)
    );
    assert_eq!(
        counts(|| {
            let seats = Arc::new(AtomicU32::new(1));
            on_one_thread(async move {
                let spawn =
                    |seats| tokio::spawn(async move { tokio::spawn(take_seat(seats)).await });
                let (alice, bob) = (spawn(Arc::clone(&seats)), spawn(seats));
                let (alice, bob) = tokio::try_join!(alice, bob).unwrap();
                assert!(!(alice.unwrap() && bob.unwrap()), "one seat for one");
            });
        }),
        (6, 4)
    );
}

#[test]
fn a_try_join_that_fails_can_leave_the_other_before_or_after_its_write() {
    // 1 2: main is woken by both and has only bob left to ask. 2 0: main's poll of the failure is a
    // step, and alice has not written. 2 1 0: she has.
    let program = || async {
        let slot = Arc::new(AtomicU32::new(0));
        let (left, right) = (Arc::clone(&slot), Arc::clone(&slot));
        let alice = tokio::spawn(async move { left.store(1, SeqCst) });
        let bob: JoinHandle<()> = tokio::spawn(async move {
            right.load(SeqCst);
            panic!("no")
        });
        let failed = tokio::try_join!(alice, bob).is_err();
        (failed, slot.load(SeqCst))
    };
    assert_eq!(outcomes(move || on_one_thread(program())), [((true, 0), 1), ((true, 1), 2)]);
}

#[test]
fn a_program_without_a_step_has_one_schedule() {
    assert_eq!(outcomes(|| on_one_thread(async { 7 })), [(7, 1)]);
}

#[test]
fn a_task_of_a_single_thread_starts_after_the_poll_that_spawned_it() {
    // The store is in the poll that spawns.
    let program = || async {
        let lamp = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&lamp);
        let look = tokio::spawn(async move { seen.load(SeqCst) });
        lamp.store(1, SeqCst);
        look.await.unwrap()
    };
    assert_eq!(outcomes(move || on_one_thread(program())), [(1, 1)]);
    assert_eq!(outcomes(move || on_two_workers(program())), [(0, 1), (1, 1)]);
}

#[test]
fn block_on_can_return_before_and_after_a_task_that_nobody_awaits() {
    // b then a; a and then the return; a, b, and then the return.
    assert_eq!(
        outcomes(|| {
            let slot = Arc::new(AtomicU32::new(0));
            let put = |value| {
                let slot = Arc::clone(&slot);
                async move { slot.store(value, SeqCst) }
            };
            on_one_thread(async {
                tokio::spawn(put(2));
                tokio::spawn(put(1)).await.unwrap();
            });
            slot.load(SeqCst)
        }),
        [(1, 2), (2, 1)]
    );
}

#[test]
fn a_runtime_with_workers_can_be_dropped_before_in_and_after_a_poll() {
    // 0: before the poll. 0.1 1: when it has begun. 1 0: after it.
    assert_eq!(
        outcomes(|| {
            let lamp = Arc::new(AtomicU32::new(0));
            let seen = Arc::clone(&lamp);
            let runtime = Builder::new_multi_thread().build().unwrap();
            runtime.spawn(async move { seen.store(1, SeqCst) });
            drop(runtime);
            lamp.load(SeqCst)
        }),
        [(0, 1), (1, 2)]
    );
}

/// The root keeps a thread's lock over an await, and a task wants it.
async fn keep_a_lock_over_an_await() {
    let door = Arc::new(drawloom::sync::Mutex::new(()));
    let other = Arc::clone(&door);
    let bob = tokio::spawn(async move { drop(other.lock().unwrap()) });
    let held = door.lock().unwrap();
    yield_now().await;
    drop(held);
    bob.await.unwrap();
}

#[test]
fn a_thread_lock_kept_over_an_await_deadlocks_a_single_thread() {
    // Main locks. Then it unlocks before bob is polled, or bob stops the only thread.
    let (report, counts) = explore(|| on_one_thread(keep_a_lock_over_an_await()));
    assert_eq!(counts, (2, 1));
    let Verdict::Failed(failure) = report.verdict else { panic!("{report:?}") };
    assert_eq!(failure.kind, FailureKind::Deadlock);
    assert_eq!(failure.schedule.to_string(), "01");
}

#[test]
fn a_thread_lock_kept_over_an_await_is_no_harm_beside_a_worker() {
    // Lock and unlock of the one, then of the other.
    assert_eq!(counts(|| on_two_workers(keep_a_lock_over_an_await())), (2, 0));
}

#[test]
fn a_timeout_ends_a_future_at_its_await_or_comes_too_late() {
    // Main sleeps in both. The first timer fires, then main is polled; or both fire before that, and
    // the future is asked before the deadline.
    assert_eq!(
        outcomes(|| {
            let steps = AtomicU32::new(0);
            let in_time = on_one_thread(timeout(Duration::from_secs(1), async {
                steps.store(1, SeqCst);
                sleep(Duration::from_secs(2)).await;
                steps.store(2, SeqCst);
            }));
            (in_time.is_ok(), steps.into_inner())
        }),
        [((false, 1), 1), ((true, 2), 1)]
    );
}

/// Puts the value back when dropped.
struct Rollback(Option<Arc<AtomicU32>>);

impl Drop for Rollback {
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            slot.store(0, SeqCst);
        }
    }
}

/// Aborts a task that writes one half, awaits, and writes the other.
async fn abort_between_halves(undo: bool) -> (bool, u32) {
    let slot = Arc::new(AtomicU32::new(0));
    let shared = Arc::clone(&slot);
    let worker: JoinHandle<()> = tokio::spawn(async move {
        let mut guard = Rollback(undo.then(|| Arc::clone(&shared)));
        shared.store(1, SeqCst);
        yield_now().await;
        shared.store(2, SeqCst);
        guard.0 = None;
    });
    yield_now().await;
    worker.abort();
    let cancelled = worker.await.is_err_and(|error| error.is_cancelled());
    (cancelled, slot.load(SeqCst))
}

#[test]
fn an_abort_stops_a_task_before_its_start_and_at_its_await() {
    // 01: aborted, dropped. 101: one poll, aborted, dropped. 110: too late.
    assert_eq!(
        outcomes(|| on_one_thread(abort_between_halves(false))),
        [((false, 2), 1), ((true, 0), 1), ((true, 1), 1)]
    );
    assert_eq!(
        outcomes(|| on_one_thread(abort_between_halves(true))),
        [((false, 2), 1), ((true, 0), 2)]
    );
}

#[test]
fn an_abort_among_workers_stops_a_task_at_awaits_only() {
    // 01: aborted before the first poll. 0.1 11: in it, before its store. 101: before the second poll.
    // 1 0.1 1: in it, so that it comes to its end. 110: too late.
    assert_eq!(
        outcomes(|| on_two_workers(abort_between_halves(false))),
        [((false, 2), 2), ((true, 0), 1), ((true, 1), 2)]
    );
}

#[test]
fn a_select_without_bias_tries_every_first_branch() {
    let biased = || async {
        tokio::select! {
            biased;
            n = async { 1 } => n,
            n = async { 2 } => n,
            n = async { 3 } => n,
        }
    };
    assert_eq!(outcomes(move || on_one_thread(biased())), [(1, 1)]);
    let unbiased = |third: bool| async move {
        tokio::select! {
            n = async { 1 } => n,
            n = async { 2 } => n,
            n = async { 3 }, if third => n,
        }
    };
    assert_eq!(outcomes(move || on_one_thread(unbiased(true))), [(1, 1), (2, 1), (3, 1)]);
    assert_eq!(outcomes(move || on_one_thread(unbiased(false))), [(1, 1), (2, 1)]);
}

#[test]
fn a_select_of_two_tasks_takes_either() {
    // The root is woken by the first that ends, and its poll is a step, since it waits for two: 1 0,
    // 1 2 0, 2 0, 2 1 0. It asks alice first, so only 2 0 ends with bob.
    let program = || async {
        let slot = Arc::new(AtomicU32::new(0));
        let write = |value| {
            let slot = Arc::clone(&slot);
            tokio::spawn(async move { slot.store(value, SeqCst) })
        };
        let (alice, bob) = (write(1), write(2));
        tokio::select! {
            biased;
            _ = alice => "alice",
            _ = bob => "bob",
        }
    };
    assert_eq!(outcomes(move || on_one_thread(program())), [("alice", 3), ("bob", 1)]);
}

#[test]
fn handlers_of_select_run_in_the_enclosing_function() {
    async fn first_even(mut numbers: mpsc::UnboundedReceiver<u32>) -> Result<u32, &'static str> {
        let mut odd = 0;
        loop {
            tokio::select! {
                Some(number) = numbers.recv() => {
                    if number % 2 == 1 {
                        odd += 1;
                        yield_now().await;
                        continue;
                    }
                    return Ok(number + odd);
                }
                else => Err("no even number")?,
            }
        }
    }
    let send = |numbers: &[u32]| {
        let (sender, receiver) = mpsc::unbounded_channel();
        for &number in numbers {
            sender.send(number).unwrap();
        }
        receiver
    };
    let run = move || {
        let found = on_one_thread(first_even(send(&[1, 3, 4])));
        (found, on_one_thread(first_even(send(&[1]))))
    };
    let expected = (Ok(6), Err("no even number"));
    assert_eq!(run(), expected);
    assert_eq!(outcomes(run), [(expected, 1)]);
}

#[test]
fn a_select_takes_every_pattern() {
    struct Letter {
        to: String,
        pages: Option<(u32, Vec<u32>)>,
    }
    let read = |letter: Option<Letter>| async move {
        tokio::select! {
            biased;
            None | Some(Letter { pages: None, .. }) = async { None::<Letter> }, if letter.is_none() => 0,
            Some(Letter { ref to, pages: Some((1..=9, mut pages)) }) = async { letter } => {
                pages.push(2);
                pages.iter().sum::<u32>() + u32::try_from(to.len()).unwrap()
            }
            mut late = async { 5 } => { late += 1; late }
            () = std::future::pending() => unreachable!(),
        }
    };
    let letter = |first| Letter { to: "bob".to_owned(), pages: Some((first, vec![first])) };
    let run = move || {
        on_one_thread(async {
            (read(None).await, read(Some(letter(7))).await, read(Some(letter(10))).await)
        })
    };
    assert_eq!(run(), (0, 12, 6));
    assert_eq!(outcomes(run), [((0, 12, 6), 1)]);
}

#[test]
fn a_channel_with_room_for_one_delivers_in_both_orders() {
    // The root asks first. One sends; the root takes the letter before the other sends (0 1 0 2 0), or
    // the other has to wait until it does (0 1 2 0 2 0).
    assert_eq!(
        outcomes(|| {
            on_one_thread(async {
                let (alice, mut letters) = mpsc::channel(1);
                let bob = alice.clone();
                tokio::spawn(async move { alice.send("alice").await.unwrap() });
                tokio::spawn(async move { bob.send("bob").await.unwrap() });
                (letters.recv().await.unwrap(), letters.recv().await.unwrap())
            })
        }),
        [(("alice", "bob"), 2), (("bob", "alice"), 2)]
    );
}

#[test]
fn a_notification_between_look_and_wait_is_lost() {
    // The setter stores (s) and notifies (N), the waiter loads (l), asks for a notification (n), polls
    // it (p), and again when woken. s before l: lN or Nl. Else n p among s N: nps N, nsp N, nsN p,
    // snpN, snNp are well, and sNnp waits for ever.
    let (report, counts) = explore(|| {
        on_two_workers(async {
            let shared = Arc::new((AtomicU32::new(0), Notify::new()));
            let other = Arc::clone(&shared);
            let waiter = tokio::spawn(async move {
                if other.0.load(SeqCst) == 0 {
                    other.1.notified().await;
                }
            });
            let setter = tokio::spawn(async move {
                shared.0.store(1, SeqCst);
                shared.1.notify_waiters();
            });
            waiter.await.unwrap();
            setter.await.unwrap();
        });
    });
    assert_eq!(counts, (8, 1));
    let Verdict::Failed(failure) = report.verdict else { panic!("{report:?}") };
    assert_eq!(failure.kind, FailureKind::Deadlock);
}

#[test]
fn a_semaphore_lets_one_in_at_a_time() {
    // Whoever comes first: 1122, or 11 with the other's refused poll in between: 1 2 1 2 2.
    assert_eq!(
        counts(|| {
            on_one_thread(async {
                let room = Arc::new((Semaphore::new(1), AtomicU32::new(0)));
                let enter = || {
                    let room = Arc::clone(&room);
                    tokio::spawn(async move {
                        let _permit = room.0.acquire().await.unwrap();
                        assert_eq!(room.1.fetch_add(1, SeqCst), 0);
                        yield_now().await;
                        room.1.fetch_sub(1, SeqCst);
                    })
                };
                let (alice, bob) = (enter(), enter());
                alice.await.unwrap();
                bob.await.unwrap();
            });
        }),
        (4, 0)
    );
}

#[test]
fn a_waiter_that_gives_up_lets_the_next_one_in() {
    // Main has the only permit. Its timed wait is over with the one timer; then all is as before.
    assert_eq!(
        outcomes(|| {
            on_one_thread(async {
                let room = Semaphore::new(1);
                let permit = room.acquire().await.unwrap();
                let refused = timeout(Duration::from_secs(1), room.acquire()).await.is_err();
                drop(permit);
                (refused, room.try_acquire().is_ok())
            })
        }),
        [((true, true), 1)]
    );
}

#[test]
fn a_lock_of_tokio_may_be_kept_over_an_await() {
    // As the semaphore.
    assert_eq!(
        counts(|| {
            on_one_thread(async {
                let jar = Arc::new(Mutex::new(0));
                let put_coin = || {
                    let jar = Arc::clone(&jar);
                    tokio::spawn(async move {
                        let mut coins = jar.lock_owned().await;
                        let seen = *coins;
                        yield_now().await;
                        *coins = seen + 1;
                    })
                };
                let (alice, bob) = (put_coin(), put_coin());
                alice.await.unwrap();
                bob.await.unwrap();
                assert_eq!(*jar.try_lock().unwrap(), 2);
            });
        }),
        (4, 0)
    );
}

#[test]
fn a_dropped_sender_is_an_error_for_the_receiver() {
    // The root asks first, since it spawns in the same poll; the task drops; the root asks again.
    assert_eq!(
        outcomes(|| {
            on_one_thread(async {
                let (sender, receiver) = oneshot::channel::<u32>();
                tokio::spawn(async move { drop(sender) });
                receiver.await.is_err()
            })
        }),
        [(true, 1)]
    );
}

#[test]
fn a_panic_of_a_task_is_an_error_for_who_awaits_it() {
    let run = || {
        on_one_thread(async {
            let lamp = AtomicU32::new(0);
            let task: JoinHandle<()> = tokio::spawn(async move {
                lamp.store(1, SeqCst);
                panic!("the lamp is broken")
            });
            let error = task.await.unwrap_err();
            let text = error.to_string();
            let said = text.ends_with("panicked with message \"the lamp is broken\"");
            (error.is_panic(), said, *error.into_panic().downcast::<&str>().unwrap())
        })
    };
    assert_eq!(outcomes(run), [((true, true, "the lamp is broken"), 1)]);
}

#[test]
fn a_task_that_never_ends_is_dropped_with_its_runtime() {
    assert_eq!(
        outcomes(|| {
            let slot = Arc::new(AtomicU32::new(1));
            let shared = Arc::clone(&slot);
            on_one_thread(async move {
                tokio::spawn(async move {
                    let _rollback = Rollback(Some(shared));
                    std::future::pending::<()>().await;
                });
                yield_now().await;
            });
            slot.load(SeqCst)
        }),
        [(0, 1)]
    );
}

#[test]
fn timers_fire_in_the_order_of_their_deadlines() {
    // The clock (c) wakes short (s) and then long (l), but need not wait for their polls: cscl, ccsl,
    // ccls.
    assert_eq!(
        outcomes(|| {
            on_one_thread(async {
                let order = Arc::new(AtomicU32::new(0));
                let wait = |seconds| {
                    let order = Arc::clone(&order);
                    tokio::spawn(async move {
                        sleep(Duration::from_secs(seconds)).await;
                        order.fetch_add(1, SeqCst)
                    })
                };
                let (short, long) = (wait(1), wait(2));
                (short.await.unwrap(), long.await.unwrap())
            })
        }),
        [((0, 1), 2), ((1, 0), 1)]
    );
}

#[test]
fn a_loop_that_yields_until_a_flag_is_set_ends() {
    // 2 1, 1 2 1, and 1 1 2 1: having looked twice, the spinner sleeps until somebody writes.
    assert_eq!(
        counts(|| {
            on_one_thread(async {
                let flag = Arc::new(AtomicU32::new(0));
                let other = Arc::clone(&flag);
                let spinner = tokio::spawn(async move {
                    while other.load(SeqCst) == 0 {
                        yield_now().await;
                    }
                });
                let setter = tokio::spawn(async move { flag.store(1, SeqCst) });
                spinner.await.unwrap();
                setter.await.unwrap();
            });
        }),
        (3, 0)
    );
}

#[test]
fn outside_a_check_it_is_tokio() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let total = runtime.block_on(async {
        let jar = Arc::new(Mutex::new(0));
        let room = Arc::new(Semaphore::new(1));
        let (sender, mut receiver) = mpsc::channel(1);
        for coins in 1..=3 {
            let (jar, room, sender) = (Arc::clone(&jar), Arc::clone(&room), sender.clone());
            tokio::spawn(async move {
                let _permit = room.acquire_owned().await.unwrap();
                *jar.lock().await += coins;
                sender.send(coins).await.unwrap();
            });
        }
        drop(sender);
        let mut total = 0;
        while let Some(coins) = receiver.recv().await {
            total += coins;
        }
        assert_eq!(total, *jar.lock().await);
        total
    });
    assert_eq!(total, 6);
    let text = runtime.block_on(async {
        let (sender, receiver) = oneshot::channel();
        let stuck: JoinHandle<()> = tokio::spawn(std::future::pending());
        stuck.abort();
        assert!(stuck.await.unwrap_err().is_cancelled());
        let notify = Arc::new(Notify::new());
        let other = Arc::clone(&notify);
        tokio::spawn(async move {
            other.notified().await;
            sender.send("done").unwrap();
        });
        notify.notify_one();
        assert!(timeout(Duration::ZERO, std::future::pending::<()>()).await.is_err());
        tokio::select! {
            text = receiver => text.unwrap(),
            () = sleep(Duration::from_secs(60)) => "late",
        }
    });
    assert_eq!(text, "done");
}

#[test]
fn a_runtime_that_can_end_in_too_many_ways_is_given_up() {
    let report = Check::new().max_executions(20).run(|| {
        let counter = Arc::new(AtomicU32::new(0));
        let runtime = Builder::new_multi_thread().worker_threads(12).build().unwrap();
        runtime.block_on(async {
            for _ in 0..12 {
                let counter = Arc::clone(&counter);
                drop(tokio::spawn(async move { counter.fetch_add(1, SeqCst) }));
            }
        });
        drop(runtime);
    });
    let drawloom::Verdict::Inconclusive(limit) = &report.verdict else { panic!("{report}") };
    assert!(limit.to_string().starts_with("a runtime is dropped while more than ten of its tasks"));
}
