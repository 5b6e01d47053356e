//! An actor: a task that owns its state, a channel of requests to it, and a channel back in each request.

use super::tokio;
use super::tokio::runtime::Builder;
use super::tokio::sync::{mpsc, oneshot};

struct Add {
    number: u32,
    total: oneshot::Sender<u32>,
}

async fn count(mut requests: mpsc::Receiver<Add>) -> u32 {
    let mut total = 0;
    while let Some(Add { number, total: reply }) = requests.recv().await {
        total += number;
        // Whoever asked may be gone by now.
        let _gone = reply.send(total);
    }
    total
}

async fn add(counter: mpsc::Sender<Add>, number: u32) -> u32 {
    let (total, reply) = oneshot::channel();
    assert!(counter.send(Add { number, total }).await.is_ok(), "the actor listens");
    reply.await.unwrap()
}

async fn two_clients() -> (u32, u32) {
    let (counter, requests) = mpsc::channel(1);
    let actor = tokio::spawn(count(requests));
    let one = tokio::spawn(add(counter.clone(), 1));
    let ten = tokio::spawn(add(counter, 10));
    let answers = (one.await.unwrap(), ten.await.unwrap());
    assert_eq!(actor.await.unwrap(), 11, "the actor ends with its last client");
    answers
}

pub(crate) fn on_a_loop() -> (u32, u32) {
    Builder::new_current_thread().build().unwrap().block_on(two_clients())
}

pub(crate) fn on_workers() -> (u32, u32) {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).build().unwrap().block_on(two_clients())
}
