//! A graceful shutdown: a signal that all listen to, work that is finished, and work that is handed back.

use std::pin::pin;

use futures_util::future::{Either, select};

use super::tokio;
use super::tokio::runtime::Builder;
use super::tokio::sync::{mpsc, watch};
use super::tokio::task::yield_now;

/// Reads letters and answers them until the signal comes. Then it closes the letter box and hands back what is in it.
async fn serve(
    mut letters: mpsc::Receiver<u32>,
    mut signal: watch::Receiver<bool>,
) -> (usize, usize) {
    let mut answered = 0;
    loop {
        let stop = pin!(signal.wait_for(|stop| *stop));
        let read = pin!(letters.recv());
        let is_to_go_on = matches!(select(stop, read).await, Either::Right((Some(_), _)));
        if !is_to_go_on {
            break;
        }
        yield_now().await;
        answered += 1;
    }
    letters.close();
    let mut handed_back = 0;
    while letters.recv().await.is_some() {
        handed_back += 1;
    }
    (answered, handed_back)
}

/// Two letters and a signal: how many letters are answered, and how many handed back.
pub(crate) fn answered() -> (usize, usize) {
    Builder::new_current_thread().build().unwrap().block_on(async {
        let (post, letters) = mpsc::channel(2);
        let (stop, signal) = watch::channel(false);
        post.send(1).await.unwrap();
        post.send(2).await.unwrap();
        let server = tokio::spawn(serve(letters, signal));
        let clock = tokio::spawn(async move { stop.send(true) });
        let outcome = server.await.unwrap();
        // The server listens until it hears the signal, or has no letters left to come.
        drop(post);
        let _gone = clock.await.unwrap();
        outcome
    })
}
