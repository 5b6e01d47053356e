//! # A lock across a send
//!
//! The office posts the letters in its book. The courier signs the book and then takes a letter from the
//! box. Sometimes neither goes on.
//!
//! - **Bug:** the office keeps the book while it waits for room in the box, and the courier waits for the
//!   book before making room.
//! - **Near misses:** a bigger box, which is full one letter later; the book taken anew for each letter,
//!   and still kept while waiting.
//! - **Fix:** copy out what is to be sent, give the book back, then send.
//! - **Rule:** hold no lock while waiting for somebody who may need it.
//!
//! Watch it fail, then hold: `cargo run -- run lock-across-send`

use drawloom::FailureKind::Deadlock;
use drawloom::sync::Mutex;
use drawloom::sync::mpsc::{SyncSender, sync_channel};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Send under the lock.
pub fn bug(room: usize, letters: u32) {
    office_and_courier(room, letters, |book, letterbox| {
        let book = book.lock().unwrap();
        for &letter in &book.letters {
            letterbox.send(letter).unwrap();
        }
    });
}

/// Take the lock for each letter, and send under it.
pub fn lock_each(room: usize, letters: u32) {
    office_and_courier(room, letters, |book, letterbox| {
        for number in 0..letters as usize {
            let book = book.lock().unwrap();
            letterbox.send(book.letters[number]).unwrap();
        }
    });
}

/// Copy under the lock, then send.
pub fn fix(room: usize, letters: u32) {
    office_and_courier(room, letters, |book, letterbox| {
        let letters = book.lock().unwrap().letters.clone();
        for letter in letters {
            letterbox.send(letter).unwrap();
        }
    });
}

/// What the office has written, and how often the courier has signed.
struct Book {
    letters: Vec<u32>,
    signed: u32,
}

/// The stage: an office that posts its letters, and a courier who signs for each before taking it.
fn office_and_courier(
    room: usize,
    letters: u32,
    posts: impl Fn(&Mutex<Book>, &SyncSender<u32>) + Sync,
) {
    let book = Mutex::new(Book { letters: (0..letters).collect(), signed: 0 });
    let (letterbox, to_deliver) = sync_channel(room);
    let delivered = thread::scope(|scope| {
        let office = scope.spawn(|| posts(&book, &letterbox));
        let courier = scope.spawn(|| {
            let to_deliver = to_deliver;
            let sign = || book.lock().unwrap().signed += 1;
            let take = |_| {
                sign();
                to_deliver.recv().unwrap()
            };
            (0..letters).map(take).collect::<Vec<_>>()
        });
        office.join().unwrap();
        courier.join().unwrap()
    });
    assert!(delivered.into_iter().eq(0..letters), "the letters arrive in order");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "lock-across-send",
    title: "A lock across a send",
    family: "deadlock",
    setting: Setting::Threads,
    summary: "wait for room with the lock",
    rule: "hold no lock while waiting for somebody who may need it",
    source: (file!(), include_str!("lock_across_send.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "send under the lock",
            program: || bug(1, 2),
            function: "bug",
            expect: Expect::fails(1, 2, Deadlock, "wait"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "bigger-box",
            role: Role::NearMiss,
            summary: "a bigger box, and one letter more",
            program: || bug(2, 3),
            function: "bug",
            expect: Expect::fails(1, 3, Deadlock, "wait"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-each",
            role: Role::NearMiss,
            summary: "take the lock for each letter",
            program: || lock_each(1, 2),
            function: "lock_each",
            expect: Expect::fails(1, 15, Deadlock, "wait"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "copy out, give back, send",
            program: || fix(1, 2),
            function: "fix",
            expect: Expect::holds(12),
            loom: Loom::Agrees,
        },
    ],
};
