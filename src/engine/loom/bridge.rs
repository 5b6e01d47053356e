//! Threads and event loops in one program: where do the two meet?
//!
//! As in the explorer, a thread that waits for something asynchronous blocks on a hidden runtime that
//! has no tasks. What may block its thread is a task of another hidden runtime, whose tasks are threads.

#![cfg_attr(not(feature = "tokio"), allow(dead_code, reason = "only tokio's facade has runtimes"))]

use std::any::Any;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;

use super::executor::Executors;
use super::{Going, Loom};
use crate::engine::explorer::Flavor;

/// What the loops need not know.
#[derive(Default)]
pub(super) struct Bridges {
    /// Hidden runtimes, and those in whose context whoever blocks on them stands.
    hidden: Vec<(usize, Option<usize>)>,
    /// Hidden runtimes of tasks that may block, and whose they are.
    pools: Vec<(usize, usize)>,
    entered: Vec<Entered>,
    /// Which thread is inside of which set of local tasks.
    sets: Vec<(usize, usize, Rc<dyn Any>)>,
    /// Of which there is one in an execution.
    kept: Vec<Arc<dyn Any + Send + Sync>>,
    /// Runtimes that never leave their thread.
    local: Vec<usize>,
    entries: usize,
}

/// A thread has entered the context of a runtime.
struct Entered {
    number: usize,
    thread: usize,
    executor: usize,
    /// The runtime that it was inside of when it did so.
    inside: Option<usize>,
}

impl Executors {
    fn is_pool(&self, executor: usize) -> bool {
        self.bridges.pools.iter().any(|&(pool, _)| pool == executor)
    }
}

impl Loom {
    /// Whether the current thread drives a runtime, or is polled by one.
    pub(crate) fn is_in_a_loop(&self) -> bool {
        let inside = self.current_executor();
        inside.is_some_and(|executor| !self.executors.borrow().is_pool(executor))
    }

    /// Runs a future on a thread that drives no loop.
    pub(crate) fn block_here<F: Future>(&self, future: F) -> F::Output {
        let context = self.context();
        self.block_in(context, future)
    }

    /// Runs a future on a thread that drives no loop, in the context of a runtime.
    pub(crate) fn block_beside<F: Future>(&self, executor: usize, future: F) -> F::Output {
        self.block_in(Some(executor), future)
    }

    fn block_in<F: Future>(&self, context: Option<usize>, future: F) -> F::Output {
        let hidden = self.new_executor(Flavor::MultiThread(1));
        self.executors.borrow_mut().bridges.hidden.push((hidden, context));
        self.block_on(hidden, future)
    }

    /// The runtime in whose context the current thread stands, if any.
    pub(crate) fn context(&self) -> Option<usize> {
        let inside = self.current_executor();
        let me = self.current();
        let executors = self.executors.borrow();
        let bridges = &executors.bridges;
        let mine = |entered: &&Entered| entered.thread == me && entered.inside == inside;
        if let Some(entered) = bridges.entered.iter().rev().find(mine) {
            return Some(entered.executor);
        }
        let inside = inside?;
        if let Some(&(_, of)) = bridges.pools.iter().find(|(pool, _)| *pool == inside) {
            return Some(of);
        }
        let hidden = bridges.hidden.iter().find(|(hidden, _)| *hidden == inside);
        hidden.map_or(Some(inside), |&(_, context)| context)
    }

    /// The current thread enters the context of a runtime.
    pub(crate) fn enter(&self, executor: usize) -> usize {
        let (thread, inside) = (self.current(), self.current_executor());
        let bridges = &mut self.executors.borrow_mut().bridges;
        let number = bridges.entries;
        bridges.entries += 1;
        bridges.entered.push(Entered { number, thread, executor, inside });
        number
    }

    /// It leaves that context.
    pub(crate) fn leave_context(&self, number: usize) {
        if let Ok(mut executors) = self.executors.try_borrow_mut() {
            executors.bridges.entered.retain(|entered| entered.number != number);
        }
    }

    /// What there is one of in an execution, and whether it has just been made.
    pub(crate) fn one_of<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> (Arc<T>, bool) {
        let kept = &mut self.executors.borrow_mut().bridges.kept;
        if let Some(known) = kept.iter().find_map(|one| Arc::clone(one).downcast().ok()) {
            return (known, false);
        }
        let one = Arc::new(make());
        kept.push(Arc::<T>::clone(&one));
        (one, true)
    }

    /// Whether a runtime never leaves its thread.
    pub(crate) fn is_local(&self, executor: usize) -> bool {
        self.executors.borrow().bridges.local.contains(&executor)
    }

    /// A runtime never leaves its thread.
    pub(crate) fn make_local(&self, executor: usize) {
        self.executors.borrow_mut().bridges.local.push(executor);
    }

    /// The current thread is inside a set of local tasks.
    pub(crate) fn enter_set(&self, set: Rc<dyn Any>) -> usize {
        let thread = self.current();
        let bridges = &mut self.executors.borrow_mut().bridges;
        bridges.entries += 1;
        bridges.sets.push((bridges.entries, thread, set));
        bridges.entries
    }

    /// It has left that set.
    pub(crate) fn leave_set(&self, number: usize) {
        let left = self.executors.try_borrow_mut().ok().and_then(|mut executors| {
            let sets = &mut executors.bridges.sets;
            let place = sets.iter().position(|&(known, ..)| known == number)?;
            Some(sets.remove(place))
        });
        drop(left);
    }

    /// The set of local tasks that the current thread is inside of.
    pub(crate) fn current_set(&self) -> Option<Rc<dyn Any>> {
        let thread = self.current();
        let executors = self.executors.borrow();
        let own = executors.bridges.sets.iter().rev().find(|&&(_, of, _)| of == thread);
        own.map(|(.., set)| Rc::clone(set))
    }

    /// Does something that may block, in the middle of a task that has a thread of its own.
    pub(crate) fn in_place<R>(&self, body: impl FnOnce() -> R) -> R {
        struct Back<'a>(&'a Loom, Option<usize>, Option<usize>);

        impl Drop for Back<'_> {
            fn drop(&mut self) {
                self.0.set_current_executor(self.1);
                if let Some(entered) = self.2 {
                    self.0.leave_context(entered);
                }
            }
        }

        let (inside, context) = (self.current_executor(), self.context());
        self.set_current_executor(None);
        let entered = context.map(|executor| self.enter(executor));
        let _back = Back(self, inside, entered);
        body()
    }

    /// Whether a runtime has a single thread.
    pub(crate) fn is_current_thread(&self, executor: usize) -> bool {
        self.with_executor(executor, |executor| executor.flavor) == Flavor::CurrentThread
    }

    /// The hidden runtime for tasks of a runtime that may block.
    pub(crate) fn pool_of(&self, executor: usize) -> usize {
        let known = {
            let executors = self.executors.borrow();
            let mut pools = executors.bridges.pools.iter();
            pools.find(|&&(_, of)| of == executor).map(|&(pool, _)| pool)
        };
        known.unwrap_or_else(|| {
            let pool = self.new_executor(Flavor::MultiThread(usize::MAX));
            self.executors.borrow_mut().bridges.pools.push((pool, executor));
            pool
        })
    }

    /// Ends a runtime with all that it has, and waits.
    pub(crate) fn shut_down_all(&self, executor: usize) {
        assert!(
            !self.is_in_a_loop() || self.going() != Some(Going::Freely),
            "Cannot drop a runtime in a context where blocking is not allowed. This happens when a \
             runtime is dropped from within an asynchronous context."
        );
        self.shut_down(executor);
        let pool = {
            let executors = self.executors.borrow();
            let mut pools = executors.bridges.pools.iter();
            pools.find(|&&(_, of)| of == executor).map(|&(pool, _)| pool)
        };
        if let Some(pool) = pool {
            self.shut_down(pool);
        }
    }
}
