//! # Two of a kind
//!
//! Whoever needs the database first connects to it, and everybody uses that connection. Sometimes there
//! are two, and one of them leaks.
//!
//! - **Bug:** nobody has connected yet, says the look, and so both do.
//! - **Near misses:** a lock around connecting, which has both connect one after the other; a lock around
//!   every access to the flag.
//! - **Fix:** the look lies under the lock too. Where everybody comes by very often: look, lock, and look
//!   again under the lock.
//! - **Or:** a `OnceLock`, which is that lock and that second look. Take it wherever the thing is made once
//!   and never again.
//! - **Rule:** what was seen before the lock is a rumour: look again under it.
//!
//! Watch it fail, then hold: `cargo run -- run lazy-init`

use drawloom::FailureKind::Panic;
use drawloom::parking_lot::Mutex;
use drawloom::sync::OnceLock;
use drawloom::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Look, connect, remember.
pub fn bug(requests: u32) {
    let connected = AtomicBool::new(false);
    requests_come(requests, |connections| {
        if !connected.load(SeqCst) {
            connections.fetch_add(1, SeqCst);
            connected.store(true, SeqCst);
        }
    });
}

/// A lock around connecting only.
pub fn lock_to_connect(requests: u32) {
    let connected = AtomicBool::new(false);
    let connecting = Mutex::new(());
    requests_come(requests, |connections| {
        if !connected.load(SeqCst) {
            let _connecting = connecting.lock();
            connections.fetch_add(1, SeqCst);
            connected.store(true, SeqCst);
        }
    });
}

/// A lock around each look and each note.
pub fn lock_the_flag(requests: u32) {
    let connected = Mutex::new(false);
    requests_come(requests, |connections| {
        let is_connected = *connected.lock();
        if !is_connected {
            connections.fetch_add(1, SeqCst);
            *connected.lock() = true;
        }
    });
}

/// Look, connect and remember under one lock.
pub fn fix(requests: u32) {
    let connected = Mutex::new(false);
    requests_come(requests, |connections| {
        let mut connected = connected.lock();
        if !*connected {
            connections.fetch_add(1, SeqCst);
            *connected = true;
        }
    });
}

/// Look, lock, look again.
pub fn look_twice(requests: u32) {
    let connected = AtomicBool::new(false);
    let connecting = Mutex::new(());
    requests_come(requests, |connections| {
        if !connected.load(SeqCst) {
            let _connecting = connecting.lock();
            if !connected.load(SeqCst) {
                connections.fetch_add(1, SeqCst);
                connected.store(true, SeqCst);
            }
        }
    });
}

/// Connect on the first look, whoever looks first.
pub fn once_lock(requests: u32) {
    let connection = OnceLock::new();
    requests_come(requests, |connections| {
        connection.get_or_init(|| connections.fetch_add(1, SeqCst));
    });
}

/// The stage: requests that need the database, and how many connections it has.
fn requests_come(requests: u32, connect_once: impl Fn(&AtomicU32) + Sync) {
    let connections = AtomicU32::new(0);
    let request = || connect_once(&connections);
    thread::scope(|scope| (0..requests).for_each(|_| drop(scope.spawn(request))));
    assert_eq!(connections.into_inner(), 1, "there is one connection");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "lazy-init",
    title: "Two of a kind",
    family: "check-then-act",
    setting: Setting::Threads,
    summary: "not there yet? then make it",
    rule: "what was seen before the lock is a rumour: look again under it",
    source: (file!(), include_str!("lazy_init.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "look, connect, remember",
            program: || bug(2),
            function: "bug",
            // C(6, 3) orders. In the two that keep the requests apart the second has one step.
            expect: Expect::fails(18, 20, Panic, "there is one connection"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-to-connect",
            role: Role::NearMiss,
            summary: "a lock around connecting only",
            program: || lock_to_connect(2),
            function: "lock_to_connect",
            expect: Expect::fails(8, 12, Panic, "there is one connection"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-the-flag",
            role: Role::NearMiss,
            summary: "a lock around each look and each note",
            program: || lock_the_flag(2),
            function: "lock_the_flag",
            expect: Expect::fails(32, 34, Panic, "there is one connection"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "look, connect and remember under one lock",
            program: || fix(2),
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "look-twice",
            role: Role::Fix,
            summary: "look, lock, look again",
            program: || look_twice(2),
            function: "look_twice",
            expect: Expect::holds(14),
            loom: Loom::Agrees,
        },
        Variant {
            id: "once-lock",
            role: Role::Fix,
            summary: "a OnceLock",
            program: || once_lock(2),
            function: "once_lock",
            // Who comes second waits for the end of the first.
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
