//! What does the second opinion say of tasks?

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Mutex as StdMutex;
use std::sync::PoisonError;
use std::task::{Poll, Waker};
use std::time::Duration;

use drawloom::sync::Arc;
use drawloom::sync::atomic::AtomicU32;
use drawloom::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use drawloom::tokio::runtime::{Builder, Runtime};
use drawloom::tokio::sync::{Mutex, Notify, Semaphore, mpsc, oneshot};
use drawloom::tokio::task::yield_now;
use drawloom::tokio::time::{sleep, timeout};
use drawloom::{thread, tokio};

use super::{deadlocks, fails, holds, panics};
use drawloom::FailureKind;

fn one_thread<F: Future>(future: F) -> F::Output {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn many_threads<F: Future>(future: F) -> F::Output {
    Runtime::new().unwrap().block_on(future)
}

/// What everybody may look at, without the engine's knowledge.
type Log = std::sync::Arc<StdMutex<Vec<usize>>>;

/// Is ready when that many have said that they are done. Only the last one wakes whoever waits.
#[derive(Clone, Default)]
struct Done(std::sync::Arc<StdMutex<(usize, Option<Waker>)>>);

impl Done {
    fn wait(self, all: usize) -> impl Future<Output = ()> {
        poll_fn(move |context| {
            let mut held = self.0.lock().unwrap();
            if held.0 == all {
                return Poll::Ready(());
            }
            held.1 = Some(context.waker().clone());
            Poll::Pending
        })
    }

    fn one_more(&self, all: usize) {
        let mut held = self.0.lock().unwrap();
        held.0 += 1;
        let waker = if held.0 == all { held.1.take() } else { None };
        drop(held);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Every order in which `tasks` tasks can be polled that yield `yields` times each.
fn poll_orders(tasks: usize, yields: usize) -> Vec<usize> {
    let (log, done) = (Log::default(), Done::default());
    one_thread(async {
        for task in 0..tasks {
            let (log, done) = (std::sync::Arc::clone(&log), done.clone());
            drop(tokio::spawn(async move {
                for _ in 0..yields {
                    log.lock().unwrap().push(task);
                    yield_now().await;
                }
                log.lock().unwrap().push(task);
                done.one_more(tasks);
            }));
        }
        done.wait(tasks).await;
    });
    let log = log.lock().unwrap();
    log.clone()
}

#[test]
fn every_order_of_polls_costs_exactly_one_execution() {
    for (tasks, yields, orders) in [(2, 1, 6), (2, 2, 20), (3, 1, 90), (2, 3, 70), (3, 2, 1_680)] {
        let (seen, executions) = holds(move || poll_orders(tasks, yields));
        assert_eq!(
            (seen.len(), executions),
            (orders, orders as u64),
            "{tasks} tasks, {yields} yields"
        );
    }
}

/// The same with join handles: the polls of the one that joins are tried in every order, too.
fn joined_poll_orders(tasks: usize, yields: usize) -> Vec<usize> {
    let log = Log::default();
    one_thread(async {
        let tasks: Vec<_> = (0..tasks)
            .map(|task| {
                let log = std::sync::Arc::clone(&log);
                tokio::spawn(async move {
                    for _ in 0..yields {
                        log.lock().unwrap().push(task);
                        yield_now().await;
                    }
                    log.lock().unwrap().push(task);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    let log = log.lock().unwrap();
    log.clone()
}

#[test]
fn joins_are_polls_that_are_tried_in_every_order() {
    for (tasks, yields, orders, executions) in [(2, 1, 6, 10), (2, 2, 20, 35), (3, 1, 90, 238)] {
        let (seen, spent) = holds(move || joined_poll_orders(tasks, yields));
        assert_eq!((seen.len(), spent), (orders, executions), "{tasks} tasks, {yields} yields");
    }
}

async fn around_an_await() -> u32 {
    let jar = Arc::new(AtomicU32::new(0));
    let put_coin = |jar: Arc<AtomicU32>| async move {
        let coins = jar.load(Acquire);
        yield_now().await;
        jar.store(coins + 1, Release);
    };
    let alice = tokio::spawn(put_coin(Arc::clone(&jar)));
    let bob = tokio::spawn(put_coin(Arc::clone(&jar)));
    alice.await.unwrap();
    bob.await.unwrap();
    jar.load(Acquire)
}

#[test]
fn an_update_around_an_await_is_lost() {
    assert_eq!(holds(|| one_thread(around_an_await())).0, [1, 2]);
}

#[test]
fn an_update_between_two_awaits_is_not_lost_on_one_thread() {
    let put_coin = |jar: Arc<AtomicU32>| async move {
        let coins = jar.load(Acquire);
        jar.store(coins + 1, Release);
    };
    let program = async move || {
        let jar = Arc::new(AtomicU32::new(0));
        let (alice, bob) =
            (tokio::spawn(put_coin(Arc::clone(&jar))), tokio::spawn(put_coin(Arc::clone(&jar))));
        alice.await.unwrap();
        bob.await.unwrap();
        jar.load(Acquire)
    };
    assert_eq!(holds(move || one_thread(program())).0, [2]);
    assert_eq!(holds(move || many_threads(program())).0, [1, 2]);
}

#[test]
fn a_lock_across_an_await_holds_on_both_runtimes() {
    let put_coin = |jar: Arc<Mutex<u32>>| async move {
        let mut jar = jar.lock().await;
        let coins = *jar;
        yield_now().await;
        *jar = coins + 1;
    };
    let program = async move || {
        let jar = Arc::new(Mutex::new(0));
        let (alice, bob) =
            (tokio::spawn(put_coin(Arc::clone(&jar))), tokio::spawn(put_coin(Arc::clone(&jar))));
        alice.await.unwrap();
        bob.await.unwrap();
        *jar.lock().await
    };
    assert_eq!(holds(move || one_thread(program())).0, [2]);
    assert_eq!(holds(move || many_threads(program())).0, [2]);
}

#[test]
fn locks_of_tasks_in_two_orders_deadlock() {
    let eat = |first: Arc<Mutex<()>>, second: Arc<Mutex<()>>| async move {
        let _first = first.lock().await;
        yield_now().await;
        let _second = second.lock().await;
    };
    let program = async move || {
        let (fork, knife) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(())));
        let alice = tokio::spawn(eat(Arc::clone(&fork), Arc::clone(&knife)));
        let bob = tokio::spawn(eat(knife, fork));
        alice.await.unwrap();
        bob.await.unwrap();
    };
    deadlocks(move || one_thread(program()));
    deadlocks(move || many_threads(program()));
}

#[test]
fn a_lock_of_threads_that_is_held_over_an_await_blocks_the_whole_loop() {
    deadlocks(|| {
        one_thread(async {
            let lock = Arc::new(drawloom::sync::Mutex::new(0));
            let hold = |lock: Arc<drawloom::sync::Mutex<u32>>| async move {
                let held = lock.lock().unwrap();
                yield_now().await;
                drop(held);
            };
            let (first, second) = (hold(Arc::clone(&lock)), hold(lock));
            // As `#[tokio::main]` does: the future itself need not be `Send`.
            let mut both = (Box::pin(first), Box::pin(second));
            poll_fn(move |context| {
                let first = both.0.as_mut().poll(context);
                let second = both.1.as_mut().poll(context);
                if first.is_ready() && second.is_ready() { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        });
    });
}

#[test]
fn a_wakeup_that_comes_too_early_is_lost() {
    let program = async || {
        let bell = Arc::new(Notify::new());
        let ring = Arc::clone(&bell);
        let waiter = tokio::spawn(async move { bell.notified().await });
        let ringer = tokio::spawn(async move { ring.notify_waiters() });
        waiter.await.unwrap();
        ringer.await.unwrap();
    };
    deadlocks(move || one_thread(program()));
    deadlocks(move || many_threads(program()));
}

/// What is received from two senders.
async fn messages() -> (Option<u32>, Option<u32>, Option<u32>) {
    let (sender, mut receiver) = mpsc::channel(1);
    for number in 0..2 {
        let sender = sender.clone();
        drop(tokio::spawn(async move { sender.send(number).await.unwrap() }));
    }
    drop(sender);
    (receiver.recv().await, receiver.recv().await, receiver.recv().await)
}

#[test]
fn messages_of_two_senders_come_in_either_order() {
    let both = [(Some(0), Some(1), None), (Some(1), Some(0), None)];
    assert_eq!(holds(|| one_thread(messages())), (both.to_vec(), 4));
    assert_eq!(holds(|| many_threads(messages())).0, both);
}

#[test]
fn a_thread_can_wake_a_task() {
    let program = || {
        one_thread(async {
            let (sender, receiver) = oneshot::channel();
            let thread = thread::spawn(move || sender.send(7).unwrap());
            let other = tokio::spawn(async { 1 });
            let seven = receiver.await.unwrap();
            thread.join().unwrap();
            seven + other.await.unwrap()
        })
    };
    assert_eq!(holds(program).0, [8]);
}

/// Two tasks that sleep so long, and who was awake first.
async fn sleepers(times: [u64; 2]) -> Vec<usize> {
    let log = Arc::new(drawloom::sync::Mutex::new(Vec::new()));
    let sleeper = async |number, time, log: Arc<drawloom::sync::Mutex<Vec<usize>>>| {
        sleep(Duration::from_millis(time)).await;
        log.lock().unwrap().push(number);
    };
    let first = tokio::spawn(sleeper(1, times[0], Arc::clone(&log)));
    let second = tokio::spawn(sleeper(2, times[1], Arc::clone(&log)));
    first.await.unwrap();
    second.await.unwrap();
    let log = log.lock().unwrap();
    log.clone()
}

#[test]
fn timers_fire_at_any_moment() {
    // Time can pass between the two, so the second may be late even if it sleeps less.
    for times in [[10, 10], [10, 20], [20, 10]] {
        let (seen, _) = holds(move || one_thread(sleepers(times)));
        assert_eq!(seen, [[1, 2], [2, 1]], "{times:?}");
    }
}

#[test]
fn a_timeout_comes_first_or_does_not() {
    let program = async || {
        let (sender, receiver) = oneshot::channel();
        drop(tokio::spawn(async move { sender.send(1).ok() }));
        timeout(Duration::from_secs(1), receiver).await.map(Result::unwrap).ok()
    };
    assert_eq!(holds(move || one_thread(program())).0, [None, Some(1)]);
    assert_eq!(holds(move || many_threads(program())).0, [None, Some(1)]);
}

/// A task that yields, is told to stop, and is joined.
async fn aborted() -> Result<u32, bool> {
    let task = tokio::spawn(async {
        yield_now().await;
        1
    });
    yield_now().await;
    task.abort();
    task.await.map_err(|error| error.is_cancelled())
}

#[test]
fn an_aborted_task_has_ended_or_is_cancelled() {
    assert_eq!(holds(|| one_thread(aborted())).0, [Ok(1), Err(true)]);
    assert_eq!(holds(|| many_threads(aborted())).0, [Ok(1), Err(true)]);
}

#[test]
fn tasks_that_are_left_are_dropped_with_their_runtime() {
    struct Dropped(Arc<AtomicU32>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(1, AcqRel);
        }
    }
    let program = |runtime: fn() -> Runtime| {
        move || {
            let count = Arc::new(AtomicU32::new(0));
            let runtime = runtime();
            let held = Dropped(Arc::clone(&count));
            runtime.block_on(async {
                drop(tokio::spawn(async move {
                    let _held = held;
                    std::future::pending::<()>().await;
                }));
            });
            drop(runtime);
            count.load(Acquire)
        }
    };
    assert_eq!(holds(program(|| Builder::new_current_thread().build().unwrap())).0, [1]);
    assert_eq!(holds(program(|| Runtime::new().unwrap())).0, [1]);
}

#[test]
fn a_panic_of_a_task_is_told_to_its_join() {
    let program = async || tokio::spawn(async { panic!("told") }).await.unwrap_err().is_panic();
    assert_eq!(holds(move || one_thread(program())).0, [true]);
    assert_eq!(holds(move || many_threads(program())).0, [true]);
    let message = panics(move || {
        one_thread(async { tokio::spawn(async { panic!("the task is to blame") }).await.unwrap() })
    });
    assert_eq!(message, "the task is to blame");
}

#[test]
fn a_panic_of_a_task_that_nobody_is_told_of_is_a_failure() {
    let program = async || {
        drop(tokio::spawn(async { panic!("nobody joins me") }));
        yield_now().await;
        yield_now().await;
    };
    assert_eq!(panics(move || one_thread(program())), "nobody joins me");
}

#[test]
fn a_task_that_only_looks_waits_until_something_has_changed() {
    let program = || {
        one_thread(async {
            let flag = Arc::new(AtomicU32::new(0));
            let set = Arc::clone(&flag);
            drop(tokio::spawn(async move {
                yield_now().await;
                set.store(1, Relaxed);
            }));
            while flag.load(Relaxed) == 0 {
                yield_now().await;
            }
        });
    };
    assert_eq!(holds(program).0, [()]);
}

#[test]
fn tasks_that_look_for_ever_are_a_livelock() {
    let (kind, message) = fails(|| {
        one_thread(async {
            let flag = AtomicU32::new(0);
            while flag.load(Relaxed) == 0 {
                yield_now().await;
            }
        });
    });
    assert_eq!(kind, FailureKind::Livelock);
    assert_eq!(message, "every task that is left goes round for ever and changes nothing");
}

#[test]
fn a_permit_that_is_held_at_a_deadlock_does_no_harm() {
    deadlocks(|| {
        one_thread(async {
            let permits = Arc::new(Semaphore::new(1));
            let held = Arc::clone(&permits).acquire_owned().await.unwrap();
            let waiter = Arc::clone(&permits);
            drop(tokio::spawn(async move { drop(waiter.acquire().await) }));
            drop(permits.acquire().await);
            drop(held);
        });
    });
}

#[test]
fn a_runtime_inside_a_runtime_is_refused() {
    let message = panics(|| one_thread(async { one_thread(async {}) }));
    assert!(message.starts_with("Cannot start a runtime from within a runtime"), "{message}");
}

#[test]
fn two_threads_may_have_a_runtime_each() {
    let program = || {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let thread = thread::spawn(move || {
            one_thread(async move {
                tokio::spawn(async move { sender.send(3).unwrap() }).await.unwrap();
            });
        });
        let three = one_thread(async move { receiver.recv().await });
        thread.join().unwrap();
        three
    };
    assert_eq!(holds(program).0, [Some(3)]);
}

#[test]
fn what_is_not_send_can_be_used_in_the_future_of_block_on() {
    let program = || {
        let count = Rc::new(Cell::new(0));
        let seen = Rc::clone(&count);
        one_thread(async move {
            let future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async move { seen.set(1) });
            future.await;
        });
        count.get()
    };
    assert_eq!(holds(program).0, [1]);
}

#[test]
fn a_poisoned_lock_of_a_task_that_has_panicked_can_be_taken() {
    let program = || {
        one_thread(async {
            let lock = Arc::new(drawloom::sync::Mutex::new(0));
            let mine = Arc::clone(&lock);
            let task = tokio::spawn(async move {
                let _held = mine.lock().unwrap();
                panic!("told");
            });
            assert!(task.await.is_err());
            *lock.lock().unwrap_or_else(PoisonError::into_inner)
        })
    };
    assert_eq!(holds(program).0, [0]);
}

#[test]
fn loom_and_the_explorer_agree_on_tasks() {
    fn agree<T: drawloom::Outcome>(program: impl Fn() -> T + Copy + Send + Sync + 'static) {
        let explored = drawloom::Check::new().run(program).outcomes.into_keys().collect::<Vec<_>>();
        assert_eq!(holds(program).0, explored);
    }
    agree(|| one_thread(around_an_await()));
    agree(|| many_threads(around_an_await()));
    agree(|| one_thread(sleepers([10, 10])));
    agree(|| one_thread(sleepers([10, 20])));
    agree(|| one_thread(messages()));
    agree(|| many_threads(messages()));
}
