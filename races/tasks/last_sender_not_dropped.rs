//! # The end that never comes
//!
//! Two collectors post what they have and go home. The cashier adds up until everybody has gone home. She
//! has a key to the letter box herself.
//!
//! - **Bug:** the channel ends when its last sender is dropped, and the one that was cloned for the others
//!   is still there: in the hands of whoever waits for the end.
//! - **Near miss:** dropping it, but after the loop.
//! - **Fix:** drop it before the loop.
//! - **Or:** give the original away to the last who needs one, so that there is nothing to forget. Take it
//!   where the number of senders is known. A lock has no part in this: what is shared is an end.
//! - **Rule:** whoever waits for the end of a channel holds none of its senders.
//!
//! Watch it fail, then hold: `cargo run -- run last-sender-not-dropped`

use drawloom::FailureKind::Deadlock;
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// So many collectors, and a cashier with a key.
pub fn bug_of(collectors: u32) {
    on_one_loop(collectors, async |coins, mut letters| {
        for _ in 0..collectors {
            tokio::spawn(collect(coins.clone()));
        }
        add_up(&mut letters).await
    });
}

fn drop_after() {
    on_one_loop(2, async |coins, mut letters| {
        for _ in 0..2 {
            tokio::spawn(collect(coins.clone()));
        }
        let sum = add_up(&mut letters).await;
        drop(coins);
        sum
    });
}

/// So many collectors, and a cashier who has given her key away.
pub fn fix_of(collectors: u32) {
    on_one_loop(collectors, async |coins, mut letters| {
        for _ in 0..collectors {
            tokio::spawn(collect(coins.clone()));
        }
        drop(coins);
        add_up(&mut letters).await
    });
}

fn give_away() {
    on_one_loop(2, async |coins, mut letters| {
        tokio::spawn(collect(coins.clone()));
        tokio::spawn(collect(coins));
        add_up(&mut letters).await
    });
}

async fn collect(coins: UnboundedSender<u32>) {
    coins.send(1).unwrap();
}

async fn add_up(letters: &mut UnboundedReceiver<u32>) -> u32 {
    let mut sum = 0;
    while let Some(coin) = letters.recv().await {
        sum += coin;
    }
    sum
}

/// The stage: a letter box, and one event loop.
fn on_one_loop(
    collectors: u32,
    cashier: impl AsyncFnOnce(UnboundedSender<u32>, UnboundedReceiver<u32>) -> u32,
) {
    let (coins, letters) = unbounded_channel();
    let sum = Builder::new_current_thread().build().unwrap().block_on(cashier(coins, letters));
    assert_eq!(sum, collectors, "every coin is added up");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "last-sender-not-dropped",
    title: "The end that never comes",
    family: "lifecycle",
    setting: Setting::Tasks,
    summary: "the receiver holds a sender",
    rule: "whoever waits for the end of a channel holds none of its senders",
    source: (file!(), include_str!("last_sender_not_dropped.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "wait for the end with a sender in hand",
            program: || bug_of(2),
            function: "bug_of",
            expect: Expect::fails(4, 4, Deadlock, "waits for letters"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "drop-after",
            role: Role::NearMiss,
            summary: "drop it after the loop",
            program: drop_after,
            function: "drop_after",
            expect: Expect::fails(4, 4, Deadlock, "waits for letters"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "drop it before the loop",
            program: || fix_of(2),
            function: "fix_of",
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
        Variant {
            id: "give-away",
            role: Role::Fix,
            summary: "give it to the last who needs one",
            program: give_away,
            function: "give_away",
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
    ],
};
