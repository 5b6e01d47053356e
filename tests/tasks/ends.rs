//! How a task ends before its end: it is aborted, or late, or its runtime goes.

use std::time::Duration;

use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::task::{JoinHandle, yield_now};
use drawloom::tokio::time::{sleep, timeout};
use drawloom::{Check, tokio};

use super::{on_one_thread, on_two_workers, outcomes};

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
