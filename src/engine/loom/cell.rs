//! How does a checked cell of the program become one of loom's?
//!
//! Loom takes the making of a cell for a write, so they are all made by main before the program starts,
//! as its atomics are. They are empty: only that they are used is of interest.

use std::rc::Rc;

use loom::cell::UnsafeCell;

use super::{Going, Loom, Needs};
use crate::engine::Object;

/// How many cells there are when a program first needs one.
const FIRST: usize = 8;

/// The cells of an execution that are still free.
#[derive(Default)]
pub(super) struct Cells {
    free: Vec<Rc<UnsafeCell<()>>>,
}

impl Cells {
    pub(super) fn new(many: usize) -> Self {
        Self { free: (0..many).map(|_| Rc::new(UnsafeCell::new(()))).collect() }
    }
}

impl Loom {
    /// The thread that runs uses a cell.
    pub(crate) fn touch_cell(&self, object: &Object, writes: bool) {
        let Some(going) = self.going() else { return };
        let known = self.with_entry(object, |entry| entry.cell.clone());
        let Some(cell) = known.or_else(|| self.cells.borrow_mut().free.pop()) else {
            let cells = (self.needs.cells * 2).max(FIRST);
            self.begin_again(Needs { cells, ..self.needs });
            if !std::thread::panicking() {
                super::leave();
            }
            return;
        };
        self.with_entry(object, |entry| entry.cell = Some(Rc::clone(&cell)));
        // A data race is a panic of loom's, and a second panic would abort.
        if going == Going::Freely {
            self.act(going, || {
                if writes {
                    cell.with_mut(|_| ());
                } else {
                    cell.with(|_| ());
                }
            });
        }
    }
}
