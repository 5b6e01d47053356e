//! # Half a word
//!
//! Ann writes down a word of two letters as they come over the wire, and looks up at each tick of the
//! clock. When she looks up after the first letter, it is gone.
//!
//! - **Bug:** `select!` drops the arm that did not win, and the letter was a local variable of it.
//! - **Near miss:** `biased`, with the wire first. While the wire is silent the tick wins all the same.
//! - **Fix:** what has been read lives outside the `select!`. An arm that is dropped loses nothing.
//! - **Or:** make the arm once, outside the loop, and hand `select!` a `&mut` to it: it is not dropped, and
//!   goes on where it was. Take it where the reading is not yours to change. A lock has no part in this:
//!   the letters have one owner.
//! - **Rule:** an arm of `select!` may be dropped at any await. Let it own nothing that must not be lost.
//!
//! Watch it fail, then hold: `cargo run -- run select-drops-partial-read`

use std::future::Future;
use std::pin::pin;

use drawloom::FailureKind::Panic;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use drawloom::tokio::{self, select, task};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

type Wire = UnboundedReceiver<char>;
type Ticks = UnboundedReceiver<()>;

/// A new reading after each tick.
pub fn bug(ticks: u32) {
    on_one_loop(ticks, listen);
}

/// A new reading after each tick, and the wire first.
pub fn wire_first(ticks: u32) {
    on_one_loop(ticks, listen_wire_first);
}

/// What was read is kept outside.
pub fn fix(ticks: u32) {
    on_one_loop(ticks, listen_and_keep);
}

/// One reading that goes on.
pub fn one_reading(ticks: u32) {
    on_one_loop(ticks, listen_once);
}

async fn listen(mut wire: Wire, mut ticks: Ticks) -> Option<String> {
    loop {
        select! {
            biased;
            Some(()) = ticks.recv() => {}
            word = read_word(&mut wire) => return word,
        }
    }
}

async fn listen_wire_first(mut wire: Wire, mut ticks: Ticks) -> Option<String> {
    loop {
        select! {
            biased;
            word = read_word(&mut wire) => return word,
            Some(()) = ticks.recv() => {}
        }
    }
}

async fn listen_and_keep(mut wire: Wire, mut ticks: Ticks) -> Option<String> {
    let mut word = String::new();
    while word.len() < 2 {
        select! {
            biased;
            Some(()) = ticks.recv() => {}
            letter = wire.recv() => word.push(letter?),
        }
    }
    Some(word)
}

async fn listen_once(mut wire: Wire, mut ticks: Ticks) -> Option<String> {
    let mut word = pin!(read_word(&mut wire));
    loop {
        select! {
            biased;
            Some(()) = ticks.recv() => {}
            word = &mut word => return word,
        }
    }
}

async fn read_word(wire: &mut Wire) -> Option<String> {
    let first = wire.recv().await?;
    let second = wire.recv().await?;
    Some(String::from_iter([first, second]))
}

/// The stage: a wire with two letters, a clock that ticks so often, and Ann.
fn on_one_loop<Listen>(times: u32, listen: fn(Wire, Ticks) -> Listen)
where
    Listen: Future<Output = Option<String>> + Send + 'static,
{
    let word = Builder::new_current_thread().build().unwrap().block_on(async {
        let (letters, wire) = unbounded_channel();
        let (tick, ticks) = unbounded_channel();
        let ann = tokio::spawn(listen(wire, ticks));
        // Ann may be gone by then, and they do not care.
        let sender = tokio::spawn(async move {
            letters.send('h').ok();
            task::yield_now().await;
            letters.send('i').ok();
        });
        let clock = tokio::spawn(async move { (0..times).all(|_| tick.send(()).is_ok()) });
        sender.await.unwrap();
        clock.await.unwrap();
        ann.await.unwrap()
    });
    assert_eq!(word.as_deref(), Some("hi"), "the word is read whole");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "select-drops-partial-read",
    title: "Half a word",
    family: "cancellation",
    setting: Setting::Tasks,
    summary: "the arm that lost had read something",
    rule: "an arm of select! may be dropped at any await; let it own nothing that must not be lost",
    source: (file!(), include_str!("select_drops_partial_read.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "read the word inside the arm",
            program: || bug(1),
            function: "listen",
            expect: Expect::fails(6, 24, Panic, "the word is read whole"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "wire-first",
            role: Role::NearMiss,
            summary: "the wire is asked first",
            program: || wire_first(1),
            function: "listen_wire_first",
            expect: Expect::fails(6, 24, Panic, "the word is read whole"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "what is read lives outside",
            program: || fix(1),
            function: "listen_and_keep",
            expect: Expect::holds(24),
            loom: Loom::Agrees,
        },
        Variant {
            id: "one-future",
            role: Role::Fix,
            summary: "one future for all rounds",
            program: || one_reading(1),
            function: "listen_once",
            expect: Expect::holds(24),
            loom: Loom::Agrees,
        },
    ],
};
