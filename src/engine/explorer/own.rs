//! Which thread's values does a strand see?

use std::panic::{self, AssertUnwindSafe};

use super::Explorer;
use super::poll::Flavor;
use super::state::{State, StrandId, StrandKind};
use crate::engine::{Found, Locals};

/// What is said of a thread-local in a task of which nobody knows the thread.
const WHOSE: &str = "a task of a multi_thread runtime uses a thread-local: which of the runtime's threads \
    polls it is not decided here\nhelp: use a current_thread runtime, or no thread-local";

impl State {
    /// The thread that polls a task, where that is always the same.
    fn polled_by(&self, strand: StrandId) -> Option<StrandId> {
        let of = &self.strands[strand];
        let poll = of.poll.as_ref().filter(|_| of.kind == StrandKind::Task)?;
        let event_loop = &self.loops[poll.event_loop];
        (event_loop.flavor == Flavor::CurrentThread).then_some(event_loop.host)
    }

    /// A poll begins: what its thread has done before lies before it.
    pub(super) fn hears_its_thread(&mut self, strand: StrandId) {
        if let Some(thread) = self.polled_by(strand) {
            self.happens.hears_of(strand, thread);
        }
    }

    /// A poll is over: what its thread does from now on lies behind it.
    pub(super) fn tells_its_thread(&mut self, strand: StrandId) {
        if let Some(thread) = self.polled_by(strand) {
            self.happens.hears_of(thread, strand);
        }
    }
}

impl Explorer {
    /// The thread that the code runs on which runs now.
    pub(crate) fn thread(&self) -> StrandId {
        let state = self.state.borrow();
        let me = state.current;
        let poll = state.strands[me].poll.as_ref();
        let of_task = poll.filter(|_| state.strands[me].kind == StrandKind::Task);
        let Some(event_loop) = of_task.map(|poll| &state.loops[poll.event_loop]) else { return me };
        if event_loop.flavor == Flavor::CurrentThread {
            return event_loop.host;
        }
        drop(state);
        self.refuse(WHOSE);
        me
    }

    pub(crate) fn locals(&self) -> &Locals {
        &self.locals
    }

    /// A thread is at its end, and with it its thread-locals.
    pub(super) fn drop_locals(&self, strand: StrandId) {
        // A destructor that panics ends the process in life. Here it is a panic like any other.
        drop(panic::catch_unwind(AssertUnwindSafe(|| self.locals.end(strand))));
    }

    /// The value of a thread-local, for the thread that the code runs on.
    pub(crate) fn find_local(&self, key: usize) -> (StrandId, Found) {
        let thread = self.thread();
        (thread, self.locals.find(thread, key))
    }
}
