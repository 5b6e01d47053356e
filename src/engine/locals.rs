//! Where are the values of the program's thread-locals?
//!
//! All strands of a check run on one thread, so each has values of its own here. They are dropped at
//! the end of their strand, the last one first, by the strand itself: their destructors are part of
//! the program.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

/// A value of one strand.
struct Local {
    strand: usize,
    /// The key: where the static is.
    key: usize,
    /// `None` once it has been dropped.
    value: Option<Rc<dyn Any>>,
}

/// The values of all strands.
#[derive(Default)]
pub(crate) struct Locals {
    all: RefCell<Vec<Local>>,
    /// Strands that are at their end: they make no values any more.
    ended: RefCell<Vec<usize>>,
}

/// What a strand finds.
pub(crate) enum Found {
    /// A value.
    There(Rc<dyn Any>),
    /// It has not used it yet.
    New,
    /// Its value was dropped.
    Gone,
}

impl Locals {
    pub(crate) fn find(&self, strand: usize, key: usize) -> Found {
        let all = self.all.borrow();
        let own = all.iter().find(|local| local.strand == strand && local.key == key);
        match own {
            Some(Local { value: Some(value), .. }) => Found::There(Rc::clone(value)),
            Some(_) => Found::Gone,
            None if self.ended.borrow().contains(&strand) => Found::Gone,
            None => Found::New,
        }
    }

    /// Keeps a value; if the strand has one already, that is replaced and comes back.
    pub(crate) fn keep(&self, strand: usize, key: usize, value: Rc<dyn Any>) {
        let mut all = self.all.borrow_mut();
        let own = all.iter_mut().find(|local| local.strand == strand && local.key == key);
        let before = if let Some(own) = own {
            own.value.replace(value)
        } else {
            all.push(Local { strand, key, value: Some(value) });
            None
        };
        drop(all);
        drop(before);
    }

    /// Drops the values of a strand that is at its end, the last one first. A destructor may make more.
    pub(crate) fn end(&self, strand: usize) {
        loop {
            let mut all = self.all.borrow_mut();
            let last =
                all.iter_mut().rev().find(|local| local.strand == strand && local.value.is_some());
            let Some(value) = last.and_then(|local| local.value.take()) else { break };
            drop(all);
            drop(value);
        }
        self.ended.borrow_mut().push(strand);
    }

    /// Forgets the execution before. What was left of it belongs to strands that are left for ever.
    pub(crate) fn forget(&self) {
        self.all.borrow_mut().drain(..).for_each(std::mem::forget);
        self.ended.borrow_mut().clear();
    }
}
