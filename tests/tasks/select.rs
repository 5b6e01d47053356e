//! Whoever is first of several.

use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio;
use drawloom::tokio::sync::mpsc;
use drawloom::tokio::task::yield_now;

use super::{on_one_thread, outcomes};

#[test]
fn a_select_without_bias_tries_every_first_branch() {
    let biased = || async {
        tokio::select! {
            biased;
            n = async { 1 } => n,
            n = async { 2 } => n,
            n = async { 3 } => n,
        }
    };
    assert_eq!(outcomes(move || on_one_thread(biased())), [(1, 1)]);
    let unbiased = |third: bool| async move {
        tokio::select! {
            n = async { 1 } => n,
            n = async { 2 } => n,
            n = async { 3 }, if third => n,
        }
    };
    assert_eq!(outcomes(move || on_one_thread(unbiased(true))), [(1, 1), (2, 1), (3, 1)]);
    assert_eq!(outcomes(move || on_one_thread(unbiased(false))), [(1, 1), (2, 1)]);
}

#[test]
fn a_select_of_two_tasks_takes_either() {
    // The root is woken by the first that ends, and its poll is a step, since it waits for two: 1 0,
    // 1 2 0, 2 0, 2 1 0. It asks alice first, so only 2 0 ends with bob.
    let program = || async {
        let slot = Arc::new(AtomicU32::new(0));
        let write = |value| {
            let slot = Arc::clone(&slot);
            tokio::spawn(async move { slot.store(value, SeqCst) })
        };
        let (alice, bob) = (write(1), write(2));
        tokio::select! {
            biased;
            _ = alice => "alice",
            _ = bob => "bob",
        }
    };
    assert_eq!(outcomes(move || on_one_thread(program())), [("alice", 3), ("bob", 1)]);
}

#[test]
fn handlers_of_select_run_in_the_enclosing_function() {
    async fn first_even(mut numbers: mpsc::UnboundedReceiver<u32>) -> Result<u32, &'static str> {
        let mut odd = 0;
        loop {
            tokio::select! {
                Some(number) = numbers.recv() => {
                    if number % 2 == 1 {
                        odd += 1;
                        yield_now().await;
                        continue;
                    }
                    return Ok(number + odd);
                }
                else => Err("no even number")?,
            }
        }
    }
    let send = |numbers: &[u32]| {
        let (sender, receiver) = mpsc::unbounded_channel();
        for &number in numbers {
            sender.send(number).unwrap();
        }
        receiver
    };
    let run = move || {
        let found = on_one_thread(first_even(send(&[1, 3, 4])));
        (found, on_one_thread(first_even(send(&[1]))))
    };
    let expected = (Ok(6), Err("no even number"));
    assert_eq!(run(), expected);
    assert_eq!(outcomes(run), [(expected, 1)]);
}

#[test]
fn a_select_takes_every_pattern() {
    struct Letter {
        to: String,
        pages: Option<(u32, Vec<u32>)>,
    }
    let read = |letter: Option<Letter>| async move {
        tokio::select! {
            biased;
            None | Some(Letter { pages: None, .. }) = async { None::<Letter> }, if letter.is_none() => 0,
            Some(Letter { ref to, pages: Some((1..=9, mut pages)) }) = async { letter } => {
                pages.push(2);
                pages.iter().sum::<u32>() + u32::try_from(to.len()).unwrap()
            }
            mut late = async { 5 } => { late += 1; late }
            () = std::future::pending() => unreachable!(),
        }
    };
    let letter = |first| Letter { to: "bob".to_owned(), pages: Some((first, vec![first])) };
    let run = move || {
        on_one_thread(async {
            (read(None).await, read(Some(letter(7))).await, read(Some(letter(10))).await)
        })
    };
    assert_eq!(run(), (0, 12, 6));
    assert_eq!(outcomes(run), [((0, 12, 6), 1)]);
}
