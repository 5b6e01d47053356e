//! # Waiting for the clerk
//!
//! At closing time the boss takes the till, says that the shop is closed, and waits for the clerk to go. The
//! clerk needs the till once more. Sometimes both stand there for ever.
//!
//! - **Bug:** a join is a wait like any other, and the lock is held over it.
//! - **Near miss:** a flag of its own for "closed". The till is held all the same.
//! - **Fix:** say it under the lock, give the lock back, then join.
//! - **Rule:** hold no lock while waiting for somebody who may need it.
//!
//! Watch it fail, then hold: `cargo run -- run lock-while-joining`

use drawloom::FailureKind::Deadlock;
use drawloom::parking_lot::Mutex;
use drawloom::sync::atomic::{AtomicBool, Ordering::SeqCst};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// The till is held over the join.
pub fn bug(customers: u32) {
    let till = Mutex::new(Till { open: true, sold: 0 });
    thread::scope(|scope| {
        let clerk = scope.spawn(|| (0..customers).for_each(|_| serve(&mut till.lock())));
        let mut till = till.lock();
        till.open = false;
        clerk.join().unwrap();
    });
}

/// A flag for "closed", and the till held all the same.
pub fn a_flag_of_its_own(customers: u32) {
    let open = AtomicBool::new(true);
    let till = Mutex::new(Till { open: true, sold: 0 });
    thread::scope(|scope| {
        let clerk = scope.spawn(|| {
            (0..customers).filter(|_| open.load(SeqCst)).for_each(|_| serve(&mut till.lock()));
        });
        let _till = till.lock();
        open.store(false, SeqCst);
        clerk.join().unwrap();
    });
}

/// The till is given back before the join.
pub fn fix(customers: u32) {
    let till = Mutex::new(Till { open: true, sold: 0 });
    thread::scope(|scope| {
        let clerk = scope.spawn(|| (0..customers).for_each(|_| serve(&mut till.lock())));
        till.lock().open = false;
        clerk.join().unwrap();
    });
}

/// Whether the shop is open, and what was sold.
struct Till {
    open: bool,
    sold: u32,
}

fn serve(till: &mut Till) {
    till.sold += u32::from(till.open);
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "lock-while-joining",
    title: "Waiting for the clerk",
    family: "deadlock",
    setting: Setting::Threads,
    summary: "join with the lock",
    rule: "hold no lock while waiting for somebody who may need it",
    source: (file!(), include_str!("lock_while_joining.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "join under the lock",
            program: || bug(1),
            function: "bug",
            // Whoever has the till first decides it.
            expect: Expect::fails(1, 2, Deadlock, "wait"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "a-flag-of-its-own",
            role: Role::NearMiss,
            summary: "a flag beside the lock, and join under it",
            program: || a_flag_of_its_own(1),
            function: "a_flag_of_its_own",
            expect: Expect::fails(2, 4, Deadlock, "wait"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "say it under the lock, give back, join",
            program: || fix(1),
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
