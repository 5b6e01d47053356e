//! A future that goes away before its end: its destructors run, and others can tell.

use std::time::Duration;

use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::sync::{Mutex, Notify, RwLock, Semaphore, broadcast, mpsc, watch};
use drawloom::tokio::task::yield_now;
use drawloom::tokio::time::{sleep, timeout};
use drawloom::tokio::{self, spawn};

use super::{always, on_one_thread, on_two_workers, outcomes};

/// Polls a future once and drops it.
async fn give_up<F: Future>(future: F) {
    tokio::select! { biased; _ = future => panic!("it was ready"), () = async {} => {} }
}

#[test]
fn whoever_stands_behind_one_who_gives_up_moves_up() {
    let program = || {
        on_one_thread(async {
            let lock = Mutex::new(0);
            let held = lock.lock().await;
            give_up(lock.lock()).await;
            drop(held);
            let free = lock.try_lock().is_ok();
            let pages = RwLock::new(0);
            let reading = pages.read().await;
            give_up(pages.write()).await;
            // The writer waits no more, so a reader need not wait behind it.
            let beside = pages.try_read().is_ok();
            drop(reading);
            let permits = Semaphore::new(1);
            give_up(permits.acquire_many(2)).await;
            (free, beside, permits.available_permits())
        })
    };
    always(program, (true, true, 1));
}

#[test]
fn a_notification_for_one_who_gives_up_goes_to_the_next() {
    let program = || {
        on_two_workers(async {
            let bell = Arc::new(Notify::new());
            let (bobs, carols) = (Arc::clone(&bell), Arc::clone(&bell));
            let bob = spawn(async move { bobs.notified().await });
            let carol = spawn(async move { carols.notified().await });
            bell.notify_one();
            bob.abort();
            // Whoever of the two had it, carol has it now or it is still there.
            let his = bob.await.is_ok();
            if his {
                bell.notify_one();
            }
            carol.await.unwrap();
        });
    };
    always(program, ());
}

#[test]
fn nothing_is_lost_by_a_receive_that_is_given_up() {
    let program = || {
        on_one_thread(async {
            let (sender, mut receiver) = mpsc::channel(1);
            let (cast, mut heard) = broadcast::channel(1);
            let (tell, mut told) = watch::channel(0);
            give_up(receiver.recv()).await;
            give_up(heard.recv()).await;
            give_up(told.changed()).await;
            sender.send(1).await.unwrap();
            give_up(sender.send(2)).await;
            cast.send(2).unwrap();
            tell.send(3).unwrap();
            told.changed().await.unwrap();
            let got = (receiver.recv().await, heard.recv().await.ok(), *told.borrow());
            (got, receiver.try_recv().is_err(), sender.capacity())
        })
    };
    always(program, ((Some(1), Some(2), 3), true, 1));
}

/// Says when it is dropped.
struct Leaves(Arc<AtomicU32>, u32);

impl Drop for Leaves {
    fn drop(&mut self) {
        self.0.fetch_add(self.1, SeqCst);
    }
}

/// Adds one at its start, ten at its end, and a hundred when it is dropped in either case.
async fn stay(count: Arc<AtomicU32>) {
    count.fetch_add(1, SeqCst);
    let leaves = Leaves(Arc::clone(&count), 100);
    yield_now().await;
    count.fetch_add(10, SeqCst);
    drop(leaves);
}

#[test]
fn an_abort_finds_a_task_before_its_start_at_its_await_or_at_its_end() {
    let program = || {
        on_one_thread(async {
            let count = Arc::new(AtomicU32::new(0));
            let task = spawn(stay(Arc::clone(&count)));
            yield_now().await;
            task.abort();
            let ended = task.await.is_ok();
            (ended, count.load(SeqCst))
        })
    };
    assert_eq!(outcomes(program), [(false, 0), (false, 101), (true, 111)]);
}

#[test]
fn a_timeout_drops_what_it_waited_for() {
    let program = || {
        on_one_thread(async {
            let count = Arc::new(AtomicU32::new(0));
            let inner = Arc::clone(&count);
            let slow = async move {
                let _leaves = Leaves(inner, 100);
                sleep(Duration::from_secs(2)).await;
            };
            let ended = timeout(Duration::from_secs(1), slow).await.is_ok();
            (ended, count.load(SeqCst))
        })
    };
    assert_eq!(outcomes(program), [(false, 100), (true, 100)]);
}

#[test]
fn the_branch_of_a_select_that_loses_is_dropped_before_the_handler_runs() {
    let program = || {
        on_one_thread(async {
            let count = Arc::new(AtomicU32::new(0));
            let (one, two) = (Arc::clone(&count), Arc::clone(&count));
            tokio::select! {
                () = stay(one) => count.load(SeqCst),
                () = async move { let _leaves = Leaves(two, 1000); yield_now().await } => {
                    count.load(SeqCst)
                }
            }
        })
    };
    // Each is asked twice, in either order. The first that is asked in the second poll wins, and the
    // other has been dropped by then: at its await, so it has added one and a hundred.
    assert_eq!(outcomes(program), [1_101, 1_111]);
}

#[test]
fn a_runtime_that_is_dropped_drops_the_tasks_that_are_in_it() {
    let program = || {
        let count = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&count);
        on_one_thread(async move {
            spawn(stay(counted));
            yield_now().await;
        });
        count.load(SeqCst)
    };
    assert_eq!(outcomes(program), [0, 101, 111]);
}
