//! Who may be polled, and how many at a time?

use std::panic::Location;

use super::super::Explorer;
use super::super::state::{State, Status, StrandId, StrandKind};
use super::{Flavor, Loop, Phase};
use crate::search::Need;
use crate::step::{Access, Effect, Mode};

/// Whether there is anybody besides the tasks of one event loop.
#[derive(Debug, Default)]
pub(in super::super) struct Crowd {
    /// Whether others were started since somebody was alone.
    pub(in super::super) is_there: bool,
    /// How many steps there were when that was looked at last.
    seen: usize,
}

impl State {
    /// Whether a strand's polls come one after the other with those of others.
    fn takes_turns(&self, strand: StrandId) -> Option<usize> {
        let event_loop = self.strands[strand].poll.as_ref()?.event_loop;
        let one = match self.loops[event_loop].flavor {
            Flavor::CurrentThread => true,
            Flavor::MultiThread(workers) => workers == 1,
        };
        (one && self.needs_worker(strand)).then_some(event_loop)
    }

    /// What a strand that is about to begin a poll needs of its loop.
    pub(in super::super) fn needs_of_poll(&self, strand: StrandId) -> Option<[Need; 2]> {
        let poll = self.strands[strand].poll.as_ref().filter(|poll| !poll.under_way)?;
        let gate = Need::Shareable(self.loops[poll.event_loop].gate);
        Some([self.turn_of(strand)?, gate])
    }

    /// The poll of a strand begins with the step that is under way. As far as that is known, it ends
    /// with it too, so it can change places with other polls.
    pub(super) fn takes_worker(&mut self, strand: StrandId) {
        self.hears_its_thread(strand);
        let Some(event_loop) = self.takes_turns(strand) else { return };
        let Loop { turns, gate, .. } = self.loops[event_loop];
        let begun_at = self.run.accesses.len();
        for object in [turns, gate] {
            self.note_access(Access::of(object, Mode::Read));
            self.note_need(Need::Shareable(object));
        }
        self.poll_of(strand).begun_at = self.in_step.then_some(begun_at);
    }

    /// What has to hold for something to come between two polls of a strand's loop.
    pub(in super::super) fn turn_of(&self, strand: StrandId) -> Option<Need> {
        let event_loop = self.takes_turns(strand)?;
        Some(Need::Shareable(self.loops[event_loop].turns))
    }

    /// What is under way comes between two polls of a strand's loop.
    pub(in super::super) fn comes_between_polls(&mut self, strand: StrandId) {
        if let Some(need @ Need::Shareable(object)) = self.turn_of(strand) {
            self.note_access(Access::of(object, Mode::Read));
            self.note_need(need);
        }
    }

    /// The last step is over. If that was the first of a poll which has not ended, nobody else of its loop
    /// can be polled before it does.
    pub(in super::super) fn keeps_its_turn(&mut self) {
        let last = self.run.steps.last().and_then(|step| self.number_of(step.choice.who));
        for strand in last.into_iter().chain([self.current]) {
            let poll = self.strands.get(strand).and_then(|strand| strand.poll.as_ref());
            if poll.is_some_and(|poll| poll.under_way && !poll.keeps) {
                self.keeps_its_worker(strand);
            }
        }
    }

    /// Nobody else of a strand's loop can be polled before its poll has ended.
    pub(in super::super) fn keeps_its_worker(&mut self, strand: StrandId) {
        if self.began_alone(strand) {
            self.poll_of(strand).began_alone = false;
            let Some(event_loop) = self.takes_turns(strand) else { return };
            let object = self.loops[event_loop].turns;
            let effect = Effect::Takes;
            self.run.note_alone(Access { object, mode: Mode::Write, effect });
            self.poll_of(strand).keeps = true;
            self.run.is_subtle = true;
            return;
        }
        let poll = self.strands[strand].poll.as_ref().filter(|poll| poll.under_way);
        if let Some(access) = poll.and_then(|poll| self.run.accesses.get_mut(poll.begun_at?)) {
            access.mode = Mode::Write;
            access.effect = Effect::Takes;
            self.run.is_subtle = true;
            self.poll_of(strand).keeps = true;
        }
    }

    /// Whether a strand is in a poll that began when nobody else was there.
    pub(in super::super) fn began_alone(&self, strand: StrandId) -> bool {
        let poll = self.strands[strand].poll.as_ref();
        poll.is_some_and(|poll| poll.under_way && poll.began_alone)
    }

    /// The poll of a strand has ended.
    pub(super) fn gives_worker_back(&mut self, strand: StrandId) {
        self.tells_its_thread(strand);
        let Some(event_loop) = self.takes_turns(strand) else { return };
        let object = self.loops[event_loop].turns;
        self.poll_of(strand).begun_at = None;
        if std::mem::take(&mut self.poll_of(strand).keeps) {
            self.note_access(Access { object, mode: Mode::Write, effect: Effect::Gives });
        }
    }

    /// A thread leaves a loop: no poll can change places with that, and if there are tasks in it, none
    /// of them can be polled any more.
    pub(super) fn leaves_loop(&mut self, event_loop: usize) {
        let left = self.live_tasks(event_loop).next().is_some();
        self.loops[event_loop].left = left;
        let object = self.loops[event_loop].gate;
        let effect = if left { Effect::Takes } else { Effect::None };
        if left || self.in_step {
            self.note_access(Access { object, mode: Mode::Write, effect });
        }
    }

    /// A thread enters a loop, and its tasks can be polled.
    pub(super) fn enters_loop(&mut self, event_loop: usize) {
        let tasks: Vec<StrandId> = self.live_tasks(event_loop).collect();
        for task in tasks {
            self.let_go_on(task);
        }
        if std::mem::take(&mut self.loops[event_loop].left) {
            let object = self.loops[event_loop].gate;
            self.note_access(Access { object, mode: Mode::Write, effect: Effect::Gives });
        }
    }

    /// Somebody starts who is not one of the tasks of the only event loop: he can come between what is
    /// done in one poll, which is one step no more.
    pub(in super::super) fn gets_crowded(&mut self) {
        self.crowd.is_there = true;
        if self.has_loops() {
            let object = self.identity_of_crowd();
            self.note_access(Access::of(object, Mode::Add));
        }
    }

    /// Whether somebody can come between what the poll at hand does.
    pub(in super::super) fn sees_a_crowd(&mut self) -> bool {
        let step = self.run.steps.len();
        // Once for each step is enough.
        if self.in_step && std::mem::replace(&mut self.crowd.seen, step) != step {
            let object = self.identity_of_crowd();
            self.note_access(Access::of(object, Mode::Read));
        }
        self.crowd.is_there
    }

    /// Whether a strand's polls take up a worker.
    pub(in super::super) fn needs_worker(&self, strand: StrandId) -> bool {
        let Some(poll) = &self.strands[strand].poll else { return false };
        self.strands[strand].kind == StrandKind::Task
            || self.loops[poll.event_loop].flavor == Flavor::CurrentThread
    }

    /// Whether there is a worker for what a strand is about to do.
    pub(in super::super) fn has_worker(&self, strand: StrandId) -> bool {
        let Some(poll) = &self.strands[strand].poll else { return true };
        // What is cleared away has nothing to wait for.
        if self.tearing_down || poll.under_way || !self.needs_worker(strand) {
            return true;
        }
        let event_loop = &self.loops[poll.event_loop];
        match event_loop.flavor {
            Flavor::CurrentThread => event_loop.phase == Phase::Driven && event_loop.busy == 0,
            Flavor::MultiThread(workers) => event_loop.busy < workers,
        }
    }

    /// Whether a strand stands in a poll that was started ahead and needs a worker to go on.
    pub(in super::super) fn is_before_its_poll(&self, strand: StrandId) -> bool {
        self.needs_worker(strand)
            && self.strands[strand].poll.as_ref().is_some_and(|poll| !poll.under_way)
    }

    /// How many workers are left for the others when a strand of the loop has its own.
    pub(in super::super) fn workers_left(&self, strand: StrandId) -> usize {
        let Some(poll) = &self.strands[strand].poll else { return 0 };
        let event_loop = &self.loops[poll.event_loop];
        let workers = match event_loop.flavor {
            Flavor::CurrentThread => 1,
            Flavor::MultiThread(workers) => workers,
        };
        workers.saturating_sub(event_loop.busy + 1)
    }

    /// Who else is before a poll of the same loop.
    pub(in super::super) fn rivals(&self, strand: StrandId) -> impl Iterator<Item = StrandId> + '_ {
        let of = |id: StrandId| self.strands[id].poll.as_ref().map(|poll| poll.event_loop);
        let event_loop = of(strand);
        (0..self.strands.len()).filter(move |&id| {
            let ready = matches!(self.strands[id].status, Status::Announced | Status::Cold);
            id != strand && ready && of(id) == event_loop && self.is_before_its_poll(id)
        })
    }

    /// Whether a loop with one thread is in the middle of a poll.
    pub(in super::super) fn is_in_a_poll(&self, event_loop: usize) -> bool {
        let event_loop = &self.loops[event_loop];
        event_loop.flavor == Flavor::CurrentThread && event_loop.busy > 0
    }

    /// The tasks of a loop.
    pub(super) fn tasks(&self, event_loop: usize) -> impl Iterator<Item = StrandId> + '_ {
        (0..self.strands.len()).filter(move |&id| {
            let strand = &self.strands[id];
            strand.kind == StrandKind::Task
                && strand.poll.as_ref().is_some_and(|poll| poll.event_loop == event_loop)
        })
    }

    /// The tasks of a loop that have not ended.
    pub(super) fn live_tasks(&self, event_loop: usize) -> impl Iterator<Item = StrandId> + '_ {
        self.tasks(event_loop).filter(|&task| self.strands[task].status != Status::Ended)
    }
}

impl Explorer {
    /// Does something in the middle of a poll, while the worker is there for others.
    ///
    /// In life the worker's thread goes on with this, and another thread becomes the worker.
    pub(crate) fn without_worker<R>(
        &self,
        at: &'static Location<'static>,
        body: impl FnOnce() -> R,
    ) -> R {
        self.enter_poll(at);
        let me = self.current();
        self.hand_worker_over(me);
        let _back = Back { explorer: self, me };
        body()
    }

    fn hand_worker_over(&self, me: StrandId) {
        let mut state = self.state.borrow_mut();
        let needs_worker = state.needs_worker(me);
        let Some(poll) = state.strands[me].poll.as_ref().filter(|poll| poll.under_way) else {
            return;
        };
        let event_loop = poll.event_loop;
        state.run.is_intricate = true;
        state.loops[event_loop].busy -= usize::from(needs_worker);
        state.keeps_its_worker(me);
        state.gives_worker_back(me);
    }
}

/// The poll has a worker again, if need be one more than there are.
struct Back<'a> {
    explorer: &'a Explorer,
    me: StrandId,
}

impl Drop for Back<'_> {
    fn drop(&mut self) {
        let mut state = self.explorer.state.borrow_mut();
        let needs_worker = state.needs_worker(self.me);
        let Some(poll) = state.strands[self.me].poll.as_ref().filter(|poll| poll.under_way) else {
            return;
        };
        let event_loop = poll.event_loop;
        state.loops[event_loop].busy += usize::from(needs_worker);
        if !state.tearing_down {
            state.takes_worker(self.me);
        }
    }
}
