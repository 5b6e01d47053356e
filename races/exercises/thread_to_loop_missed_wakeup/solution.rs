//! Letters and number under one lock: looked at and left, put down and called in one section each.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use drawloom::sync::Mutex;
use drawloom::thread;
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;

#[derive(Default)]
struct Tray {
    letters: u32,
    number: Option<Waker>,
}

/// A day with so many letters; returns how many were taken.
pub fn day(letters: u32) -> u32 {
    let tray = Arc::new(Mutex::new(Tray::default()));
    let other = Arc::clone(&tray);
    let thread = thread::spawn(move || (0..letters).for_each(|_| put(&other)));
    let runtime = Builder::new_current_thread().build().unwrap();
    let taken = runtime.block_on(async {
        let task = tokio::spawn(async move {
            for _ in 0..letters {
                poll_fn(|context| take(&tray, context)).await;
            }
            letters
        });
        task.await.unwrap()
    });
    thread.join().unwrap();
    taken
}

fn put(tray: &Mutex<Tray>) {
    let mut tray = tray.lock().unwrap();
    tray.letters += 1;
    if let Some(waker) = tray.number.take() {
        waker.wake();
    }
}

fn take(tray: &Mutex<Tray>, context: &Context<'_>) -> Poll<()> {
    let mut tray = tray.lock().unwrap();
    if tray.letters > 0 {
        tray.letters -= 1;
        return Poll::Ready(());
    }
    tray.number = Some(context.waker().clone());
    Poll::Pending
}
