//! # The GIL does not save you
//!
//! Two Python threads run `x += 1`. The interpreter has one lock, and nobody runs an instruction without
//! it. Sometimes x ends at 1.
//!
//! - **Bug:** the lock makes each instruction one step, and the statement is three: LOAD, ADD, STORE. The
//!   interpreter may switch between any two.
//! - **Near miss:** an interpreter that lets go only to wait for a device, and a print in the middle.
//! - **Fix:** a lock of the program's own, from LOAD to STORE, on top of the interpreter's. Where one
//!   instruction does it all, as `list.append` does, that is enough: choose it if it is there.
//! - **Rule:** a lock that somebody else made keeps somebody else's promise.
//!
//! Watch it fail, then hold: `cargo run -- run gil-does-not-save-you`

use Code::{Add, Increment, Load, Print, Store};
use drawloom::FailureKind::Panic;
use drawloom::parking_lot::{Mutex, MutexGuard};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// The interpreter's lock around each instruction.
pub fn bug(times: [u32; 2]) {
    let gil = Mutex::new(0);
    ada_and_ben(times, || switch_anywhere(&gil, &[Load, Add, Store]));
    assert_eq!(gil.into_inner(), times[0] + times[1], "x counts every statement");
}

/// The interpreter's lock around the statement, and a print in it.
pub fn print_in_the_middle(times: [u32; 2]) {
    let gil = Mutex::new(0);
    ada_and_ben(times, || switch_to_wait(&gil, &[Load, Add, Print, Store]));
    assert_eq!(gil.into_inner(), times[0] + times[1], "x counts every statement");
}

/// A lock of the program's own.
pub fn fix(times: [u32; 2]) {
    let gil = Mutex::new(0);
    let own = Mutex::new(());
    ada_and_ben(times, || {
        let _own = own.lock();
        switch_anywhere(&gil, &[Load, Add, Store]);
    });
    assert_eq!(gil.into_inner(), times[0] + times[1], "x counts every statement");
}

/// A statement of one instruction.
pub fn one_instruction(times: [u32; 2]) {
    let gil = Mutex::new(0);
    ada_and_ben(times, || switch_anywhere(&gil, &[Increment]));
    assert_eq!(gil.into_inner(), times[0] + times[1], "x counts every statement");
}

/// The byte code: x is what the interpreter's lock guards, and top is the thread's own stack.
#[derive(Clone, Copy)]
enum Code {
    Load,
    Add,
    Store,
    Increment,
    Print,
}

impl Code {
    fn execute(self, x: &mut MutexGuard<'_, u32>, top: &mut u32) {
        match self {
            Load => *top = **x,
            Add => *top += 1,
            Store => **x = *top,
            Increment => **x += 1,
            Print => MutexGuard::unlocked(x, || {}),
        }
    }
}

/// An interpreter that may switch after each instruction.
fn switch_anywhere(gil: &Mutex<u32>, statement: &[Code]) {
    let mut top = 0;
    for code in statement {
        code.execute(&mut gil.lock(), &mut top);
    }
}

/// An interpreter that lets go only while it waits.
fn switch_to_wait(gil: &Mutex<u32>, statement: &[Code]) {
    let (mut x, mut top) = (gil.lock(), 0);
    for code in statement {
        code.execute(&mut x, &mut top);
    }
}

/// The stage: two threads, each of which runs the statement so many times.
fn ada_and_ben([for_ada, for_ben]: [u32; 2], statement: impl Fn() + Sync) {
    thread::scope(|scope| {
        let ada = scope.spawn(|| (0..for_ada).for_each(|_| statement()));
        let ben = scope.spawn(|| (0..for_ben).for_each(|_| statement()));
        ada.join().unwrap();
        ben.join().unwrap();
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "gil-does-not-save-you",
    title: "The GIL does not save you",
    family: "lost update",
    setting: Setting::Threads,
    summary: "a lock around each byte code",
    rule: "a lock that somebody else made keeps somebody else's promise",
    source: (file!(), include_str!("gil_does_not_save_you.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "LOAD, ADD, STORE, each under the interpreter's lock",
            program: || bug([1, 1]),
            function: "bug",
            // Three sections each make C(6, 3) orders; two of them keep the statements apart.
            expect: Expect::fails(18, 20, Panic, "x counts every statement"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "print-in-the-middle",
            role: Role::NearMiss,
            summary: "switch only to wait, and print in the middle",
            program: || print_in_the_middle([1, 1]),
            function: "print_in_the_middle",
            expect: Expect::fails(4, 6, Panic, "x counts every statement"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "a lock of the program's own around the statement",
            program: || fix([1, 1]),
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "one-instruction",
            role: Role::Fix,
            summary: "one instruction that does it all",
            program: || one_instruction([1, 1]),
            function: "one_instruction",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
