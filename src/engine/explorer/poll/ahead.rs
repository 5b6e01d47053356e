//! Which polls can be started before they are chosen, and what if that turns out wrong?
//!
//! See the text of [`poll`](super): a poll is started ahead until it announces something, and stands
//! there at the door. What it asks on the way there and finds not ready may be ready by the time it is
//! chosen, time may pass, its task may be stopped. Then the execution begins again with the same
//! choices, and that poll is [`Cold`].
//!
//! What a poll looks at on its way to the door counts when it is chosen, since only then it is sure.

use std::panic::Location;

use super::super::Explorer;
use super::super::identity::Part;
use super::super::state::{Ending, State, Status, StrandId, StrandKind};
use super::super::strand::Strand;
use super::super::thing::{Done, Pending};
use super::{Flavor, PollState, Stage};
use crate::search::{Name, RunStep};
use crate::step::{Kind, Mode, What};

/// A poll that must not start before it is chosen.
#[derive(Clone, Debug)]
pub(crate) struct Cold {
    strand: Name,
    /// Which of the strand's polls.
    poll: usize,
    /// What it has looked at when it was started ahead.
    looks: Vec<Look>,
}

/// Something that changes silently.
#[derive(Clone, Copy, Debug)]
enum Look {
    Clock,
    /// Whether a strand has ended.
    Strand(Name),
}

impl Explorer {
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

    /// The operation that was announced at a line was not ready.
    pub(crate) fn waits_at(&self, at: &'static Location<'static>) {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        let asked = |done: &&mut Done| (done.strand, done.at) == (me, at);
        if let Some(done) = state.done.iter_mut().rev().find(asked) {
            done.waits = true;
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

    /// Has the poll at hand chosen before something happens in it that blocks its worker.
    pub(in super::super) fn enter_poll(&self, at: &'static Location<'static>) {
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
}

impl State {
    /// Whether a task was polled ahead and waits to be chosen.
    pub(super) fn stands_at_the_door(&self, task: StrandId) -> bool {
        let strand = &self.strands[task];
        strand.poll.as_ref().is_some_and(|poll| {
            // If somebody whom it has spawned has taken a step, then its poll has begun.
            let spawned = |step: &RunStep| poll.spawned.contains(&step.choice.who);
            poll.stage == Stage::Polling && !poll.under_way && !self.run.steps.iter().any(spawned)
        })
    }

    /// Whether a strand that was polled ahead has asked something that was not ready: it may be by the
    /// time that the strand is chosen.
    pub(in super::super) fn has_asked_in_vain(&self, strand: StrandId) -> bool {
        let poll = self.strands[strand].poll.as_ref();
        poll.is_some_and(|poll| {
            poll.stage == Stage::Polling && !poll.under_way && poll.not_ready > 0
        })
    }

    /// Keeps a strand from being polled before the poll that has made it ready, if that was started
    /// ahead and nobody else of its loop can be polled before its end.
    pub(super) fn holds_back(&mut self, strand: StrandId) -> bool {
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
            && self.strands[strand].poll.as_deref().is_some_and(same_loop);
        if holds {
            self.strands[strand].status = Status::Idle;
            self.poll_of(me).held_back.push(strand);
        }
        holds
    }

    /// A poll was chosen, or has ended unseen: whom it has spawned and woken can go.
    pub(super) fn release(&mut self, strand: StrandId) {
        for held_back in std::mem::take(&mut self.poll_of(strand).held_back) {
            self.let_go_on(held_back);
            if matches!(self.strands[held_back].status, Status::Idle | Status::Spinning) {
                self.make_ready(held_back);
            }
        }
    }

    /// Has a strand's next poll chosen before it starts.
    pub(super) fn make_cold(&mut self, strand: StrandId, kind: Kind) {
        let object = self.strand_object(strand);
        let at = self.strands[strand].birth;
        self.strands[strand].status = Status::Cold;
        self.strands[strand].pending = Some(Pending { object, kind, at, options: 1 });
    }

    /// Whether a strand's next poll must not start before it is chosen.
    pub(super) fn is_cold(&self, strand: StrandId) -> bool {
        let poll = self.strands[strand].poll.as_ref();
        poll.is_some_and(|poll| poll.wary || !self.bounds.ahead)
            || self.known_cold(strand).is_some()
    }

    /// Whether a strand is where it was, at this moment, when its poll was started ahead, which it is not
    /// this time.
    pub(in super::super) fn is_as_if_ahead(&self, strand: StrandId) -> bool {
        let is_fresh = self.strands[strand].poll.as_ref().is_some_and(|poll| poll.is_fresh);
        is_fresh && self.known_cold(strand).is_some()
    }

    pub(super) fn known_cold(&self, strand: StrandId) -> Option<Cold> {
        let Strand { name, poll, .. } = &*self.strands[strand];
        let poll = poll.as_ref()?.polls;
        self.colds.iter().find(|cold| cold.strand == *name && cold.poll == poll).cloned()
    }

    /// The strand that runs now looks at something that changes silently. In a poll that was started
    /// ahead it does so for sure only when that is chosen.
    pub(in super::super) fn look(&mut self, object: u32) {
        let me = self.current;
        match &mut self.strands[me].poll {
            Some(poll) if poll.stage == Stage::Polling && !poll.under_way => {
                poll.looks.push(object);
                self.glue(object, Mode::Read);
            }
            _ => self.access(object, Mode::Read),
        }
    }

    /// The strand that runs now looks whether another has ended.
    pub(in super::super) fn look_at_end(&mut self, strand: StrandId) -> bool {
        let object = self.strand_object(strand);
        self.look(object);
        self.strands[strand].status == Status::Ended
    }

    /// A poll was chosen that was started ahead: what it has looked at counts from now on.
    pub(super) fn has_looked(&mut self, strand: StrandId) {
        let clock = self.clock.object;
        let poll = self.poll_of(strand);
        let mut looks = std::mem::take(&mut poll.looks);
        looks.extend(clock.filter(|_| std::mem::take(&mut poll.saw_time)));
        looks.sort_unstable();
        looks.dedup();
        for object in looks {
            self.access_unglued(object, Mode::Read);
        }
    }

    /// The strand that runs now sees what time it is, and can tell.
    pub(in super::super) fn look_at_time(&mut self, clock: u32) {
        self.look(clock);
        let me = self.current;
        if let Some(poll) = &mut self.strands[me].poll {
            poll.tells_time = true;
        }
    }

    /// A poll has ended that was started ahead and is no step. Only what it has seen of the clock can be
    /// told: a timer that it has set. (Whether one has fired can be told by what the next poll does.)
    pub(super) fn has_looked_unseen(&mut self, strand: StrandId) {
        let clock = self.clock.object;
        let poll = self.poll_of(strand);
        let looks = std::mem::take(&mut poll.looks);
        let tells_time = std::mem::take(&mut poll.tells_time);
        if let Some(clock) = clock.filter(|clock| looks.contains(clock)) {
            poll.saw_time = true;
            if tells_time && !self.tearing_down {
                self.access_unglued(clock, Mode::Read);
            }
        }
    }

    /// A poll that is not started ahead this time has looked at something when it was, as part of the step
    /// before, which must be the same as then.
    pub(super) fn glue_as_before(&mut self, cold: &Cold, at: &'static Location<'static>) {
        for look in &cold.looks {
            let object = match *look {
                Look::Clock => self.clock_object(at),
                Look::Strand(name) => {
                    let strand = self.number_of(name);
                    if let Some(strand) = strand {
                        self.strand_object(strand)
                    } else {
                        let id = self.identity_of(name, Part::Life);
                        self.add_thing(What::Strand, Some(at), at, id)
                    }
                }
            };
            self.glue(object, Mode::Read);
        }
    }

    /// Time passes. Has the execution begin again if somebody was polled ahead and has looked at the
    /// clock: it will show something else when he is chosen.
    pub(in super::super) fn keeps_time(&mut self) -> bool {
        for strand in 0..self.strands.len() {
            let poll = self.strands[strand].poll.as_ref();
            let clock = self.clock.object;
            let saw = |poll: &PollState| poll.looks.iter().any(|&look| Some(look) == clock);
            if self.stands_at_the_door(strand) && poll.is_some_and(|poll| saw(poll)) {
                self.begin_again(strand);
            }
        }
        self.ending.is_none()
    }

    /// Has the execution begin again without polling a strand ahead this time.
    pub(in super::super) fn begin_again(&mut self, strand: StrandId) {
        let name = self.strands[strand].name;
        let poll = self.poll_of(strand);
        let (poll, seen) = (poll.polls, std::mem::take(&mut poll.looks));
        // What the strand that runs did before it was chosen it does in its own step now.
        let seen = seen.into_iter().filter(|_| strand != self.current);
        let looks = seen.map(|object| match self.things[object as usize].strand {
            Some(strand) => Look::Strand(self.strands[strand].name),
            None => Look::Clock,
        });
        let looks = looks.collect();
        self.colds.push(Cold { strand: name, poll, looks });
        self.ending = Some(Ending::Again);
    }

    /// Another run begins for the first time.
    pub(in super::super) fn forget_colds(&mut self) {
        self.colds.clear();
        self.begun.clear();
    }

    /// The next strand to run before the coming step.
    pub(in super::super) fn next_silent(&mut self) -> Option<StrandId> {
        while self.ending.is_none() && !self.silent.is_empty() {
            // Most often it is a thread, which needs no worker.
            if let Some(&first) = self.silent.front()
                && self.strands[first].poll.is_none()
            {
                return self.silent.pop_front();
            }
            let position = self.silent.iter().position(|&strand| self.has_worker(strand))?;
            let strand = self.silent.remove(position)?;
            let is_task = self.strands[strand].kind == StrandKind::Task;
            match self.known_cold(strand) {
                Some(cold) if is_task && !self.strands[strand].is_suspended() => {
                    let at = self.strands[strand].birth;
                    self.glue_as_before(&cold, at);
                    self.make_cold(strand, Kind::Poll);
                }
                _ => return Some(strand),
            }
        }
        None
    }
}
