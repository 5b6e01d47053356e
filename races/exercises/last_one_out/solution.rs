//! The count and the notes behind one lock: who has it finds what everybody left who had it before.

use drawloom::sync::Mutex;
use drawloom::thread;

struct Room {
    readers: u32,
    notes: [u32; 2],
}

/// A day with two readers who leave these notes; returns what was found by whoever cleared the room.
pub fn day(notes: [u32; 2]) -> Vec<[u32; 2]> {
    let room = Mutex::new(Room { readers: 2, notes: [0, 0] });
    let found = thread::scope(|scope| {
        let ann = scope.spawn(|| leave(&mut room.lock().unwrap(), 0, notes[0]));
        let ben = scope.spawn(|| leave(&mut room.lock().unwrap(), 1, notes[1]));
        [ann.join().unwrap(), ben.join().unwrap()]
    });
    found.into_iter().flatten().collect()
}

fn leave(room: &mut Room, reader: usize, note: u32) -> Option<[u32; 2]> {
    room.notes[reader] = note;
    room.readers -= 1;
    (room.readers == 0).then_some(room.notes)
}
