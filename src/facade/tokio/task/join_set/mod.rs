//! Mirrors [`::tokio::task::JoinSet`].
//!
//! Which of its tasks ended first can be told, so under an engine the end of each is a step: it joins a
//! queue, and `join_next` takes from its front.

mod ours;

use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{self, Location};
use std::task::{Context, Poll};

use ::tokio::task as real;

use super::super::announcing::is_real;
use super::super::runtime::Handle;
use super::{AbortHandle, Id, JoinError, LocalSet};
use crate::engine;
use ours::{Ours, until_end};

/// Tasks that are joined in the order in which they end, as in [`::tokio::task`].
pub struct JoinSet<T> {
    inner: Inner<T>,
}

enum Inner<T> {
    Real(real::JoinSet<T>),
    Ours(Ours<T>),
}

impl<T> JoinSet<T> {
    /// As in the original.
    #[track_caller]
    pub fn new() -> Self {
        if is_real() {
            return Self { inner: Inner::Real(real::JoinSet::new()) };
        }
        Self { inner: Inner::Ours(Ours::new(Location::caller())) }
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
