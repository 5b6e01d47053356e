//! Mirrors tokio's `task_local!`.
//!
//! In the original a poll puts the value into a slot of its thread and takes it out again. Under an
//! engine many strands share one thread, and each has a slot of its own.

use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::engine::{Driver, driver};

/// As `tokio::task_local!`.
#[macro_export]
#[doc(hidden)]
macro_rules! __tokio_task_local {
    () => {};
    ($(#[$attr:meta])* $vis:vis static $name:ident: $t:ty; $($rest:tt)*) => {
        $crate::__tokio_task_local!($(#[$attr])* $vis static $name: $t);
        $crate::__tokio_task_local!($($rest)*);
    };
    ($(#[$attr:meta])* $vis:vis static $name:ident: $t:ty) => {
        $(#[$attr])*
        $vis static $name: $crate::tokio::task::LocalKey<$t> = {
            ::std::thread_local! {
                static KEY: $crate::tokio::support::Slots<$t> =
                    const { $crate::tokio::support::Slots::new() };
            }
            $crate::tokio::task::LocalKey { inner: KEY }
        };
    };
}

/// The values that are set on one thread, each with whose it is. The last one of a strand counts.
#[derive(Debug)]
pub struct Slots<T>(RefCell<Vec<(usize, Option<*const T>)>>);

impl<T> Slots<T> {
    /// Nothing is set.
    pub const fn new() -> Self {
        Self(RefCell::new(Vec::new()))
    }
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// Who asks, if several share a thread.
fn whose() -> usize {
    match driver() {
        Driver::Nobody | Driver::Native(_) => 0,
        Driver::Explorer(explorer) => explorer.on_behalf_of(),
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.current(),
    }
}

/// The key of a value that belongs to a task, as in [`::tokio::task`].
pub struct LocalKey<T: 'static> {
    #[doc(hidden)]
    pub inner: std::thread::LocalKey<Slots<T>>,
}

/// A value is set until this is dropped.
struct Setting<T: 'static> {
    key: &'static LocalKey<T>,
    whose: usize,
}

impl<T> Drop for Setting<T> {
    fn drop(&mut self) {
        let whose = self.whose;
        let _ = self.key.inner.try_with(|slots| {
            let mut slots = slots.0.borrow_mut();
            if let Some(own) = slots.iter().rposition(|&(of, _)| of == whose) {
                slots.remove(own);
            }
        });
    }
}

impl<T: 'static> LocalKey<T> {
    /// As in the original.
    pub fn scope<F>(&'static self, value: T, f: F) -> TaskLocalFuture<T, F>
    where
        F: Future,
    {
        TaskLocalFuture { local: self, slot: Some(value), future: Some(Box::pin(f)) }
    }

    /// As in the original.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "the value is the scope's")]
    pub fn sync_scope<F, R>(&'static self, value: T, f: F) -> R
    where
        F: FnOnce() -> R,
    {
        self.set(Some(&value), f)
    }

    /// Does something while a value is set, or while none is. The value stays where it is meanwhile.
    fn set<R>(&'static self, value: Option<&T>, f: impl FnOnce() -> R) -> R {
        let whose = whose();
        let value = value.map(std::ptr::from_ref);
        let set = self.inner.try_with(|slots| slots.0.borrow_mut().push((whose, value)));
        assert!(
            set.is_ok(),
            "cannot enter a task-local scope during or after destruction of the underlying thread-local"
        );
        let _setting = Setting { key: self, whose };
        f()
    }

    /// As in the original.
    #[track_caller]
    pub fn with<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        let Ok(result) = self.try_with(f) else {
            panic!("cannot access a task-local storage value without setting it first")
        };
        result
    }

    /// As in the original.
    pub fn try_with<F, R>(&'static self, f: F) -> Result<R, AccessError>
    where
        F: FnOnce(&T) -> R,
    {
        let whose = whose();
        let found = self.inner.try_with(|slots| {
            let slots = slots.0.borrow();
            slots.iter().rev().find(|&&(of, _)| of == whose).and_then(|&(_, value)| value)
        });
        let Ok(Some(value)) = found else { return Err(AccessError { private: () }) };
        // SAFETY: `set` has borrowed the value until the call that is under way in this strand returns,
        // and that call has called this one.
        #[expect(unsafe_code, reason = "a thread-local cannot hold a borrowed reference")]
        let value = unsafe { &*value };
        Ok(f(value))
    }
}

impl<T: Clone + 'static> LocalKey<T> {
    /// As in the original.
    #[track_caller]
    pub fn get(&'static self) -> T {
        self.with(T::clone)
    }

    /// As in the original.
    pub fn try_get(&'static self) -> Result<T, AccessError> {
        self.try_with(T::clone)
    }
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("LocalKey { .. }")
    }
}

/// A future in whose polls a value is set, as in [`::tokio::task::futures`].
pub struct TaskLocalFuture<T: 'static, F> {
    local: &'static LocalKey<T>,
    slot: Option<T>,
    /// Gone once it has had its end.
    future: Option<Pin<Box<F>>>,
}

impl<T: 'static, F> TaskLocalFuture<T, F> {
    /// As in the original.
    pub fn take_value(self: Pin<&mut Self>) -> Option<T> {
        // SAFETY: nothing is moved but the value, which is never pinned.
        #[expect(unsafe_code, reason = "the original has no `Unpin` either")]
        let this = unsafe { self.get_unchecked_mut() };
        this.slot.take()
    }
}

impl<T: 'static, F: Future> Future for TaskLocalFuture<T, F> {
    type Output = F::Output;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: nothing is moved: the future is pinned by its box, and the value is never pinned.
        #[expect(unsafe_code, reason = "the original has no `Unpin` either")]
        let Self { local, slot, future } = unsafe { self.get_unchecked_mut() };
        let polled = local.set(slot.as_ref(), || {
            let polled = future.as_mut()?.as_mut().poll(context);
            if polled.is_ready() {
                *future = None;
            }
            Some(polled)
        });
        polled.unwrap_or_else(|| panic!("`TaskLocalFuture` polled after completion"))
    }
}

impl<T: 'static, F> Drop for TaskLocalFuture<T, F> {
    fn drop(&mut self) {
        let Self { local, slot, future } = self;
        let Some(future) = future.take() else { return };
        if local.inner.try_with(|_| ()).is_ok() {
            local.set(slot.as_ref(), || drop(future));
        }
    }
}

#[expect(clippy::missing_fields_in_debug, reason = "the original shows the value only")]
impl<T: fmt::Debug + 'static, F> fmt::Debug for TaskLocalFuture<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Value<'a, T>(&'a Option<T>);

        impl<T: fmt::Debug> fmt::Debug for Value<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.0 {
                    Some(value) => value.fmt(f),
                    None => f.pad("<missing>"),
                }
            }
        }

        f.debug_struct("TaskLocalFuture").field("value", &Value(&self.slot)).finish()
    }
}

/// No value is set, as in the original.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AccessError {
    private: (),
}

impl fmt::Debug for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessError").finish()
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("task-local value not set")
    }
}

impl Error for AccessError {}
