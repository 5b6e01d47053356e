//! Where is the value of a `OnceLock` or `LazyLock`, in each execution?
//!
//! A static begins every execution without a value. What it has lent out may live on: a program may
//! return a reference to the value as its outcome. So a value of an execution before is never dropped
//! before the thing itself is. For a static that is never, and each execution leaves one value behind.

use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use super::super::fresh::execution;

/// A value that is put there once in each execution.
pub(super) struct Slot<T> {
    /// INVARIANT: null, or from `Box::into_raw` and not freed before `self` is dropped or lent out alone.
    value: AtomicPtr<T>,
    /// The execution that has put it there.
    execution: AtomicU64,
    owns: PhantomData<Box<T>>,
}

impl<T> Slot<T> {
    pub(super) const fn new() -> Self {
        Self {
            value: AtomicPtr::new(ptr::null_mut()),
            execution: AtomicU64::new(0),
            owns: PhantomData,
        }
    }

    /// The value of this execution; outside a check, that of the last.
    pub(super) fn get(&self) -> Option<&T> {
        let now = execution();
        // ORDERING: within a check one thread does all the work.
        if now != 0 && self.execution.load(Ordering::Relaxed) != now {
            return None;
        }
        let value = self.value.load(Ordering::Acquire);
        // SAFETY: by the invariant it is null or points at a value that lives as long as `self`.
        #[expect(unsafe_code, reason = "there is no atomic reference")]
        unsafe {
            value.as_ref()
        }
    }

    /// Puts the value of this execution there. What was there before may be lent out, and stays.
    pub(super) fn put(&self, value: T) {
        let value = Box::into_raw(Box::new(value));
        // ORDERING: whoever is not part of the check sees the value before the number.
        self.value.store(value, Ordering::Release);
        self.execution.store(execution(), Ordering::Relaxed);
    }

    /// The value, for whoever has the thing alone.
    pub(super) fn get_mut(&mut self) -> Option<&mut T> {
        self.get()?;
        // SAFETY: as in `get`, and nobody else can have a reference: `self` is borrowed alone.
        #[expect(unsafe_code, reason = "there is no atomic reference")]
        unsafe {
            self.value.get_mut().as_mut()
        }
    }

    /// Takes the value out.
    pub(super) fn take(&mut self) -> Option<T> {
        self.get()?;
        let value = std::mem::replace(self.value.get_mut(), ptr::null_mut());
        // SAFETY: by the invariant it came from `Box::into_raw`, and nobody has a reference to it, since
        // `self` is borrowed alone. It is not there any more.
        #[expect(unsafe_code, reason = "the box was taken apart in `put`")]
        let value = unsafe { Box::from_raw(value) };
        Some(*value)
    }
}

impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        let value = std::mem::replace(self.value.get_mut(), ptr::null_mut());
        if !value.is_null() {
            // SAFETY: as in `take`.
            #[expect(unsafe_code, reason = "the box was taken apart in `put`")]
            drop(unsafe { Box::from_raw(value) });
        }
    }
}
