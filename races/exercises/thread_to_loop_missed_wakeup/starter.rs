//! A thread puts letters on a tray, and a task on an event loop takes them. The task looks, finds nothing, leaves
//! its number to be called, and sleeps. Sometimes it is never called.
//!
//! Repair it, so that every letter is taken. The task must still be able to come before the thread, and sleeps
//! then.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use drawloom::sync::Mutex;
use drawloom::thread;
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;

#[derive(Default)]
struct Tray {
    letters: Mutex<u32>,
    number: Mutex<Option<Waker>>,
}

/// A day with so many letters; returns how many were taken.
pub fn day(letters: u32) -> u32 {
    let tray = Arc::new(Tray::default());
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

fn put(tray: &Tray) {
    *tray.letters.lock().unwrap() += 1;
    let number = tray.number.lock().unwrap().take();
    if let Some(waker) = number {
        waker.wake();
    }
}

fn take(tray: &Tray, context: &Context<'_>) -> Poll<()> {
    {
        let mut letters = tray.letters.lock().unwrap();
        if *letters > 0 {
            *letters -= 1;
            return Poll::Ready(());
        }
    }
    *tray.number.lock().unwrap() = Some(context.waker().clone());
    Poll::Pending
}
