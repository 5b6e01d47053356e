//! A thread inside `block_on`: how is the future at the root of a loop polled?

use std::future::Future;
use std::panic::Location;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::super::Explorer;
use super::super::identity::Part;
use super::super::state::{StrandId, StrandKind};
use super::super::thing::Pending;
use super::{Executor, Flavor, Phase, PollState, StrandWaker};
use crate::step::{Access, Kind, Mode};

impl Explorer {
    /// Runs a future on the current thread until it is ready.
    pub(crate) fn block_on<F: Future>(
        &self,
        executor: Executor,
        future: F,
        at: &'static Location<'static>,
    ) -> F::Output {
        let mut future = pin!(future);
        let (me, waker) = self.enter_loop(executor);
        let _leave = LeaveLoop { explorer: self, me };
        let mut context = Context::from_waker(&waker);
        loop {
            self.start_host_poll(me, at);
            let polled = future.as_mut().poll(&mut context);
            if polled.is_ready() && self.leaves_tasks_behind(me) {
                // Their next polls come before this or never.
                self.enter_poll(at);
            }
            let mut state = self.state.borrow_mut();
            let seen = state.rest(me);
            match polled {
                Poll::Ready(output) => return output,
                Poll::Pending if state.tearing_down => {
                    drop(state);
                    self.suspend();
                }
                Poll::Pending => {
                    state.wait_for_wake(me, seen);
                    drop(state);
                    self.suspend();
                }
            }
        }
    }

    /// Whether a thread that leaves `block_on` keeps tasks of the loop from being polled again.
    fn leaves_tasks_behind(&self, me: StrandId) -> bool {
        let mut state = self.state.borrow_mut();
        let Some(poll) = &state.strands[me].poll else { return false };
        let event_loop = poll.event_loop;
        if state.loops[event_loop].flavor != Flavor::CurrentThread {
            return false;
        }
        let tasks: Vec<StrandId> = state.tasks(event_loop).collect();
        if tasks.iter().any(|&task| !state.look_at_end(task)) {
            return true;
        }
        // That is no step, but would have been one had any of them gone on for longer.
        for task in tasks {
            let name = state.strands[task].name;
            let id = state.identity_of(name, Part::Life);
            state.note_access(Access::of(id, Mode::Read));
        }
        false
    }

    fn enter_loop(&self, executor: Executor) -> (StrandId, Waker) {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        if state.strands[me].poll.is_some() {
            drop(state);
            panic!(
                "Cannot start a runtime from within a runtime. This happens because a function \
                 (like `block_on`) attempted to block the current thread while the thread is being \
                 used to drive asynchronous tasks."
            );
        }
        let event_loop = &mut state.loops[executor.number];
        // Whoever is inside already goes on driving it.
        if event_loop.phase != Phase::Driven {
            event_loop.host = me;
            event_loop.phase = Phase::Driven;
            if event_loop.flavor == Flavor::CurrentThread {
                state.enters_loop(executor.number);
            }
        }
        state.crowd.is_there |= state.loops.len() > 1;
        let execution = state.execution;
        let waker = Waker::from(Arc::new(StrandWaker { execution, strand: me }));
        let polls = state.strands[me].polls;
        let poll = PollState { event_loop: executor.number, polls, ..PollState::default() };
        state.strands[me].poll = Some(Box::new(poll));
        (me, waker)
    }

    fn start_host_poll(&self, me: StrandId, at: &'static Location<'static>) {
        let mut state = self.state.borrow_mut();
        state.poll_of(me).start();
        if state.is_cold(me) {
            if let Some(cold) = state.known_cold(me) {
                state.glue_as_before(&cold, at);
            }
            let object = state.strand_object(me);
            drop(state);
            self.announce_pending(Pending { object, kind: Kind::Poll, at, options: 1 });
            let mut state = self.state.borrow_mut();
            state.begins_poll(me, Mode::Read);
            state.poll_of(me).is_fresh = true;
        }
    }
}

/// Leaves `block_on`, also when its future panics.
struct LeaveLoop<'a> {
    explorer: &'a Explorer,
    me: StrandId,
}

impl Drop for LeaveLoop<'_> {
    fn drop(&mut self) {
        let mut state = self.explorer.state.borrow_mut();
        state.rest(self.me);
        if let Some(poll) = state.strands[self.me].poll.take() {
            state.strands[self.me].polls = poll.polls;
            let another = state.strands.iter().position(|other| {
                other.kind == StrandKind::Thread
                    && other.poll.as_ref().is_some_and(|its| its.event_loop == poll.event_loop)
            });
            let event_loop = &mut state.loops[poll.event_loop];
            if let Some(another) = another {
                // It is driven by somebody else from now on, if it was by this one.
                if event_loop.host == self.me {
                    event_loop.host = another;
                }
                return;
            }
            if event_loop.phase == Phase::Driven {
                event_loop.phase = Phase::Undriven;
            }
            if event_loop.flavor == Flavor::CurrentThread && !state.tearing_down {
                state.leaves_loop(poll.event_loop);
            }
        }
    }
}
