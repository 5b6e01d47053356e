//! The virtual clock.
//!
//! Nothing here knows what time it is. A timer has a deadline, the clock is a strand whose only step
//! is to let the earliest timer fire, and it may take that step at any moment. So timers fire in the
//! order of their deadlines, and anything else may happen before, between and after them. Timers with
//! the same deadline fire in every order.

use std::panic::Location;
use std::task::Waker;
use std::time::Duration;

use super::Explorer;
use super::state::{State, Status, StrandId, StrandKind};
use super::thing::{Done, Pending};
use crate::search::{Name, Need};
use crate::step::{Access, Effect, Kind, Mode, What};

/// Names a timer of this execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimerId(usize);

#[derive(Debug)]
struct Timer {
    id: TimerId,
    deadline: Duration,
    owner: StrandId,
    /// Which of its owner's timers it is: names and these numbers order timers of one deadline.
    place: usize,
    waker: Option<Waker>,
    at: &'static Location<'static>,
    /// Whether it can fire. A poll that has not been chosen yet has, strictly, not set it.
    armed: bool,
}

/// The timers that have not fired, and how much time has passed.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    pub(crate) now: Duration,
    timers: Vec<Timer>,
    made: usize,
    /// What stands for it, once somebody has looked at it.
    pub(super) object: Option<u32>,
    /// Its strand, once there was a timer.
    strand: Option<StrandId>,
}

impl Clock {
    /// Whether no timer can fire.
    pub(super) fn is_empty(&self) -> bool {
        !self.timers.iter().any(|timer| timer.armed)
    }

    /// Lets a strand's timers fire, and says how many could not before.
    fn arm(&mut self, owner: StrandId) -> usize {
        let unarmed = |timer: &&mut Timer| timer.owner == owner && !timer.armed;
        self.timers.iter_mut().filter(unarmed).map(|timer| timer.armed = true).count()
    }
}

impl Explorer {
    /// How much virtual time has passed.
    #[track_caller]
    pub(crate) fn now(&self) -> Duration {
        let mut state = self.state.borrow_mut();
        let clock = state.clock_object(Location::caller());
        state.look_at_time(clock);
        state.clock.now
    }

    /// Sets a timer that calls `waker`, or wakes the thread that sets it if there is none.
    pub(crate) fn set_timer(
        &self,
        deadline: Duration,
        waker: Option<Waker>,
        at: &'static Location<'static>,
    ) -> TimerId {
        let mut state = self.state.borrow_mut();
        state.clock_strand(at);
        let clock = state.clock_object(at);
        state.look_at_time(clock);
        state.run.is_subtle = true;
        // A thread that waits takes some time, however short: one that waits until a moment has passed, and looks at
        // the clock in between, would wait for ever at that moment.
        let soonest = state.clock.now.saturating_add(Duration::from_nanos(1));
        let deadline = if waker.is_none() { deadline.max(soonest) } else { deadline };
        let owner = state.current;
        let place = state.clock.made;
        state.clock.made += 1;
        let id = TimerId(place);
        let poll = state.strands[owner].poll.as_ref();
        let armed = poll.is_none_or(|poll| poll.under_way || !state.needs_worker(owner));
        state.clock.timers.push(Timer { id, deadline, owner, place, waker, at, armed });
        if armed {
            state.note_timer(Effect::Sets);
        }
        id
    }

    /// Whether a timer has fired; if not, `waker` is called when it does.
    pub(crate) fn poll_timer(&self, id: TimerId, waker: &Waker) -> bool {
        let mut state = self.state.borrow_mut();
        if let Some(clock) = state.clock.object {
            state.look(clock);
        }
        match state.clock.timers.iter_mut().find(|timer| timer.id == id) {
            Some(timer) => {
                timer.waker = Some(waker.clone());
                false
            }
            None => true,
        }
    }

    /// Whether a timer has fired that was not forgotten.
    pub(crate) fn has_fired(&self, id: TimerId) -> bool {
        let mut state = self.state.borrow_mut();
        if let Some(clock) = state.clock.object {
            state.look(clock);
        }
        !state.clock.timers.iter().any(|timer| timer.id == id)
    }

    /// Forgets a timer.
    pub(crate) fn drop_timer(&self, id: TimerId) {
        let mut state = self.state.borrow_mut();
        let place = state.clock.timers.iter().position(|timer| timer.id == id);
        if let Some(timer) = place.map(|place| state.clock.timers.remove(place))
            && timer.armed
        {
            state.note_timer(Effect::Unsets);
            state.note_unset(timer.owner);
        }
        // Also if it has fired: that can be told by what fires next.
        if let Some(clock) = state.clock.object
            && !state.tearing_down
        {
            state.look_at_time(clock);
        }
    }

    /// Has the thread that runs now sleep.
    pub(crate) fn sleep(&self, duration: Duration, at: &'static Location<'static>) {
        self.enter_poll(at);
        let deadline = self.now().saturating_add(duration);
        if self.state.borrow().unwinding() {
            return;
        }
        self.set_timer(deadline, None, at);
        let mut state = self.state.borrow_mut();
        let me = state.current;
        state.strands[me].status = Status::Sleeping;
        drop(state);
        self.suspend();
    }

    /// The clock's step: time passes up to the earliest deadline, and that timer fires.
    pub(super) fn fire(&self, option: u16) {
        let mut state = self.state.borrow_mut();
        let (Some(strand), Some(clock)) = (state.clock.strand, state.clock.object) else { return };
        if !state.keeps_time() {
            return;
        }
        let due = state.due();
        let Some(&(_, _, id)) = due.get(usize::from(option)) else { return };
        let Some(position) = state.clock.timers.iter().position(|timer| timer.id == id) else {
            return;
        };
        let timer = state.clock.timers.remove(position);
        state.clock.now = state.clock.now.max(timer.deadline);
        let step = state.run.steps.len().checked_sub(1);
        state.current = strand;
        state.done.push(Done {
            strand,
            step,
            object: clock,
            kind: Kind::Fire,
            at: timer.at,
            mode: Mode::Write,
            read: None,
            written: None,
            waits: false,
        });
        state.done(Mode::Write, None, None);
        let clock = state.things[clock as usize].id;
        state.note_need(Need::Set(clock));
        state.comes_between_polls(timer.owner);
        if let Some(waker) = timer.waker {
            drop(state);
            waker.wake();
        } else {
            state.time_is_up(timer.owner);
        }
    }
}

impl State {
    /// A thread's wait is over: its timer is not needed any more.
    pub(super) fn forget_wait(&mut self, owner: StrandId) {
        let own = |timer: &Timer| timer.owner == owner && timer.waker.is_none();
        if let Some(place) = self.clock.timers.iter().position(own) {
            self.clock.timers.remove(place);
            self.note_timer(Effect::Unsets);
            self.note_unset(owner);
            self.look_at_clock();
        }
    }

    /// What comes next depends on which timers have fired.
    pub(super) fn look_at_clock(&mut self) {
        if let Some(clock) = self.clock.object
            && !self.tearing_down
        {
            self.look(clock);
        }
    }

    /// The timers that can fire next, in a fixed order: those with the earliest deadline.
    ///
    /// A single-threaded loop looks at its timers between two polls, so none of them fires in one.
    pub(super) fn due(&self) -> Vec<(Name, usize, TimerId)> {
        let can_fire = |timer: &&Timer| {
            let poll = self.strands[timer.owner].poll.as_ref();
            timer.armed && !poll.is_some_and(|poll| self.is_in_a_poll(poll.event_loop))
        };
        let armed = || self.clock.timers.iter().filter(can_fire);
        let Some(earliest) = armed().map(|timer| timer.deadline).min() else { return Vec::new() };
        let mut due: Vec<_> = armed()
            .filter(|timer| timer.deadline == earliest)
            .map(|timer| (self.strands[timer.owner].name, timer.place, timer.id))
            .collect();
        due.sort_unstable_by_key(|&(name, place, _)| (name, place));
        due
    }

    /// A strand's poll was chosen: what it has set can fire.
    pub(super) fn arm_timers(&mut self, owner: StrandId) {
        for _ in 0..self.clock.arm(owner) {
            self.note_timer(Effect::Sets);
        }
    }

    /// A timer can fire from now on, or cannot any more.
    fn note_timer(&mut self, effect: Effect) {
        if let Some(clock) = self.clock.object
            && !self.tearing_down
        {
            let object = self.things[clock as usize].id;
            self.note_access(Access { object, mode: Mode::Read, effect });
        }
    }

    /// A timer of a strand has gone that could have fired first.
    fn note_unset(&mut self, owner: StrandId) {
        let step = self.strands[self.current].origin.steps().max();
        if let (Some(clock), Some(_), false) = (self.clock.strand, step, self.tearing_down) {
            let turn = self.turn_of(owner);
            self.run.pending_needs.extend(turn);
            self.note_left(clock, step);
        }
    }

    /// The object that stands for the clock: made when somebody first looks at it.
    pub(super) fn clock_object(&mut self, at: &'static Location<'static>) -> u32 {
        if let Some(known) = self.clock.object {
            return known;
        }
        let id = self.identity_of_clock();
        let object = self.add_thing(What::Clock, None, at, id);
        self.clock.object = Some(object);
        object
    }

    /// The clock's strand: made when the first timer is set, so that it has a number only where it can
    /// take a step.
    fn clock_strand(&mut self, at: &'static Location<'static>) -> StrandId {
        if let Some(known) = self.clock.strand {
            return known;
        }
        let object = self.clock_object(at);
        let name = self.name_of_clock();
        let mut strand = self.new_strand(name, StrandKind::Clock, at);
        strand.status = Status::Announced;
        // The clock is never waited for, and it does not keep anybody company.
        strand.joined = true;
        strand.pending = Some(Pending { object, kind: Kind::Fire, at, options: 1 });
        let id = self.enlist(strand);
        self.clock.strand = Some(id);
        id
    }
}
