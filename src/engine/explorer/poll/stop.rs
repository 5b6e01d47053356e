//! How does a task end before its end?
//!
//! It is aborted, or its runtime is shut down. A poll that is under way comes to its end in either case.
//! A poll that a task stands at the door of may have begun, if another thread can have done that in
//! life, or not: both are tried.

use std::panic::{self, AssertUnwindSafe, Location};

use super::super::Explorer;
use super::super::state::{State, Status, StrandId};
use super::super::thing::Pending;
use super::{Executor, Flavor, Phase, PollState, Stage};
use crate::step::{Kind, Mode};

/// How many ways to end a runtime are told apart at the most. A program with more is given up.
pub(in super::super) const MOST_WAYS: usize = 1 << 10;

/// A runtime with workers ends: a step, announced on the first of its tasks.
pub(in super::super) const SHUT_DOWN: Kind = Kind::Async("shut down");

/// The option of an abort that finds the task's poll begun.
const BEGUN: u16 = 1;

impl Explorer {
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
        state.run.is_subtle = true;
        let slept = matches!(state.strands[target].status, Status::Idle | Status::Spinning);
        state.note_wake(target, slept);
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
        state.loops[event_loop].phase = Phase::Closed;
        for &task in &begun {
            state.start_poll_step(task);
        }
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

    pub(super) fn drop_task(&self, task: StrandId, at: &'static Location<'static>) {
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
    pub(super) fn discard(&self, task: StrandId) {
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

impl State {
    /// Whether a task is in the middle of a poll.
    pub(super) fn is_polling(&self, task: StrandId) -> bool {
        let strand = &self.strands[task];
        let polling = |poll: &PollState| poll.stage == Stage::Polling;
        strand.status != Status::Ended && strand.poll.as_deref().is_some_and(polling)
    }

    /// Whether a task rests that its runtime is about to drop.
    pub(super) fn is_stopped(&self, strand: StrandId) -> bool {
        let closed =
            |poll: &PollState| poll.cancelled && self.loops[poll.event_loop].phase == Phase::Closed;
        self.strands[strand].poll.as_deref().is_some_and(closed)
    }

    /// How many ways there are to abort a task: a poll that it stands at the door of may have begun in
    /// life, on another thread, and then it comes to its end.
    pub(in super::super) fn ways_to_abort(&self, task: StrandId, aborter: StrandId) -> u16 {
        if self.can_have_begun(task, aborter) { BEGUN + 1 } else { 1 }
    }

    pub(super) fn can_have_begun(&self, task: StrandId, aborter: StrandId) -> bool {
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
    pub(in super::super) fn ways_to_shut_down(&self, event_loop: usize) -> Vec<Vec<StrandId>> {
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
    pub(super) fn tasks_that_have_begun(&self, event_loop: usize) -> Vec<StrandId> {
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
    pub(super) fn stop_all(&mut self, tasks: &[StrandId]) -> bool {
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
            self.note_dropped(task);
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
}
