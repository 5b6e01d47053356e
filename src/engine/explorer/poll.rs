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

use super::Explorer;
use super::state::{Ending, State, Status, StrandId, StrandKind};
use super::strand::Strand;
use super::teardown::Teardown;
use super::thing::Pending;
use crate::search::{Name, RunStep};
use crate::step::{Kind, Mode, What};

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

/// A poll that must not start before it is chosen.
#[derive(Clone, Debug)]
pub(crate) struct Cold {
    strand: Name,
    /// Which of the strand's polls.
    poll: usize,
    /// What it has looked at when it was started ahead, which was then part of the step before.
    looks: Vec<Look>,
}

/// Something that changes silently.
#[derive(Clone, Copy, Debug)]
enum Look {
    Clock,
    /// Whether a strand has ended.
    Strand(Name),
}

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
    /// Who was spawned or woken by the poll at hand and cannot be polled before it has ended, so not
    /// before it was chosen either.
    held_back: Vec<StrandId>,
    /// What the poll at hand has looked at before it was chosen.
    looks: Vec<Look>,
    /// Who was spawned by the poll at hand.
    spawned: Vec<Name>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// Between two polls.
    #[default]
    Resting,
    /// Its code runs, or stands at an announcement.
    Polling,
}

/// How many ways to end a runtime are told apart at the most.
const MOST_WAYS: usize = 1 << 10;

/// A runtime with workers ends: a step, announced on the first of its tasks.
pub(super) const SHUT_DOWN: Kind = Kind::Async("shut down");

/// The option of an abort that finds the task's poll begun.
const BEGUN: u16 = 1;

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

    /// Whether a thread that leaves `block_on` keeps tasks of the loop from being polled again.
    fn leaves_tasks_behind(&self, me: StrandId) -> bool {
        let mut state = self.state.borrow_mut();
        let Some(poll) = &state.strands[me].poll else { return false };
        let event_loop = poll.event_loop;
        if state.loops[event_loop].flavor != Flavor::CurrentThread {
            return false;
        }
        let tasks: Vec<StrandId> = state.tasks(event_loop).collect();
        tasks.into_iter().any(|task| !state.look_at_end(task))
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
        let polls = state.strands[me].polls;
        state.strands[me].poll =
            Some(PollState { event_loop: executor.number, polls, ..PollState::default() });
        (me, waker)
    }

    fn start_host_poll(&self, me: StrandId, at: &'static Location<'static>) {
        let mut state = self.state.borrow_mut();
        state.poll_of(me).start();
        if state.is_cold(me) {
            if let Some(cold) = state.known_cold(me) {
                cold.looks.into_iter().for_each(|look| state.look_as_before(look, at));
            }
            let object = state.strand_object(me);
            drop(state);
            self.announce_pending(Pending { object, kind: Kind::Poll, at, options: 1 });
            self.state.borrow_mut().begins_poll(me, Mode::Read);
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
        let was_cold = poll.under_way;
        let (Some(mut future), Some(waker)) = (poll.future.take(), waker) else { return };
        if was_cold {
            // It was chosen before it began, as a step on what others see of it.
            let mode = if cancelled { Mode::Write } else { Mode::Read };
            state.begins_poll(me, mode);
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
        let any = state.strands[me].poll.as_ref().is_some_and(|poll| poll.all_of == 0);
        if any && state.has_asked_in_vain(me) && !state.unwinding() {
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

    /// A future that waits for all of what it asks ends before that, because something has failed. It
    /// can be told then what else is ready, so the poll must not have been started ahead.
    pub(crate) fn ends_early(&self) {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        let poll = state.strands[me].poll.as_ref();
        let ahead = poll.is_some_and(|poll| poll.stage == Stage::Polling && !poll.under_way);
        if ahead && !state.unwinding() {
            state.begin_again(me);
            drop(state);
            self.suspend();
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

    /// Enters a part of a poll that waits for any of what it asks, so that the order of asking can be
    /// told whatever is around it. The answer is for [`Explorer::waits_as_before`].
    pub(crate) fn waits_for_any(&self) -> usize {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        state.strands[me].poll.as_mut().map_or(0, |poll| std::mem::take(&mut poll.all_of))
    }

    /// Leaves such a part.
    pub(crate) fn waits_as_before(&self, all_of: usize) {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        if let Some(poll) = &mut state.strands[me].poll {
            poll.all_of = all_of;
        }
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

    /// Has the poll at hand chosen before something happens in it that blocks its worker.
    pub(super) fn enter_poll(&self, at: &'static Location<'static>) {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        let ahead = state.strands[me]
            .poll
            .as_ref()
            .is_some_and(|poll| poll.stage == Stage::Polling && !poll.under_way);
        if ahead && !state.unwinding() {
            let object = state.strand_object(me);
            drop(state);
            self.announce_pending(Pending { object, kind: Kind::Poll, at, options: 1 });
            self.state.borrow_mut().begins_poll(me, Mode::Read);
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
        let me = state.current;
        if state.strands[me].option == BEGUN && state.can_have_begun(target, me) {
            state.start_poll_step(target);
        } else if state.stands_at_the_door(target) {
            state.begin_again(target);
            drop(state);
            self.suspend();
            return;
        }
        let poll = state.poll_of(target);
        poll.cancelled = true;
        if poll.stage == Stage::Resting {
            state.silent.retain(|&strand| strand != target);
            state.make_ready(target);
        }
    }

    /// Ends a runtime: polls that are under way come to their end, all other tasks are dropped.
    pub(crate) fn shut_down(&self, executor: Executor, at: &'static Location<'static>) {
        let mut state = self.state.borrow_mut();
        if state.execution != executor.execution || state.tearing_down {
            return;
        }
        let event_loop = executor.number;
        let first = state.live_tasks(event_loop).next();
        let mut begun = Vec::new();
        if let (Some(task), Flavor::MultiThread(_)) = (first, state.loops[event_loop].flavor) {
            // Workers go on until then, and how far they come can be told.
            drop(state);
            self.announce_on_strand(task, SHUT_DOWN, at);
            self.done(Mode::Write, None, None);
            state = self.state.borrow_mut();
            begun = state.tasks_that_have_begun(event_loop);
        }
        state.loops[event_loop].closed = true;
        begun.iter().for_each(|&task| state.start_poll_step(task));
        let mut tasks: Vec<StrandId> = state.tasks(event_loop).collect();
        // Numbers depend on the order of starting, which is no step.
        tasks.sort_unstable_by_key(|&task| state.strands[task].name);
        if !state.stop_all(&tasks) {
            let names = begun.iter().map(|&task| state.strands[task].name).collect();
            let step = state.run.steps.len();
            state.begun.push((step, names));
            drop(state);
            self.suspend();
            return;
        }
        drop(state);
        for task in tasks {
            self.drop_task(task, at);
        }
    }

    fn drop_task(&self, task: StrandId, at: &'static Location<'static>) {
        let mut state = self.state.borrow_mut();
        // A runtime waits for the ends of the polls that are under way.
        while state.is_polling(task) && !state.tearing_down {
            let me = state.current;
            let object = state.strand_object(task);
            state.strands[me].status = Status::Joining(task);
            state.strands[me].pending =
                Some(Pending { object, kind: Kind::IsFinished, at, options: 1 });
            drop(state);
            self.suspend();
            state = self.state.borrow_mut();
        }
        let rests = state.strands[task].status != Status::Ended && !state.is_polling(task);
        drop(state);
        if rests {
            self.discard(task);
        }
        self.observe(task);
    }

    /// Drops a task that is not being polled.
    fn discard(&self, task: StrandId) {
        let mut state = self.state.borrow_mut();
        let poll = state.poll_of(task);
        let (future, slot) = (poll.future.take(), poll.slot.clone());
        drop(state);
        drop(panic::catch_unwind(AssertUnwindSafe(|| drop(future))));
        if let Some(slot) = slot {
            slot.cancelled();
        }
        self.ended(task);
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
        self.looks.clear();
        self.spawned.clear();
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
        // What is cleared away has nothing to wait for.
        if self.tearing_down || poll.under_way || !self.needs_worker(strand) {
            return true;
        }
        let event_loop = &self.loops[poll.event_loop];
        match event_loop.flavor {
            Flavor::CurrentThread => event_loop.driven && event_loop.busy == 0,
            Flavor::MultiThread(workers) => event_loop.busy < workers,
        }
    }

    /// Whether a strand stands in a poll that was started ahead and needs a worker to go on.
    pub(super) fn is_before_its_poll(&self, strand: StrandId) -> bool {
        self.needs_worker(strand)
            && self.strands[strand].poll.as_ref().is_some_and(|poll| !poll.under_way)
    }

    /// How many workers are left for the others when a strand of the loop has its own.
    pub(super) fn workers_left(&self, strand: StrandId) -> usize {
        let Some(poll) = &self.strands[strand].poll else { return 0 };
        let event_loop = &self.loops[poll.event_loop];
        let workers = match event_loop.flavor {
            Flavor::CurrentThread => 1,
            Flavor::MultiThread(workers) => workers,
        };
        workers.saturating_sub(event_loop.busy + 1)
    }

    /// Who else is before a poll of the same loop.
    pub(super) fn rivals(&self, strand: StrandId) -> impl Iterator<Item = StrandId> + '_ {
        let of = |id: StrandId| self.strands[id].poll.as_ref().map(|poll| poll.event_loop);
        let event_loop = of(strand);
        (0..self.strands.len()).filter(move |&id| {
            let ready = matches!(self.strands[id].status, Status::Announced | Status::Cold);
            id != strand && ready && of(id) == event_loop && self.is_before_its_poll(id)
        })
    }

    /// A strand's poll is chosen, if it is in one that was not.
    pub(super) fn start_poll_step(&mut self, strand: StrandId) {
        let needs_worker = self.needs_worker(strand);
        let Some(poll) = &mut self.strands[strand].poll else { return };
        if !std::mem::replace(&mut poll.under_way, true) {
            self.loops[poll.event_loop].busy += usize::from(needs_worker);
            // Whether somebody stops the task before this or after it can be told.
            let object = self.strand_object(strand);
            self.access(object, Mode::Read);
            self.clock.arm(strand);
            self.release(strand);
        }
    }

    /// A poll begins as a step: an access to what others see of the strand. It is not its own doing, so
    /// a loop that waits is not told from one that works by it.
    pub(super) fn begins_poll(&mut self, strand: StrandId, mode: Mode) {
        if let Some(done) = self.done.last_mut() {
            done.mode = mode;
        }
        let object = self.strand_object(strand);
        self.access(object, mode);
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
            // So can this.
            let object = self.strand_object(strand);
            if !self.tearing_down {
                self.access(object, Mode::Read);
            }
        }
        self.release(strand);
    }

    /// A poll was chosen, or has ended unseen: whom it has spawned and woken can go.
    fn release(&mut self, strand: StrandId) {
        for held_back in std::mem::take(&mut self.poll_of(strand).held_back) {
            if matches!(self.strands[held_back].status, Status::Idle | Status::Spinning) {
                self.make_ready(held_back);
            }
        }
    }

    /// Keeps a strand from being polled before the poll that has made it ready, if that was started
    /// ahead and nobody else of its loop can be polled before its end.
    fn holds_back(&mut self, strand: StrandId) -> bool {
        let me = self.current;
        let Some(poll) = &self.strands[me].poll else { return false };
        let ahead = poll.stage == Stage::Polling && !poll.under_way;
        let same_loop = |other: &PollState| other.event_loop == poll.event_loop;
        let one_at_a_time = matches!(
            self.loops[poll.event_loop].flavor,
            Flavor::CurrentThread | Flavor::MultiThread(1)
        );
        let holds = ahead
            && me != strand
            && one_at_a_time
            && self.needs_worker(me)
            && self.strands[strand].poll.as_ref().is_some_and(same_loop);
        if holds {
            self.strands[strand].status = Status::Idle;
            self.poll_of(me).held_back.push(strand);
        }
        holds
    }

    /// The tasks of a loop.
    fn tasks(&self, event_loop: usize) -> impl Iterator<Item = StrandId> + '_ {
        (0..self.strands.len()).filter(move |&id| {
            let strand = &self.strands[id];
            strand.kind == StrandKind::Task
                && strand.poll.as_ref().is_some_and(|poll| poll.event_loop == event_loop)
        })
    }

    /// The tasks of a loop that have not ended.
    fn live_tasks(&self, event_loop: usize) -> impl Iterator<Item = StrandId> + '_ {
        self.tasks(event_loop).filter(|&task| self.strands[task].status != Status::Ended)
    }

    /// A poll was not ready: the strand rests until it is woken, if it has not been already.
    fn wait_for_wake(&mut self, strand: StrandId) {
        let poll = self.poll_of(strand);
        let status = if poll.spinning { Status::Spinning } else { Status::Idle };
        let ready = poll.woken || poll.cancelled;
        self.strands[strand].status = status;
        if self.is_stopped(strand) {
            self.strands[strand].status = Status::Idle;
            self.end_joins(strand);
        } else if ready {
            self.make_ready(strand);
        }
    }

    /// A waker was called.
    pub(super) fn wake(&mut self, strand: StrandId) {
        let Some(poll) = &mut self.strands[strand].poll else { return };
        if poll.stage == Stage::Polling {
            poll.woken = true;
        } else if matches!(self.strands[strand].status, Status::Idle | Status::Spinning)
            && !self.is_stopped(strand)
        {
            self.make_ready(strand);
        }
    }

    /// Whether a task is in the middle of a poll.
    fn is_polling(&self, task: StrandId) -> bool {
        let strand = &self.strands[task];
        let polling = |poll: &PollState| poll.stage == Stage::Polling;
        strand.status != Status::Ended && strand.poll.as_ref().is_some_and(polling)
    }

    /// Whether a task rests that its runtime is about to drop.
    fn is_stopped(&self, strand: StrandId) -> bool {
        let closed = |poll: &PollState| poll.cancelled && self.loops[poll.event_loop].closed;
        self.strands[strand].poll.as_ref().is_some_and(closed)
    }

    /// Has a strand polled, cancelled or dropped next.
    pub(super) fn make_ready(&mut self, strand: StrandId) {
        if self.tearing_down || self.holds_back(strand) {
            return;
        }
        let is_task = self.strands[strand].kind == StrandKind::Task;
        let poll = self.poll_of(strand);
        match (poll.cancelled, poll.wary) {
            (true, _) if is_task => self.make_cold(strand, Kind::Cancel),
            (_, true) if is_task => self.make_cold(strand, Kind::Poll),
            _ => self.make_silent(strand),
        }
    }

    /// Has a strand's next poll chosen before it starts.
    fn make_cold(&mut self, strand: StrandId, kind: Kind) {
        let object = self.strand_object(strand);
        let at = self.strands[strand].birth;
        self.strands[strand].status = Status::Cold;
        self.strands[strand].pending = Some(Pending { object, kind, at, options: 1 });
    }

    /// Whether a strand's next poll must not start before it is chosen.
    fn is_cold(&self, strand: StrandId) -> bool {
        let poll = self.strands[strand].poll.as_ref();
        poll.is_some_and(|poll| poll.wary) || self.known_cold(strand).is_some()
    }

    fn known_cold(&self, strand: StrandId) -> Option<Cold> {
        let Strand { name, poll, .. } = &self.strands[strand];
        let poll = poll.as_ref()?.polls;
        self.colds.iter().find(|cold| cold.strand == *name && cold.poll == poll).cloned()
    }

    /// The strand that runs now looks at the clock, or changes what only its own timer does.
    pub(super) fn look_at_clock(&mut self, clock: u32) {
        self.access(clock, Mode::Read);
        self.note(Look::Clock);
    }

    /// The strand that runs now looks whether another has ended.
    fn look_at_end(&mut self, strand: StrandId) -> bool {
        let object = self.strand_object(strand);
        self.access(object, Mode::Read);
        self.note(Look::Strand(self.strands[strand].name));
        self.strands[strand].status == Status::Ended
    }

    fn note(&mut self, look: Look) {
        let me = self.current;
        if let Some(poll) = &mut self.strands[me].poll
            && !poll.under_way
        {
            poll.looks.push(look);
        }
    }

    /// A poll that is not started ahead this time has looked at something when it was. The step before
    /// must be the same as then.
    fn look_as_before(&mut self, look: Look, at: &'static Location<'static>) {
        let object = match look {
            Look::Clock => self.clock_strand(at).1,
            Look::Strand(name) => {
                match self.strands.iter().position(|strand| strand.name == name) {
                    Some(strand) => self.strand_object(strand),
                    None => self.add_thing(What::Strand, Some(at), at),
                }
            }
        };
        self.access(object, Mode::Read);
    }

    /// Whether a loop with one thread is in the middle of a poll.
    pub(super) fn is_in_a_poll(&self, event_loop: usize) -> bool {
        let event_loop = &self.loops[event_loop];
        event_loop.flavor == Flavor::CurrentThread && event_loop.busy > 0
    }

    /// How many ways there are to abort a task: a poll that it stands at the door of may have begun in
    /// life, on another thread, and then it comes to its end.
    pub(super) fn ways_to_abort(&self, task: StrandId, aborter: StrandId) -> u16 {
        if self.can_have_begun(task, aborter) { BEGUN + 1 } else { 1 }
    }

    fn can_have_begun(&self, task: StrandId, aborter: StrandId) -> bool {
        let event_loop =
            |strand: StrandId| self.strands[strand].poll.as_ref().map(|it| it.event_loop);
        // Who aborts has a worker itself when it does.
        let takes_worker =
            event_loop(aborter) == event_loop(task) && self.is_before_its_poll(aborter);
        self.strands[task].status == Status::Announced
            && self.stands_at_the_door(task)
            && self.has_worker(task)
            && (!takes_worker || self.workers_left(aborter) > 0)
    }

    /// The ways in which a runtime with workers can end: which of the tasks that stand at the door of a
    /// poll have begun it.
    pub(super) fn ways_to_shut_down(&self, event_loop: usize) -> Vec<Vec<StrandId>> {
        let free = match self.loops[event_loop].flavor {
            Flavor::CurrentThread => 0,
            Flavor::MultiThread(workers) => workers.saturating_sub(self.loops[event_loop].busy),
        };
        let mut at_doors: Vec<StrandId> = self
            .live_tasks(event_loop)
            .filter(|&task| self.strands[task].status == Status::Announced)
            .filter(|&task| self.stands_at_the_door(task))
            .collect();
        at_doors.sort_unstable_by_key(|&task| self.strands[task].name);
        let mut ways = vec![Vec::new()];
        for &task in &at_doors {
            for way in 0..ways.len() {
                if ways[way].len() < free && ways.len() < MOST_WAYS {
                    let mut more = ways[way].clone();
                    more.push(task);
                    ways.push(more);
                }
            }
        }
        // Who was spawned in such a poll is there only if that has begun.
        let spawned = |by: StrandId, task: StrandId| {
            let name = self.strands[task].name;
            self.strands[by].poll.as_ref().is_some_and(|poll| poll.spawned.contains(&name))
        };
        ways.retain(|way| {
            way.iter()
                .all(|&task| at_doors.iter().all(|&by| !spawned(by, task) || way.contains(&by)))
        });
        ways
    }

    /// The way that was chosen, now or before the execution began again.
    fn tasks_that_have_begun(&self, event_loop: usize) -> Vec<StrandId> {
        let step = self.run.steps.len();
        if let Some((_, names)) = self.begun.iter().find(|(of, _)| *of == step) {
            let tasks = self.tasks(event_loop);
            return tasks.filter(|&task| names.contains(&self.strands[task].name)).collect();
        }
        let option = usize::from(self.strands[self.current].option);
        self.ways_to_shut_down(event_loop).into_iter().nth(option).unwrap_or_default()
    }

    /// Keeps all tasks of a loop from being polled again. False if one of them was polled ahead: then
    /// the execution begins again.
    fn stop_all(&mut self, tasks: &[StrandId]) -> bool {
        for &task in tasks {
            if self.strands[task].status == Status::Ended {
                continue;
            }
            let object = self.strand_object(task);
            self.access(object, Mode::Write);
            if self.stands_at_the_door(task) {
                self.begin_again(task);
                continue;
            }
            let poll = self.poll_of(task);
            poll.cancelled = true;
            if poll.stage == Stage::Resting {
                self.silent.retain(|&strand| strand != task);
                self.strands[task].status = Status::Idle;
                self.strands[task].pending = None;
            }
        }
        self.ending.is_none()
    }

    /// Whether a task was polled ahead and waits to be chosen.
    fn stands_at_the_door(&self, task: StrandId) -> bool {
        let strand = &self.strands[task];
        strand.poll.as_ref().is_some_and(|poll| {
            // If somebody whom it has spawned has taken a step, then its poll has begun.
            let spawned = |step: &RunStep| poll.spawned.contains(&step.choice.who);
            poll.stage == Stage::Polling && !poll.under_way && !self.run.steps.iter().any(spawned)
        })
    }

    /// Whether a strand that was polled ahead has asked something that was not ready: it may be by the
    /// time that the strand is chosen.
    pub(super) fn has_asked_in_vain(&self, strand: StrandId) -> bool {
        let poll = self.strands[strand].poll.as_ref();
        poll.is_some_and(|poll| {
            poll.stage == Stage::Polling && !poll.under_way && poll.not_ready > 0
        })
    }

    /// Another run begins for the first time.
    pub(super) fn forget_colds(&mut self) {
        self.colds.clear();
        self.begun.clear();
    }

    /// Time passes. Has the execution begin again if somebody was polled ahead and has looked at the
    /// clock: it will show something else when he is chosen.
    pub(super) fn keeps_time(&mut self) -> bool {
        for strand in 0..self.strands.len() {
            let looks =
                |poll: &PollState| poll.looks.iter().any(|look| matches!(look, Look::Clock));
            let poll = self.strands[strand].poll.as_ref();
            if self.stands_at_the_door(strand) && poll.is_some_and(looks) {
                self.begin_again(strand);
            }
        }
        self.ending.is_none()
    }

    /// Has the execution begin again without polling a strand ahead this time.
    pub(super) fn begin_again(&mut self, strand: StrandId) {
        let name = self.strands[strand].name;
        // What it did before it was chosen it does in its own step now, if it is the strand that runs.
        let seen = strand != self.current;
        let poll = self.poll_of(strand);
        let looks = if seen { std::mem::take(&mut poll.looks) } else { Vec::new() };
        let poll = poll.polls;
        self.colds.push(Cold { strand: name, poll, looks });
        self.ending = Some(Ending::Again);
    }

    /// The next strand to run before the coming step.
    pub(super) fn next_silent(&mut self) -> Option<StrandId> {
        while self.ending.is_none() {
            let position = self.silent.iter().position(|&strand| self.has_worker(strand))?;
            let strand = self.silent.remove(position)?;
            let is_task = self.strands[strand].kind == StrandKind::Task;
            match self.known_cold(strand) {
                Some(cold) if is_task && !self.strands[strand].is_suspended() => {
                    let at = self.strands[strand].birth;
                    cold.looks.into_iter().for_each(|look| self.look_as_before(look, at));
                    self.make_cold(strand, Kind::Poll);
                }
                _ => return Some(strand),
            }
        }
        None
    }
}
