//! Locks, channels and signals.

use std::time::Duration;

use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::sync::{Mutex, Notify, Semaphore, mpsc, oneshot};
use drawloom::tokio::task::yield_now;
use drawloom::tokio::time::timeout;
use drawloom::{FailureKind, Verdict, tokio};

use super::{counts, explore, on_one_thread, on_two_workers, outcomes};

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
