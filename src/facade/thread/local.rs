//! Mirrors [`std::thread_local`] and [`std::thread::LocalKey`].

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt;
use std::rc::Rc;

use crate::engine::{Driver, Found, driver};

/// Lends out the original's value, if that is still there.
type Real<T> = fn(&mut dyn FnMut(&T)) -> bool;

/// A value that every thread has of its own, as in [`std::thread`].
///
/// Under an engine every strand that is a thread has one, and a task has that of the thread which polls
/// it. Made by [`drawloom::thread_local!`](crate::thread_local).
pub struct LocalKey<T: 'static> {
    real: Real<T>,
    init: fn() -> T,
}

/// Declares values that every thread has of its own, as [`std::thread_local`] does.
#[macro_export]
macro_rules! thread_local {
    () => {};
    ($(#[$attribute:meta])* $vis:vis static $name:ident: $type:ty = const $init:block; $($rest:tt)*) => {
        $crate::thread_local!(@ $(#[$attribute])* $vis $name, $type, const $init, $init);
        $crate::thread_local!($($rest)*);
    };
    ($(#[$attribute:meta])* $vis:vis static $name:ident: $type:ty = const $init:block) => {
        $crate::thread_local!(@ $(#[$attribute])* $vis $name, $type, const $init, $init);
    };
    ($(#[$attribute:meta])* $vis:vis static $name:ident: $type:ty = $init:expr; $($rest:tt)*) => {
        $crate::thread_local!(@ $(#[$attribute])* $vis $name, $type, $init, $init);
        $crate::thread_local!($($rest)*);
    };
    ($(#[$attribute:meta])* $vis:vis static $name:ident: $type:ty = $init:expr) => {
        $crate::thread_local!(@ $(#[$attribute])* $vis $name, $type, $init, $init);
    };
    (@ $(#[$attribute:meta])* $vis:vis $name:ident, $type:ty, $real:expr, $init:expr) => {
        $(#[$attribute])*
        $vis static $name: $crate::thread::LocalKey<$type> = {
            ::std::thread_local! {
                static REAL: $type = $real;
            }
            fn real(look: &mut dyn ::std::ops::FnMut(&$type)) -> bool {
                REAL.try_with(|value| look(value)).is_ok()
            }
            fn init() -> $type {
                $init
            }
            $crate::thread::LocalKey::of(real, init)
        };
    };
}

impl<T: 'static> LocalKey<T> {
    /// For [`drawloom::thread_local!`](crate::thread_local) alone.
    #[doc(hidden)]
    pub const fn of(real: Real<T>, init: fn() -> T) -> Self {
        Self { real, init }
    }

    /// As in the original.
    pub fn with<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        self.try_with(f).expect(
            "cannot access a Thread Local Storage value during or after destruction: AccessError",
        )
    }

    /// As in the original.
    pub fn try_with<F, R>(&'static self, f: F) -> Result<R, AccessError>
    where
        F: FnOnce(&T) -> R,
    {
        let key = std::ptr::from_ref(self) as usize;
        let (locals, thread, found) = match driver() {
            Driver::Explorer(explorer) => {
                let (thread, found) = explorer.find_local(key);
                (explorer.locals(), thread, found)
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                let thread = loom.current();
                (loom.locals(), thread, loom.locals().find(thread, key))
            }
            _ => {
                let (mut f, mut result) = (Some(f), None);
                (self.real)(&mut |value| result = f.take().map(|f| f(value)));
                return result.ok_or(AccessError);
            }
        };
        let value = match found {
            Found::There(value) => value,
            Found::Gone => return Err(AccessError),
            Found::New => {
                let value: Rc<T> = Rc::new((self.init)());
                locals.keep(thread, key, Rc::clone(&value) as Rc<dyn std::any::Any>);
                return Ok(f(&value));
            }
        };
        let value = value.downcast_ref::<T>().expect("internal error: a key of another type");
        Ok(f(value))
    }
}

impl<T: 'static> LocalKey<Cell<T>> {
    /// As in the original.
    pub fn set(&'static self, value: T) {
        self.with(|cell| cell.set(value));
    }

    /// As in the original.
    pub fn get(&'static self) -> T
    where
        T: Copy,
    {
        self.with(Cell::get)
    }

    /// As in the original.
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(Cell::take)
    }

    /// As in the original.
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> LocalKey<RefCell<T>> {
    /// As in the original.
    pub fn with_borrow<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        self.with(|cell| f(&cell.borrow()))
    }

    /// As in the original.
    pub fn with_borrow_mut<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&mut T) -> R,
    {
        self.with(|cell| f(&mut cell.borrow_mut()))
    }

    /// As in the original.
    pub fn set(&'static self, value: T) {
        self.with(|cell| cell.replace(value));
    }

    /// As in the original.
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(RefCell::take)
    }

    /// As in the original.
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKey").finish_non_exhaustive()
    }
}

/// The value was dropped at the end of its thread, as in [`std::thread`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessError;

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("already destroyed")
    }
}

impl Error for AccessError {}
