//! Threads and event loops in one program: where do the two meet?
//!
//! A plain thread may wait for an asynchronous primitive, stand in the context of a runtime that it does
//! not drive, and be awaited by a task. All of it is made of what the loops can do already: a thread
//! that waits blocks on a hidden loop that has no tasks, and no worker to be short of.

use std::any::Any;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use super::state::{StrandId, StrandKind};
use super::{Executor, Explorer, Flavor};

/// What is known of one execution only.
#[derive(Debug, Default)]
pub(super) struct Bridges {
    execution: u64,
    entered: Vec<Entered>,
    /// Which strand is inside of which set of local tasks.
    sets: Vec<(usize, StrandId, Rc<dyn Any>)>,
    /// Hidden loops, and the runtime in whose context whoever blocks on them stands.
    hidden: Vec<(Executor, Option<Executor>)>,
    /// The runtimes that the program knows of.
    described: Vec<Described>,
    /// What may block its thread, and on which runtime.
    blocking: Vec<(Executor, StrandId, Arc<dyn Stoppable>)>,
    /// Threads that do something for another strand, which waits for them meanwhile.
    helpers: Vec<(StrandId, StrandId)>,
    /// Of which there is one in an execution.
    kept: Vec<Arc<dyn Any + Send + Sync>>,
    /// Who is to be woken when a thread has ended.
    joins: Vec<(StrandId, Waker)>,
    /// How much of its budget a strand has left, while it is polled.
    budgets: Vec<(StrandId, u8)>,
    /// How many operations happen now, and who is to be woken when they have.
    happening: usize,
    late: Vec<Waker>,
    entries: usize,
}

/// What the engine does not need to know of a runtime.
#[derive(Debug)]
struct Described {
    executor: Executor,
    flavor: Flavor,
    name: Option<Arc<str>>,
    is_local: bool,
}

/// A task that may block its thread.
pub(crate) trait Stoppable: std::fmt::Debug {
    /// Keeps it from starting, if it has not; else the strand that it runs on.
    fn stop(&self, at: &'static Location<'static>) -> Option<StrandId>;
}

/// A strand has entered the context of a runtime.
#[derive(Clone, Copy, Debug)]
struct Entered {
    number: usize,
    strand: StrandId,
    executor: Executor,
    /// Whether the strand was in a poll when it did so.
    polling: bool,
}

impl Explorer {
    fn bridges<R>(&self, look: impl FnOnce(&mut Bridges) -> R) -> R {
        let execution = self.execution();
        let mut bridges = self.bridges.borrow_mut();
        if bridges.execution != execution {
            *bridges = Bridges { execution, ..Bridges::default() };
        }
        look(&mut bridges)
    }

    /// Whether the strand that runs now drives a loop, or is polled by one.
    pub(crate) fn is_in_a_loop(&self) -> bool {
        let state = self.state.borrow();
        state.strands[state.current].poll.is_some()
    }

    /// The strand for which the one that runs now does what it does: most often itself.
    pub(crate) fn on_behalf_of(&self) -> StrandId {
        let me = self.current();
        self.bridges(|bridges| {
            let helper = bridges.helpers.iter().rev().find(|&&(helper, _)| helper == me);
            helper.map_or(me, |&(_, of)| of)
        })
    }

    /// The task that runs now, if it is one.
    pub(crate) fn current_task(&self) -> Option<StrandId> {
        let me = self.on_behalf_of();
        (self.state.borrow().strands[me].kind == StrandKind::Task).then_some(me)
    }

    /// The thread that runs now does what it does for another strand.
    pub(crate) fn helps(&self, of: StrandId) {
        let me = self.current();
        self.bridges(|bridges| bridges.helpers.push((me, of)));
    }

    /// Keeps what the program says of a runtime.
    pub(crate) fn describe_executor(
        &self,
        executor: Executor,
        flavor: Flavor,
        name: Option<Arc<str>>,
    ) {
        self.bridges(|bridges| {
            bridges.described.push(Described { executor, flavor, name, is_local: false });
        });
    }

    fn described<R>(&self, executor: Executor, look: impl FnOnce(&Described) -> R) -> Option<R> {
        self.bridges(|bridges| {
            bridges.described.iter().find(|known| known.executor == executor).map(look)
        })
    }

    /// Which of the program's runtimes it is, counted from one.
    pub(crate) fn number_of(&self, executor: Executor) -> usize {
        self.bridges(|bridges| {
            let place = bridges.described.iter().position(|known| known.executor == executor);
            place.map_or(0, |place| place + 1)
        })
    }

    pub(crate) fn name_of(&self, executor: Executor) -> Option<Arc<str>> {
        self.described(executor, |known| known.name.clone()).flatten()
    }

    /// Whether a runtime has a single thread.
    pub(crate) fn is_current_thread(&self, executor: Executor) -> bool {
        self.described(executor, |known| known.flavor) == Some(Flavor::CurrentThread)
    }

    /// Whether a runtime never leaves its thread, so that its tasks need not be `Send`.
    pub(crate) fn is_local(&self, executor: Executor) -> bool {
        self.described(executor, |known| known.is_local) == Some(true)
    }

    /// A runtime never leaves its thread.
    pub(crate) fn make_local(&self, executor: Executor) {
        self.bridges(|bridges| {
            let mut described = bridges.described.iter_mut();
            if let Some(known) = described.find(|known| known.executor == executor) {
                known.is_local = true;
            }
        });
    }

    /// The strand that runs now is inside a set of local tasks.
    pub(crate) fn enter_set(&self, set: Rc<dyn Any>) -> usize {
        let me = self.current();
        self.bridges(|bridges| {
            bridges.entries += 1;
            bridges.sets.push((bridges.entries, me, set));
            bridges.entries
        })
    }

    /// It has left that set.
    pub(crate) fn leave_set(&self, number: usize) {
        let left = self.bridges(|bridges| {
            let place = bridges.sets.iter().position(|&(known, ..)| known == number)?;
            Some(bridges.sets.remove(place))
        });
        drop(left);
    }

    /// The set of local tasks that the strand that runs now is inside of.
    pub(crate) fn current_set(&self) -> Option<Rc<dyn Any>> {
        let me = self.current();
        self.bridges(|bridges| {
            let own = bridges.sets.iter().rev().find(|&&(_, strand, _)| strand == me);
            own.map(|(.., set)| Rc::clone(set))
        })
    }

    /// What there is one of in an execution, and whether it has just been made.
    pub(crate) fn one_of<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> (Arc<T>, bool) {
        self.bridges(|bridges| {
            let known = bridges.kept.iter().find_map(|one| Arc::clone(one).downcast().ok());
            if let Some(known) = known {
                return (known, false);
            }
            let one = Arc::new(make());
            bridges.kept.push(Arc::<T>::clone(&one));
            (one, true)
        })
    }

    /// A task that may block its thread belongs to a runtime.
    pub(crate) fn add_blocking(
        &self,
        executor: Executor,
        strand: StrandId,
        task: Arc<dyn Stoppable>,
    ) {
        self.bridges(|bridges| bridges.blocking.push((executor, strand, task)));
    }

    /// What of a runtime may block its thread.
    pub(crate) fn blocking_tasks(&self, executor: Executor) -> Vec<Arc<dyn Stoppable>> {
        let mut own: Vec<(StrandId, Arc<dyn Stoppable>)> = self.bridges(|bridges| {
            let own = bridges.blocking.iter().filter(|&&(of, ..)| of == executor);
            own.map(|(_, strand, task)| (*strand, Arc::clone(task))).collect()
        });
        // Numbers depend on the order of starting, which is no step.
        let state = self.state.borrow();
        own.sort_by_key(|&(strand, _)| state.strands[strand].name);
        own.into_iter().map(|(_, task)| task).collect()
    }

    /// Runs a future on a thread that drives no loop, in the context of a runtime or of none.
    pub(crate) fn block_here<F: Future>(
        &self,
        context: Option<Executor>,
        future: F,
        at: &'static Location<'static>,
    ) -> F::Output {
        let hidden = self.new_executor(Flavor::MultiThread(1));
        self.bridges(|bridges| bridges.hidden.push((hidden, context)));
        self.block_on(hidden, future, at)
    }

    /// The runtime in whose context the strand that runs now stands, if any.
    pub(crate) fn context(&self) -> Option<Executor> {
        let (me, polling) = (self.current(), self.is_in_a_loop());
        let own = self.current_executor();
        self.bridges(|bridges| {
            let mine = |entered: &&Entered| entered.strand == me && entered.polling == polling;
            if let Some(entered) = bridges.entered.iter().rev().find(mine) {
                return Some(entered.executor);
            }
            if let Some(own) = own {
                let hidden = bridges.hidden.iter().find(|(hidden, _)| *hidden == own);
                return hidden.map_or(Some(own), |&(_, context)| context);
            }
            None
        })
    }

    /// The strand that runs now enters the context of a runtime.
    pub(crate) fn enter(&self, executor: Executor) -> usize {
        let (strand, polling) = (self.current(), self.is_in_a_loop());
        self.bridges(|bridges| {
            let number = bridges.entries;
            bridges.entries += 1;
            bridges.entered.push(Entered { number, strand, executor, polling });
            number
        })
    }

    /// It leaves that context.
    pub(crate) fn leave(&self, number: usize) {
        self.bridges(|bridges| bridges.entered.retain(|entered| entered.number != number));
    }

    /// Waits for the end of a thread.
    pub(crate) fn poll_end(&self, target: StrandId, context: &Context<'_>) -> Poll<()> {
        if self.poll_thread(target, context.waker()) { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Whether a thread has ended; if not, `waker` is called when it does.
    pub(crate) fn poll_thread(&self, target: StrandId, waker: &Waker) -> bool {
        self.asks();
        let mut state = self.state.borrow_mut();
        if state.look_at_end(target) {
            state.joined(target);
            return true;
        }
        drop(state);
        self.bridges(|bridges| bridges.joins.push((target, waker.clone())));
        self.not_ready();
        false
    }

    /// Whom the end of a thread wakes.
    pub(super) fn take_joins(&self, ended: StrandId) -> Vec<Waker> {
        if self.bridges.borrow().joins.is_empty() {
            return Vec::new();
        }
        self.bridges(|bridges| {
            let (woken, others) = std::mem::take(&mut bridges.joins)
                .into_iter()
                .partition(|&(target, _)| target == ended);
            bridges.joins = others;
            let woken: Vec<(StrandId, Waker)> = woken;
            woken.into_iter().map(|(_, waker)| waker).collect()
        })
    }

    /// Sets the budget of the strand that runs now, and says what it was.
    pub(crate) fn set_budget(&self, budget: Option<u8>) -> Option<u8> {
        let me = self.current();
        self.bridges(|bridges| {
            let known = bridges.budgets.iter().position(|&(strand, _)| strand == me);
            let before = known.map(|known| bridges.budgets.swap_remove(known).1);
            bridges.budgets.extend(budget.map(|left| (me, left)));
            before
        })
    }

    /// How much of its budget the strand that runs now has left, if it has one.
    pub(crate) fn budget(&self) -> Option<u8> {
        let me = self.current();
        self.bridges(|bridges| {
            bridges.budgets.iter().find(|&&(strand, _)| strand == me).map(|&(_, left)| left)
        })
    }

    /// Has a waker that is not ours called when the operation that calls it is done, and the engine knows
    /// of that: it may announce something itself.
    pub(crate) fn late(&self, waker: &Waker) -> Waker {
        self.has_late.set(true);
        Waker::from(Arc::new(Late(waker.clone())))
    }

    /// An operation happens to a real primitive now.
    pub(crate) fn begin_to_happen(&self) {
        if self.has_late.get() {
            self.bridges(|bridges| bridges.happening += 1);
        }
    }

    /// It has happened, and the engine knows.
    pub(crate) fn has_happened(&self) {
        if !self.has_late.get() {
            return;
        }
        let late = self.bridges(|bridges| {
            bridges.happening = bridges.happening.saturating_sub(1);
            if bridges.happening == 0 { std::mem::take(&mut bridges.late) } else { Vec::new() }
        });
        for waker in late {
            waker.wake();
        }
    }
}

/// A waker that is not ours.
struct Late(Waker);

impl Wake for Late {
    fn wake(self: Arc<Self>) {
        let waits = |explorer: &Explorer| {
            explorer.bridges(|bridges| {
                let waits = bridges.happening > 0;
                bridges.late.extend(waits.then(|| self.0.clone()));
                waits
            })
        };
        if !crate::engine::explorer().is_some_and(waits) {
            self.0.wake_by_ref();
        }
    }
}
