//! Mirrors [`::tokio::task::JoinError`].

use std::any::Any;
use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};

use ::tokio::task as real;

use super::Id;
use crate::engine::message_of;

/// A task that did not come to its end, as in [`::tokio::task`].
pub struct JoinError {
    repr: Repr,
}

enum Repr {
    Real(real::JoinError),
    Cancelled(Id),
    /// The mutex only makes it `Sync`, as the original is.
    Panic(Id, Mutex<Box<dyn Any + Send>>),
}

impl JoinError {
    pub(super) fn real(error: real::JoinError) -> Self {
        Self { repr: Repr::Real(error) }
    }

    pub(super) fn cancelled(task: usize) -> Self {
        Self { repr: Repr::Cancelled(Id::number(task)) }
    }

    pub(super) fn panic(task: usize, payload: Box<dyn Any + Send>) -> Self {
        Self { repr: Repr::Panic(Id::number(task), Mutex::new(payload)) }
    }

    /// As in the original.
    pub fn is_cancelled(&self) -> bool {
        match &self.repr {
            Repr::Real(error) => error.is_cancelled(),
            Repr::Cancelled(_) => true,
            Repr::Panic(..) => false,
        }
    }

    /// As in the original.
    pub fn is_panic(&self) -> bool {
        !self.is_cancelled()
    }

    /// As in the original.
    pub fn id(&self) -> Id {
        match &self.repr {
            Repr::Real(error) => Id::real(error.id()),
            Repr::Cancelled(id) | Repr::Panic(id, _) => *id,
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn into_panic(self) -> Box<dyn Any + Send + 'static> {
        self.try_into_panic().expect("`JoinError` reason is not a panic.")
    }

    /// As in the original.
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send + 'static>, Self> {
        match self.repr {
            Repr::Real(error) => error.try_into_panic().map_err(Self::real),
            Repr::Panic(_, payload) => {
                Ok(payload.into_inner().unwrap_or_else(PoisonError::into_inner))
            }
            Repr::Cancelled(_) => Err(self),
        }
    }
}

/// What a panic said, if it was text.
fn text(payload: &Mutex<Box<dyn Any + Send>>) -> Option<String> {
    let payload = payload.lock().unwrap_or_else(PoisonError::into_inner);
    let is_text = payload.is::<&str>() || payload.is::<String>();
    is_text.then(|| message_of(&**payload))
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.repr {
            Repr::Real(error) => error.fmt(f),
            Repr::Cancelled(id) => write!(f, "task {id} was cancelled"),
            Repr::Panic(id, payload) => match text(payload) {
                Some(text) => write!(f, "task {id} panicked with message {text:?}"),
                None => write!(f, "task {id} panicked"),
            },
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.repr {
            Repr::Real(error) => error.fmt(f),
            Repr::Cancelled(id) => write!(f, "JoinError::Cancelled({id:?})"),
            Repr::Panic(id, payload) => match text(payload) {
                Some(text) => write!(f, "JoinError::Panic({id:?}, {text:?}, ...)"),
                None => write!(f, "JoinError::Panic({id:?}, ...)"),
            },
        }
    }
}

impl std::error::Error for JoinError {}

impl From<JoinError> for io::Error {
    fn from(error: JoinError) -> Self {
        let text = if error.is_panic() { "task panicked" } else { "task was cancelled" };
        Self::other(text)
    }
}
