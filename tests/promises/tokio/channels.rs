//! `mpsc`, `oneshot`, `broadcast` and `watch`.

use std::time::Duration;

use drawloom::sync::Arc;
use drawloom::tokio;
use drawloom::tokio::spawn;
use drawloom::tokio::sync::mpsc::error::{SendTimeoutError, TrySendError};
use drawloom::tokio::sync::{broadcast, mpsc, oneshot, watch};
use drawloom::tokio::task::yield_now;
use drawloom::{FailureKind, thread};

use super::{always, failure, on_one_thread, on_two_workers, outcomes};

#[test]
fn two_senders_are_heard_in_either_order_and_then_the_end() {
    let program = || {
        on_two_workers(async {
            let (sender, mut receiver) = mpsc::channel(1);
            let other = sender.clone();
            spawn(async move { sender.send(1).await.unwrap() });
            spawn(async move { other.send(2).await.unwrap() });
            (receiver.recv().await, receiver.recv().await, receiver.recv().await)
        })
    };
    assert_eq!(outcomes(program), [(Some(1), Some(2), None), (Some(2), Some(1), None)]);
}

#[test]
fn a_reservation_takes_room_and_gives_it_back() {
    let program = || {
        on_one_thread(async {
            let (sender, mut receiver) = mpsc::channel(2);
            let permit = sender.reserve().await.unwrap();
            let (after_one, full) = (sender.capacity(), sender.try_reserve_many(2).is_err());
            permit.send(1);
            let owned = sender.clone().reserve_owned().await.unwrap();
            assert!(owned.same_channel_as_sender(&sender));
            assert!(matches!(sender.try_send(3), Err(TrySendError::Full(3))));
            let back = owned.release();
            assert!(back.same_channel(&sender));
            let sender_two = back.try_reserve_owned().unwrap().send(2);
            drop((sender_two, sender));
            let mut all = Vec::new();
            let taken = receiver.recv_many(&mut all, 5).await;
            let end = receiver.recv_many(&mut all, 5).await;
            (after_one, full, taken, end, all)
        })
    };
    always(program, (1, true, 2, 0, vec![1, 2]));
}

#[test]
fn permits_for_many_come_back_when_they_are_not_used() {
    let program = || {
        on_one_thread(async {
            let (sender, mut receiver) = mpsc::channel(3);
            let mut permits = sender.reserve_many(3).await.unwrap();
            permits.next().unwrap().send(7);
            let left = permits.len();
            drop(permits);
            (left, sender.capacity(), receiver.try_recv().ok(), receiver.try_recv().is_err())
        })
    };
    always(program, (2, 2, Some(7), true));
}

#[test]
fn a_send_with_a_deadline_is_in_time_or_too_late() {
    // The only room is taken, and given free by bob, or not before the time is up.
    let program = || {
        on_one_thread(async {
            let (sender, mut receiver) = mpsc::channel(1);
            sender.send(1).await.unwrap();
            let bob = spawn(async move {
                let first = receiver.recv().await;
                (first, receiver.recv().await)
            });
            let sent = sender.send_timeout(2, Duration::from_secs(1)).await;
            drop(sender);
            let heard = bob.await.unwrap();
            (matches!(sent, Err(SendTimeoutError::Timeout(2))), heard)
        })
    };
    assert_eq!(outcomes(program), [(false, (Some(1), Some(2))), (true, (Some(1), None))]);
}

#[test]
fn a_weak_sender_does_not_keep_a_channel_open() {
    let program = || {
        on_one_thread(async {
            let (sender, mut receiver) = mpsc::unbounded_channel::<u32>();
            let weak = sender.downgrade();
            assert_eq!((sender.strong_count(), sender.weak_count()), (1, 1));
            let again = weak.upgrade().unwrap();
            drop(sender);
            again.send(4).unwrap();
            drop(again);
            assert!(weak.upgrade().is_none());
            (receiver.recv().await, receiver.recv().await, receiver.is_closed())
        })
    };
    always(program, (Some(4), None, true));
}

#[test]
fn a_closed_receiver_takes_what_was_sent_before() {
    let program = || {
        on_two_workers(async {
            let (sender, mut receiver) = mpsc::channel(1);
            let bob = spawn(async move { sender.send(1).await.is_ok() });
            receiver.close();
            let got = receiver.recv().await;
            (got, bob.await.unwrap())
        })
    };
    assert_eq!(outcomes(program), [(None, false), (Some(1), true)]);
}

#[test]
fn senders_learn_that_nobody_listens_any_more() {
    let program = || {
        on_two_workers(async {
            let (sender, receiver) = mpsc::channel::<u32>(1);
            spawn(async move { drop(receiver) });
            let early = sender.is_closed();
            sender.closed().await;
            (early, sender.is_closed(), sender.send(1).await.is_err())
        })
    };
    assert_eq!(outcomes(program), [(false, true, true), (true, true, true)]);
}

#[test]
fn a_oneshot_is_received_or_its_sender_is_gone() {
    let program = || {
        on_two_workers(async {
            let (sender, mut receiver) = oneshot::channel();
            let bob = spawn(async move { sender.send(1).is_ok() });
            let early = receiver.try_recv().ok();
            let late = if early.is_none() { receiver.await.ok() } else { None };
            assert!(bob.await.unwrap());
            (early, late)
        })
    };
    assert_eq!(outcomes(program), [(None, Some(1)), (Some(1), None)]);
    let program = || {
        on_one_thread(async {
            let (sender, receiver) = oneshot::channel::<u32>();
            drop(sender);
            receiver.await.is_err()
        })
    };
    always(program, true);
}

#[test]
fn a_oneshot_that_nobody_waits_for_comes_back() {
    // The receiver closes before the send, or after: then the message lies there.
    let program = || {
        on_two_workers(async {
            let (sender, mut receiver) = oneshot::channel();
            let bob = spawn(async move {
                receiver.close();
                receiver.try_recv().ok()
            });
            let sent = if sender.is_closed() { Err(1) } else { sender.send(1) };
            (sent, bob.await.unwrap())
        })
    };
    assert_eq!(outcomes(program), [(Ok(()), Some(1)), (Err(1), None)]);
    let program = || {
        on_two_workers(async {
            let (mut sender, receiver) = oneshot::channel::<u32>();
            spawn(async move { drop(receiver) });
            sender.closed().await;
            sender.is_closed()
        })
    };
    always(program, true);
}

#[test]
fn who_is_too_slow_for_a_broadcast_is_told_what_was_missed() {
    let program = || {
        on_one_thread(async {
            let (sender, mut receiver) = broadcast::channel(2);
            for n in 1..=3 {
                assert_eq!(sender.send(n).unwrap(), 1);
            }
            let lagged = receiver.recv().await;
            let next = receiver.try_recv();
            drop(sender);
            let rest = (receiver.recv().await, receiver.recv().await);
            (
                lagged == Err(broadcast::error::RecvError::Lagged(1)),
                next == Ok(2),
                rest == (Ok(3), Err(broadcast::error::RecvError::Closed)),
            )
        })
    };
    always(program, (true, true, true));
}

#[test]
fn a_broadcast_reaches_who_has_subscribed_before() {
    // Bob subscribes before the send, or after, and then only the end is to be heard.
    let program = || {
        on_two_workers(async {
            let (sender, receiver) = broadcast::channel(4);
            let other = sender.clone();
            let bob = spawn(async move {
                let mut own = other.subscribe();
                drop(other);
                own.recv().await.ok()
            });
            let reached = sender.send(5).unwrap();
            drop(sender);
            let heard = bob.await.unwrap();
            drop(receiver);
            (reached, heard)
        })
    };
    assert_eq!(outcomes(program), [(1, None), (2, Some(5))]);
}

#[test]
fn a_resubscribed_receiver_starts_with_what_comes_next() {
    let program = || {
        on_one_thread(async {
            let (sender, mut receiver) = broadcast::channel(4);
            sender.send(1).unwrap();
            let mut late = receiver.resubscribe();
            sender.send(2).unwrap();
            (receiver.recv().await.unwrap(), late.recv().await.unwrap(), sender.len())
        })
    };
    // 2 has not been taken by the first receiver.
    always(program, (1, 2, 1));
}

#[test]
fn a_watcher_sees_the_last_value_and_may_miss_those_between() {
    let program = || {
        on_two_workers(async {
            let (sender, mut receiver) = watch::channel(0);
            let bob = spawn(async move {
                let mut seen = Vec::new();
                while receiver.changed().await.is_ok() {
                    seen.push(*receiver.borrow_and_update());
                }
                seen
            });
            sender.send(1).unwrap();
            sender.send(2).unwrap();
            drop(sender);
            bob.await.unwrap()
        })
    };
    assert_eq!(outcomes(program), [vec![1, 2], vec![2]]);
}

#[test]
fn wait_for_returns_the_first_value_that_fits() {
    let program = || {
        on_two_workers(async {
            let (sender, mut receiver) = watch::channel(0);
            let bob =
                spawn(async move { receiver.wait_for(|value| *value >= 1).await.map(|v| *v) });
            sender.send_replace(1);
            sender.send_if_modified(|value| {
                *value = 2;
                true
            });
            bob.await.unwrap().ok()
        })
    };
    assert_eq!(outcomes(program), [Some(1), Some(2)]);
    let program = || {
        on_two_workers(async {
            let (sender, mut receiver) = watch::channel(0);
            let bob = spawn(async move { receiver.wait_for(|value| *value > 0).await.is_err() });
            drop(sender);
            bob.await.unwrap()
        })
    };
    always(program, true);
}

#[test]
fn what_is_not_modified_wakes_nobody_and_marks_nothing() {
    let program = || {
        on_one_thread(async {
            let (sender, mut receiver) = watch::channel(0);
            let quiet = (sender.send_if_modified(|_| false), receiver.has_changed().unwrap());
            sender.send_modify(|value| *value += 1);
            let loud = receiver.has_changed().unwrap();
            let seen = receiver.borrow_and_update().has_changed();
            let again = receiver.borrow().has_changed();
            receiver.mark_changed();
            let marked = receiver.has_changed().unwrap();
            receiver.mark_unchanged();
            (quiet, loud, seen, again, marked, receiver.has_changed().unwrap())
        })
    };
    always(program, ((false, false), true, true, false, true, false));
}

#[test]
fn a_borrow_of_a_watched_value_holds_the_sender_up() {
    // Kept over the send by the same thread it is a deadlock, as the documentation warns.
    let program = || {
        on_one_thread(async {
            let (sender, receiver) = watch::channel(0);
            let kept = receiver.borrow();
            sender.send_replace(*kept + 1);
            drop(kept);
        });
    };
    assert_eq!(failure(program).0, FailureKind::Deadlock);
    // On another thread the sender waits, and nothing is lost.
    let program = || {
        let (sender, receiver) = watch::channel(0);
        let other = thread::spawn(move || {
            let kept = receiver.borrow();
            let (one, two) = (*kept, *kept);
            drop(kept);
            one == two
        });
        sender.send_replace(1);
        other.join().unwrap()
    };
    always(program, true);
}

#[test]
fn a_watch_without_a_watcher_refuses_to_send() {
    let program = || {
        on_two_workers(async {
            let (sender, receiver) = watch::channel(0);
            let bob = spawn(async move { drop(receiver) });
            let sent = sender.send(1).is_ok();
            bob.await.unwrap();
            sender.closed().await;
            let kept = *sender.borrow();
            let mut late = sender.subscribe();
            (sent, kept, sender.send(2).is_ok(), *late.borrow_and_update())
        })
    };
    assert_eq!(outcomes(program), [(false, 0, true, 2), (true, 1, true, 2)]);
}

#[test]
fn a_receiver_that_is_polled_by_hand_waits_like_one_that_is_awaited() {
    let program = || {
        on_one_thread(async {
            let (sender, mut receiver) = mpsc::unbounded_channel();
            let sender = Arc::new(sender);
            let other = Arc::clone(&sender);
            spawn(async move {
                yield_now().await;
                other.send(3).unwrap();
            });
            std::future::poll_fn(|context| receiver.poll_recv(context)).await
        })
    };
    always(program, Some(3));
}

#[test]
fn the_first_of_two_branches_wins_and_the_other_message_is_not_lost() {
    let program = || {
        on_two_workers(async {
            let (one, mut ones) = mpsc::channel(1);
            let (two, mut twos) = mpsc::channel(1);
            spawn(async move { one.send(1).await.unwrap() });
            spawn(async move { two.send(2).await.unwrap() });
            let first = tokio::select! {
                one = ones.recv() => one,
                two = twos.recv() => two,
            };
            let other = if first == Some(1) { twos.recv().await } else { ones.recv().await };
            (first, other)
        })
    };
    assert_eq!(outcomes(program), [(Some(1), Some(2)), (Some(2), Some(1))]);
}
