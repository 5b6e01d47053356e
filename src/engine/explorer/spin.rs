//! Does a strand work, or does it only wait?

/// What a strand has read since its last yield, to tell a loop that waits from one that works.
///
/// A strand that yields twice, and between the two has written nothing and read what it had read
/// before, in the same versions, will go on like that until somebody writes one of them.
#[derive(Debug, Default)]
pub(crate) struct Spin {
    now: Vec<(u32, u64)>,
    before: Option<Vec<(u32, u64)>>,
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
        self.before.iter().flatten().any(|&(read, _)| read == object)
    }

    pub(crate) fn forget(&mut self) {
        self.before = None;
        self.empty = 0;
    }

    /// The strand yields: whether it only waits.
    pub(super) fn yields(&mut self) -> bool {
        let now = std::mem::take(&mut self.now);
        let wrote = std::mem::take(&mut self.wrote);
        if now.is_empty() && !wrote {
            self.empty += 1;
            return self.empty > MOST_EMPTY_YIELDS;
        }
        self.empty = 0;
        let waits = !wrote && self.before.as_ref() == Some(&now);
        self.before = (!wrote).then_some(now);
        waits
    }
}
