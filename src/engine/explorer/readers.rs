//! How does a writer wait for readers that it has let nobody follow?
//!
//! `parking_lot`'s reader-writer lock is claimed first: that is the writer's step. Then it waits for the
//! readers that are there, and goes back to all of them, whoever is the last to leave.

use std::panic::Location;
use std::time::Duration;

use super::meet::Let;
use super::state::Status;
use super::thing::Operation;
use super::{Explorer, Object};
use crate::step::{Kind, What};

impl Explorer {
    /// Waits for the readers that are in a lock which the strand that runs now has claimed.
    pub(crate) fn wait_for_readers(
        &self,
        object: &Object,
        kind: Kind,
        within: Option<Duration>,
        at: &'static Location<'static>,
    ) -> Let {
        let number = self.state.borrow_mut().number(object, What::RwLock, at);
        if self.state.borrow_mut().thing(number).readers.is_empty() {
            return Let::Go;
        }
        let what = What::RwLock;
        let ended = self.block(&Operation { object, what, kind, at, options: 1 }, within);
        let mut state = self.state.borrow_mut();
        let me = state.current;
        state.happens.hears_readers(me, number);
        ended
    }

    /// A reader has left a lock. Whoever has claimed it goes on when it was the last, and goes back to
    /// all of them.
    pub(crate) fn reader_left(&self, object: &Object, at: &'static Location<'static>) {
        let mut state = self.state.borrow_mut();
        let number = state.number(object, What::RwLock, at);
        let thing = state.thing(number);
        let last = thing.readers.is_empty();
        let Some(writer) = thing.holder.map(|hold| hold.strand) else { return };
        if state.strands[writer].status == Status::Blocked && writer != state.current {
            state.let_go_on(writer);
            if last {
                state.forget_wait(writer);
                state.make_silent(writer);
            }
        }
    }

    /// How many the last notify has woken.
    pub(crate) fn woken(&self, object: &Object, at: &'static Location<'static>) -> usize {
        let mut state = self.state.borrow_mut();
        let number = state.number(object, What::Condvar, at);
        state.thing(number).woken
    }
}
