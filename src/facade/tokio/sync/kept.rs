//! How does a guard own its lock, when the lock is a part of a larger one?
//!
//! The original's owned guards keep an `Arc` of the original lock. Here that lock lies inside ours, next
//! to the engine's handle, so an owned guard keeps an `Arc` of the whole and a borrowed guard of the
//! original, whose lifetime it forgets.

use ::tokio::sync as real;

/// A real guard that borrows from what whoever has this keeps alive.
pub(super) struct Kept(Option<Box<dyn Keeps>>);

/// A real guard, whatever it guards.
trait Keeps {
    /// A lock for writing becomes one for reading.
    fn downgraded<'a>(self: Box<Self>) -> Box<dyn Keeps + 'a>
    where
        Self: 'a;
}

impl Kept {
    fn new<'a>(guard: Box<dyn Keeps + 'a>) -> Self {
        // SAFETY: only the lifetime changes. See `Kept::of_mutex` for why it is not outlived.
        #[expect(unsafe_code, reason = "no lifetime can be named that is as long as what is owned")]
        let guard = unsafe { std::mem::transmute::<Box<dyn Keeps + 'a>, Box<dyn Keeps>>(guard) };
        Self(Some(guard))
    }

    /// INVARIANT: whoever keeps this keeps alive what the guard borrows from, and drops this first.
    pub(super) fn of_mutex<T: ?Sized>(guard: real::MutexGuard<'_, T>) -> Self {
        Self::new(Box::new(Exclusive(guard)))
    }

    /// As [`Kept::of_mutex`].
    pub(super) fn of_read<T: ?Sized>(guard: real::RwLockReadGuard<'_, T>) -> Self {
        Self::new(Box::new(Shared(guard)))
    }

    /// As [`Kept::of_mutex`].
    pub(super) fn of_write<T: ?Sized>(guard: real::RwLockWriteGuard<'_, T>) -> Self {
        Self::new(Box::new(Write(guard)))
    }

    /// Whether there is a guard.
    pub(super) fn is_held(&self) -> bool {
        self.0.is_some()
    }

    /// Takes the guard out.
    pub(super) fn take(&mut self) -> Self {
        Self(self.0.take())
    }

    /// A lock for writing becomes one for reading.
    pub(super) fn downgrade(&mut self) {
        self.0 = self.0.take().map(Keeps::downgraded);
    }
}

struct Exclusive<'a, T: ?Sized>(real::MutexGuard<'a, T>);

struct Shared<'a, T: ?Sized>(real::RwLockReadGuard<'a, T>);

struct Write<'a, T: ?Sized>(real::RwLockWriteGuard<'a, T>);

impl<T: ?Sized> Keeps for Exclusive<'_, T> {
    fn downgraded<'a>(self: Box<Self>) -> Box<dyn Keeps + 'a>
    where
        Self: 'a,
    {
        self
    }
}

impl<T: ?Sized> Keeps for Shared<'_, T> {
    fn downgraded<'a>(self: Box<Self>) -> Box<dyn Keeps + 'a>
    where
        Self: 'a,
    {
        self
    }
}

impl<T: ?Sized> Keeps for Write<'_, T> {
    fn downgraded<'a>(self: Box<Self>) -> Box<dyn Keeps + 'a>
    where
        Self: 'a,
    {
        Box::new(Shared(self.0.downgrade()))
    }
}

/// What all guards can do: they stand for what they guard.
macro_rules! guards {
    ($(impl[$($lifetime:lifetime,)? $($T:ident),*] $guard:ty => $target:ident, $mutable:ident;)*) => {$(
        impl<$($lifetime,)? $($T: ?Sized),*> std::ops::Deref for $guard {
            type Target = $target;

            fn deref(&self) -> &$target {
                self.get()
            }
        }

        guards!(@$mutable [$($lifetime,)? $($T),*] $guard, $target);

        impl<$($lifetime,)? $($T: ?Sized),*> std::fmt::Debug for $guard
        where
            $target: std::fmt::Debug,
        {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<$($lifetime,)? $($T: ?Sized),*> std::fmt::Display for $guard
        where
            $target: std::fmt::Display,
        {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                (**self).fmt(f)
            }
        }
    )*};
    (@shared [$($generics:tt)*] $guard:ty, $target:ident) => {};
    (@exclusive [$($lifetime:lifetime,)? $($T:ident),*] $guard:ty, $target:ident) => {
        impl<$($lifetime,)? $($T: ?Sized),*> std::ops::DerefMut for $guard {
            fn deref_mut(&mut self) -> &mut $target {
                self.get_mut()
            }
        }
    };
}

pub(super) use guards;
