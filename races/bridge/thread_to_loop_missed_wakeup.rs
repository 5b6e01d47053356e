//! # The thread and the sleeper
//!
//! A thread puts letters on a tray, and a task on an event loop takes them. The task looks, finds nothing,
//! leaves its number to be called, and sleeps. The letter came after it looked, and before it left the
//! number.
//!
//! - **Bug:** looking and leaving the number are two steps. Each is locked, and the thread fits in between.
//! - **Near miss:** the thread calls first and puts the letter down second. Nobody is there to be called,
//!   or the task wakes, finds nothing, and leaves its number once more.
//! - **Fix:** letters and number under one lock, made where both are started: looked at and left, put down
//!   and called in one critical section each.
//! - **Or:** leave the number, then look. Then whoever comes second sees what the other did. It is what
//!   lock-free queues do: take it where a lock is too much, and mind the memory order.
//! - **Rule:** who is about to sleep says so first, or says so under the lock under which it looked.
//!
//! Watch it fail, then hold: `cargo run -- run thread-to-loop-missed-wakeup`

use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

use drawloom::FailureKind::Deadlock;
use drawloom::sync::{Arc, Mutex};
use drawloom::thread;
use drawloom::tokio::runtime::Builder;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Letters, and the number of whoever waits for one, each behind a lock of its own.
struct Tray {
    letters: Mutex<u32>,
    number: Mutex<Option<Waker>>,
}

fn look_then_leave_number(tray: &Tray, context: &Context<'_>) -> Poll<()> {
    if *tray.letters.lock().unwrap() > 0 {
        return Poll::Ready(());
    }
    *tray.number.lock().unwrap() = Some(context.waker().clone());
    Poll::Pending
}

fn leave_number_then_look(tray: &Tray, context: &Context<'_>) -> Poll<()> {
    *tray.number.lock().unwrap() = Some(context.waker().clone());
    if *tray.letters.lock().unwrap() > 0 {
        return Poll::Ready(());
    }
    Poll::Pending
}

fn put_and_call(tray: &Tray) {
    *tray.letters.lock().unwrap() += 1;
    call(tray);
}

fn call_and_put(tray: &Tray) {
    call(tray);
    *tray.letters.lock().unwrap() += 1;
}

fn call(tray: &Tray) {
    let number = tray.number.lock().unwrap().take();
    if let Some(waker) = number {
        waker.wake();
    }
}

/// The stage: a thread that puts a letter on the tray, and a task that takes it.
fn thread_and_task(put: fn(&Tray), look: fn(&Tray, &Context<'_>) -> Poll<()>) {
    let tray = Arc::new(Tray { letters: Mutex::new(0), number: Mutex::new(None) });
    let other = Arc::clone(&tray);
    let thread = thread::spawn(move || put(&other));
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(poll_fn(|context| look(&tray, context)));
    thread.join().unwrap();
}

fn fix() {
    let tray = Arc::new(Mutex::new((0, None::<Waker>)));
    let other = Arc::clone(&tray);
    let thread = thread::spawn(move || {
        let mut tray = other.lock().unwrap();
        tray.0 += 1;
        if let Some(waker) = tray.1.take() {
            waker.wake();
        }
    });
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(poll_fn(|context| {
        let mut tray = tray.lock().unwrap();
        if tray.0 > 0 {
            return Poll::Ready(());
        }
        tray.1 = Some(context.waker().clone());
        Poll::Pending
    }));
    thread.join().unwrap();
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "thread-to-loop-missed-wakeup",
    title: "The thread and the sleeper",
    family: "missed signal",
    setting: Setting::Bridge,
    summary: "look, then say that you wait",
    rule: "say that you wait before you look, or under the lock under which you look",
    source: (file!(), include_str!("thread_to_loop_missed_wakeup.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "look, then leave the number",
            program: || thread_and_task(put_and_call, look_then_leave_number),
            function: "look_then_leave_number",
            expect: Expect::fails(1, 13, Deadlock, "main waits"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "call-first",
            role: Role::NearMiss,
            summary: "call, then put the letter down",
            program: || thread_and_task(call_and_put, look_then_leave_number),
            function: "call_and_put",
            expect: Expect::fails(42, 45, Deadlock, "main waits"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "letters and number under one lock",
            program: fix,
            function: "fix",
            expect: Expect::holds(3),
            loom: Loom::Agrees,
        },
        Variant {
            id: "look-last",
            role: Role::Fix,
            summary: "leave the number, then look",
            program: || thread_and_task(put_and_call, leave_number_then_look),
            function: "leave_number_then_look",
            expect: Expect::holds(38),
            loom: Loom::Agrees,
        },
    ],
};
