//! Event loops: tasks, their polls, and who may be polled.
//!
//! Picture a kitchen with so many cooks: a `current_thread` runtime has one, the thread that called
//! `block_on`; a `multi_thread` runtime has its workers. A dish that nobody stirs is a task that waits.
//! A cook who holds on to a dish, because he waits for a lock in the middle of a poll, is not there for
//! the others.
//!
//! A poll that announces nothing cannot be told by anybody, so it runs at once. That is why a woken
//! task is polled *ahead*, up to its first announcement, and stands there at the door until it is
//! chosen. Some things can be told nevertheless: that the task is stopped while it stands at the door
//! (in life it would have been dropped at the await before), that what it has asked in vain is ready by
//! the time it is chosen, that time has passed. Then the execution begins again with the same choices,
//! and that one poll is not started before it is chosen ([`Status::Cold`]): see [`ahead`]. How many
//! polls there can be at a time is in [`workers`], the root of a loop in [`host`], and how a task ends
//! before its end in [`stop`].
//!
//! What cannot be found: that a task is stopped before a poll which announces nothing and which only
//! its destructors can tell, because it makes a guard, say, and then waits.

mod ahead;
mod course;
mod host;
mod stop;
mod waker;
mod workers;

use std::future::Future;
use std::panic::{self, AssertUnwindSafe, Location};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

pub(crate) use self::ahead::Cold;
pub(super) use self::stop::{MOST_WAYS, SHUT_DOWN};
pub(super) use self::workers::Crowd;

use self::waker::StrandWaker;
use super::Explorer;
use super::state::{StrandId, StrandKind};
use super::teardown::Teardown;
use crate::search::Name;
use crate::step::Mode;

/// How many tasks of a runtime can be polled at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavor {
    /// One, and the future given to `block_on` is one of them.
    CurrentThread,
    /// As many as there are workers; the future given to `block_on` needs none.
    MultiThread(usize),
}

/// A runtime, as the engine sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Executor {
    number: usize,
    execution: u64,
}

#[derive(Debug)]
pub(super) struct Loop {
    pub(super) flavor: Flavor,
    /// The thread inside `block_on`.
    pub(super) host: StrandId,
    phase: Phase,
    /// What stands for whose turn it is to be polled, and for whether anybody is.
    turns: u32,
    gate: u32,
    /// Whether it was left with tasks in it.
    left: bool,
    /// How many workers are in the middle of a poll.
    busy: usize,
}

/// Whether a loop goes round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// No thread is inside `block_on`. Workers go on.
    Undriven,
    /// A thread is inside `block_on`.
    Driven,
    /// The runtime was dropped.
    Closed,
}

/// Where a task's result goes, whatever its type.
pub(crate) trait TaskSlot {
    /// The task was dropped before its end.
    fn cancelled(&self);
    /// The task has panicked.
    fn panicked(&self, payload: Box<dyn std::any::Any + Send>);
}

/// The future of a task.
pub(crate) type TaskFuture = Pin<Box<dyn Future<Output = ()>>>;

/// Where a future stands that is polled again and again.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each can be true whatever the others are")]
pub(super) struct PollState {
    pub(super) event_loop: usize,
    /// A task's future, while it is not being polled.
    future: Option<TaskFuture>,
    slot: Option<Arc<dyn TaskSlot>>,
    waker: Option<Waker>,
    /// How many polls have ended.
    polls: usize,
    /// What the poll at hand is doing.
    stage: Stage,
    /// Whether the poll at hand was chosen. It holds a worker then.
    pub(super) under_way: bool,
    woken: bool,
    cancelled: bool,
    /// How many of the things it asked in this poll were not ready.
    not_ready: usize,
    /// Inside `join!`: all of it has to end, so the order of asking cannot be told.
    all_of: usize,
    /// Whether the poll before waited for more than one thing, or for something unknown.
    wary: bool,
    spinning: bool,
    /// Whether the poll at hand began when nobody else was there, and is no step for that.
    pub(super) began_alone: bool,
    /// Whether the poll at hand was chosen before it began, and has done nothing yet.
    pub(super) is_fresh: bool,
    pub(super) join_wakers: Vec<Waker>,
    /// Who was spawned or woken by the poll at hand and cannot be polled before it has ended, so not
    /// before it was chosen either.
    held_back: Vec<StrandId>,
    /// Whether the poll at hand has set a timer, or asked what time it is.
    tells_time: bool,
    /// Whether a poll before the one at hand that was no step has looked at the clock.
    saw_time: bool,
    /// What the poll at hand has looked at before it was chosen.
    looks: Vec<u32>,
    /// Who was spawned by the poll at hand.
    spawned: Vec<Name>,
    /// Where the step with which the poll at hand began says so.
    begun_at: Option<usize>,
    /// Whether the poll at hand keeps others of its loop from being polled.
    keeps: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// Between two polls.
    #[default]
    Resting,
    /// Its code runs, or stands at an announcement.
    Polling,
}

impl Explorer {
    /// Makes a runtime.
    pub(crate) fn new_executor(&self, flavor: Flavor) -> Executor {
        let mut state = self.state.borrow_mut();
        let host = state.current;
        if !matches!(flavor, Flavor::CurrentThread | Flavor::MultiThread(1)) {
            state.run.is_subtle = true;
        }
        if flavor == Flavor::CurrentThread && !state.is_alone() {
            state.has_a_late_loop();
        }
        let (turns, gate) = (state.identify(None), state.identify(None));
        let phase = Phase::Undriven;
        state.loops.push(Loop { flavor, host, phase, turns, gate, left: false, busy: 0 });
        Executor { number: state.loops.len() - 1, execution: state.execution }
    }

    /// The runtime in whose context the current strand runs.
    pub(crate) fn current_executor(&self) -> Option<Executor> {
        let state = self.state.borrow();
        let poll = state.strands[state.current].poll.as_ref()?;
        Some(Executor { number: poll.event_loop, execution: state.execution })
    }

    /// Starts a task.
    pub(crate) fn spawn_task(
        &self,
        executor: Executor,
        future: TaskFuture,
        slot: Arc<dyn TaskSlot>,
        birth: &'static Location<'static>,
    ) -> StrandId {
        let mut state = self.state.borrow_mut();
        let parent = state.current;
        let name = state.name_child(parent);
        let mut strand = state.new_strand(name, StrandKind::Task, birth);
        let event_loop = executor.number;
        strand.poll = Some(Box::new(PollState {
            event_loop,
            future: Some(future),
            slot: Some(slot),
            ..PollState::default()
        }));
        let id = state.add_strand(strand);
        if state.loops.len() > 1 {
            state.gets_crowded();
        }
        let execution = state.execution;
        let waker = Waker::from(Arc::new(StrandWaker { execution, strand: id }));
        state.poll_of(id).waker = Some(waker);
        if state.loops[event_loop].phase == Phase::Closed {
            drop(state);
            self.discard(id);
            return id;
        }
        if let Some(poll) = &mut state.strands[parent].poll {
            poll.spawned.push(name);
        }
        state.make_ready(id);
        id
    }

    /// Polls a task once, drops it if it was cancelled, or clears it away. The task's coroutine does
    /// nothing else.
    pub(super) fn poll_task(&self, me: StrandId) {
        let mut state = self.state.borrow_mut();
        let tearing_down = state.tearing_down;
        let poll = state.poll_of(me);
        poll.start();
        let waker = poll.waker.clone();
        let cancelled = poll.cancelled;
        let was_cold = poll.under_way;
        let (Some(mut future), Some(waker)) = (poll.future.take(), waker) else { return };
        if was_cold {
            // It was chosen before it began, as a step on what others see of it.
            let mode = if cancelled { Mode::Write } else { Mode::Read };
            state.begins_poll(me, mode);
            state.poll_of(me).is_fresh = true;
        }
        drop(state);
        let polled = panic::catch_unwind(AssertUnwindSafe(move || {
            if cancelled || tearing_down {
                drop(future);
                return None;
            }
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(()) => None,
                Poll::Pending => Some(future),
            }
        }));
        let mut state = self.state.borrow_mut();
        let seen = state.rest(me);
        let slot = state.poll_of(me).slot.clone();
        match polled {
            Ok(Some(future)) => {
                state.poll_of(me).future = Some(future);
                if !state.tearing_down {
                    state.wait_for_wake(me, seen);
                }
                return;
            }
            Ok(None) => {}
            Err(payload) if payload.is::<Teardown>() => {}
            Err(payload) => {
                drop(state);
                if let Some(slot) = &slot {
                    slot.panicked(payload);
                }
                return self.ended(me);
            }
        }
        drop(state);
        if let (true, Some(slot)) = (cancelled, slot) {
            slot.cancelled();
        }
        self.ended(me);
    }

    /// Whether a task or thread has ended; if not, `waker` is called when it does.
    pub(crate) fn poll_join(&self, target: StrandId, waker: &Waker) -> bool {
        self.asks();
        let mut state = self.state.borrow_mut();
        let ended = state.look_at_end(target);
        if ended {
            state.joined(target);
            return true;
        }
        let wakers = &mut state.poll_of(target).join_wakers;
        if !wakers.iter().any(|known| known.will_wake(waker)) {
            wakers.push(waker.clone());
        }
        drop(state);
        self.not_ready();
        false
    }

    /// A task yields to the others of its loop. True if it does nothing but wait: then it is woken by
    /// a write to something it has read, and not at once.
    pub(crate) fn yields_in_poll(&self) -> bool {
        let spins = self.spins();
        self.not_ready();
        let mut state = self.state.borrow_mut();
        let me = state.current;
        if let (true, Some(poll)) = (spins, &mut state.strands[me].poll) {
            poll.spinning = true;
        }
        spins
    }
}
