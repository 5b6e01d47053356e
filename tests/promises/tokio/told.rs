//! What a report says of who has waited, and of who has not.

use drawloom::Check;
use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::spawn;
use drawloom::tokio::sync::{mpsc, oneshot};

use super::on_one_thread;

/// The report on a program in which somebody does something and then sets a flag that another must see.
fn report<F>(first: impl Fn() -> F + Send + Sync + 'static) -> String
where
    F: Future + Send + 'static,
{
    let checked = Check::new().run(move || {
        on_one_thread(async {
            let done = Arc::new(AtomicU32::new(0));
            let (tells, first) = (Arc::clone(&done), first());
            let alice = spawn(async move {
                first.await;
                tells.store(1, SeqCst);
            });
            let bob = spawn(async move { done.load(SeqCst) });
            let seen = bob.await.unwrap();
            alice.await.unwrap();
            assert_eq!(seen, 1, "bob comes after alice");
        });
    });
    assert!(checked.failure().is_some(), "{checked}");
    checked.to_string()
}

#[test]
fn who_drops_both_ends_of_a_channel_has_waited_for_nothing() {
    let text = report(|| async {
        let (sender, receiver) = oneshot::channel::<u8>();
        drop(sender);
        drop(receiver);
    });
    assert!(!text.contains("half way") && !text.contains("not yet"), "{text}");
    assert!(text.contains("\"bob comes after alice\" does not hold"), "{text}");
}

#[test]
fn who_receives_in_a_loop_waits_only_where_nothing_is_there() {
    let text = report(|| {
        let (sender, mut receiver) = mpsc::channel(2);
        sender.try_send(1).unwrap();
        sender.try_send(2).unwrap();
        drop(sender);
        async move { while receiver.recv().await.is_some() {} }
    });
    assert!(text.contains("recv ") && !text.contains("not yet"), "{text}");
}
