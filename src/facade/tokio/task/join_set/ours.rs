//! The queue of the tasks that have ended.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::super::super::announcing::{Sign, changes, now, poll};
use super::super::coop::unconstrained;
use super::super::{AbortHandle, Id, JoinError, JoinHandle};
use crate::engine::Object;
use crate::step::{Kind, What};

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::TaskSet, name, at }
}

/// A set of tasks under an engine.
pub(super) struct Ours<T> {
    pub(super) shared: Arc<Shared>,
    pub(super) tasks: Vec<(u64, JoinHandle<T>)>,
    made: u64,
    /// A task that has joined the queue and was taken out of it, and has not quite ended.
    next: Option<u64>,
}

pub(super) struct Shared {
    object: Object,
    pub(super) at: &'static Location<'static>,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    ended: VecDeque<u64>,
    waker: Option<Waker>,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next task that has ended; if there is none, whoever asks is woken.
    fn take(&self, context: &Context<'_>) -> Poll<u64> {
        let mut queue = self.queue();
        if let Some(task) = queue.ended.pop_front() {
            return Poll::Ready(task);
        }
        queue.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

/// Joins the queue when it is dropped: with a task's end, however that comes.
pub(super) struct Ends {
    shared: Arc<Shared>,
    task: u64,
}

impl Drop for Ends {
    fn drop(&mut self) {
        changes(&self.shared.object, sign("end", self.shared.at), Kind::Async("end"));
        let waker = {
            let mut queue = self.shared.queue();
            queue.ended.push_back(self.task);
            queue.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Ours<T> {
    pub(super) fn new(at: &'static Location<'static>) -> Self {
        let shared = Shared { object: Object::at(at), at, queue: Mutex::default() };
        Self { shared: Arc::new(shared), tasks: Vec::new(), made: 0, next: None }
    }

    /// What a task keeps until its end.
    pub(super) fn next_ends(&mut self) -> Ends {
        self.made += 1;
        Ends { shared: Arc::clone(&self.shared), task: self.made }
    }

    pub(super) fn insert(&mut self, task: JoinHandle<T>) -> AbortHandle {
        let abort = task.abort_handle();
        self.tasks.push((self.made, task));
        abort
    }

    pub(super) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
        at: &'static Location<'static>,
    ) -> Poll<Option<(Id, Result<T, JoinError>)>> {
        if self.tasks.is_empty() {
            return Poll::Ready(None);
        }
        let task = if let Some(task) = self.next {
            task
        } else {
            let shared = Arc::clone(&self.shared);
            let mut next = poll_fn(|context| shared.take(context));
            let sign = sign("join_next", at);
            std::task::ready!(poll(&self.shared.object, sign, Pin::new(&mut next), context))
        };
        self.next = Some(task);
        let Some(place) = self.tasks.iter().position(|&(of, _)| of == task) else {
            self.next = None;
            return self.poll_next(context, at);
        };
        // Its budget was spent on the queue.
        let mut join = unconstrained(&mut self.tasks[place].1);
        let result = std::task::ready!(Pin::new(&mut join).poll(context));
        self.next = None;
        let (_, task) = self.tasks.remove(place);
        Poll::Ready(Some((task.id(), result)))
    }

    pub(super) fn try_next(
        &mut self,
        at: &'static Location<'static>,
    ) -> Option<(Id, Result<T, JoinError>)> {
        let shared = Arc::clone(&self.shared);
        let take = || self.next.take().or_else(|| shared.queue().ended.pop_front());
        let task = now(&shared.object, sign("try_join_next", at), take, Option::is_some)?;
        let place = self.tasks.iter().position(|&(of, _)| of == task)?;
        let mut context = Context::from_waker(Waker::noop());
        match Pin::new(&mut unconstrained(&mut self.tasks[place].1)).poll(&mut context) {
            Poll::Ready(result) => {
                let (_, task) = self.tasks.remove(place);
                Some((task.id(), result))
            }
            Poll::Pending => {
                self.next = Some(task);
                None
            }
        }
    }
}

/// A task until its end, which joins the queue.
pub(super) async fn until_end<F: Future>(task: F, ends: Ends) -> F::Output {
    let _ends = ends;
    task.await
}
