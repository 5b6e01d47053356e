//! Which operations can go, and what do they do to locks, waiters and tokens?

use std::panic::Location;

use super::meet::Level;
use super::poll::{Flavor, MOST_WAYS, SHUT_DOWN};
use super::state::{Ending, State, Status, StrandId, StrandKind};
use super::strand::Strand;
use super::thing::{Done, Hold, Pending};
use super::{Explorer, Object};
use crate::search::Choice;
use crate::step::{Kind, Mode, What};

impl State {
    /// Whether a strand's announced operation could happen now.
    pub(super) fn can_go(&self, strand: StrandId) -> bool {
        self.is_free(strand) && self.has_worker(strand)
    }

    /// Whether what a strand's announced operation needs is there.
    pub(super) fn is_free(&self, strand: StrandId) -> bool {
        let Some(pending) = self.strands[strand].pending else { return false };
        let thing = |object: u32| &self.things[object as usize];
        match pending.kind {
            Kind::Lock | Kind::CallOnce => thing(pending.object).holder.is_none(),
            Kind::ReadLock => {
                thing(pending.object).holder.is_none() && !thing(pending.object).barred
            }
            Kind::WriteLock => thing(pending.object).is_free_to_write(),
            Kind::Claim | Kind::UpgradableLock => thing(pending.object).is_free_to_upgrade(),
            Kind::Park => thing(pending.object).token,
            Kind::Recv => thing(pending.object).gate.level != Level::Empty,
            Kind::Send => thing(pending.object).gate.level != Level::Full,
            _ => true,
        }
    }

    /// Whether a strand can begin a poll only to wait in its middle, and somebody else of its loop
    /// can tell, because he is kept from his own poll by that.
    fn can_block(&self, strand: StrandId) -> bool {
        self.strands[strand].status == Status::Announced
            && !self.is_free(strand)
            && self.is_before_its_poll(strand)
            && self.has_worker(strand)
            && {
                let rivals = self.rivals(strand).filter(|&rival| self.can_go(rival)).count();
                self.workers_left(strand) < rivals
            }
    }

    /// A strand begins a poll and waits in its middle.
    pub(super) fn begin_blocked(&mut self, strand: StrandId) -> bool {
        // Without a poll there is nothing to begin and to wait in.
        let Strand { pending: Some(pending), poll: Some(_), kind, .. } = *self.strands[strand]
        else {
            return false;
        };
        if self.is_free(strand) || kind == StrandKind::Clock {
            return false;
        }
        self.run.is_subtle = true;
        self.current = strand;
        self.start_poll_step(strand);
        let object = self.strand_object(strand);
        let step = self.run.steps.len().checked_sub(1);
        self.done.push(Done {
            strand,
            step,
            object,
            kind: Kind::Poll,
            at: pending.at,
            mode: Mode::Read,
            read: None,
            written: None,
            waits: false,
        });
        self.begins_poll(strand, Mode::Read);
        self.access(pending.object, Mode::Read);
        true
    }

    /// The strand of the step under way, if it only goes on with that step: the rest of a poll on a
    /// single-threaded loop, where nobody outside the loop can come between.
    pub(super) fn carries_on(&mut self) -> Option<StrandId> {
        let me = self.current;
        let strand = self.strands.get(me)?;
        let (object, name) = (strand.pending?.object, strand.name);
        let poll = strand.poll.as_ref()?;
        let (is_fresh, event_loop) = (poll.is_fresh, poll.event_loop);
        let in_step = !poll.began_alone;
        let goes_on = strand.status == Status::Announced
            && poll.under_way
            && self.options(me) < 2
            && (!in_step || self.run.steps.last().is_some_and(|step| step.choice.who == name));
        if !goes_on {
            return None;
        }
        self.in_step = in_step;
        let whole = (is_fresh && in_step) || {
            self.loops[event_loop].flavor == Flavor::CurrentThread && !self.sees_a_crowd()
        };
        let can_go = whole && self.can_go(me);
        if whole && !can_go && in_step {
            // How far it comes depends on that.
            self.access(object, Mode::Read);
        }
        can_go.then_some(me)
    }

    /// Whether a strand's next step can be chosen.
    pub(super) fn is_ready(&self, id: StrandId) -> bool {
        let strand = &*self.strands[id];
        let about_to = matches!(strand.status, Status::Announced | Status::Cold);
        match strand.kind {
            StrandKind::Clock => self.options(id) > 0,
            // It needs no worker, and begins nothing to wait in it.
            StrandKind::Thread if strand.poll.is_none() => about_to && self.is_free(id),
            _ => about_to && (self.can_go(id) || self.can_block(id)),
        }
    }

    /// Lists what can be chosen, in ascending order, and says whether there is anything.
    pub(super) fn find_enabled(&mut self) -> bool {
        self.turns.clear();
        let start = self.run.enabled.len();
        for id in 0..self.strands.len() {
            if !self.is_ready(id) {
                continue;
            }
            let who = self.strands[id].name;
            let options = self.options(id);
            if usize::from(options) >= MOST_WAYS {
                self.end(Ending::TooManyWays);
            }
            for option in 0..options {
                let choice = Choice { who, option };
                // Most often the strands stand in the order of their names.
                let last = self.run.enabled[start..].last();
                if last.is_none_or(|&last| last < choice) {
                    self.run.enabled.push(choice);
                    self.turns.push(id);
                    continue;
                }
                let at = self.run.enabled[start..].partition_point(|&other| other < choice);
                self.run.enabled.insert(start + at, choice);
                self.turns.insert(at, id);
            }
        }
        !self.turns.is_empty()
    }

    /// How many options a strand's coming step has.
    pub(super) fn options(&self, id: StrandId) -> u16 {
        let strand = &self.strands[id];
        if strand.kind == StrandKind::Clock {
            return u16::try_from(self.due().len()).unwrap_or(u16::MAX);
        }
        match strand.pending {
            Some(Pending { kind: Kind::NotifyOne, object, .. }) => {
                u16::try_from(self.waiters(object).count()).unwrap_or(u16::MAX).max(1)
            }
            Some(Pending { kind: Kind::Abort, object, .. }) => {
                let task = self.things[object as usize].strand;
                task.map_or(1, |task| self.ways_to_abort(task, id))
            }
            Some(Pending { kind: SHUT_DOWN, object, .. }) => {
                let task = self.things[object as usize].strand;
                let poll = task.and_then(|task| self.strands[task].poll.as_ref());
                let ways = poll.map_or(1, |poll| self.ways_to_shut_down(poll.event_loop).len());
                u16::try_from(ways).unwrap_or(u16::MAX)
            }
            Some(Pending { kind: Kind::Update(super::weak::NAME), object, .. }) => {
                self.ways_to_exchange(id, object)
            }
            Some(Pending { kind: Kind::ReadLock, object, .. }) => self.ways_to_read(id, object),
            Some(Pending { kind: Kind::Meet(_), object, .. }) => {
                self.things[object as usize].gate.options.max(1)
            }
            Some(pending) => pending.options,
            None => 1,
        }
    }

    /// Who waits for a condition variable.
    fn waiters(&self, object: u32) -> impl Iterator<Item = StrandId> + '_ {
        (0..self.strands.len()).filter(move |&id| {
            matches!(self.strands[id].status, Status::Waiting { condvar, .. } if condvar == object)
        })
    }

    /// How the execution ends when nobody can go, or `None` if somebody can after all.
    pub(super) fn nobody_can_go(&mut self) -> Option<Ending> {
        if self.strands[0].status == Status::Ended {
            return Some(Ending::Returned);
        }
        if self.strands.iter().all(|strand| strand.status != Status::Spinning) {
            return Some(Ending::Deadlock);
        }
        // One more time round: a loop that counts its attempts gives up in the end.
        if self.writes_at_last_chance == Some(self.writes) {
            return Some(Ending::Livelock);
        }
        self.writes_at_last_chance = Some(self.writes);
        self.let_spinners_go();
        None
    }

    /// Lets a strand's announced operation happen, as far as the engine has a part in it.
    pub(super) fn grant(&mut self, strand: StrandId, option: u16, new_step: bool) {
        self.current = strand;
        let own = &mut *self.strands[strand];
        if own.kind == StrandKind::Clock {
            return;
        }
        own.option = option;
        let Some(pending) = own.pending.take() else { return };
        let in_a_poll = own.poll.is_some();
        if let Some(poll) = &mut own.poll {
            poll.is_fresh = false;
        }
        if in_a_poll {
            self.start_poll_step(strand);
        }
        let at_step = self.run.steps.len().checked_sub(1);
        let step = if new_step || !self.is_alone() { at_step } else { None };
        self.done.push(Done {
            strand,
            step,
            object: pending.object,
            kind: pending.kind,
            at: pending.at,
            mode: Mode::Write,
            read: None,
            written: None,
            waits: false,
        });
        match pending.kind {
            Kind::NotifyOne => {
                let mut waiters: Vec<StrandId> = self.waiters(pending.object).collect();
                // Options must mean the same in every execution, and numbers do not.
                waiters.sort_unstable_by_key(|&waiter| self.strands[waiter].name);
                let woken = waiters.get(usize::from(option)).copied();
                self.thing(pending.object).woken = usize::from(woken.is_some());
                if let Some(waiter) = woken {
                    self.end_wait(waiter);
                }
            }
            Kind::NotifyAll => {
                let all: Vec<StrandId> = self.waiters(pending.object).collect();
                self.thing(pending.object).woken = all.len();
                for waiter in all {
                    self.end_wait(waiter);
                }
            }
            kind => {
                if let Some(need) = self.need_of(kind, pending.object) {
                    // A poll that waits in its middle holds up its loop.
                    if in_a_poll {
                        self.run.is_subtle = true;
                    }
                    self.note_need(need);
                }
                self.note_attempt(kind, pending.object);
                let hold = Hold { strand, at: pending.at, step };
                if let Some(worked) = self.things[pending.object as usize].happens(kind, hold) {
                    self.strands[strand].option = u16::from(worked);
                }
            }
        }
    }

    /// A waiter of a condition variable is woken: next it takes its lock again.
    pub(super) fn end_wait(&mut self, waiter: StrandId) {
        if let Status::Waiting { mutex, .. } = self.strands[waiter].status {
            self.let_go_on(waiter);
            self.strands[waiter].status = Status::Announced;
            self.forget_wait(waiter);
            if let Some(pending) = &mut self.strands[waiter].pending {
                pending.kind = Kind::Lock;
                pending.object = mutex;
            }
        }
    }
}

impl Explorer {
    /// Gives a lock back and waits for a condition variable, whose wait was announced; returns when
    /// the strand has been notified and has the lock again.
    pub(crate) fn wait(&self, condvar: &Object, mutex: &Object, at: &'static Location<'static>) {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        let condvar = state.number(condvar, What::Condvar, at);
        let mutex = state.number(mutex, What::Mutex, at);
        state.thing(mutex).holder = None;
        state.gives_back(mutex);
        if state.unwinding() {
            // Nobody will notify any more: as if woken for no reason.
            return;
        }
        state.strands[me].status = Status::Waiting { condvar, mutex };
        state.strands[me].pending =
            Some(Pending { object: condvar, kind: Kind::Wait, at, options: 1 });
        drop(state);
        self.suspend();
        self.done(Mode::Write, None, None);
    }

    /// Waits for the strand's own token.
    pub(crate) fn park(&self, at: &'static Location<'static>) {
        if self.parks_in_vain(at) {
            return;
        }
        let me = self.current();
        self.announce_on_strand(me, Kind::Park, at);
        self.done(Mode::Write, None, None);
    }

    /// The strand that runs now chooses one of so many options.
    pub(crate) fn choose(&self, options: u16, at: &'static Location<'static>) -> u16 {
        let option = self.choose_on_strand(self.current(), options, at);
        self.done(Mode::Read, None, None);
        option
    }

    /// Announces a choice that a strand has, which nobody else sees.
    pub(super) fn choose_on_strand(
        &self,
        target: StrandId,
        options: u16,
        at: &'static Location<'static>,
    ) -> u16 {
        let object = self.state.borrow_mut().strand_object(target);
        self.announce_pending(Pending { object, kind: Kind::Choose, at, options })
    }

    /// Announces an operation on what others see of a strand.
    pub(crate) fn announce_on_strand(
        &self,
        target: StrandId,
        kind: Kind,
        at: &'static Location<'static>,
    ) {
        let object = self.state.borrow_mut().strand_object(target);
        self.announce_pending(Pending { object, kind, at, options: 1 });
    }
}
