//! Mirrors [`std::sync::LazyLock`].

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::once::{After, Once};
use super::slot::Slot;
use crate::engine::{Driver, driver};

/// A value that is made when it is first needed, as in [`std::sync`].
///
/// A static makes it anew in each execution. For that it has to be made by a plain function or by a
/// closure that captures nothing, as every static's is.
pub struct LazyLock<T, F = fn() -> T> {
    once: Once,
    /// Outside a check: who makes it, and what was made.
    gate: std::sync::Once,
    real: std::sync::OnceLock<T>,
    slot: Slot<T>,
    /// INVARIANT: touched only by whoever `once` or `gate` has let in, or who has it alone.
    init: UnsafeCell<Option<F>>,
}

// SAFETY: `init` is used by one thread at a time, which may be any: hence `F: Send`. The rest is shared
// as `OnceLock` shares it.
#[expect(unsafe_code, reason = "a cell that is guarded by a lock beside it")]
unsafe impl<T: Sync + Send, F: Send> Sync for LazyLock<T, F> {}

impl<T: RefUnwindSafe + UnwindSafe, F: UnwindSafe> RefUnwindSafe for LazyLock<T, F> {}
impl<T: UnwindSafe, F: UnwindSafe> UnwindSafe for LazyLock<T, F> {}

impl<T, F: FnOnce() -> T> LazyLock<T, F> {
    /// As in the original.
    #[track_caller]
    pub const fn new(f: F) -> Self {
        Self {
            once: Once::new(),
            gate: std::sync::Once::new(),
            real: std::sync::OnceLock::new(),
            slot: Slot::new(),
            init: UnsafeCell::new(Some(f)),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn force(this: &Self) -> &T {
        if let Some(value) = this.real.get() {
            return value;
        }
        if let Driver::Nobody | Driver::Native(_) = driver() {
            if let Some(value) = this.slot.get() {
                return value;
            }
            this.gate.call_once_force(|state| {
                let value = this.make(state.is_poisoned());
                this.real.get_or_init(|| value);
            });
            return this.real.get().expect("internal error: a value that was made is gone");
        }
        this.once.call(After::TriesAgain, |state| this.slot.put(this.make(state.is_poisoned())));
        this.slot.get().expect("internal error: a value that was made is gone")
    }

    /// As in the original. No step: nobody else can have it.
    pub fn force_mut(this: &mut Self) -> &mut T {
        Self::force(this);
        Self::get_mut(this).expect("internal error: a value that was made is gone")
    }

    /// Makes the value: once, or once in each execution.
    fn make(&self, poisoned: bool) -> T {
        assert!(!poisoned, "LazyLock instance has previously been poisoned");
        // SAFETY: by its invariant nobody else touches `init` now.
        #[expect(unsafe_code, reason = "a cell that is guarded by a lock beside it")]
        let init = unsafe { &mut *self.init.get() };
        let again = init.as_ref().and_then(copied);
        let make = init.take().expect(
            "a LazyLock whose closure captures something can be made in one execution only: \
             make it in the program",
        );
        *init = again;
        make()
    }
}

/// Another one of a function pointer: nothing else can be called once in each execution.
fn copied<F>(f: &F) -> Option<F> {
    let is_pointer =
        std::any::type_name::<F>().starts_with("fn(") && size_of::<F>() == size_of::<fn()>();
    // SAFETY: the name of a type that is defined anywhere begins with a path. So this is a function
    // pointer, which is `Copy`.
    #[expect(unsafe_code, reason = "no stable way to ask a type whether it is a function pointer")]
    is_pointer.then(|| unsafe { std::ptr::from_ref(f).read() })
}

impl<T, F> LazyLock<T, F> {
    /// As in the original.
    #[track_caller]
    pub fn get(this: &Self) -> Option<&T> {
        if let Some(value) = this.real.get() {
            return Some(value);
        }
        match driver() {
            Driver::Nobody | Driver::Native(_) => this.slot.get(),
            _ => this.slot.get().filter(|_| this.once.is_completed()),
        }
    }

    /// As in the original. No step: nobody else can have it.
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        this.real.get_mut().or_else(|| this.slot.get_mut())
    }
}

impl<T, F: FnOnce() -> T> Deref for LazyLock<T, F> {
    type Target = T;

    #[track_caller]
    fn deref(&self) -> &T {
        Self::force(self)
    }
}

impl<T, F: FnOnce() -> T> DerefMut for LazyLock<T, F> {
    fn deref_mut(&mut self) -> &mut T {
        Self::force_mut(self)
    }
}

impl<T: Default> Default for LazyLock<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(T::default)
    }
}

impl<T: fmt::Debug, F> fmt::Debug for LazyLock<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("LazyLock");
        match self.real.get().or_else(|| self.slot.get()) {
            Some(value) => tuple.field(value),
            None => tuple.field(&format_args!("<uninit>")),
        };
        tuple.finish()
    }
}
