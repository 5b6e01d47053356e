//! Programs of tasks, and what is read of them.

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
        let dine = |first: &Arc<tokio::sync::Mutex<i32>>, second: &Arc<tokio::sync::Mutex<i32>>| {
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
