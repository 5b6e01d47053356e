//! Tasks: how are they started, polled, joined, told to stop and cleared away?

use std::future::Future;
use std::mem::ManuallyDrop;
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};

use super::executor::Job;
use super::memory::Word;
use super::thread::Parking;
use super::{Going, Loom, Needs, Phase, Who};
use crate::engine::explorer::{Flavor, TaskSlot};
use crate::engine::{Driver, driver};

/// The future of a task.
pub(crate) type TaskFuture = Pin<Box<dyn Future<Output = ()>>>;

pub(super) struct Task {
    executor: usize,
    /// Its future, while it is not being polled. What is left of it when an execution fails is never
    /// dropped: nobody could tell its destructors what they ask.
    future: Option<ManuallyDrop<TaskFuture>>,
    slot: Option<Arc<dyn TaskSlot>>,
    waker: Option<Waker>,
    fate: Fate,
    join_wakers: Vec<Waker>,
    /// Tells loom that it has finished, where other threads can ask.
    end: Option<Rc<Word>>,
    /// The thread that polls it, and where that waits, on a `multi_thread` runtime.
    thread: Option<(usize, Rc<Parking>)>,
}

/// What has become of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is polled when it is woken.
    Lives,
    /// It was told to stop: its next poll drops it.
    Cancelled,
    Finished,
}

/// How a poll has ended.
enum Polled {
    Pending(TaskFuture),
    Finished,
}

impl Loom {
    /// Starts a task.
    pub(crate) fn spawn_task(
        &self,
        executor: usize,
        future: TaskFuture,
        slot: Arc<dyn TaskSlot>,
    ) -> usize {
        let future = Some(ManuallyDrop::new(future));
        let id = self.executors.borrow().tasks.len();
        let task = Task {
            executor,
            future,
            slot: Some(slot),
            waker: None,
            fate: Fate::Lives,
            join_wakers: Vec::new(),
            end: None,
            thread: None,
        };
        self.executors.borrow_mut().tasks.push(task);
        if self.going().is_none() {
            return id;
        }
        let (flavor, closed) =
            self.with_executor(executor, |executor| (executor.flavor, executor.closed));
        if closed {
            self.clear_away(id);
        } else if flavor == Flavor::CurrentThread {
            let waker = self.waker(executor, Job::Task(id));
            waker.wake_by_ref();
            self.with_task(id, |task| task.waker = Some(waker));
        } else {
            self.start_task_thread(id);
        }
        id
    }

    fn with_task<R>(&self, task: usize, look: impl FnOnce(&mut Task) -> R) -> R {
        look(&mut self.executors.borrow_mut().tasks[task])
    }

    fn start_task_thread(&self, id: usize) {
        let next = self.threads.borrow().next();
        let Some(parking) = self.new_parking(next) else { return };
        let waker = self.thread_waker(&parking);
        let place = Rc::clone(&parking);
        let thread = self.spawn_thread(Box::new(move || {
            if let Driver::Loom(loom) = driver() {
                loom.run_task(id, &place);
            }
        }));
        self.with_task(id, |task| {
            task.thread = Some((thread, parking));
            task.waker = Some(waker);
        });
    }

    /// A task of a `multi_thread` runtime, from its first poll to its last.
    fn run_task(&self, id: usize, parking: &Parking) {
        let executor = self.with_task(id, |task| task.executor);
        self.set_current_executor(Some(executor));
        if let Some(going) = self.going().filter(|_| self.needs.aborts) {
            // So that loom knows whether it was told to stop before.
            self.take_token(parking, going);
        }
        loop {
            self.poll_task(id);
            if self.has_finished(id) {
                return;
            }
            if let Some(going) = self.going() {
                self.wait_at(parking, going);
            }
        }
    }

    /// Polls a task once, or drops it if it was cancelled.
    pub(super) fn poll_task(&self, id: usize) {
        let (future, waker, fate) =
            self.with_task(id, |task| (task.future.take(), task.waker.clone(), task.fate));
        let (Some(future), Some(waker)) = (future, waker) else { return };
        let cancelled = fate == Fate::Cancelled;
        let mut future = ManuallyDrop::into_inner(future);
        self.doings.begin_poll();
        self.set_current_task(Some(id));
        let polled = panic::catch_unwind(AssertUnwindSafe(move || {
            if cancelled {
                drop(future);
                return Polled::Finished;
            }
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(()) => Polled::Finished,
                Poll::Pending => Polled::Pending(future),
            }
        }));
        self.set_current_task(None);
        if self.phase.get() != Phase::Running {
            std::mem::forget(polled);
            super::leave();
        }
        let slot = self.with_task(id, |task| task.slot.clone());
        match polled {
            Ok(Polled::Pending(future)) => {
                return self.with_task(id, |task| task.future = Some(ManuallyDrop::new(future)));
            }
            Ok(Polled::Finished) => {
                if let (true, Some(slot)) = (cancelled, slot) {
                    slot.cancelled();
                }
            }
            Err(payload) => {
                self.give_back_late();
                if let Some(slot) = slot {
                    slot.panicked(payload);
                }
            }
        }
        self.finish_task(id);
    }

    fn finish_task(&self, id: usize) {
        self.tell_end(id);
        let (slot, wakers) = self.with_task(id, |task| {
            task.fate = Fate::Finished;
            (task.slot.take(), std::mem::take(&mut task.join_wakers))
        });
        drop(slot);
        for waker in wakers {
            waker.wake();
        }
    }

    /// Whether a task has ended is about to be asked or decided: with other threads about, loom is told.
    fn tell_end(&self, id: usize) {
        let Some(going) = self.going() else { return };
        if self.threads.borrow().is_alone() {
            return;
        }
        let known = self.with_task(id, |task| task.end.clone());
        let Some(end) = known.or_else(|| self.new_word(0)) else { return };
        self.with_task(id, |task| task.end = Some(Rc::clone(&end)));
        self.act(going, || end.atomic.fetch_add(1, Ordering::AcqRel));
    }

    /// Whether a task has ended; if not, `waker` is called when it does.
    pub(crate) fn poll_join(&self, task: usize, waker: &Waker) -> bool {
        self.tell_end(task);
        let finished = self.with_task(task, |task| {
            let finished = task.fate == Fate::Finished;
            let known = task.join_wakers.iter().any(|known| known.will_wake(waker));
            if !finished && !known {
                task.join_wakers.push(waker.clone());
            }
            finished
        });
        if finished {
            self.observe(Who::Task(task));
        }
        finished
    }

    pub(crate) fn task_is_finished(&self, task: usize) -> bool {
        self.tell_end(task);
        self.has_finished(task)
    }

    fn has_finished(&self, task: usize) -> bool {
        self.with_task(task, |task| task.fate == Fate::Finished)
    }

    /// Tells a task to stop: at its next await, which is where it is now unless it is being polled.
    pub(crate) fn abort(&self, task: usize) {
        let Some(going) = self.going() else { return };
        self.tell_end(task);
        let (executor, thread) = self.with_task(task, |task| (task.executor, task.thread.clone()));
        if let Some((_, parking)) = &thread {
            if !self.needs.aborts {
                self.begin_again(Needs { aborts: true, ..self.needs });
                return if going == Going::Freely {
                    super::leave()
                };
            }
            self.act(going, || parking.put_token());
        }
        if self.has_finished(task) {
            return;
        }
        self.with_task(task, |task| task.fate = Fate::Cancelled);
        match thread {
            Some((_, parking)) => self.rouse(&parking),
            None => self.wake_job(executor, Job::Task(task)),
        }
    }

    /// Ends a runtime: polls that are under way come to their end, all other tasks are dropped.
    pub(crate) fn shut_down(&self, executor: usize) {
        let Some(going) = self.going() else { return };
        self.with_executor(executor, |executor| executor.closed = true);
        let tasks: Vec<usize> = {
            let executors = self.executors.borrow();
            let all = executors.tasks.iter().enumerate();
            all.filter(|(_, task)| task.executor == executor && task.fate != Fate::Finished)
                .map(|(id, _)| id)
                .collect()
        };
        for &task in &tasks {
            if self.with_task(task, |task| task.thread.is_some()) {
                self.abort(task);
            } else {
                self.clear_away(task);
            }
        }
        self.stop_clock(executor, going);
        if going == Going::Quietly {
            // Its tasks would be waited for. They are left to themselves.
            return;
        }
        for task in tasks {
            if let Some((thread, _)) = self.with_task(task, |task| task.thread.clone()) {
                self.wait_for_end(thread);
            }
        }
    }

    /// Drops a task of an event loop that will not poll it any more.
    fn clear_away(&self, id: usize) {
        let (executor, waker) = self.with_task(id, |task| {
            task.fate = Fate::Cancelled;
            (task.executor, task.waker.clone())
        });
        if std::thread::panicking() {
            // A panic of a destructor could not be kept apart from the one that goes on.
            return;
        }
        let waker = waker.unwrap_or_else(|| self.waker(executor, Job::Task(id)));
        self.with_task(id, |task| task.waker = Some(waker));
        let inside = self.current_executor();
        let polling = self.current_task();
        self.set_current_executor(Some(executor));
        self.poll_task(id);
        self.set_current_executor(inside);
        self.set_current_task(polling);
        self.with_executor(executor, |executor| executor.forget(Job::Task(id)));
    }
}
