//! Two readers share a room. Each leaves a note and goes, and the last one out clears the room: that is how an
//! `Arc` counts. Sometimes the last one does not find the other's note.
//!
//! Repair it, so that the room is cleared once, and whoever clears it finds both notes. Nobody waits for
//! anybody to leave.

use drawloom::sync::atomic::AtomicU32;
use drawloom::sync::atomic::Ordering::{Relaxed, Release};
use drawloom::thread;

struct Room {
    readers: AtomicU32,
    notes: [AtomicU32; 2],
}

/// A day with two readers who leave these notes; returns what was found by whoever cleared the room.
pub fn day(notes: [u32; 2]) -> Vec<[u32; 2]> {
    let empty = [AtomicU32::new(0), AtomicU32::new(0)];
    let room = Room { readers: AtomicU32::new(2), notes: empty };
    let found = thread::scope(|scope| {
        let ann = scope.spawn(|| leave(&room, 0, notes[0]));
        let ben = scope.spawn(|| leave(&room, 1, notes[1]));
        [ann.join().unwrap(), ben.join().unwrap()]
    });
    found.into_iter().flatten().collect()
}

fn leave(room: &Room, reader: usize, note: u32) -> Option<[u32; 2]> {
    room.notes[reader].store(note, Relaxed);
    let is_last = room.readers.fetch_sub(1, Release) == 1;
    is_last.then(|| [0, 1].map(|reader| room.notes[reader].load(Relaxed)))
}
