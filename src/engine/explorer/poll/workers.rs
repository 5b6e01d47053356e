//! Who may be polled, and how many at a time?

use super::super::state::{State, Status, StrandId, StrandKind};
use super::{Flavor, Phase};

impl State {
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
