//! How does a strand wait for another without a lock, and for how long?
//!
//! A strand that is *blocked* has taken its step and waits for a step of somebody else, who lets it go
//! by name: at a barrier, or where a value goes from hand to hand. A strand that waits at a *gate* has
//! not taken its step yet: a channel that is empty, or full.
//!
//! A wait with a time limit has a timer. When that fires first, the strand tries once more what it
//! waits for, whatever comes of it: so time is up only where the thing was not to be had at some moment
//! after the deadline.

use std::panic::Location;
use std::time::Duration;

use super::state::{Ending, State, Status, StrandId};
use super::thing::{Operation, Pending};
use super::{Explorer, Object};
use crate::step::{Kind, Mode, What};

/// What keeps an operation on an object from happening, besides locks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gate {
    pub(crate) level: Level,
    /// How much can be in it.
    pub(crate) room: u32,
    /// How many options the next meeting at it has.
    pub(crate) options: u16,
}

impl Default for Gate {
    fn default() -> Self {
        Self { level: Level::default(), room: u32::MAX, options: 0 }
    }
}

/// How much is in something that can be waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Level {
    /// Something, or nobody can put more in or take more out.
    #[default]
    Some,
    /// Nothing, and more can come.
    Empty,
    /// No more, and somebody can take something.
    Full,
}

/// Whether a wait with a time limit was in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Came {
    #[default]
    InTime,
    TooLate,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Let {
    /// Somebody has let the strand go.
    Go,
    /// It has waited long enough.
    TimeIsUp,
    /// There is no program any more.
    Down,
}

impl Explorer {
    /// Says what keeps operations on an object from happening from now on.
    pub(crate) fn set_gate(
        &self,
        object: &Object,
        what: What,
        gate: Gate,
        at: &'static Location<'static>,
    ) {
        let mut state = self.state.borrow_mut();
        let number = state.number(object, what, at);
        state.thing(number).gate = gate;
    }

    /// The step that is under way does something to another object, too.
    pub(crate) fn also(
        &self,
        object: &Object,
        what: What,
        mode: Mode,
        at: &'static Location<'static>,
    ) {
        let mut state = self.state.borrow_mut();
        let number = state.number(object, what, at);
        if !state.tearing_down {
            state.access(number, mode);
        }
    }

    /// What is to be done once was done before: nobody begins it.
    pub(crate) fn was_done(&self, object: &Object, at: &'static Location<'static>) {
        self.done(Mode::Read, None, None);
        let mut state = self.state.borrow_mut();
        let number = state.number(object, What::Once, at);
        state.thing(number).holder = None;
        if !state.tearing_down {
            state.lets_go_of(number);
        }
    }

    /// Announces an operation that waits no longer than so long; says whether that time was up.
    pub(crate) fn announce_within(
        &self,
        operation: &Operation<'_>,
        within: Duration,
    ) -> (u16, bool) {
        self.begin_wait(within, operation.at);
        let option = self.announce(operation);
        (option, self.end_own_wait())
    }

    /// Waits for the strand's own token, and no longer than so long.
    pub(crate) fn park_within(&self, within: Duration, at: &'static Location<'static>) {
        self.begin_wait(within, at);
        self.park(at);
        self.end_own_wait();
    }

    /// As [`Explorer::wait`], and no longer than so long. Whether that time was up.
    pub(crate) fn wait_within(
        &self,
        condvar: &Object,
        mutex: &Object,
        within: Duration,
        at: &'static Location<'static>,
    ) -> bool {
        self.begin_wait(within, at);
        self.wait(condvar, mutex, at);
        self.end_own_wait()
    }

    /// A wait of the strand that runs now begins, and may last so long.
    pub(super) fn begin_wait(&self, within: Duration, at: &'static Location<'static>) {
        self.enter_poll(at);
        let me = self.current();
        self.state.borrow_mut().strands[me].came = Came::InTime;
        if !self.state.borrow().unwinding() {
            let deadline = self.now().saturating_add(within);
            self.set_timer(deadline, None, at);
        }
    }

    /// The wait of the strand that runs now has ended: whether it has lasted too long.
    pub(super) fn end_own_wait(&self) -> bool {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        if !state.tearing_down {
            state.forget_wait(me);
            // Also if it has fired, or was forgotten by whoever has ended the wait.
            state.look_at_clock();
        }
        std::mem::take(&mut state.strands[me].came) == Came::TooLate
    }

    /// Waits until another strand lets this one go, or so long.
    pub(crate) fn block(&self, operation: &Operation<'_>, within: Option<Duration>) -> Let {
        let &Operation { object, what, kind, at, options } = operation;
        if let Some(within) = within {
            self.begin_wait(within, at);
        } else {
            self.enter_poll(at);
        }
        let mut state = self.state.borrow_mut();
        let me = state.current;
        let object = state.number(object, what, at);
        if state.tearing_down {
            return Let::Down;
        }
        state.strands[me].status = Status::Blocked;
        state.strands[me].pending = Some(Pending { object, kind, at, options });
        drop(state);
        self.suspend();
        let timed_out = within.is_some() && self.end_own_wait();
        let mut state = self.state.borrow_mut();
        state.strands[me].pending = None;
        if state.tearing_down {
            Let::Down
        } else if timed_out {
            Let::TimeIsUp
        } else {
            Let::Go
        }
    }

    /// Lets a strand go that is blocked: that is part of the step under way.
    pub(crate) fn let_go(&self, strand: StrandId) {
        let mut state = self.state.borrow_mut();
        if state.strands[strand].status == Status::Blocked {
            state.forget_wait(strand);
            state.let_go_on(strand);
            let me = state.current;
            state.happens.hears_of(strand, me);
            state.make_silent(strand);
        }
    }

    /// The strand that runs now has come to its end: it has caught all that it has thrown.
    pub(crate) fn has_caught(&self) {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        state.has_caught(me);
    }

    /// Puts strands in an order that is the same in every execution.
    pub(crate) fn in_order(&self, strands: &mut [StrandId]) {
        let state = self.state.borrow();
        strands.sort_unstable_by_key(|&strand| state.strands[strand].name);
    }

    /// What comes of it if the steps come in another order cannot be foretold: somebody may have to wait
    /// for room.
    pub(crate) fn is_subtle(&self) {
        self.state.borrow_mut().run.is_subtle = true;
    }

    /// The program wants what this engine cannot do: the check ends here.
    pub(crate) fn refuse(&self, why: &'static str) {
        let mut state = self.state.borrow_mut();
        if state.tearing_down {
            return;
        }
        state.end(Ending::Refused(why));
        if !state.unwinding() {
            let me = state.current;
            state.strands[me].status = Status::Blocked;
            drop(state);
            self.suspend();
        }
    }
}

impl State {
    /// A strand goes on that does not unwind: whatever it has thrown, it has caught itself.
    pub(super) fn has_caught(&mut self, strand: StrandId) {
        for panic in self.panics.iter_mut().filter(|panic| panic.strand == strand) {
            panic.observed = true;
        }
    }

    /// A strand has waited long enough.
    pub(super) fn time_is_up(&mut self, strand: StrandId) {
        self.strands[strand].came = Came::TooLate;
        let waits = matches!(self.strands[strand].status, Status::Waiting { .. } | Status::Blocked);
        if let Some(pending) = self.strands[strand].pending.filter(|_| waits) {
            // Whoever comes now finds nobody waiting there.
            self.access(pending.object, Mode::Write);
        }
        match self.strands[strand].status {
            Status::Waiting { .. } => self.end_wait(strand),
            Status::Announced => {
                let step = self.run.steps.len().checked_sub(1);
                self.note_left(strand, step.and_then(|step| u32::try_from(step).ok()));
                self.let_go_on(strand);
                if let Some(pending) = &mut self.strands[strand].pending {
                    pending.kind = once_more(pending.kind);
                }
            }
            _ => {
                self.let_go_on(strand);
                self.make_silent(strand);
            }
        }
    }
}

/// What a strand does in place of an operation that it has waited for long enough.
fn once_more(kind: Kind) -> Kind {
    match kind {
        Kind::Lock => Kind::TryLock,
        Kind::ReadLock => Kind::TryReadLock,
        Kind::WriteLock | Kind::Claim => Kind::TryWriteLock,
        Kind::UpgradableLock => Kind::TryUpgradableLock,
        Kind::Recv => Kind::TryRecv,
        Kind::Park => Kind::ParkTimeout,
        kind => kind,
    }
}
