//! The course of a poll: it starts, is chosen, comes to its end, and its strand rests until it is woken.

use super::super::state::{State, Status, StrandId, StrandKind};
use super::{PollState, Stage};
use crate::step::{Kind, Mode};

impl PollState {
    pub(super) fn start(&mut self) {
        self.stage = Stage::Polling;
        self.woken = false;
        self.spinning = false;
        self.not_ready = 0;
        self.all_of = 0;
        self.tells_time = false;
        self.looks.clear();
        self.spawned.clear();
    }
}

impl State {
    pub(super) fn poll_of(&mut self, strand: StrandId) -> &mut PollState {
        self.strands[strand].poll.as_mut().expect("internal error: a task without a future")
    }

    /// A strand's poll is chosen, if it is in one that was not.
    pub(in super::super) fn start_poll_step(&mut self, strand: StrandId) {
        let needs_worker = self.needs_worker(strand);
        let Some(poll) = &mut self.strands[strand].poll else { return };
        if !std::mem::replace(&mut poll.under_way, true) {
            poll.began_alone = !self.in_step;
            self.loops[poll.event_loop].busy += usize::from(needs_worker);
            // Whether somebody stops the task before this or after it can be told.
            let object = self.strand_object(strand);
            self.access(object, Mode::Read);
            self.has_looked(strand);
            self.takes_worker(strand);
            self.use_up_signals(strand);
            self.arm_timers(strand);
            self.release(strand);
        }
    }

    /// A poll begins as a step: an access to what others see of the strand. It is not its own doing, so
    /// a loop that waits is not told from one that works by it.
    pub(in super::super) fn begins_poll(&mut self, strand: StrandId, mode: Mode) {
        if let Some(done) = self.done.last_mut() {
            done.mode = mode;
        }
        // That it looks is told when it is chosen.
        if mode == Mode::Write {
            let object = self.strand_object(strand);
            self.access(object, mode);
        }
    }

    /// A poll has come to its end. Whether it was chosen.
    pub(super) fn rest(&mut self, strand: StrandId) -> bool {
        let needs_worker = self.needs_worker(strand);
        self.arm_timers(strand);
        if self.strands[strand].poll.is_some() {
            self.has_looked_unseen(strand);
        }
        let Some(poll) = &mut self.strands[strand].poll else { return false };
        if poll.stage == Stage::Resting {
            return false;
        }
        poll.stage = Stage::Resting;
        poll.polls += 1;
        // A future that waits for something the facade does not know of tells nobody what it is.
        poll.wary = poll.not_ready > 1 || (poll.not_ready == 0 && !poll.woken);
        let (event_loop, under_way) = (poll.event_loop, std::mem::take(&mut poll.under_way));
        if under_way {
            self.loops[event_loop].busy -= usize::from(needs_worker);
            // So can this.
            let object = self.strand_object(strand);
            if !self.tearing_down {
                self.access(object, Mode::Read);
                self.gives_worker_back(strand);
            }
        }
        self.release(strand);
        under_way
    }

    /// A poll was not ready: the strand rests until it is woken, if it has not been already.
    pub(super) fn wait_for_wake(&mut self, strand: StrandId, seen: bool) {
        let poll = self.poll_of(strand);
        let status = if poll.spinning { Status::Spinning } else { Status::Idle };
        let ready = poll.woken || poll.cancelled;
        if !seen && !ready {
            self.use_up_signals_unseen(strand);
        }
        self.strands[strand].status = status;
        if self.is_stopped(strand) {
            self.strands[strand].status = Status::Idle;
            self.end_joins(strand);
        } else if ready {
            self.make_ready(strand);
        }
    }

    /// A waker was called.
    pub(in super::super) fn wake(&mut self, strand: StrandId) {
        let slept = match &self.strands[strand].poll {
            Some(poll) if poll.stage == Stage::Polling => poll.under_way && !poll.woken,
            Some(_) => matches!(self.strands[strand].status, Status::Idle | Status::Spinning),
            None => return,
        };
        if self.strands[strand].status != Status::Ended {
            self.note_wake(strand, slept);
        }
        if strand != self.current && !self.tearing_down && self.stands_at_the_door(strand) {
            // Its poll begins after this, and sees why.
            if self.ending.is_none() && !self.is_cold(strand) {
                self.begin_again(strand);
            }
            return;
        }
        let poll = self.poll_of(strand);
        if poll.stage == Stage::Polling {
            poll.woken = true;
        } else if matches!(self.strands[strand].status, Status::Idle | Status::Spinning)
            && !self.is_stopped(strand)
        {
            self.make_ready(strand);
        }
    }

    /// Has a strand polled, cancelled or dropped next.
    pub(in super::super) fn make_ready(&mut self, strand: StrandId) {
        if self.tearing_down || self.holds_back(strand) {
            return;
        }
        let is_task = self.strands[strand].kind == StrandKind::Task;
        let ahead = self.bounds.ahead;
        let poll = self.poll_of(strand);
        match (poll.cancelled, poll.wary || !ahead) {
            (true, _) if is_task => self.make_cold(strand, Kind::Cancel),
            (_, true) if is_task => self.make_cold(strand, Kind::Poll),
            _ => self.make_silent(strand),
        }
    }
}
