//! Who wakes for no reason?
//!
//! Nobody, unless the check was told so: then each strand may, so many times. Whoever does goes on at
//! once as far as others can tell, since what it does next may come as late as one likes. So it need not
//! wait at all: a wait for a condition variable only gives its lock back and takes it again, and a park
//! does nothing.

use std::panic::Location;

use super::thing::Operation;
use super::{Explorer, Object};
use crate::step::{Kind, Mode, What};

impl Explorer {
    /// Announces a wait for a condition variable. Whether it is to wake for no reason.
    pub(crate) fn announce_wait(&self, condvar: &Object, at: &'static Location<'static>) -> bool {
        let options = if self.may_wake() { 2 } else { 1 };
        let what = What::Condvar;
        let operation = Operation { object: condvar, what, kind: Kind::Wait, at, options };
        let wakes = self.announce(&operation) == 1;
        self.done(Mode::Write, None, None);
        self.note_spurious(wakes);
        wakes
    }

    /// Gives a lock back as part of a wait that wakes for no reason, and takes it again.
    pub(crate) fn wake_at_once(&self, mutex: &Object, at: &'static Location<'static>) {
        let mut state = self.state.borrow_mut();
        let number = state.number(mutex, What::Mutex, at);
        state.thing(number).holder = None;
        state.gives_back(number);
        if state.unwinding() {
            return;
        }
        drop(state);
        let (what, kind) = (What::Mutex, Kind::Lock);
        self.announce(&Operation { object: mutex, what, kind, at, options: 1 });
        self.done(Mode::Write, None, None);
    }

    /// Whether a park is to return for no reason: a step, if it may.
    pub(crate) fn parks_in_vain(&self, at: &'static Location<'static>) -> bool {
        if !self.may_wake() {
            return false;
        }
        let me = self.current();
        let wakes = self.choose_on_strand(me, 2, at) == 1;
        self.done(Mode::Read, None, None);
        self.note_spurious(wakes);
        wakes
    }

    fn may_wake(&self) -> bool {
        let state = self.state.borrow();
        let woken = state.strands[state.current].spurious;
        woken < state.bounds.spurious && !state.unwinding()
    }

    fn note_spurious(&self, wakes: bool) {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        state.strands[me].spurious += u16::from(wakes);
    }
}
