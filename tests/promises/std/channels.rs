//! What is promised of channels.

use std::collections::BTreeSet;
use std::time::Duration;

use drawloom::sync::atomic::Ordering::SeqCst;
use drawloom::sync::atomic::{AtomicBool, AtomicU32};
use drawloom::sync::mpsc::{RecvTimeoutError, TryRecvError, TrySendError, channel, sync_channel};
use drawloom::thread;

use super::super::{SOON, both, deadlocks, outcomes};

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
