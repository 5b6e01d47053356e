//! What does loom say to the same program?
//!
//! [loom](https://docs.rs/loom) is the second opinion: another engine, by other people, that also knows
//! weak memory. The program is not changed. Its facade types ask this module, and this module asks
//! loom's types, which are made in each execution when they are first needed.
//!
//! What loom cannot do, and a verdict of this engine therefore does not say (PRIOR.md has the figures):
//!
//! - it takes `SeqCst` for `AcqRel`, so it can find failures that cannot happen;
//! - it remembers only the last access to an object, so it can miss orders of loads and stores;
//! - it never lets a `try_lock` fail because of a lock that is given back later;
//! - a `notify_one` always wakes the thread that has waited longest;
//! - it has room for five threads with main, and it stops at the first failure.
//!
//! What is our own: a join costs loom nothing here (see [`thread`]), `choose` is explored without a
//! thread that chooses (see [`dice`]), and tasks have a scheduler (see [`task`]).
//!
//! Three kinds of panic go through a program here, and none of them may meet another. The program's
//! own unwinds as in life. When the execution is over ([`Phase::Over`]: loom has found a deadlock, a
//! limit is hit) every operation panics until nothing is left of the program. And what still runs when
//! main has returned is sent home the same way ([`Phase::Leaving`]). A destructor that runs meanwhile
//! must not panic: its operations do what they can do without waiting.

mod bridge;
#[cfg_attr(not(feature = "tokio"), allow(dead_code, reason = "only tokio's facade chooses"))]
mod dice;
#[cfg_attr(not(feature = "tokio"), allow(dead_code, reason = "only tokio's facade has runtimes"))]
mod executor;
mod cell;
mod lock;
mod memory;
mod refuse;
mod run;
mod spin;
#[cfg_attr(not(feature = "tokio"), allow(dead_code, reason = "only tokio's facade has tasks"))]
mod task;
mod thread;
#[cfg_attr(not(feature = "tokio"), allow(dead_code, reason = "only tokio's facade has timers"))]
mod timer;

use std::cell::{Cell, RefCell};
use std::panic;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};

use super::explorer::new_stack;
use super::{Object, Panicked};
use crate::verdict::Limit;
use crate::worker::Pulse;
use cell::Cells;
use dice::Dice;
use executor::Executors;
use lock::{Guarded, Locks};
use memory::{Memory, Word};
pub(crate) use refuse::NO_CLOCK;
use run::Ending;
pub(crate) use run::check;
use spin::Doings;
use thread::Threads;

/// Numbers the executions, far from those of the explorer: an object must never take the number that
/// one engine gave it for a number of the other.
static EXECUTIONS: AtomicU64 = AtomicU64::new(1 << 39);

/// loom, as the facade sees it.
pub(crate) struct Loom {
    needs: Needs,
    stack_size: usize,
    pulse: Arc<Pulse>,
    ledger: Arc<Mutex<Ledger>>,
    phase: Cell<Phase>,
    execution: Cell<u64>,
    /// The thread that runs. Loom switches only inside its own operations, and [`Loom::switching`]
    /// puts this back after each of them.
    current: Cell<usize>,
    /// How many operations there were: whether anything still moves.
    ticks: Cell<u64>,
    /// Whether loom explores other orders of what happens now.
    exploring: Cell<bool>,
    stacks: RefCell<Vec<DefaultStack>>,
    objects: RefCell<Vec<Entry>>,
    memory: RefCell<Memory>,
    cells: RefCell<Cells>,
    locals: crate::engine::Locals,
    locks: RefCell<Locks>,
    threads: RefCell<Threads>,
    panics: RefCell<Vec<Panic>>,
    dice: RefCell<Dice>,
    executors: RefCell<Executors>,
    doings: Doings,
}

/// What must be there before the program starts. A program that needs more is started again from the
/// beginning, with more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
struct Needs {
    /// How many atomics. WHY: loom takes the making of an atomic for a write, so one that was made by a
    /// thread when it first needed it could not be used by another.
    words: usize,
    /// How many choices between two.
    dice: usize,
    /// How many checked cells.
    cells: usize,
    /// Whether the end of a thread can be asked for without waiting for it.
    ends: bool,
    /// Whether a task that has a thread can be told to stop.
    aborts: bool,
}

/// How the check stands, for whoever waits for it: the engine may never come back.
#[derive(Debug, Default)]
struct Ledger {
    executions: u64,
    ending: Option<Ending>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// No execution is under way.
    Idle,
    Running,
    /// Main has returned, and nothing that is left can go on.
    Leaving,
    /// The execution has failed, or cannot go on.
    Over,
}

/// How an operation may go about its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Going {
    /// It may wait and let others run.
    Freely,
    /// It is part of a destructor while its thread unwinds: it may neither wait nor panic.
    Quietly,
}

/// What loom knows of an object, whatever it is.
#[derive(Default)]
struct Entry {
    word: Option<std::rc::Rc<Word>>,
    lock: Option<std::rc::Rc<Guarded>>,
    condvar: Option<std::rc::Rc<loom::sync::Condvar>>,
    cell: Option<std::rc::Rc<loom::cell::UnsafeCell<()>>>,
}

/// Who panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Thread(usize),
    Task(usize),
}

/// A panic of the program.
struct Panic {
    who: Who,
    panicked: Panicked,
    who_knows: Knows,
}

/// Who knows of a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Knows {
    /// Nobody: then it is a failure of the program.
    Nobody,
    /// Whoever has joined the one that panicked.
    Joiner,
    /// The one that panicked has caught it.
    Itself,
}

/// The payload with which an execution that is over leaves the program.
struct Left;

impl Loom {
    fn new(needs: Needs, stack_size: usize, pulse: Arc<Pulse>, ledger: Arc<Mutex<Ledger>>) -> Self {
        Self {
            needs,
            stack_size,
            pulse,
            ledger,
            phase: Cell::new(Phase::Idle),
            execution: Cell::new(0),
            current: Cell::new(0),
            ticks: Cell::new(0),
            exploring: Cell::new(true),
            stacks: RefCell::default(),
            objects: RefCell::default(),
            memory: RefCell::default(),
            cells: RefCell::default(),
            locals: crate::engine::Locals::default(),
            locks: RefCell::default(),
            threads: RefCell::default(),
            panics: RefCell::default(),
            dice: RefCell::default(),
            executors: RefCell::default(),
            doings: Doings::default(),
        }
    }

    /// Forgets the execution before, and makes what loom wants to be made by main.
    fn begin(&self) {
        // ORDERING: only that the number is unique matters.
        self.execution.set(EXECUTIONS.fetch_add(1, Ordering::Relaxed));
        self.phase.set(Phase::Running);
        self.current.set(thread::MAIN);
        self.exploring.set(true);
        self.objects.borrow_mut().clear();
        self.panics.borrow_mut().clear();
        self.locks.replace(Locks::default());
        self.threads.replace(Threads::with_main());
        self.executors.replace(Executors::default());
        self.roll_dice();
        self.locals.forget();
        self.memory.replace(Memory::new(self.needs.words));
        self.cells.replace(Cells::new(self.needs.cells));
    }

    /// How an operation may go about its work; `None` if there is no program any more. Does not return
    /// where the thread is to leave.
    fn going(&self) -> Option<Going> {
        let panicking = std::thread::panicking();
        let main = self.current.get() == thread::MAIN;
        match self.phase.get() {
            Phase::Running if panicking => Some(Going::Quietly),
            Phase::Running => {
                self.catch_up();
                Some(Going::Freely)
            }
            Phase::Idle => None,
            Phase::Leaving if panicking || main => None,
            Phase::Over if panicking => None,
            Phase::Leaving | Phase::Over => leave(),
        }
    }

    /// An operation outside a destructor: whoever gets here has caught what was thrown before.
    fn catch_up(&self) {
        self.give_back_late();
        let mut panics = self.panics.borrow_mut();
        if !panics.is_empty() {
            let me = self.who();
            for panic in panics.iter_mut().filter(|panic| panic.who == me) {
                panic.who_knows = Knows::Itself;
            }
        }
    }

    /// Does something in loom that others can see.
    fn act<R>(&self, going: Going, act: impl FnOnce() -> R) -> R {
        match going {
            Going::Freely => {
                let result = self.switching(act);
                self.leave_if_sent_home();
                result
            }
            Going::Quietly => self.unexplored(act),
        }
    }

    /// Does something in loom during which other threads may run.
    fn switching<R>(&self, act: impl FnOnce() -> R) -> R {
        let me = self.current.get();
        let result = act();
        self.current.set(me);
        self.ticks.set(self.ticks.get() + 1);
        result
    }

    /// Does something in loom that keeps the thread running if it can go on at all.
    fn unexplored<R>(&self, act: impl FnOnce() -> R) -> R {
        let exploring = self.exploring.replace(false);
        if exploring {
            loom::stop_exploring();
        }
        let result = self.switching(act);
        if exploring {
            loom::explore();
        }
        self.exploring.set(exploring);
        result
    }

    /// After an operation that has let others run: main may have returned meanwhile.
    fn leave_if_sent_home(&self) {
        if self.phase.get() == Phase::Leaving && self.current.get() != thread::MAIN {
            leave();
        }
    }

    /// Ends the check, unless it has ended already.
    fn end(&self, ending: Ending) {
        self.phase.set(Phase::Over);
        self.ledger().ending.get_or_insert(ending);
    }

    /// The program needs more than was made for it.
    fn begin_again(&self, needs: Needs) {
        self.end(Ending::Again(needs));
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An object's place in this execution.
    fn with_entry<R>(&self, object: &Object, look: impl FnOnce(&mut Entry) -> R) -> R {
        let mut objects = self.objects.borrow_mut();
        let number = object.number(self.execution.get(), || {
            objects.push(Entry::default());
            u32::try_from(objects.len() - 1).unwrap_or(u32::MAX)
        });
        look(&mut objects[number as usize])
    }

    /// Runs a part of the program on a stack of the size that was asked for: loom's own are small.
    fn on_a_stack<R: 'static>(&self, body: impl FnOnce() -> R + 'static) -> R {
        let kept = self.stacks.borrow_mut().pop();
        let Some(stack) = kept.or_else(|| new_stack(self.stack_size)) else {
            self.end(Ending::Stopped(Limit::Stacks));
            leave()
        };
        let mut fiber = Coroutine::with_stack(stack, move |_: &Yielder<(), ()>, ()| body());
        match fiber.resume(()) {
            CoroutineResult::Return(result) => {
                self.stacks.borrow_mut().push(fiber.into_stack());
                result
            }
            CoroutineResult::Yield(()) => unreachable!("internal error: nobody yields here"),
        }
    }

    fn who(&self) -> Who {
        match self.current_task() {
            Some(task) => Who::Task(task),
            None => Who::Thread(self.current.get()),
        }
    }

    /// Keeps what a panic says, for the report.
    pub(crate) fn panicked(&self, panicked: Panicked) -> bool {
        if self.phase.get() == Phase::Idle {
            return false;
        }
        if run::is_from_loom(&panicked) {
            self.end(run::ending_of_loom(&panicked));
        } else if let (Phase::Running, Ok(mut panics)) =
            (self.phase.get(), self.panics.try_borrow_mut())
        {
            panics.push(Panic { who: self.who(), panicked, who_knows: Knows::Nobody });
        }
        true
    }

    /// Somebody is told that a strand has panicked.
    fn observe(&self, who: Who) {
        let mut panics = self.panics.borrow_mut();
        for panic in panics.iter_mut().filter(|panic| panic.who == who) {
            if panic.who_knows == Knows::Nobody {
                panic.who_knows = Knows::Joiner;
            }
        }
    }

    /// A panic that nobody was told of.
    fn unobserved_panic(&self) -> Option<Panicked> {
        let panics = self.panics.borrow();
        let unobserved = panics.iter().find(|panic| panic.who_knows == Knows::Nobody)?;
        Some(unobserved.panicked.clone())
    }
}

/// Leaves the program.
fn leave() -> ! {
    panic::resume_unwind(Box::new(Left))
}
