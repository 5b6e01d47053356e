//! Strands and the coroutines they run on.

use std::panic::{self, AssertUnwindSafe, Location};
use std::ptr::NonNull;

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};

use super::Explorer;
use super::account::Origin;
use super::identity::Part;
use super::meet::Came;
use super::overflow::Room;
use super::poll::PollState;
use super::spin::Spin;
use super::state::{Ending, State, Status, StrandId, StrandKind};
use super::teardown::Teardown;
use super::thing::Pending;
use super::weak::Weak;
use crate::search::Name;
use crate::step::{Kind, Mode, What};

/// A strand's coroutine.
type Fiber = Coroutine<(), (), (), DefaultStack>;

/// What a strand does, from its first to its last line.
pub(crate) type Body = Box<dyn FnOnce()>;

/// A thread, a task, or the clock.
pub(crate) struct Strand {
    pub(crate) name: Name,
    pub(crate) kind: StrandKind,
    pub(crate) birth: &'static Location<'static>,
    /// The name that the program gave, with `thread::Builder`.
    pub(crate) given_name: Option<String>,
    pub(crate) status: Status,
    pub(crate) pending: Option<Pending>,
    /// The option that was chosen for its last step.
    pub(crate) option: u16,
    /// What its `compare_exchange_weak` expects, and the last of them that failed for no reason.
    pub(super) weak: Weak,
    /// How often it has woken for no reason.
    pub(super) spurious: u16,
    /// Whether its last wait with a time limit was in time.
    pub(super) came: Came,
    pub(crate) children: u32,
    pub(crate) joined: bool,
    /// What others see of it: its token and its end.
    pub(crate) thing: Option<u32>,
    pub(crate) body: Option<Body>,
    pub(super) fiber: Option<Fiber>,
    yielder: Option<NonNull<Yielder<(), ()>>>,
    /// How far down its stack reaches.
    room: Room,
    /// Its future, and where its polls stand; for a thread, those of the future it blocks on.
    pub(super) poll: Option<Box<PollState>>,
    /// How many polls those had that it has blocked on before.
    pub(super) polls: usize,
    pub(crate) spin: Spin,
    /// What it goes back to.
    pub(super) origin: Origin,
}

impl std::fmt::Debug for Strand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Strand").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Drop for Strand {
    fn drop(&mut self) {
        // Left over only if the engine itself has failed: unwinding it now, with no engine to ask,
        // would do more harm than the leak.
        std::mem::forget(self.fiber.take());
    }
}

impl Strand {
    fn new(name: Name, kind: StrandKind, birth: &'static Location<'static>) -> Self {
        Self {
            name,
            kind,
            birth,
            given_name: None,
            status: Status::Silent,
            pending: None,
            option: 0,
            weak: Weak::default(),
            spurious: 0,
            came: Came::InTime,
            children: 0,
            joined: false,
            thing: None,
            body: None,
            fiber: None,
            yielder: None,
            room: Room::default(),
            poll: None,
            polls: 0,
            spin: Spin::default(),
            origin: Origin::default(),
        }
    }

    /// Makes a new strand of one that is not needed any more: its memory is used again.
    fn renew(&mut self, name: Name, kind: StrandKind, birth: &'static Location<'static>) {
        self.retire();
        self.spin.clear();
        self.origin.clear();
        std::mem::forget(self.fiber.take());
        (self.name, self.kind, self.birth) = (name, kind, birth);
        (self.status, self.pending, self.option) = (Status::Silent, None, 0);
        (self.weak, self.spurious, self.came) = (Weak::default(), 0, Came::InTime);
        (self.children, self.joined, self.thing) = (0, false, None);
        (self.yielder, self.room, self.polls) = (None, Room::default(), 0);
        self.given_name = None;
    }

    /// Lets go of what it has of the program.
    pub(super) fn retire(&mut self) {
        self.poll = None;
        self.body = None;
    }

    /// Whether nothing of it is left.
    pub(super) fn is_clear(&self) -> bool {
        self.kind == StrandKind::Clock || (self.status == Status::Ended && self.fiber.is_none())
    }

    /// Whether its coroutine stands somewhere in the middle.
    pub(super) fn is_suspended(&self) -> bool {
        self.fiber.is_some()
    }
}

impl Explorer {
    /// Makes main, strand 0.
    pub(super) fn start_main(&self, program: &dyn Fn()) {
        // SAFETY: the coroutine that gets the reference is run to its end, unwound, or left for ever
        // without being resumed before `run` returns, and `program` lives longer than that.
        #[expect(unsafe_code, reason = "a coroutine's closure must be 'static")]
        let program: &'static dyn Fn() = unsafe { std::mem::transmute(program) };
        let mut state = self.state.borrow_mut();
        let mut main = state.new_strand(Name::MAIN, StrandKind::Thread, Location::caller());
        main.body = Some(Box::new(move || {
            let caught = panic::catch_unwind(AssertUnwindSafe(program));
            match (caught, super::super::explorer()) {
                (Ok(()), Some(explorer)) => explorer.has_caught(),
                (Err(_), Some(explorer)) => explorer.state.borrow_mut().end(Ending::Panicked),
                (_, None) => {}
            }
        }));
        state.enlist(main);
        state.unjoined = 1;
        state.make_silent(0);
    }

    /// Starts a thread that runs `body`, which must not unwind.
    pub(crate) fn spawn_thread(
        &self,
        body: Body,
        given_name: Option<String>,
        birth: &'static Location<'static>,
    ) -> StrandId {
        // A thread runs beside the poll that starts it, so that poll must have been chosen.
        self.enter_poll(birth);
        let mut state = self.state.borrow_mut();
        let parent = state.current;
        let name = state.name_child(parent);
        let mut strand = state.new_strand(name, StrandKind::Thread, birth);
        strand.given_name = given_name;
        strand.body = Some(body);
        let id = state.add_strand(strand);
        state.gets_crowded();
        state.make_silent(id);
        id
    }

    /// Waits until a strand has ended. No step: that it has ended is all that can be told.
    pub(crate) fn join(&self, target: StrandId, at: &'static Location<'static>) {
        self.enter_poll(at);
        let mut state = self.state.borrow_mut();
        let me = state.current;
        // A loop, since whoever is torn down here comes back before the strand has ended: a scope must
        // not let go of what its threads borrow.
        while state.strands[target].status != Status::Ended {
            let object = state.strand_object(target);
            state.strands[me].status = Status::Joining(target);
            state.strands[me].pending =
                Some(Pending { object, kind: Kind::IsFinished, at, options: 1 });
            drop(state);
            self.suspend();
            state = self.state.borrow_mut();
        }
        state.joined(target);
        // What comes next goes back to more than the last step.
        state.in_step = false;
    }

    /// Whether a strand has ended.
    pub(crate) fn has_ended(&self, target: StrandId) -> bool {
        self.state.borrow().strands[target].status == Status::Ended
    }

    /// Somebody is told how a strand ended.
    pub(crate) fn observe(&self, target: StrandId) {
        self.state.borrow_mut().joined(target);
    }

    /// The strand that runs now has nothing to do until somebody else has done something.
    pub(crate) fn yield_now(&self) {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        if state.unwinding() || !state.strands[me].spin.yields() {
            return;
        }
        state.strands[me].status = Status::Spinning;
        state.has_spun = true;
        drop(state);
        self.suspend();
    }

    /// As [`Explorer::yield_now`], for a task that returns from its poll: whether it only waits.
    pub(super) fn spins(&self) -> bool {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        state.strands[me].spin.yields()
    }

    /// Gives control back to the engine until the strand is resumed.
    pub(super) fn suspend(&self) {
        let yielder = self.yielder.get().expect("internal error: nothing to suspend");
        // SAFETY: `resume` stored the yielder of the coroutine whose code runs now, and a yielder
        // lives on its coroutine's stack for as long as that runs.
        #[expect(unsafe_code, reason = "a yielder is only lent to the coroutine's own closure")]
        let yielder = unsafe { yielder.as_ref() };
        yielder.suspend(());
        let state = self.state.borrow();
        if state.tearing_down && !std::thread::panicking() {
            drop(state);
            panic::resume_unwind(Box::new(Teardown));
        }
    }

    /// Runs a strand until it suspends itself or ends.
    pub(super) fn resume(&self, strand: StrandId) {
        let mut state = self.state.borrow_mut();
        state.current = strand;
        if !state.strands[strand].is_suspended() {
            let fiber = Self::new_fiber(&mut state, strand);
            state.strands[strand].fiber = fiber;
        }
        let own = &mut *state.strands[strand];
        let Some(mut fiber) = own.fiber.take() else {
            state.end(Ending::NoStack);
            return;
        };
        self.yielder.set(own.yielder);
        self.room.set(own.room);
        drop(state);
        match fiber.resume(()) {
            CoroutineResult::Yield(()) => {
                self.state.borrow_mut().strands[strand].fiber = Some(fiber);
            }
            CoroutineResult::Return(()) => {
                self.state.borrow_mut().stacks.give(fiber.into_stack());
            }
        }
    }

    fn new_fiber(state: &mut State, strand: StrandId) -> Option<Fiber> {
        let stack = state.stacks.take()?;
        state.strands[strand].room = Room::on(&stack, state.bounds.stack);
        Some(Coroutine::with_stack(stack, move |yielder, ()| {
            let explorer =
                super::super::explorer().expect("internal error: a strand without engine");
            explorer.start(strand, yielder);
        }))
    }

    /// The first and the last lines of every coroutine.
    fn start(&self, strand: StrandId, yielder: &Yielder<(), ()>) {
        let yielder = NonNull::from(yielder);
        self.yielder.set(Some(yielder));
        let mut state = self.state.borrow_mut();
        state.strands[strand].yielder = Some(yielder);
        let body = state.strands[strand].body.take();
        let tearing_down = state.tearing_down;
        drop(state);
        match body {
            Some(body) if tearing_down => {
                // What the body has captured may have destructors that use the facade.
                drop(panic::catch_unwind(AssertUnwindSafe(|| drop(body))));
                self.ended(strand);
            }
            Some(body) => {
                body();
                self.drop_locals(strand);
                self.ended(strand);
            }
            None => self.poll_task(strand),
        }
    }

    /// A strand has run to its end.
    pub(super) fn ended(&self, strand: StrandId) {
        let waiters = self.state.borrow_mut().strand_ended(strand);
        for waiter in waiters.into_iter().chain(self.take_joins(strand)) {
            waiter.wake();
        }
    }
}

impl State {
    /// A new strand, with the memory of one that is not needed any more.
    pub(super) fn new_strand(
        &mut self,
        name: Name,
        kind: StrandKind,
        birth: &'static Location<'static>,
    ) -> Box<Strand> {
        let Some(mut strand) = self.spare.pop() else {
            return Box::new(Strand::new(name, kind, birth));
        };
        strand.renew(name, kind, birth);
        strand
    }

    /// Adds a strand that somebody may join.
    pub(super) fn add_strand(&mut self, strand: Box<Strand>) -> StrandId {
        if self.strands.len() >= self.bounds.strands {
            self.end(Ending::StrandLimit);
        }
        let id = self.enlist(strand);
        self.is_born(id);
        self.unjoined += 1;
        id
    }

    /// Notes that a strand has ended, and lets everybody go on who waits for that.
    fn strand_ended(&mut self, strand: StrandId) -> Vec<std::task::Waker> {
        self.strands[strand].status = Status::Ended;
        let object = self.strand_object(strand);
        if !self.tearing_down {
            self.access(object, Mode::Write);
        }
        self.end_joins(strand);
        let poll = self.strands[strand].poll.as_mut();
        poll.map(|poll| std::mem::take(&mut poll.join_wakers)).unwrap_or_default()
    }

    /// Lets everybody go on who waits for a strand.
    pub(super) fn end_joins(&mut self, strand: StrandId) {
        for other in 0..self.strands.len() {
            if self.strands[other].status == Status::Joining(strand) {
                self.make_silent(other);
            }
        }
    }

    /// The object that stands for a strand.
    pub(super) fn strand_object(&mut self, strand: StrandId) -> u32 {
        if let Some(thing) = self.strands[strand].thing {
            return thing;
        }
        let birth = self.strands[strand].birth;
        let id = self.identity_of(self.strands[strand].name, Part::Life);
        let number = self.add_thing(What::Strand, Some(birth), birth, id);
        self.things[number as usize].strand = Some(strand);
        self.strands[strand].thing = Some(number);
        number
    }

    /// Notes that somebody knows of a strand's end, and of its panic if it had one.
    pub(super) fn joined(&mut self, target: StrandId) {
        if !std::mem::replace(&mut self.strands[target].joined, true) {
            self.unjoined -= 1;
            self.crowd.is_there &= self.unjoined > 1;
        }
        self.goes_back_to(target);
        self.happens.hears_of(self.current, target);
        for panic in &mut self.panics {
            panic.observed |= panic.strand == target;
        }
    }
}
