//! Mirrors [`::tokio::task::JoinSet`].
//!
//! Which of its tasks ended first can be told, so under an engine the end of each is a step: it joins a
//! queue, and `join_next` takes from its front.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{self, Location};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use ::tokio::task as real;

use super::super::announcing::{Sign, changes, is_real, now, poll};
use super::super::runtime::Handle;
use super::coop::unconstrained;
use super::{AbortHandle, Id, JoinError, JoinHandle, LocalSet};
use crate::engine::{self, Object};
use crate::step::{Kind, What};

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::TaskSet, name, at }
}

/// Tasks that are joined in the order in which they end, as in [`::tokio::task`].
pub struct JoinSet<T> {
    inner: Inner<T>,
}

enum Inner<T> {
    Real(real::JoinSet<T>),
    Ours(Ours<T>),
}

struct Ours<T> {
    shared: Arc<Shared>,
    tasks: Vec<(u64, JoinHandle<T>)>,
    made: u64,
    /// A task that has joined the queue and was taken out of it, and has not quite ended.
    next: Option<u64>,
}

struct Shared {
    object: Object,
    at: &'static Location<'static>,
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
        match queue.ended.pop_front() {
            Some(task) => Poll::Ready(task),
            None => {
                queue.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// Joins the queue when it is dropped: with a task's end, however that comes.
struct Ends {
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

impl<T> JoinSet<T> {
    /// As in the original.
    #[track_caller]
    pub fn new() -> Self {
        if is_real() {
            return Self { inner: Inner::Real(real::JoinSet::new()) };
        }
        let at = Location::caller();
        let shared = Shared { object: Object::at(at), at, queue: Mutex::default() };
        let shared = Arc::new(shared);
        Self { inner: Inner::Ours(Ours { shared, tasks: Vec::new(), made: 0, next: None }) }
    }

    /// As in the original.
    pub fn len(&self) -> usize {
        match &self.inner {
            Inner::Real(set) => set.len(),
            Inner::Ours(ours) => ours.tasks.len(),
        }
    }

    /// As in the original.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Ours<T> {
    /// What a task keeps until its end.
    fn next_ends(&mut self) -> Ends {
        self.made += 1;
        Ends { shared: Arc::clone(&self.shared), task: self.made }
    }

    fn insert(&mut self, task: JoinHandle<T>) -> AbortHandle {
        let abort = task.abort_handle();
        self.tasks.push((self.made, task));
        abort
    }

    fn poll_next(
        &mut self,
        context: &mut Context<'_>,
        at: &'static Location<'static>,
    ) -> Poll<Option<(Id, Result<T, JoinError>)>> {
        if self.tasks.is_empty() {
            return Poll::Ready(None);
        }
        let task = match self.next {
            Some(task) => task,
            None => {
                let shared = Arc::clone(&self.shared);
                let mut next = poll_fn(|context| shared.take(context));
                let sign = sign("join_next", at);
                std::task::ready!(poll(&self.shared.object, sign, Pin::new(&mut next), context))
            }
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

    fn try_next(&mut self, at: &'static Location<'static>) -> Option<(Id, Result<T, JoinError>)> {
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

impl<T: 'static> JoinSet<T> {
    /// As in the original.
    #[track_caller]
    pub fn spawn<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        match &mut self.inner {
            Inner::Real(set) => AbortHandle::real(set.spawn(engine::inherit_polls(task))),
            Inner::Ours(ours) => {
                let task = until_end(task, ours.next_ends());
                ours.insert(super::spawn(task))
            }
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn spawn_on<F>(&mut self, task: F, handle: &Handle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        match &mut self.inner {
            Inner::Real(set) => AbortHandle::real(match handle.as_real() {
                Some(handle) => set.spawn_on(engine::inherit_polls(task), handle),
                None => elsewhere(),
            }),
            Inner::Ours(ours) => {
                let task = until_end(task, ours.next_ends());
                ours.insert(handle.spawn(task))
            }
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn spawn_local<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        match &mut self.inner {
            Inner::Real(set) => AbortHandle::real(set.spawn_local(engine::inherit_polls(task))),
            Inner::Ours(ours) => {
                let task = until_end(task, ours.next_ends());
                ours.insert(super::spawn_local(task))
            }
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn spawn_local_on<F>(&mut self, task: F, local_set: &LocalSet) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        match &mut self.inner {
            Inner::Real(set) => AbortHandle::real(match local_set.as_real() {
                Some(local_set) => set.spawn_local_on(engine::inherit_polls(task), local_set),
                None => elsewhere(),
            }),
            Inner::Ours(ours) => {
                let task = until_end(task, ours.next_ends());
                ours.insert(local_set.spawn_local(task))
            }
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn spawn_blocking<F>(&mut self, f: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.spawn_blocking_on(f, &Handle::current())
    }

    /// As in the original.
    #[track_caller]
    pub fn spawn_blocking_on<F>(&mut self, f: F, handle: &Handle) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        match &mut self.inner {
            Inner::Real(set) => AbortHandle::real(match handle.as_real() {
                Some(handle) => set.spawn_blocking_on(engine::inherit(f), handle),
                None => elsewhere(),
            }),
            Inner::Ours(ours) => {
                let ends = ours.next_ends();
                ours.insert(handle.spawn_blocking(move || {
                    let _ends = ends;
                    f()
                }))
            }
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn join_next(&mut self) -> impl Future<Output = Option<Result<T, JoinError>>> {
        let next = self.next_at(Location::caller());
        async move { next.await.map(|(_, result)| result) }
    }

    /// As in the original.
    #[track_caller]
    pub fn join_next_with_id(
        &mut self,
    ) -> impl Future<Output = Option<Result<(Id, T), JoinError>>> {
        let next = self.next_at(Location::caller());
        async move { next.await.map(with_id) }
    }

    fn next_at(
        &mut self,
        at: &'static Location<'static>,
    ) -> impl Future<Output = Option<(Id, Result<T, JoinError>)>> {
        poll_fn(move |context| self.poll_next(context, at))
    }

    fn poll_next(
        &mut self,
        context: &mut Context<'_>,
        at: &'static Location<'static>,
    ) -> Poll<Option<(Id, Result<T, JoinError>)>> {
        match &mut self.inner {
            Inner::Real(set) => set.poll_join_next_with_id(context).map(|next| next.map(of_real)),
            Inner::Ours(ours) => ours.poll_next(context, at),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn poll_join_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<T, JoinError>>> {
        let next = self.poll_next(context, Location::caller());
        next.map(|next| next.map(|(_, result)| result))
    }

    /// As in the original.
    #[track_caller]
    pub fn poll_join_next_with_id(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<(Id, T), JoinError>>> {
        self.poll_next(context, Location::caller()).map(|next| next.map(with_id))
    }

    fn try_next(&mut self, at: &'static Location<'static>) -> Option<(Id, Result<T, JoinError>)> {
        match &mut self.inner {
            Inner::Real(set) => set.try_join_next_with_id().map(of_real),
            Inner::Ours(ours) => ours.try_next(at),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn try_join_next(&mut self) -> Option<Result<T, JoinError>> {
        self.try_next(Location::caller()).map(|(_, result)| result)
    }

    /// As in the original.
    #[track_caller]
    pub fn try_join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        self.try_next(Location::caller()).map(with_id)
    }

    /// As in the original.
    #[track_caller]
    pub fn shutdown(&mut self) -> impl Future<Output = ()> {
        let at = Location::caller();
        async move {
            self.abort_all();
            while self.next_at(at).await.is_some() {}
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn join_all(mut self) -> impl Future<Output = Vec<T>> {
        let at = Location::caller();
        async move {
            let mut output = Vec::with_capacity(self.len());
            while let Some((_, result)) = self.next_at(at).await {
                match result {
                    Ok(value) => output.push(value),
                    Err(error) if error.is_panic() => panic::resume_unwind(error.into_panic()),
                    Err(error) => panic!("{error}"),
                }
            }
            output
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn abort_all(&mut self) {
        match &mut self.inner {
            Inner::Real(set) => set.abort_all(),
            Inner::Ours(ours) => ours.tasks.iter().for_each(|(_, task)| task.abort()),
        }
    }

    /// As in the original.
    pub fn detach_all(&mut self) {
        match &mut self.inner {
            Inner::Real(set) => set.detach_all(),
            Inner::Ours(ours) => ours.tasks.clear(),
        }
    }
}

/// A task until its end, which joins the queue.
async fn until_end<F: Future>(task: F, ends: Ends) -> F::Output {
    let _ends = ends;
    task.await
}

fn with_id<T>((id, result): (Id, Result<T, JoinError>)) -> Result<(Id, T), JoinError> {
    result.map(|value| (id, value))
}

fn of_real<T>(result: Result<(real::Id, T), real::JoinError>) -> (Id, Result<T, JoinError>) {
    match result {
        Ok((id, value)) => (Id::real(id), Ok(value)),
        Err(error) => (Id::real(error.id()), Err(JoinError::real(error))),
    }
}

fn elsewhere() -> ! {
    panic!(
        "a set of tasks can only be used in the check that it was made in\n\
         help: make it inside the closure that is checked"
    )
}

impl<T> Drop for JoinSet<T> {
    fn drop(&mut self) {
        if let Inner::Ours(ours) = &self.inner {
            for (_, task) in &ours.tasks {
                task.abort_at(ours.shared.at);
            }
        }
    }
}

impl<T> fmt::Debug for JoinSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinSet").field("len", &self.len()).finish()
    }
}

impl<T> Default for JoinSet<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl<T, F> FromIterator<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    fn from_iter<I: IntoIterator<Item = F>>(iter: I) -> Self {
        let mut set = Self::new();
        set.extend(iter);
        set
    }
}

impl<T, F> Extend<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    fn extend<I: IntoIterator<Item = F>>(&mut self, iter: I) {
        for task in iter {
            self.spawn(task);
        }
    }
}
