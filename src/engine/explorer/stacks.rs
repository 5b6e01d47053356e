//! Where do the strands' stacks come from?

use std::sync::{Mutex, PoisonError};

use corosensei::stack::DefaultStack;

use super::overflow::RESERVE;

/// Stacks that have been used and are free again: mapping one costs more than a whole execution.
#[derive(Default)]
pub(crate) struct Stacks {
    free: Vec<DefaultStack>,
    size: usize,
}

/// The stacks of checks that have ended, with their sizes.
static SPARE: Mutex<Vec<(usize, DefaultStack)>> = Mutex::new(Vec::new());

/// How many stacks are kept for the next check.
const MOST_SPARE: usize = 64;

impl std::fmt::Debug for Stacks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stacks").field("free", &self.free.len()).finish_non_exhaustive()
    }
}

impl Stacks {
    pub(super) fn new(size: usize) -> Self {
        let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |(of, _): &mut (usize, DefaultStack)| *of == size;
        let free = spare.extract_if(.., fits).map(|(_, stack)| stack).collect();
        Self { free, size }
    }

    /// Takes a stack back.
    pub(super) fn give(&mut self, stack: DefaultStack) {
        self.free.push(stack);
    }

    /// A stack that nobody uses.
    pub(super) fn take(&mut self) -> Option<DefaultStack> {
        self.free.pop().or_else(|| new_stack(self.size.checked_add(RESERVE)?))
    }
}

/// A new stack of so many bytes, if there is memory for it.
pub(crate) fn new_stack(size: usize) -> Option<DefaultStack> {
    // WHY: to round a greater size up to whole pages is a panic of corosensei's.
    let size = Some(size).filter(|&size| size < isize::MAX.unsigned_abs())?;
    DefaultStack::new(size).ok()
}

impl Drop for Stacks {
    fn drop(&mut self) {
        let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MOST_SPARE.saturating_sub(spare.len());
        spare.extend(self.free.drain(..).take(room).map(|stack| (self.size, stack)));
    }
}
