//! What else people try.

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

/// Whether the thread is joined before the task begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Any,
    ThreadFirst,
}

fn thread_and_task(
    letters: u32,
    order: Order,
    put: fn(&Tray),
    take: fn(&Tray, &Context<'_>) -> Poll<()>,
) -> u32 {
    let tray = Arc::new(Tray::default());
    let other = Arc::clone(&tray);
    let mut thread = Some(thread::spawn(move || (0..letters).for_each(|_| put(&other))));
    if let Some(thread) = thread.take_if(|_| order == Order::ThreadFirst) {
        thread.join().unwrap();
    }
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
    if let Some(thread) = thread {
        thread.join().unwrap();
    }
    taken
}

fn put(tray: &Tray) {
    *tray.letters.lock().unwrap() += 1;
    call(tray);
}

fn call(tray: &Tray) {
    let number = tray.number.lock().unwrap().take();
    if let Some(waker) = number {
        waker.wake();
    }
}

fn look(tray: &Tray) -> bool {
    let mut letters = tray.letters.lock().unwrap();
    let is_there = *letters > 0;
    *letters -= u32::from(is_there);
    is_there
}

fn leave_number(tray: &Tray, context: &Context<'_>) {
    *tray.number.lock().unwrap() = Some(context.waker().clone());
}

/// Another right one: who is about to sleep says so first, and then looks.
pub(crate) mod leave_the_number_first {
    use super::{Order, Poll};

    pub(crate) fn day(letters: u32) -> u32 {
        super::thread_and_task(letters, Order::Any, super::put, |tray, context| {
            super::leave_number(tray, context);
            if super::look(tray) { Poll::Ready(()) } else { Poll::Pending }
        })
    }
}

pub(crate) mod call_before_it_is_put_down {
    use super::{Order, Poll};

    pub(crate) fn day(letters: u32) -> u32 {
        let put = |tray: &super::Tray| {
            super::call(tray);
            *tray.letters.lock().unwrap() += 1;
        };
        super::thread_and_task(letters, Order::Any, put, |tray, context| {
            super::leave_number(tray, context);
            if super::look(tray) { Poll::Ready(()) } else { Poll::Pending }
        })
    }
}

pub(crate) mod look_twice {
    use super::{Order, Poll};

    pub(crate) fn day(letters: u32) -> u32 {
        super::thread_and_task(letters, Order::Any, super::put, |tray, context| {
            if super::look(tray) || super::look(tray) {
                return Poll::Ready(());
            }
            super::leave_number(tray, context);
            Poll::Pending
        })
    }
}

pub(crate) mod the_thread_first {
    use super::{Order, Poll};

    pub(crate) fn day(letters: u32) -> u32 {
        super::thread_and_task(letters, Order::ThreadFirst, super::put, |tray, context| {
            if super::look(tray) {
                return Poll::Ready(());
            }
            super::leave_number(tray, context);
            Poll::Pending
        })
    }
}
