//! # Two full letter boxes
//!
//! Ann and Bob write to each other. Each has a box that takes one letter, and each posts two before
//! looking into his own. Both stand before a full box and wait.
//!
//! - **Bug:** both only send, and room is made only by whom they wait for. No lock is in sight, and it is
//!   the circle that locks make.
//! - **Near miss:** bigger boxes. With one letter more it is the same.
//! - **Fix:** never only send: whoever waits for room also looks into his box.
//! - **Or:** one of the two directions has a box without a bottom. Take it where the other direction keeps
//!   it from filling up for ever. A lock has no part in this: nobody holds one.
//! - **Rule:** two who wait for each other's room are a circle. Break it in one place.
//!
//! Watch it fail, then hold: `cargo run -- run bounded-mailbox-cycle`

use drawloom::FailureKind::Deadlock;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::mpsc::{
    Receiver, Sender, UnboundedReceiver, UnboundedSender, channel, unbounded_channel,
};
use drawloom::tokio::{self, join};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Boxes for so many letters, and each posts so many.
pub fn bug_of(room: usize, letters: u32) {
    let (to_ann, anns) = channel(room);
    let (to_bob, bobs) = channel(room);
    on_one_loop(write_then_read(to_bob, anns, letters), write_then_read(to_ann, bobs, letters));
}

async fn write_then_read(out: Sender<u32>, mut own: Receiver<u32>, letters: u32) {
    for letter in 0..letters {
        out.send(letter).await.unwrap();
    }
    for _ in 0..letters {
        own.recv().await.unwrap();
    }
}

/// The same, and who waits for room reads.
pub fn fix_of(room: usize, letters: u32) {
    let (to_ann, anns) = channel(room);
    let (to_bob, bobs) = channel(room);
    on_one_loop(write_and_read(to_bob, anns, letters), write_and_read(to_ann, bobs, letters));
}

async fn write_and_read(out: Sender<u32>, mut own: Receiver<u32>, letters: u32) {
    let write = async {
        for letter in 0..letters {
            out.send(letter).await.unwrap();
        }
    };
    let read = async {
        for _ in 0..letters {
            own.recv().await.unwrap();
        }
    };
    join!(write, read);
}

fn no_bottom() {
    let (to_ann, anns) = channel(1);
    let (to_bob, bobs) = unbounded_channel();
    on_one_loop(write_without_waiting(to_bob, anns), read_without_bottom(to_ann, bobs));
}

async fn write_without_waiting(out: UnboundedSender<u32>, mut own: Receiver<u32>) {
    for letter in 0..2 {
        out.send(letter).unwrap();
    }
    for _ in 0..2 {
        own.recv().await.unwrap();
    }
}

async fn read_without_bottom(out: Sender<u32>, mut own: UnboundedReceiver<u32>) {
    for letter in 0..2 {
        out.send(letter).await.unwrap();
    }
    for _ in 0..2 {
        own.recv().await.unwrap();
    }
}

/// The stage: Ann and Bob on one event loop.
fn on_one_loop<Ann, Bob>(ann: Ann, bob: Bob)
where
    Ann: Future<Output = ()> + Send + 'static,
    Bob: Future<Output = ()> + Send + 'static,
{
    Builder::new_current_thread().build().unwrap().block_on(async {
        let ann = tokio::spawn(ann);
        let bob = tokio::spawn(bob);
        ann.await.unwrap();
        bob.await.unwrap();
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "bounded-mailbox-cycle",
    title: "Two full letter boxes",
    family: "deadlock",
    setting: Setting::Tasks,
    summary: "each waits for room in the other's box",
    rule: "two who wait for each other's room are a circle; break it in one place",
    source: (file!(), include_str!("bounded_mailbox_cycle.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "send all, then receive",
            program: || bug_of(1, 2),
            function: "write_then_read",
            expect: Expect::fails(2, 2, Deadlock, "waits for"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "bigger-boxes",
            role: Role::NearMiss,
            summary: "room for twice as many, and one letter more",
            program: || bug_of(2, 3),
            function: "write_then_read",
            expect: Expect::fails(2, 2, Deadlock, "waits for"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "whoever waits for room also receives",
            program: || fix_of(1, 2),
            function: "write_and_read",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "no-bottom",
            role: Role::Fix,
            summary: "one direction takes any number",
            program: no_bottom,
            function: "write_without_waiting",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
