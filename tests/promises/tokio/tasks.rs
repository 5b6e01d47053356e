//! `JoinSet`, `spawn_blocking`, `LocalSet`, `task_local!`, ids and the budget.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::runtime::{Builder, LocalRuntime};
use drawloom::tokio::sync::{mpsc, oneshot};
use drawloom::tokio::task::{
    self, JoinSet, LocalSet, block_in_place, coop, spawn_blocking, spawn_local, yield_now,
};
use drawloom::tokio::{self, spawn};
use drawloom::{Check, Limit, Verdict};

use super::{always, failure, on_one_thread, on_two_workers, outcomes};

#[test]
fn a_set_is_joined_in_the_order_in_which_its_tasks_end() {
    let program = || {
        on_two_workers(async {
            let mut set = JoinSet::new();
            set.spawn(async { 1 });
            set.spawn(async { 2 });
            let first = set.join_next().await.unwrap().unwrap();
            let second = set.join_next().await.unwrap().unwrap();
            assert!(set.join_next().await.is_none() && set.is_empty());
            (first, second)
        })
    };
    assert_eq!(outcomes(program), [(1, 2), (2, 1)]);
    // One of them can only end after the other, and it is so that they are joined.
    let program = || {
        on_one_thread(async {
            let (sender, receiver) = oneshot::channel();
            let mut set = JoinSet::new();
            set.spawn(async move { receiver.await.unwrap() });
            set.spawn(async move {
                sender.send(1).unwrap();
                2
            });
            (set.join_next().await.unwrap().unwrap(), set.join_next().await.unwrap().unwrap())
        })
    };
    always(program, (2, 1));
}

#[test]
fn a_set_that_is_dropped_aborts_what_is_in_it() {
    // The task has begun and rests, or it has not begun: its guard is dropped in the first case only.
    struct Adds(Arc<AtomicU32>);
    impl Drop for Adds {
        fn drop(&mut self) {
            self.0.fetch_add(1, SeqCst);
        }
    }
    let program = || {
        let count = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&count);
        on_one_thread(async {
            let mut set = JoinSet::new();
            set.spawn(async move {
                counted.load(SeqCst);
                let _adds = Adds(counted);
                std::future::pending::<()>().await;
            });
            yield_now().await;
            drop(set);
        });
        count.load(SeqCst)
    };
    assert_eq!(outcomes(program), [0, 1]);
}

#[test]
fn shutting_a_set_down_aborts_and_joins_and_detaching_lets_go() {
    let program = || {
        on_one_thread(async {
            let mut set = JoinSet::new();
            set.spawn(std::future::pending::<()>());
            set.spawn(async {});
            set.shutdown().await;
            set.len()
        })
    };
    always(program, 0);
    let program = || {
        on_one_thread(async {
            let (sender, receiver) = oneshot::channel();
            let mut set = JoinSet::new();
            set.spawn(async move { sender.send(3).unwrap() });
            set.detach_all();
            drop(set);
            receiver.await.unwrap()
        })
    };
    always(program, 3);
}

#[test]
fn a_set_tells_of_panics_and_cancellations_with_their_ids() {
    let program = || {
        on_one_thread(async {
            let mut set = JoinSet::new();
            let panics = set.spawn(async { panic!("no") }).id();
            let bad = set.join_next_with_id().await.unwrap().unwrap_err();
            let never = set.spawn(std::future::pending::<()>());
            never.abort();
            let gone = set.join_next().await.unwrap().unwrap_err();
            (bad.is_panic() && bad.id() == panics, gone.is_cancelled() && gone.id() == never.id())
        })
    };
    always(program, (true, true));
    let program = || {
        on_one_thread(async {
            let set: JoinSet<u32> = (1..=2).map(|n| async move { n }).collect();
            let mut all = set.join_all().await;
            all.sort_unstable();
            all
        })
    };
    always(program, vec![1, 2]);
}

#[test]
fn trying_to_join_finds_only_what_has_ended() {
    let program = || {
        on_two_workers(async {
            let mut set = JoinSet::new();
            set.spawn(async { 1 });
            let early = set.try_join_next().map(Result::unwrap);
            let late =
                if early.is_none() { set.join_next().await.map(Result::unwrap) } else { None };
            (early, late)
        })
    };
    assert_eq!(outcomes(program), [(None, Some(1)), (Some(1), None)]);
}

#[test]
fn a_blocking_task_runs_beside_the_loop_and_is_joined_like_a_task() {
    // It stores before or after the poll that goes on: also on a loop of one thread.
    let program = || {
        on_one_thread(async {
            let lamp = Arc::new(AtomicU32::new(0));
            let other = Arc::clone(&lamp);
            let blocking = spawn_blocking(move || other.swap(1, SeqCst));
            let seen = lamp.load(SeqCst);
            (seen, blocking.await.unwrap(), lamp.load(SeqCst))
        })
    };
    assert_eq!(outcomes(program), [(0, 0, 1), (1, 0, 1)]);
}

#[test]
fn a_blocking_task_can_be_stopped_only_before_it_is_taken_up() {
    let program = || {
        on_one_thread(async {
            let ran = Arc::new(AtomicU32::new(0));
            let counted = Arc::clone(&ran);
            let blocking = spawn_blocking(move || counted.fetch_add(1, SeqCst));
            blocking.abort();
            let cancelled = blocking.await.is_err_and(|error| error.is_cancelled());
            (cancelled, ran.load(SeqCst))
        })
    };
    assert_eq!(outcomes(program), [(false, 1), (true, 0)]);
}

#[test]
fn a_panic_of_a_blocking_task_is_told_by_its_join() {
    let program = || {
        on_one_thread(async {
            let error = spawn_blocking(|| panic!("no")).await.unwrap_err();
            error.into_panic().downcast_ref::<&str>() == Some(&"no")
        })
    };
    always(program, true);
}

#[test]
fn a_task_that_blocks_in_place_gives_its_worker_to_others() {
    // The only worker would wait for ever for a task that needs it.
    let program = || {
        let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
        runtime.block_on(async {
            let task = spawn(async {
                let (sender, receiver) = oneshot::channel();
                spawn(async move { sender.send(5).unwrap() });
                block_in_place(|| receiver.blocking_recv().unwrap())
            });
            task.await.unwrap()
        })
    };
    always(program, 5);
    let message =
        failure(|| on_one_thread(async { spawn(async { block_in_place(|| ()) }).await.unwrap() }))
            .1;
    assert_eq!(message, "can call blocking only when running on the multi-threaded runtime");
}

#[test]
fn local_tasks_share_what_no_other_thread_may_have() {
    let program = || {
        let local = LocalSet::new();
        let runtime = Builder::new_current_thread().build().unwrap();
        let purse = Rc::new(Cell::new(0));
        let early = Rc::clone(&purse);
        let before = local.spawn_local(async move { early.set(early.get() + 1) });
        local.block_on(&runtime, async move {
            let inner = Rc::clone(&purse);
            spawn_local(async move { inner.set(inner.get() + 10) }).await.unwrap();
            before.await.unwrap();
            purse.get()
        })
    };
    always(program, 11);
}

#[test]
fn a_set_of_local_tasks_is_a_future_that_ends_with_the_last() {
    let program = || {
        on_one_thread(async {
            let local = LocalSet::new();
            let count = Rc::new(Cell::new(0));
            for _ in 0..2 {
                let count = Rc::clone(&count);
                local.spawn_local(async move {
                    yield_now().await;
                    count.set(count.get() + 1);
                });
            }
            local.await;
            count.get()
        })
    };
    always(program, 2);
}

#[test]
fn spawn_local_needs_a_set_or_a_local_runtime() {
    let message = failure(|| on_one_thread(async { drop(spawn_local(async {})) })).1;
    assert_eq!(
        message,
        "`spawn_local` called from outside of a `task::LocalSet` or `runtime::LocalRuntime`"
    );
    let program = || {
        let runtime = LocalRuntime::new().unwrap();
        let purse = Rc::new(Cell::new(0));
        runtime.block_on(async {
            let inner = Rc::clone(&purse);
            spawn_local(async move { inner.set(4) }).await.unwrap();
        });
        purse.get()
    };
    always(program, 4);
    let program = || {
        let local = LocalSet::new();
        let entered = local.enter();
        let task = spawn_local(async { 6 });
        drop(entered);
        on_one_thread(local.run_until(task)).unwrap()
    };
    always(program, 6);
}

#[test]
fn a_set_of_local_tasks_is_refused_on_workers() {
    let message = failure(|| on_two_workers(async { LocalSet::new().run_until(async {}).await })).1;
    assert_eq!(
        message,
        "a LocalSet is checked on a `current_thread` runtime only\n\
         help: drive it with `Builder::new_current_thread()`"
    );
}

tokio::task_local! {
    static GUEST: u32;
    static ROOM: &'static str;
}

#[test]
fn each_task_has_its_own_value_also_when_it_is_interrupted() {
    let program = || {
        on_two_workers(async {
            let seen = Arc::new(AtomicU32::new(0));
            let visit = |seen: Arc<AtomicU32>| async move {
                let before = GUEST.get();
                seen.fetch_add(before, SeqCst);
                yield_now().await;
                (before, GUEST.get())
            };
            let one = spawn(GUEST.scope(1, visit(Arc::clone(&seen))));
            let two = spawn(GUEST.scope(2, visit(Arc::clone(&seen))));
            assert!(GUEST.try_with(|_| ()).is_err());
            (one.await.unwrap(), two.await.unwrap(), seen.load(SeqCst))
        })
    };
    always(program, ((1, 1), (2, 2), 3));
    always(
        || {
            ROOM.sync_scope("hall", || {
                let inner = ROOM.sync_scope("attic", || ROOM.get());
                (inner, ROOM.get())
            })
        },
        ("attic", "hall"),
    );
}

#[test]
fn a_value_belongs_to_the_task_and_not_to_those_it_spawns() {
    let program = || {
        on_one_thread(GUEST.scope(7, async {
            let spawned = spawn(async { GUEST.try_get().is_err() }).await.unwrap();
            let mut scoped = Box::pin(GUEST.scope(8, async { GUEST.get() }));
            let inner = scoped.as_mut().await;
            let left = scoped.as_mut().take_value();
            (spawned, inner, left, GUEST.get())
        }))
    };
    always(program, (true, 8, Some(8), 7));
}

#[test]
fn a_task_knows_its_id() {
    let program = || {
        on_one_thread(async {
            let root = task::try_id().is_none();
            let handle = spawn(async { task::id() });
            let id = handle.id();
            (root, handle.await.unwrap() == id)
        })
    };
    always(program, (true, true));
    let message = failure(|| on_one_thread(async { assert_ne!(task::id().to_string(), "") })).1;
    assert_eq!(message, "Can't get a task id when not inside a task");
}

#[test]
fn a_task_yields_when_its_budget_is_spent() {
    // 200 messages are there. After 128 the task has to let others go first, unless it has no budget.
    let greedy = |constrained: bool| {
        move || {
            on_one_thread(async move {
                let (sender, mut receiver) = mpsc::unbounded_channel();
                (0..200).for_each(|n| sender.send(n).unwrap());
                let heard = async move {
                    let mut polls = 0;
                    let mut all = Box::pin(async {
                        for _ in 0..200 {
                            receiver.recv().await.unwrap();
                        }
                    });
                    poll_fn(move |context| {
                        polls += 1;
                        all.as_mut().poll(context).map(|()| polls)
                    })
                    .await
                };
                if constrained { heard.await } else { coop::unconstrained(heard).await }
            })
        }
    };
    always(greedy(true), 2);
    always(greedy(false), 1);
}

#[test]
fn the_budget_can_be_asked_for_and_spent_by_hand() {
    let program = || {
        on_one_thread(async {
            let mut spent = 0;
            poll_fn(|context| {
                while coop::has_budget_remaining() {
                    let Poll::Ready(unit) = coop::poll_proceed(context) else { break };
                    unit.made_progress();
                    spent += 1;
                }
                Poll::Ready(())
            })
            .await;
            let mut polls = 0;
            let mut consume = Box::pin(coop::consume_budget());
            poll_fn(|context| {
                polls += 1;
                consume.as_mut().poll(context)
            })
            .await;
            (spent, polls)
        })
    };
    always(program, (128, 2));
}

drawloom::thread_local! {
    static VISITS: Cell<u32> = const { Cell::new(0) };
}

/// How often the thread has been here before.
fn visits() -> u32 {
    VISITS.replace(VISITS.get() + 1)
}

#[test]
fn tasks_have_the_thread_locals_of_the_thread_that_drives_their_loop() {
    let program = || {
        let inside = on_one_thread(async {
            let one = spawn(async { visits() }).await.unwrap();
            let other = spawn(async { visits() }).await.unwrap();
            (one, other, spawn_blocking(visits).await.unwrap(), visits())
        });
        (inside, visits())
    };
    // The blocking task has a thread of its own, and so its own values.
    always(program, ((0, 1, 0, 2), 3));
}

#[test]
fn a_thread_local_of_a_worker_that_is_not_known_is_refused() {
    // The root is polled by the thread that blocks on it, and that is known.
    always(|| on_two_workers(async { visits() }), 0);
    let report =
        Check::new().run(|| on_two_workers(async { spawn(async { visits() }).await.unwrap() }));
    let Verdict::Inconclusive(Limit::Refused(why)) = &report.verdict else { panic!("{report}") };
    assert!(why.starts_with("a task of a multi_thread runtime uses a thread-local: "), "{why}");
}
