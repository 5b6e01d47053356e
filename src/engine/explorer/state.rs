//! What the engine knows of the execution at hand.

use std::collections::VecDeque;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::happens::Happens;
use super::identity::{Identities, Registry};
use super::meet::Gate;
use super::poll::{Cold, Crowd, Loop};
use super::record::AtEnd;
use super::stacks::Stacks;
use super::strand::Strand;
use super::thing::{Done, Thing};
use super::time::Clock;
use super::{Age, Object, Panicked};
use crate::plan::Bounds;
use crate::schedule::{Schedule, Turn};
use crate::search::{Choice, Name, Run};
use crate::step::What;

/// A strand's number: main is 0, the others count up in the order in which they start.
pub(crate) type StrandId = usize;

/// What sort of strand it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StrandKind {
    Thread,
    Task,
    /// The virtual clock: its steps are timers that fire.
    Clock,
}

/// Where a strand stands.
///
/// | status | the coroutine | goes on when |
/// |---|---|---|
/// | `Silent` | ready | at once, before the next step |
/// | `Announced` | stands in `announce` | it is chosen |
/// | `Cold` | none | it is chosen: its next poll is a step from its beginning |
/// | `Joining` | stands in `join` | the strand has ended |
/// | `Waiting` | stands in a wait | a notify makes it `Announced` (to take its lock again) |
/// | `Sleeping` | stands in `sleep` | its timer fires |
/// | `Blocked` | stands in `block` | another strand lets it go, or its timer fires |
/// | `Spinning` | stands in `yield_now` | something it has read is written, or nobody else can go |
/// | `Idle` | none, or a root future's host | its waker is called |
/// | `Ended` | none | never |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Silent,
    Announced,
    Cold,
    Joining(StrandId),
    Waiting { condvar: u32, mutex: u32 },
    Sleeping,
    Blocked,
    Spinning,
    Idle,
    Ended,
}

/// A panic of a strand.
#[derive(Debug)]
pub(crate) struct Panic {
    pub(crate) strand: StrandId,
    pub(crate) panicked: Panicked,
    /// How many steps had been taken.
    pub(crate) step: usize,
    /// Whether somebody was told of it, by a join.
    pub(crate) observed: bool,
}

/// How an execution ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Main has returned.
    Returned,
    /// Main has panicked.
    Panicked,
    /// Nobody can go, and main has not returned.
    Deadlock,
    /// Two strands use a checked cell, and nothing puts them in order.
    DataRace,
    /// Strands go on for ever and change nothing.
    Livelock,
    /// The bound on steps was hit.
    StepLimit,
    /// The program has more strands than it may have.
    StrandLimit,
    /// The program wants something that the engine cannot do.
    Refused(&'static str),
    /// A runtime can be ended in more ways than can be tried.
    TooManyWays,
    /// A coroutine's stack could not be had.
    NoStack,
    /// A strand's stack is full; the place is the operation it had no room for.
    Overflow { strand: StrandId, at: &'static Location<'static> },
    /// The execution has to begin again: see [`State::colds`].
    Again,
    /// The search has no use for this execution.
    Abandoned,
}

/// Everything about the execution at hand. Memory is kept from one execution to the next.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each can be true whatever the others are")]
pub(crate) struct State {
    pub(crate) bounds: Bounds,
    pub(crate) execution: u64,
    #[expect(
        clippy::vec_box,
        reason = "a strand is large, and is moved from one list to the other"
    )]
    pub(crate) strands: Vec<Box<Strand>>,
    /// The number of each strand, by its name.
    numbers: Vec<Option<StrandId>>,
    /// Strands of executions before, to be used again.
    #[expect(
        clippy::vec_box,
        reason = "a strand is large, and is moved from one list to the other"
    )]
    pub(super) spare: Vec<Box<Strand>>,
    pub(crate) things: Vec<Thing>,
    pub(super) loops: Vec<Loop>,
    pub(crate) clock: Clock,
    pub(crate) stacks: Stacks,
    /// The strand whose code runs.
    pub(crate) current: StrandId,
    /// Whether what is left of the program is being unwound.
    pub(crate) tearing_down: bool,
    /// Strands of which a destructor waits meanwhile.
    pub(crate) torn: Vec<StrandId>,
    /// Strands to be run before the next step, in order.
    pub(crate) silent: VecDeque<StrandId>,
    /// How many strands nobody has joined yet.
    pub(crate) unjoined: usize,
    /// Whether the search is to be told of polls that nobody can see, too.
    pub(super) is_told_all: bool,
    pub(super) crowd: Crowd,
    pub(crate) ending: Option<Ending>,
    pub(crate) panics: Vec<Panic>,
    pub(crate) done: Vec<Done>,
    pub(crate) run: Run,
    /// What is chosen at the first steps, whatever else can go there.
    pub(super) foreseen: Vec<Choice>,
    /// The strands that the enabled choices of the coming step belong to.
    pub(crate) turns: Vec<StrandId>,
    /// How many writes there were, and how many when the spinning strands were let go last.
    pub(crate) writes: u64,
    pub(crate) writes_at_last_chance: Option<u64>,
    /// Polls that must not start before they are chosen.
    pub(crate) colds: Vec<Cold>,
    /// Which polls have begun when a runtime was ended in a step, before the execution began again.
    pub(crate) begun: Vec<(usize, Vec<Name>)>,
    pub(super) identities: Identities,
    /// Whether the code that runs belongs to the last step.
    pub(super) in_step: bool,
    /// Whether an object has outlived the execution that it was first used in: a static, most often.
    pub(crate) has_survivors: bool,
    /// Whether a strand has spun in this execution.
    pub(super) has_spun: bool,
    /// What the program has made sure of.
    pub(super) happens: Happens,
    /// How things stood when the execution was over.
    pub(super) at_end: AtEnd,
    /// How many steps were taken, in this and all earlier executions.
    pub(crate) steps_in_all: u64,
    pub(crate) most_strands: usize,
}

/// What is said of a static that two checks use at once.
const CONTESTED: &str = "two checks use the same static at the same time, and one changes it for the \
    other\nhelp: let them run one after the other, or make it in the program";

/// Numbers the executions of this process, so that an object knows which one it was numbered in.
static EXECUTIONS: AtomicU64 = AtomicU64::new(1);

/// The child's place among its parent's children that no real child has: the clock's.
const CLOCKS_PLACE: u32 = u32::MAX;

impl State {
    pub(crate) fn new(bounds: Bounds, registry: &Arc<Registry>) -> Self {
        Self {
            bounds,
            execution: 0,
            strands: Vec::new(),
            numbers: Vec::new(),
            spare: Vec::new(),
            things: Vec::new(),
            loops: Vec::new(),
            clock: Clock::default(),
            stacks: Stacks::new(bounds.stack),
            current: 0,
            tearing_down: false,
            torn: Vec::new(),
            silent: VecDeque::new(),
            unjoined: 0,
            is_told_all: false,
            crowd: Crowd::default(),
            ending: None,
            panics: Vec::new(),
            done: Vec::new(),
            run: Run::default(),
            foreseen: Vec::new(),
            turns: Vec::new(),
            writes: 0,
            writes_at_last_chance: None,
            colds: Vec::new(),
            begun: Vec::new(),
            identities: Identities::new(registry),
            in_step: false,
            has_survivors: false,
            has_spun: false,
            happens: Happens::default(),
            at_end: AtEnd::default(),
            steps_in_all: 0,
            most_strands: 0,
        }
    }

    /// Forgets the execution before.
    pub(crate) fn begin(&mut self) {
        // ORDERING: only the number's uniqueness matters.
        self.execution = EXECUTIONS.fetch_add(1, Ordering::Relaxed);
        for mut strand in self.strands.drain(..) {
            strand.retire();
            self.numbers[strand.name.index()] = None;
            self.spare.push(strand);
        }
        self.things.clear();
        self.loops.clear();
        self.clock = Clock::default();
        self.current = 0;
        self.tearing_down = false;
        self.torn.clear();
        self.silent.clear();
        self.unjoined = 0;
        self.crowd = Crowd::default();
        self.ending = None;
        self.panics.clear();
        self.done.clear();
        self.run.clear();
        self.foreseen.clear();
        self.turns.clear();
        self.writes = 0;
        self.writes_at_last_chance = None;
        self.in_step = false;
        self.has_spun = false;
        self.happens.begin();
    }

    /// Ends the execution, unless it has ended already.
    pub(crate) fn end(&mut self, ending: Ending) {
        self.ending.get_or_insert(ending);
    }

    /// Whether and how the execution has ended.
    pub(crate) fn ended(&self) -> Option<Ending> {
        self.ending
    }

    /// An object's number in this execution.
    pub(crate) fn number(
        &mut self,
        object: &Object,
        what: What,
        at: &'static Location<'static>,
    ) -> u32 {
        let execution = self.execution;
        if object.is_contested(execution) {
            self.end(Ending::Refused(CONTESTED));
        }
        let birth = object.birth();
        let mut new = false;
        let number = object.number(execution, || {
            new = true;
            self.has_survivors |= object.age(execution) == Age::Old;
            let id = self.identify(birth);
            self.add_thing(what, birth, at, id)
        });
        if !new {
            self.recognize(number);
        }
        number
    }

    /// Adds an object that nothing is known of yet.
    pub(crate) fn add_thing(
        &mut self,
        what: What,
        birth: Option<&'static Location<'static>>,
        first_use: &'static Location<'static>,
        id: u32,
    ) -> u32 {
        let number = u32::try_from(self.things.len()).unwrap_or(u32::MAX);
        self.things.push(Thing {
            what,
            birth,
            first_use,
            holder: None,
            readers: Vec::new(),
            upgrader: None,
            may_bar: false,
            barred: false,
            woken: 0,
            token: false,
            gate: Gate::default(),
            version: 0,
            value: None,
            initial: None,
            strand: None,
            id,
            late: !self.run.steps.is_empty(),
            written_by: 0,
            added_by: 0,
        });
        number
    }

    pub(crate) fn thing(&mut self, object: u32) -> &mut Thing {
        &mut self.things[object as usize]
    }

    /// Gives a strand the next number.
    pub(super) fn enlist(&mut self, strand: Box<Strand>) -> StrandId {
        let (number, name) = (self.strands.len(), strand.name.index());
        if self.numbers.len() <= name {
            self.numbers.resize(name + 1, None);
        }
        self.numbers[name] = Some(number);
        self.strands.push(strand);
        self.most_strands = self.most_strands.max(number + 1);
        number
    }

    /// The number of the strand with a name, if it has started.
    pub(super) fn number_of(&self, name: Name) -> Option<StrandId> {
        self.numbers.get(name.index()).copied().flatten()
    }

    /// The name of a strand's next child.
    pub(crate) fn name_child(&mut self, parent: StrandId) -> Name {
        let parent = &mut self.strands[parent];
        let place = parent.children;
        parent.children += 1;
        let parent = parent.name;
        self.identities.name(parent, place)
    }

    pub(crate) fn name_of_clock(&mut self) -> Name {
        self.identities.name(Name::MAIN, CLOCKS_PLACE)
    }

    /// Whether every other strand's whole life lies before or after what the current strand does:
    /// then nobody can tell when it happens, and it is no step.
    pub(crate) fn is_alone(&self) -> bool {
        self.unjoined == 1 && self.clock.is_empty()
    }

    /// Whether destructors run that must not wait for a turn.
    pub(crate) fn unwinding(&self) -> bool {
        self.tearing_down || std::thread::panicking()
    }

    /// Has a strand run before the next step.
    pub(crate) fn make_silent(&mut self, strand: StrandId) {
        self.strands[strand].status = Status::Silent;
        self.silent.push_back(strand);
    }

    /// Who ran, in order, by number.
    pub(crate) fn schedule(&self) -> Schedule {
        let turns = self.run.steps.iter().map(|step| {
            let strand = self.number_of(step.choice.who);
            let strand = u16::try_from(strand.unwrap_or(0)).unwrap_or(u16::MAX);
            Turn { strand, option: step.choice.option }
        });
        Schedule { turns: turns.collect() }
    }

    /// The panic to blame when main has panicked: its own, or the one it only passes on because a join
    /// has told it.
    pub(crate) fn main_panic(&self) -> Option<&Panicked> {
        let own = self.panics.iter().rfind(|panic| panic.strand == 0)?;
        let message = &own.panicked.message;
        let passed_on = ["Any { .. }", "JoinError", "a scoped thread panicked"]
            .iter()
            .any(|sign| message.contains(sign));
        let told = self.panics.iter().rfind(|panic| panic.strand != 0 && panic.observed);
        told.filter(|_| passed_on).or(Some(own)).map(|panic| &panic.panicked)
    }

    /// A panic of a strand that nobody has joined.
    pub(crate) fn unobserved_panic(&self) -> Option<&Panicked> {
        self.panics.iter().find(|panic| !panic.observed).map(|panic| &panic.panicked)
    }
}
