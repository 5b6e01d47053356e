//! Does a strand work, or does it only wait?

use super::state::{State, Status, StrandId};

/// What a strand has read since its last yield, to tell a loop that waits from one that works.
///
/// A strand that yields twice, and between the two has written nothing and read what it had read
/// before, in the same versions, will go on like that until somebody writes one of them.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each can be true whatever the other is")]
pub(crate) struct Spin {
    now: Vec<(u32, u64)>,
    before: Vec<(u32, u64)>,
    /// Whether it has yielded before, and had written nothing.
    yielded: bool,
    wrote: bool,
    /// How many yields in a row had nothing between them.
    empty: usize,
}

/// How many yields with nothing between them are a loop that waits.
const MOST_EMPTY_YIELDS: usize = 1_000;

impl Spin {
    pub(crate) fn read(&mut self, object: u32, version: u64) {
        self.now.push((object, version));
    }

    pub(crate) fn wrote(&mut self) {
        self.wrote = true;
    }

    pub(crate) fn has_read(&self, object: u32) -> bool {
        self.yielded && self.before.iter().any(|&(read, _)| read == object)
    }

    pub(crate) fn forget(&mut self) {
        self.yielded = false;
        self.empty = 0;
    }

    /// Forgets everything but the memory.
    pub(super) fn clear(&mut self) {
        self.now.clear();
        self.wrote = false;
        self.forget();
    }

    /// The strand yields: whether it only waits.
    pub(super) fn yields(&mut self) -> bool {
        let wrote = std::mem::take(&mut self.wrote);
        if self.now.is_empty() && !wrote {
            self.empty += 1;
            return self.empty > MOST_EMPTY_YIELDS;
        }
        self.empty = 0;
        let waits = !wrote && self.yielded && self.before == self.now;
        self.yielded = !wrote;
        std::mem::swap(&mut self.before, &mut self.now);
        self.now.clear();
        waits
    }
}

impl State {
    /// An object has changed: whoever spins on it goes on.
    pub(super) fn wrote(&mut self, object: u32) {
        self.thing(object).version += 1;
        self.writes += 1;
        if self.has_spun {
            self.let_readers_go(object);
        }
    }

    /// Lets all strands run again that spin on an object.
    fn let_readers_go(&mut self, object: u32) {
        for strand in 0..self.strands.len() {
            let spinner = &self.strands[strand];
            if spinner.status == Status::Spinning
                && strand != self.current
                && spinner.spin.has_read(object)
            {
                self.note_wake(strand, true);
                self.wake_spinner(strand);
            }
        }
    }

    /// Lets a strand that has spun run again.
    fn wake_spinner(&mut self, strand: StrandId) {
        self.strands[strand].spin.forget();
        if self.strands[strand].is_suspended() {
            self.make_silent(strand);
        } else {
            self.make_ready(strand);
        }
    }

    /// Lets all strands that spin run once more, since nobody else can go.
    pub(super) fn let_spinners_go(&mut self) {
        self.run.is_intricate = true;
        for strand in 0..self.strands.len() {
            if self.strands[strand].status == Status::Spinning {
                self.strands[strand].origin.after_all = true;
                self.wake_spinner(strand);
            }
        }
    }
}
