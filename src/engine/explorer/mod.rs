//! The engine of record: one operating system thread, one coroutine a strand, one step at a time.
//!
//! Picture a chess clock with many players. A strand runs until it *announces* its next visible
//! operation: which object, which kind, which line. Then it stops, and the engine decides who goes. So
//! the engine always knows what every strand is about to do, and whether it can.
//!
//! Between two steps the engine lets everything run that nobody can see: a spawned strand up to its
//! first announcement, a join whose strand has ended, a poll that announces nothing. [`Explorer::run`]
//! is that loop. The rest of this folder: [`turn`] (who goes), [`state`] (what is known), [`strand`] (coroutines and their
//! stacks), [`wait`] (which operations can go, and what they do), [`meet`] and [`readers`] (waits without
//! a lock), [`kept_out`] (readers behind a writer), [`weak`] (failures for no reason), [`happens`] (data races), [`poll`] (event loops), [`time`]
//! (the virtual clock), [`bridge`] (threads beside loops), [`overflow`] (stacks that are full),
//! [`teardown`] (what is left of a program that
//! failed).
//!
//! What it does not know: an operation of a type that is not the facade's, and time that passes
//! outside.

mod account;
mod bridge;
mod happens;
mod identity;
mod kept_out;
mod left;
mod meet;
mod overflow;
mod own;
mod poll;
#[cfg_attr(
    not(feature = "parking_lot"),
    allow(dead_code, reason = "only `parking_lot` has such locks")
)]
mod readers;
mod record;
mod spin;
mod spurious;
mod stacks;
mod state;
mod strand;
mod teardown;
mod thing;
mod time;
mod turn;
mod wait;
mod weak;

use std::cell::{Cell, RefCell, RefMut};
use std::panic::Location;
use std::sync::Arc;

use corosensei::Yielder;

pub(crate) use bridge::Stoppable;
pub(crate) use happens::Ordered;
pub(crate) use identity::Registry;
pub(crate) use meet::{Gate, Let, Level};
pub(crate) use poll::{Executor, Flavor, TaskSlot};
#[cfg(feature = "loom")]
pub(crate) use stacks::new_stack;
pub(crate) use state::{Ending, State, StrandId, StrandKind};
pub(crate) use thing::Operation;
pub(crate) use time::TimerId;
pub(crate) use turn::{Decide, Moment};

use self::bridge::Bridges;
use self::overflow::Room;
use self::state::Status;
use self::thing::Pending;
use super::{Age, Driver, Object, Panicked};
use crate::plan::Bounds;
use crate::search::Run;
use crate::step::{Kind, Mode, Value, What};
use crate::worker::Pulse;

/// How often strands may run in a row without a visible step before that is a livelock.
const MOST_SILENT_RUNS: usize = 20_000;

/// The engine. It belongs to one thread and is reached through [`super::driver`].
pub(crate) struct Explorer {
    state: RefCell<State>,
    /// The coroutine that runs now, to be suspended.
    yielder: Cell<Option<std::ptr::NonNull<Yielder<(), ()>>>>,
    /// How far down its stack reaches.
    room: Cell<Room>,
    /// The values of the program's thread-locals.
    locals: super::Locals,
    /// Told of every announcement, so that whoever waits knows where the program stands still.
    pulse: Arc<Pulse>,
    bridges: RefCell<Bridges>,
    /// Whether there is a waker that has to wait: see [`bridge`].
    has_late: Cell<bool>,
}

impl Explorer {
    pub(crate) fn new(bounds: Bounds, pulse: &Arc<Pulse>, registry: &Arc<Registry>) -> Self {
        overflow::watch();
        Self {
            state: RefCell::new(State::new(bounds, registry)),
            yielder: Cell::new(None),
            room: Cell::new(Room::default()),
            locals: super::Locals::default(),
            pulse: Arc::clone(pulse),
            bridges: RefCell::default(),
            has_late: Cell::new(false),
        }
    }

    /// Runs `body` with this explorer as the driver of the facade.
    pub(crate) fn drive<R>(&self, body: impl FnOnce() -> R) -> R {
        super::drive(self, Driver::Explorer, body)
    }

    /// Runs the program once. `decide` says who goes.
    ///
    /// A run that has to begin again, because a task was polled further than it should have been when
    /// it was cancelled, does so here, with the same decisions.
    pub(crate) fn run(&self, program: &dyn Fn(), decide: &mut dyn Decide) -> Ending {
        self.state.borrow_mut().forget_colds();
        let mut replay = Run::default();
        loop {
            self.state.borrow_mut().begin();
            self.locals.forget();
            if replay.steps.is_empty() {
                self.state.borrow_mut().foresee(decide);
            }
            self.start_main(program);
            let ending = self.run_to_the_end(&replay, decide);
            self.state.borrow_mut().note_end(ending);
            if ending == Ending::Again {
                replay = std::mem::take(&mut self.state.borrow_mut().run);
            }
            self.tear_down();
            if ending != Ending::Again {
                return ending;
            }
        }
    }

    /// Runs what was run before in the same way, and from there on as it is decided.
    fn run_to_the_end(&self, before: &Run, decide: &mut dyn Decide) -> Ending {
        loop {
            let mut state = self.settle();
            if let Some(ending) = state.ended() {
                return ending;
            }
            if let Some(strand) = state.carries_on() {
                state.grant(strand, 0, false);
                drop(state);
                self.resume(strand);
                continue;
            }
            state.keeps_its_turn();
            let step = state.run.steps.len();
            let (choice, strand, options) = if let Some(at_once) = state.can_take(step) {
                at_once
            } else {
                if !state.find_enabled() {
                    match state.nobody_can_go() {
                        Some(ending) => return ending,
                        None => continue,
                    }
                }
                if let Some(ending) = state.ended() {
                    return ending;
                }
                if step >= state.bounds.steps {
                    return Ending::StepLimit;
                }
                match state.decided(before, decide) {
                    Some((choice, strand)) => (choice, strand, state.options(strand)),
                    None => return Ending::Abandoned,
                }
            };
            state.begin_step(choice, strand, options);
            if state.keeps_out(strand, choice.option) || state.begin_blocked(strand) {
                continue;
            }
            state.grant(strand, choice.option, true);
            let is_clock = state.strands[strand].kind == StrandKind::Clock;
            drop(state);
            if is_clock {
                self.fire(choice.option);
            } else {
                self.resume(strand);
            }
        }
    }

    /// Runs everything that nobody can see.
    fn settle(&self) -> RefMut<'_, State> {
        let mut runs = 0;
        loop {
            let mut state = self.state.borrow_mut();
            let Some(strand) = state.next_silent() else { return state };
            runs += 1;
            if runs > MOST_SILENT_RUNS {
                state.end(Ending::Livelock);
            }
            state.in_step = false;
            drop(state);
            self.resume(strand);
        }
    }

    /// Has the search told of polls that nobody can see, from now on.
    pub(crate) fn tell_all(&self) {
        self.state.borrow_mut().is_told_all = true;
    }

    /// Whether two objects have turned out to be one, or one to be two, so that executions before this
    /// cannot be compared with those to come.
    pub(crate) fn was_confused(&self) -> bool {
        self.state.borrow_mut().was_confused()
    }

    /// Looks at what the last execution did.
    pub(crate) fn look<R>(&self, at: impl FnOnce(&State) -> R) -> R {
        at(&self.state.borrow())
    }

    /// What the last execution did, for the search.
    pub(crate) fn with_run<R>(&self, at: impl FnOnce(&Run) -> R) -> R {
        at(&self.state.borrow().run)
    }

    /// Announces the next visible operation of the strand that runs now, and returns when it is to
    /// happen, with the option that was chosen.
    pub(crate) fn announce(&self, operation: &Operation<'_>) -> u16 {
        let &Operation { object, what, kind, at, options } = operation;
        self.check_depth(at);
        if options > 1 {
            self.enter_poll(at);
        }
        let mut state = self.state.borrow_mut();
        let object = state.number(object, what, at);
        self.wait_for_turn(state, Pending { object, kind, at, options })
    }

    fn announce_pending(&self, pending: Pending) -> u16 {
        self.check_depth(pending.at);
        if pending.options > 1 {
            self.enter_poll(pending.at);
        }
        self.wait_for_turn(self.state.borrow_mut(), pending)
    }

    fn wait_for_turn(&self, mut state: RefMut<'_, State>, pending: Pending) -> u16 {
        self.pulse.beat(Some(pending.at));
        let me = state.current;
        state.strands[me].pending = Some(pending);
        if state.unwinding() {
            drop(state);
            return self.announce_while_unwinding();
        }
        state.has_caught(me);
        if state.is_alone() && state.can_go(me) && pending.options < 2 {
            // Nobody else is there who could tell: no step.
            state.in_step = false;
            state.grant(me, 0, false);
            return state.strands[me].option;
        }
        if state.has_asked_in_vain(me) {
            state.begin_again(me);
        }
        state.strands[me].status = Status::Announced;
        if state.goes_on(me) {
            return state.strands[me].option;
        }
        drop(state);
        self.suspend();
        self.state.borrow().strands[me].option
    }

    /// Says what the operation that was announced last has read and written.
    pub(crate) fn done(&self, mode: Mode, read: Option<Value>, written: Option<Value>) {
        self.state.borrow_mut().done(mode, read, written);
    }

    /// Says which value the operation whose turn it is compares its object with.
    pub(crate) fn expects(&self, value: Value) {
        self.state.borrow_mut().expects(value);
    }

    /// A number that no other execution in this process has.
    pub(crate) fn execution(&self) -> u64 {
        self.state.borrow().execution
    }

    /// Keeps a panic of the program. False if the panic is the engine's own.
    pub(crate) fn panicked(&self, panicked: Panicked) -> bool {
        let Ok(mut state) = self.state.try_borrow_mut() else { return false };
        let me = state.current;
        let step = state.run.steps.len();
        if !state.tearing_down {
            state.panics.push(state::Panic { strand: me, panicked, step, observed: false });
        }
        true
    }

    /// The strand that runs now.
    pub(crate) fn current(&self) -> StrandId {
        self.state.borrow().current
    }

    /// Whether what is left of the program is being cleared away.
    pub(crate) fn is_tearing_down(&self) -> bool {
        self.state.try_borrow().is_ok_and(|state| state.tearing_down)
    }

    /// The line in which a lock was taken that is about to be given back.
    pub(crate) fn held_since(&self, object: &Object) -> &'static Location<'static> {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        let nowhere = Location::caller();
        let number = state.number(object, What::Mutex, nowhere);
        let thing = state.thing(number);
        let own = thing.readers.iter().find(|hold| hold.strand == me);
        own.or(thing.holder.as_ref()).map_or(nowhere, |hold| hold.at)
    }

    /// Keeps the value that an object had before it was first written.
    pub(crate) fn first_value(&self, object: &Object, value: Value) {
        let mut state = self.state.borrow_mut();
        let number = state.number(object, What::Atomic, Location::caller());
        let thing = state.thing(number);
        if thing.version == 0 {
            thing.initial.get_or_insert(value);
        }
    }

    /// Asks whether a strand has ended: a step, since the answer may be no.
    pub(crate) fn is_finished(&self, target: StrandId, at: &'static Location<'static>) -> bool {
        self.announce_on_strand(target, Kind::IsFinished, at);
        let ended = self.has_ended(target);
        self.done(Mode::Read, Some(Value::Bool(ended)), None);
        ended
    }

    /// Gives a thread its token.
    pub(crate) fn unpark(&self, target: StrandId, at: &'static Location<'static>) {
        self.announce_on_strand(target, Kind::Unpark, at);
        self.done(Mode::Write, None, None);
    }
}
