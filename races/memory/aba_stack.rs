//! # A, B, A
//!
//! Plates are stacked A, B, C. Ann sees A on top and B below it, and is called away. Ben takes A, takes B,
//! and puts A back. Ann sees A on top, as before, takes it and leaves B on top. But Ben has B.
//!
//! - **Bug:** `compare_exchange` asks whether the top is the same. It cannot tell that nothing happened.
//! - **Near miss:** look once more whether A is still there. It is.
//! - **Fix:** a lock around the whole of taking a plate. Without one: a number beside the top that every
//!   change counts up, so that the same top is not the same value.
//! - **Rule:** the same value does not say that nothing happened.
//!
//! Watch it fail, then hold: `cargo run -- run aba-stack`

use drawloom::FailureKind::Panic;
use drawloom::parking_lot::Mutex;
use drawloom::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

fn bug() {
    let stack = Stack::new(0);
    let taken = ann_and_ben(|| stack.take(|_| true), |plate| stack.put(plate));
    check(taken, stack.rest());
}

fn look_again() {
    let stack = Stack::new(0);
    let taken =
        ann_and_ben(|| stack.take(|seen| stack.top.load(SeqCst) == seen), |plate| stack.put(plate));
    check(taken, stack.rest());
}

fn fix() {
    let stack = Mutex::new(vec![C, B, A]);
    let taken = ann_and_ben(|| stack.lock().pop(), |plate| stack.lock().push(plate));
    check(taken, stack.into_inner());
}

fn counted() {
    let stack = Stack::new(10);
    let taken = ann_and_ben(|| stack.take(|_| true), |plate| stack.put(plate));
    check(taken, stack.rest());
}

/// The plates. Below the last one lies nothing.
const A: usize = 1;
const B: usize = 2;
const C: usize = 3;

/// The top's last digit is a plate. The digits before it count the changes, if they are counted.
struct Stack {
    top: AtomicUsize,
    below: [AtomicUsize; 4],
    a_change: usize,
}

impl Stack {
    fn new(a_change: usize) -> Self {
        let top = AtomicUsize::new(A);
        let below =
            [AtomicUsize::new(0), AtomicUsize::new(B), AtomicUsize::new(C), AtomicUsize::new(0)];
        Self { top, below, a_change }
    }

    /// Takes the top plate. `None` if there is none, or somebody has come in between.
    fn take(&self, is_still: impl Fn(usize) -> bool) -> Option<usize> {
        let seen = self.top.load(SeqCst);
        let plate = seen % 10;
        let below = self.below[plate].load(SeqCst);
        let taken = plate != 0 && is_still(seen) && self.change(seen, below);
        taken.then_some(plate)
    }

    fn put(&self, plate: usize) {
        let mut put = false;
        while !put {
            let seen = self.top.load(SeqCst);
            self.below[plate].store(seen % 10, SeqCst);
            put = self.change(seen, plate);
        }
    }

    /// What is stacked, at the most three plates: a broken stack may go round.
    fn rest(&self) -> Vec<usize> {
        let below = |plate: &usize| Some(self.below[*plate].load(SeqCst));
        let plates = std::iter::successors(Some(self.top.load(SeqCst) % 10), below);
        plates.take_while(|&plate| plate != 0).take(3).collect()
    }

    fn change(&self, seen: usize, plate: usize) -> bool {
        let top = seen - seen % 10 + self.a_change + plate;
        self.top.compare_exchange(seen, top, SeqCst, SeqCst).is_ok()
    }
}

/// The stage: Ann takes a plate. Ben takes two and puts the first of them back.
fn ann_and_ben(
    take: impl Fn() -> Option<usize> + Sync,
    put: impl Fn(usize) + Sync,
) -> [Option<usize>; 2] {
    thread::scope(|scope| {
        let ann = scope.spawn(&take);
        let ben = scope.spawn(|| {
            let (first, second) = (take(), take());
            first.into_iter().for_each(&put);
            second
        });
        [ann.join().unwrap(), ben.join().unwrap()]
    })
}

/// The promise.
fn check(taken: [Option<usize>; 2], stacked: Vec<usize>) {
    let mut plates: Vec<usize> = taken.into_iter().flatten().chain(stacked).collect();
    plates.sort_unstable();
    assert_eq!(plates, [A, B, C], "every plate has one owner");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "aba-stack",
    title: "A, B, A",
    family: "lock-free",
    setting: Setting::Memory,
    summary: "exchange what looks the same",
    rule: "the same value does not say that nothing happened",
    source: (file!(), include_str!("aba_stack.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "exchange the top if it looks the same",
            program: bug,
            function: "bug",
            // Three steps among nine. Ann sees A before Ben has it, B below it before Ben has put A back
            // on C, and exchanges after that: 8 + 7 + 6 of the C(12, 3) orders.
            expect: Expect::fails(21, 220, Panic, "every plate has one owner"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "look-again",
            role: Role::NearMiss,
            summary: "look again just before the exchange",
            program: look_again,
            function: "look_again",
            expect: Expect::fails(54, 649, Panic, "every plate has one owner"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "a lock around taking and putting",
            program: fix,
            function: "fix",
            // Ann takes hers before, between or after the three things that Ben does.
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
        Variant {
            id: "counted",
            role: Role::Fix,
            summary: "a count of the changes beside the top",
            program: counted,
            function: "counted",
            expect: Expect::holds(220),
            loom: Loom::Agrees,
        },
    ],
};
