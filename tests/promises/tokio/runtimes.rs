//! `Runtime`, `Handle`, entering, nesting and shutting down.

use std::time::Duration;

use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};
use drawloom::tokio::spawn;
use drawloom::tokio::sync::oneshot;
use drawloom::tokio::task::{spawn_blocking, yield_now};
use drawloom::{Check, thread};

use super::{always, failure, on_one_thread, outcomes};

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn workers(n: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(n).enable_all().build().unwrap()
}

#[test]
fn a_handle_tells_which_runtime_it_is_of() {
    let program = || {
        let outside = Handle::try_current().is_err_and(|error| error.is_missing_context());
        let runtime = current_thread();
        let other = Builder::new_multi_thread().name("ferry").build().unwrap();
        let flavors = (runtime.handle().runtime_flavor(), other.handle().runtime_flavor());
        assert_eq!(flavors, (RuntimeFlavor::CurrentThread, RuntimeFlavor::MultiThread));
        let inside = runtime.block_on(async { Handle::current().id() });
        assert_eq!(other.handle().name(), Some("ferry"));
        (outside, inside == runtime.handle().id(), inside == other.handle().id())
    };
    always(program, (true, true, false));
}

#[test]
fn a_thread_that_has_entered_a_runtime_spawns_on_it() {
    let program = || {
        let (one, two) = (current_thread(), workers(1));
        let seen = Arc::new(AtomicU32::new(0));
        let task = {
            let _entered = one.enter();
            let of_two = {
                let _entered = two.enter();
                Handle::current().id() == two.handle().id()
            };
            assert!(of_two && Handle::current().id() == one.handle().id());
            let seen = Arc::clone(&seen);
            spawn(async move { seen.store(1, SeqCst) })
        };
        assert!(Handle::try_current().is_err());
        // Nobody drives the loop yet.
        let early = seen.load(SeqCst);
        one.block_on(task).unwrap();
        (early, seen.load(SeqCst))
    };
    always(program, (0, 1));
}

#[test]
fn without_a_runtime_there_is_nowhere_to_spawn() {
    let message = failure(|| drop(spawn(async {}))).1;
    assert_eq!(
        message,
        "there is no reactor running, must be called from the context of a Tokio 1.x runtime"
    );
}

#[test]
fn a_runtime_cannot_be_started_from_within_a_runtime() {
    let nested = "Cannot start a runtime from within a runtime. This happens because a function \
                  (like `block_on`) attempted to block the current thread while the thread is \
                  being used to drive asynchronous tasks.";
    let program = || {
        on_one_thread(async {
            let inner = current_thread();
            inner.block_on(async {});
        });
    };
    assert_eq!(failure(program).1, nested);
    let program = || on_one_thread(async { Handle::current().block_on(async {}) });
    assert_eq!(failure(program).1, nested);
}

#[test]
fn a_runtime_cannot_be_dropped_where_nobody_may_wait() {
    let program = || on_one_thread(async { drop(workers(1)) });
    assert_eq!(
        failure(program).1,
        "Cannot drop a runtime in a context where blocking is not allowed. This happens when a \
         runtime is dropped from within an asynchronous context."
    );
    // In the background it can, and what has not begun is dropped.
    let program = || {
        on_one_thread(async {
            let inner = current_thread();
            let task = inner.spawn(async { 1 });
            inner.shutdown_background();
            task.await.is_err_and(|error| error.is_cancelled())
        })
    };
    always(program, true);
}

#[test]
fn runtimes_live_in_runtimes_where_one_may_block() {
    let program = || {
        on_one_thread(async {
            spawn_blocking(|| {
                let inner = current_thread();
                inner.block_on(async { spawn(async { 4 }).await.unwrap() })
            })
            .await
            .unwrap()
        })
    };
    always(program, 4);
}

#[test]
fn two_runtimes_in_two_threads_talk_to_each_other() {
    let program = || {
        let (sender, receiver) = oneshot::channel();
        let count = Arc::new(AtomicU32::new(0));
        let other = Arc::clone(&count);
        let thread = thread::spawn(move || {
            current_thread().block_on(async move {
                let before = other.fetch_add(1, SeqCst);
                sender.send(before).unwrap();
            });
        });
        let (his, mine) = current_thread().block_on(async {
            let mine = count.fetch_add(1, SeqCst);
            (receiver.await.unwrap(), mine)
        });
        thread.join().unwrap();
        (his, mine)
    };
    assert_eq!(outcomes(program), [(0, 1), (1, 0)]);
}

#[test]
fn a_runtime_that_is_dropped_waits_for_blocking_tasks_that_have_begun() {
    // Begun: it ends, and is waited for. Not begun: it never runs.
    let program = |wait: bool| {
        move || {
            let count = Arc::new(AtomicU32::new(0));
            let counted = Arc::clone(&count);
            let runtime = current_thread();
            drop(runtime.spawn_blocking(move || {
                counted.store(1, SeqCst);
                counted.store(2, SeqCst);
            }));
            if wait {
                drop(runtime);
            } else {
                runtime.shutdown_background();
            }
            count.load(SeqCst)
        }
    };
    assert_eq!(outcomes(program(true)), [0, 2]);
    assert_eq!(outcomes(program(false)), [0, 1, 2]);
}

#[test]
fn a_shutdown_with_a_deadline_waits_no_longer_than_that() {
    let program = || {
        let count = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&count);
        let runtime = current_thread();
        drop(runtime.spawn_blocking(move || counted.store(1, SeqCst)));
        runtime.shutdown_timeout(Duration::from_secs(1));
        count.load(SeqCst)
    };
    assert_eq!(outcomes(program), [0, 1]);
}

#[test]
fn a_task_of_workers_goes_on_while_nobody_is_in_block_on() {
    let program = || {
        let runtime = workers(2);
        let lamp = Arc::new(AtomicU32::new(0));
        let other = Arc::clone(&lamp);
        let task = runtime.spawn(async move {
            yield_now().await;
            other.store(1, SeqCst);
        });
        let seen = lamp.load(SeqCst);
        runtime.handle().block_on(task).unwrap();
        (seen, lamp.load(SeqCst))
    };
    assert_eq!(outcomes(program), [(0, 1), (1, 1)]);
}

/// Two threads are in one loop of one thread. Whoever is left in it drives its tasks on.
#[test]
fn the_first_of_two_threads_to_leave_a_loop_does_not_stop_it() {
    let program = || {
        let runtime = current_thread();
        let (sender, receiver) = oneshot::channel();
        let (number, runtime) = (&AtomicU32::new(0), &runtime);
        thread::scope(|scope| {
            let one = scope.spawn(move || runtime.block_on(async { number.fetch_add(1, SeqCst) }));
            let other = scope.spawn(move || {
                // The number tells whether the other has been there.
                runtime.block_on(async {
                    let task = spawn(async move { sender.send(7).unwrap() });
                    let got = receiver.await.unwrap();
                    task.await.unwrap();
                    got + number.load(SeqCst)
                })
            });
            one.join().unwrap();
            other.join().unwrap()
        })
    };
    let all = Check::new().every_schedule().run(program);
    assert_eq!(all.outcomes.into_keys().collect::<Vec<_>>(), [7, 8]);
    assert_eq!(outcomes(program), [7, 8]);
}

#[test]
fn a_handle_does_not_drive_the_tasks_of_a_single_thread() {
    // Somebody else has to: here main, which waits for the other thread's word.
    let program = || {
        let runtime = current_thread();
        let handle = runtime.handle().clone();
        let (sender, receiver) = oneshot::channel();
        let other = thread::spawn(move || {
            let task = handle.spawn(async { 3 });
            let got = handle.block_on(task).unwrap();
            sender.send(got).unwrap();
        });
        let got = runtime.block_on(receiver).unwrap();
        other.join().unwrap();
        got
    };
    always(program, 3);
    let message = failure(|| {
        let runtime = current_thread();
        let task = runtime.spawn(async {});
        runtime.handle().block_on(task).unwrap();
    });
    assert_eq!(message.0, drawloom::FailureKind::Deadlock);
}
