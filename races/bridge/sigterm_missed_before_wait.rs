//! # The signal that came too early
//!
//! A service runs until it is told to stop: if nobody has told it, wait for the signal. It is told in
//! between, and has to be killed.
//!
//! - **Bug:** looking and waiting are two steps, and a signal handler's thread fits in between.
//! - **Near misses:** signal once more. That one may come just as early. A `watch`, asked for a *change*:
//!   what was sent before the service subscribed is no change.
//! - **Fix:** a flag and a bell under one lock: the service registers for the bell while it holds the lock
//!   under which it looks, and the handler rings while it holds it too.
//! - **Or:** a signal that leaves something behind until it is taken: a permit (`notify_one`), a byte in a
//!   pipe, a `watch` that is asked for its value. Take this one: handlers that must not lock can do that.
//! - **Rule:** a signal must leave something behind. Who comes later finds it.
//!
//! Watch it fail, then hold: `cargo run -- run sigterm-missed-before-wait`

use drawloom::FailureKind::Deadlock;
use drawloom::sync::atomic::{AtomicBool, Ordering::SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::thread;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::{Notify, watch};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Whether the service is to stop, with and without a lock, and the bell that says so.
struct Service {
    stop: AtomicBool,
    locked_stop: Mutex<bool>,
    bell: Notify,
    told: watch::Sender<bool>,
}

async fn run(service: Arc<Service>) {
    if !service.stop.load(SeqCst) {
        service.bell.notified().await;
    }
}

async fn run_locked(service: Arc<Service>) {
    let (is_told, bell) = {
        let stop = service.locked_stop.lock().unwrap();
        (*stop, service.bell.notified())
    };
    if !is_told {
        bell.await;
    }
}

async fn run_until_permit(service: Arc<Service>) {
    service.bell.notified().await;
}

async fn run_until_change(service: Arc<Service>) {
    service.told.subscribe().changed().await.unwrap();
}

async fn run_until_value(service: Arc<Service>) {
    service.told.subscribe().wait_for(|stop| *stop).await.unwrap();
}

fn signal(service: &Service) {
    service.stop.store(true, SeqCst);
    service.bell.notify_waiters();
}

fn signal_twice(service: &Service) {
    signal(service);
    signal(service);
}

fn signal_locked(service: &Service) {
    let mut stop = service.locked_stop.lock().unwrap();
    *stop = true;
    service.bell.notify_waiters();
}

fn leave_permit(service: &Service) {
    service.bell.notify_one();
}

fn tell(service: &Service) {
    service.told.send_replace(true);
}

/// The stage: a service on an event loop, and a thread that handles the signal.
fn service<Run>(run: fn(Arc<Service>) -> Run, signal: fn(&Service))
where
    Run: Future<Output = ()>,
{
    let (stop, locked_stop) = (AtomicBool::new(false), Mutex::new(false));
    let (bell, told) = (Notify::new(), watch::Sender::new(false));
    let service = Arc::new(Service { stop, locked_stop, bell, told });
    let signalled = Arc::clone(&service);
    let handler = thread::spawn(move || signal(&signalled));
    Builder::new_current_thread().build().unwrap().block_on(run(service));
    handler.join().unwrap();
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "sigterm-missed-before-wait",
    title: "The signal that came too early",
    family: "missed signal",
    setting: Setting::Bridge,
    summary: "not yet told, then deaf",
    rule: "a signal must leave something behind, so that who comes later finds it",
    source: (file!(), include_str!("sigterm_missed_before_wait.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "look, then wait for the signal",
            program: || service(run, signal),
            function: "run",
            expect: Expect::fails(1, 8, Deadlock, "waits for bell"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "signal-twice",
            role: Role::NearMiss,
            summary: "signal once more",
            program: || service(run, signal_twice),
            function: "signal_twice",
            expect: Expect::fails(1, 25, Deadlock, "waits for bell"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "watch-change",
            role: Role::NearMiss,
            summary: "a watch, asked for a change",
            program: || service(run_until_change, tell),
            function: "run_until_change",
            // All that comes before the service subscribes, which is three of nine.
            expect: Expect::fails(3, 9, Deadlock, "waits for told"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "flag and bell under one lock",
            program: || service(run_locked, signal_locked),
            function: "run_locked",
            expect: Expect::holds(7),
            loom: Loom::Agrees,
        },
        Variant {
            id: "permit",
            role: Role::Fix,
            summary: "a signal that leaves a permit",
            program: || service(run_until_permit, leave_permit),
            function: "run_until_permit",
            expect: Expect::holds(3),
            loom: Loom::Agrees,
        },
        Variant {
            id: "watch",
            role: Role::Fix,
            summary: "a watch, asked for its value",
            program: || service(run_until_value, tell),
            function: "run_until_value",
            expect: Expect::holds(7),
            loom: Loom::Agrees,
        },
    ],
};
