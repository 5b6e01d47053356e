//! Event loops: tasks, their polls, and who may be polled.
//!
//! Picture a kitchen with so many cooks: a `current_thread` runtime has one, the thread that called
//! `block_on`; a `multi_thread` runtime has its workers. A dish that nobody stirs is a task that waits.
//! A cook who holds on to a dish, because he waits for a lock in the middle of a poll, is not there for
//! the others.
//!
//! A poll that announces nothing cannot be told by anybody, so it runs at once. That is why a woken
//! task is polled *ahead*, up to its first announcement, and stands there at the door until it is
//! chosen. Two things can be told nevertheless. One is that the task is cancelled while it stands at
//! the door: in life it would have been dropped at the await before. The other is a poll that asks two
//! things that can end while it waits. Then the execution begins again with the same choices, and that
//! one poll is not started before it is chosen ([`Status::Cold`]).

use std::future::Future;
use std::panic::{self, AssertUnwindSafe, Location};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use super::state::{Ending, Pending, State, Status, StrandId, StrandKind};
use super::strand::Strand;
use super::teardown::Teardown;
use super::Explorer;
use crate::step::{Kind, Mode};

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
    driven: bool,
    /// How many workers are in the middle of a poll.
    busy: usize,
    closed: bool,
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
    pub(super) join_wakers: Vec<Waker>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// Between two polls.
    #[default]
    Resting,
    /// Its code runs, or stands at an announcement.
    Polling,
}

/// Wakes a strand of one execution, and nobody in any other.
struct StrandWaker {
    execution: u64,
    strand: StrandId,
}

impl Wake for StrandWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(explorer) = super::super::explorer() {
            let mut state = explorer.state.borrow_mut();
            if state.execution == self.execution {
                state.wake(self.strand);
            }
        }
    }
}

impl Explorer {
    /// Makes a runtime.
    pub(crate) fn new_executor(&self, flavor: Flavor) -> Executor {
        let mut state = self.state.borrow_mut();
        let host = state.current;
        state.loops.push(Loop { flavor, host, driven: false, busy: 0, closed: false });
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
        let mut strand = Strand::new(name, StrandKind::Task, birth);
        let event_loop = executor.number;
        strand.poll = Some(PollState {
            event_loop,
            future: Some(future),
            slot: Some(slot),
            ..PollState::default()
        });
        let id = state.add_strand(strand);
        let execution = state.execution;
        let waker = Waker::from(Arc::new(StrandWaker { execution, strand: id }));
        state.poll_of(id).waker = Some(waker);
        if state.loops[event_loop].closed {
            state.poll_of(id).cancelled = true;
        }
        state.make_ready(id);
        id
    }

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
            let mut state = self.state.borrow_mut();
            state.rest(me);
            match polled {
                Poll::Ready(output) => return output,
                Poll::Pending if state.tearing_down => {
                    drop(state);
                    self.suspend();
                }
                Poll::Pending => {
                    state.wait_for_wake(me);
                    drop(state);
                    self.suspend();
                }
            }
        }
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
        event_loop.host = me;
        event_loop.driven = true;
        let execution = state.execution;
        let waker = Waker::from(Arc::new(StrandWaker { execution, strand: me }));
        state.strands[me].poll =
            Some(PollState { event_loop: executor.number, ..PollState::default() });
        (me, waker)
    }

    fn start_host_poll(&self, me: StrandId, at: &'static Location<'static>) {
        let mut state = self.state.borrow_mut();
        state.poll_of(me).start();
        if state.is_cold(me) {
            let object = state.strand_object(me);
            drop(state);
            self.announce_pending(Pending { object, kind: Kind::Poll, at, options: 1 });
        }
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
        let (Some(mut future), Some(waker)) = (poll.future.take(), waker) else { return };
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
        state.rest(me);
        let slot = state.poll_of(me).slot.clone();
        match polled {
            Ok(Some(future)) => {
                state.poll_of(me).future = Some(future);
                if !state.tearing_down {
                    state.wait_for_wake(me);
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

    /// A future is about to ask something that can change silently: has a strand ended, is a timer up?
    ///
    /// Asking a second such thing when the first was not ready can be told, so the poll must not have
    /// been started ahead of its turn.
    pub(crate) fn asks(&self) {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        let Some(poll) = &state.strands[me].poll else { return };
        let ahead = poll.stage == Stage::Polling && !poll.under_way;
        if ahead && poll.not_ready > 0 && poll.all_of == 0 && !state.unwinding() {
            state.begin_again(me);
            drop(state);
            self.suspend();
        }
    }

    /// What a future has asked was not ready.
    pub(crate) fn not_ready(&self) {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        if let Some(poll) = &mut state.strands[me].poll
            && poll.all_of == 0
        {
            poll.not_ready += 1;
        } else if let Some(poll) = &mut state.strands[me].poll {
            poll.not_ready = poll.not_ready.max(1);
        }
    }

    /// Enters (`true`) or leaves a part of a poll that waits for all of what it asks.
    pub(crate) fn waits_for_all(&self, enter: bool) {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        if let Some(poll) = &mut state.strands[me].poll {
            poll.all_of = if enter { poll.all_of + 1 } else { poll.all_of.saturating_sub(1) };
        }
    }

    /// Whether a task or thread has ended; if not, `waker` is called when it does.
    pub(crate) fn poll_join(&self, target: StrandId, waker: &Waker) -> bool {
        self.asks();
        let mut state = self.state.borrow_mut();
        let me = state.current;
        if state.strands[me].poll.as_ref().is_some_and(|poll| poll.under_way) {
            let object = state.strand_object(target);
            state.access(object, Mode::Read);
        }
        if state.strands[target].status == Status::Ended {
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

    /// Has the poll at hand chosen before something happens in it that blocks its worker.
    pub(super) fn enter_poll(&self, at: &'static Location<'static>) {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        let ahead =
            state.strands[me].poll.as_ref().is_some_and(|poll| poll.stage == Stage::Polling && !poll.under_way);
        if ahead && !state.unwinding() {
            let object = state.strand_object(me);
            drop(state);
            self.announce_pending(Pending { object, kind: Kind::Poll, at, options: 1 });
        }
    }

    /// Tells a task to stop.
    pub(crate) fn abort(&self, target: StrandId, at: &'static Location<'static>) {
        self.announce_on_strand(target, Kind::Abort, at);
        self.done(Mode::Write, None, None);
        let mut state = self.state.borrow_mut();
        if state.strands[target].status == Status::Ended || state.tearing_down {
            return;
        }
        if state.stands_at_the_door(target) {
            state.begin_again(target);
            drop(state);
            self.suspend();
            return;
        }
        let poll = state.poll_of(target);
        poll.cancelled = true;
        let resting = poll.stage == Stage::Resting;
        let status = state.strands[target].status;
        if resting && matches!(status, Status::Idle | Status::Spinning | Status::Cold) {
            state.make_ready(target);
        }
    }

    /// Ends a runtime: polls that are under way come to their end, all other tasks are dropped.
    pub(crate) fn shut_down(&self, executor: Executor, at: &'static Location<'static>) {
        let mut state = self.state.borrow_mut();
        if state.execution != executor.execution || state.tearing_down {
            return;
        }
        state.loops[executor.number].closed = true;
        let tasks: Vec<StrandId> = (0..state.strands.len())
            .filter(|&id| {
                let strand = &state.strands[id];
                let of_loop = |poll: &PollState| poll.event_loop == executor.number;
                strand.kind == StrandKind::Task && strand.poll.as_ref().is_some_and(of_loop)
            })
            .collect();
        drop(state);
        for task in tasks {
            self.drop_task(task, at);
        }
    }

    fn drop_task(&self, task: StrandId, at: &'static Location<'static>) {
        loop {
            let mut state = self.state.borrow_mut();
            if state.strands[task].status == Status::Ended {
                state.joined(task);
                return;
            }
            if state.stands_at_the_door(task) {
                state.begin_again(task);
                drop(state);
                self.suspend();
                return;
            }
            if state.poll_of(task).under_way {
                // Its worker is in the middle of a poll: a runtime waits for that.
                state.poll_of(task).cancelled = true;
                drop(state);
                self.join(task, at);
                continue;
            }
            let future = state.poll_of(task).future.take();
            let slot = state.poll_of(task).slot.clone();
            drop(state);
            drop(panic::catch_unwind(AssertUnwindSafe(|| drop(future))));
            if let Some(slot) = slot {
                slot.cancelled();
            }
            self.ended(task);
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
            state.loops[poll.event_loop].driven = false;
        }
    }
}

impl PollState {
    fn start(&mut self) {
        self.stage = Stage::Polling;
        self.woken = false;
        self.spinning = false;
        self.not_ready = 0;
        self.all_of = 0;
    }
}

impl State {
    fn poll_of(&mut self, strand: StrandId) -> &mut PollState {
        self.strands[strand].poll.as_mut().expect("internal error: a task without a future")
    }

    /// Whether a strand's polls take up a worker.
    pub(super) fn needs_worker(&self, strand: StrandId) -> bool {
        let Some(poll) = &self.strands[strand].poll else { return false };
        self.strands[strand].kind == StrandKind::Task
            || self.loops[poll.event_loop].flavor == Flavor::CurrentThread
    }

    /// Whether there is a worker for what a strand is about to do.
    pub(super) fn has_worker(&self, strand: StrandId) -> bool {
        let Some(poll) = &self.strands[strand].poll else { return true };
        if poll.under_way || !self.needs_worker(strand) {
            return true;
        }
        let event_loop = &self.loops[poll.event_loop];
        match event_loop.flavor {
            Flavor::CurrentThread => event_loop.driven && event_loop.busy == 0,
            Flavor::MultiThread(workers) => event_loop.busy < workers,
        }
    }

    /// A strand's poll is chosen, if it is in one that was not.
    pub(super) fn start_poll_step(&mut self, strand: StrandId) {
        let needs_worker = self.needs_worker(strand);
        let Some(poll) = &mut self.strands[strand].poll else { return };
        if !std::mem::replace(&mut poll.under_way, true) {
            self.loops[poll.event_loop].busy += usize::from(needs_worker);
            self.clock.arm(strand);
        }
    }

    /// A poll has come to its end.
    fn rest(&mut self, strand: StrandId) {
        let needs_worker = self.needs_worker(strand);
        self.clock.arm(strand);
        let Some(poll) = &mut self.strands[strand].poll else { return };
        if poll.stage == Stage::Resting {
            return;
        }
        poll.stage = Stage::Resting;
        poll.polls += 1;
        // A future that waits for something the facade does not know of tells nobody what it is.
        poll.wary = poll.not_ready > 1 || (poll.not_ready == 0 && !poll.woken);
        if std::mem::take(&mut poll.under_way) {
            self.loops[poll.event_loop].busy -= usize::from(needs_worker);
        }
    }

    /// A poll was not ready: the strand rests until it is woken, if it has not been already.
    fn wait_for_wake(&mut self, strand: StrandId) {
        let poll = self.poll_of(strand);
        let status = if poll.spinning { Status::Spinning } else { Status::Idle };
        let ready = poll.woken || poll.cancelled;
        self.strands[strand].status = status;
        if ready {
            self.make_ready(strand);
        }
    }

    /// A waker was called.
    pub(super) fn wake(&mut self, strand: StrandId) {
        let Some(poll) = &mut self.strands[strand].poll else { return };
        if poll.stage == Stage::Polling {
            poll.woken = true;
        } else if matches!(self.strands[strand].status, Status::Idle | Status::Spinning) {
            self.make_ready(strand);
        }
    }

    /// Has a strand polled, cancelled or dropped next.
    pub(super) fn make_ready(&mut self, strand: StrandId) {
        if self.tearing_down {
            return;
        }
        let is_task = self.strands[strand].kind == StrandKind::Task;
        let cancelled = self.poll_of(strand).cancelled;
        if !is_task || !(cancelled || self.is_cold(strand)) {
            return self.make_silent(strand);
        }
        let kind = if cancelled { Kind::Cancel } else { Kind::Poll };
        let object = self.strand_object(strand);
        let at = self.strands[strand].birth;
        self.strands[strand].status = Status::Cold;
        self.strands[strand].pending = Some(Pending { object, kind, at, options: 1 });
    }

    /// Whether a strand's next poll must not start before it is chosen.
    fn is_cold(&self, strand: StrandId) -> bool {
        let Some(poll) = &self.strands[strand].poll else { return false };
        poll.wary || self.colds.contains(&(self.strands[strand].name, poll.polls))
    }

    /// Whether a task was polled ahead and waits to be chosen.
    fn stands_at_the_door(&self, task: StrandId) -> bool {
        let strand = &self.strands[task];
        strand.poll.as_ref().is_some_and(|poll| poll.stage == Stage::Polling && !poll.under_way)
    }

    /// Has the execution begin again without polling a strand ahead this time.
    fn begin_again(&mut self, strand: StrandId) {
        let polls = self.poll_of(strand).polls;
        self.colds.push((self.strands[strand].name, polls));
        self.ending = Some(Ending::Again);
    }

    /// The next strand to run before the coming step.
    pub(super) fn next_silent(&mut self) -> Option<StrandId> {
        if self.ending.is_some() {
            return None;
        }
        let position = self.silent.iter().position(|&strand| self.has_worker(strand))?;
        self.silent.remove(position)
    }
}
