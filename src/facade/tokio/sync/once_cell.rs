//! Mirrors [`::tokio::sync::OnceCell`].

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use ::tokio::sync::{self as real, SetError};

use super::super::announcing::{Sign, Waiter, is_real, now};
use crate::engine::Object;
use crate::step::What;

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::OnceCell, name, at }
}

/// A value that is made when it is first needed, as in [`::tokio::sync`].
pub struct OnceCell<T> {
    object: Object,
    real: real::OnceCell<T>,
}

/// What the real cell waits for while the program's own future makes the value: that future announces
/// steps of its own, so it is polled beside the real one and not inside it.
struct Making<T, E> {
    /// Whether it is for this future to make the value.
    begun: bool,
    made: Option<Result<T, E>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> OnceCell<T> {
    /// As in the original.
    #[track_caller]
    pub fn new() -> Self {
        Self::const_new()
    }

    /// As in the original.
    #[track_caller]
    pub const fn const_new() -> Self {
        Self { object: Object::at(Location::caller()), real: real::OnceCell::const_new() }
    }

    /// As in the original.
    #[track_caller]
    pub fn new_with(value: Option<T>) -> Self {
        Self { object: Object::at(Location::caller()), real: real::OnceCell::new_with(value) }
    }

    /// As in the original.
    #[track_caller]
    pub const fn const_new_with(value: T) -> Self {
        Self { object: Object::at(Location::caller()), real: real::OnceCell::const_new_with(value) }
    }

    /// As in the original.
    #[track_caller]
    pub fn initialized(&self) -> bool {
        let sign = sign("initialized", Location::caller());
        now(&self.object, sign, || self.real.initialized(), |_| false)
    }

    /// As in the original.
    #[track_caller]
    pub fn get(&self) -> Option<&T> {
        now(&self.object, sign("get", Location::caller()), || self.real.get(), |_| false)
    }

    /// As in the original.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.real.get_mut()
    }

    /// As in the original.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), SetError<T>> {
        let sign = sign("set", Location::caller());
        now(&self.object, sign, || self.real.set(value), Result::is_ok)
    }

    /// As in the original.
    #[track_caller]
    pub fn get_or_init<F, Fut>(&self, f: F) -> impl Future<Output = &T>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = T>,
    {
        let at = Location::caller();
        async move {
            let made = self.make(sign("get_or_init", at), async || Ok::<T, Infallible>(f().await));
            match made.await {
                Ok(value) => value,
                Err(never) => match never {},
            }
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn get_or_try_init<E, F, Fut>(&self, f: F) -> impl Future<Output = Result<&T, E>>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        self.make(sign("get_or_try_init", Location::caller()), f)
    }

    async fn make<E, F, Fut>(&self, sign: Sign, f: F) -> Result<&T, E>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        if is_real() {
            return self.real.get_or_try_init(f).await;
        }
        let making = Mutex::new(Making { begun: false, made: None });
        let begin = || {
            poll_fn(|_| {
                let mut making = locked(&making);
                making.begun = true;
                making.made.take().map_or(Poll::Pending, Poll::Ready)
            })
        };
        let mut real = pin!(self.real.get_or_try_init(begin));
        // Declared later, so dropped earlier: the withdrawal is announced before it happens.
        let mut waiter = Waiter { object: &self.object, sign, waits: false };
        let there = poll_fn(|context| match waiter.poll(real.as_mut(), context) {
            Poll::Ready(ready) => Poll::Ready(Some(ready)),
            Poll::Pending if locked(&making).begun => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        });
        if let Some(there) = there.await {
            return there;
        }
        let made = f().await;
        locked(&making).made = Some(made);
        poll_fn(|context| waiter.poll(real.as_mut(), context)).await
    }

    /// As in the original.
    pub fn into_inner(self) -> Option<T> {
        self.real.into_inner()
    }

    /// As in the original.
    pub fn take(&mut self) -> Option<T> {
        self.real.take()
    }
}

impl<T> Default for OnceCell<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

impl<T: Clone> Clone for OnceCell<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        Self::new_with(self.get().cloned())
    }
}

impl<T: PartialEq> PartialEq for OnceCell<T> {
    #[track_caller]
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceCell<T> {}

impl<T> From<T> for OnceCell<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Self::const_new_with(value)
    }
}
