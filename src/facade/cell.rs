//! Cells that are checked for data races.
//!
//! Two strands that use one cell, at least one of them to write, must be put in order by something: a
//! lock, a store that releases and a load that acquires, a join. If a program leaves that to luck, the
//! check fails, and names both lines. A use is one step, at its beginning.

use std::cell as real;
use std::fmt;
use std::panic::Location;

pub use std::cell::{BorrowError, BorrowMutError, LazyCell, OnceCell, Ref, RefCell, RefMut};

use super::announce;
use crate::engine::{Driver, Object, driver};
use crate::step::{Kind, What};

/// A use of a cell begins: a write, or else a read.
fn begin(object: &Object, writes: bool, at: &'static Location<'static>) {
    match driver() {
        Driver::Explorer(explorer) => {
            explorer.asks_for_order();
            let kind = if writes { Kind::Store } else { Kind::Load };
            let turn = announce(explorer, object, What::Cell, kind, at);
            if writes {
                turn.wrote(None, None);
            } else {
                turn.read(None);
            }
            explorer.touches(object, writes, at);
        }
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.touch_cell(object, writes),
        _ => {}
    }
}

/// The cell below all others, as in [`std::cell`], with two ways in that say what is done: these are
/// checked.
pub struct UnsafeCell<T: ?Sized> {
    object: Object,
    real: real::UnsafeCell<T>,
}

impl<T> UnsafeCell<T> {
    /// As in the original.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        Self { object: Object::at(Location::caller()), real: real::UnsafeCell::new(value) }
    }

    /// As in the original.
    pub fn into_inner(self) -> T {
        self.real.into_inner()
    }
}

impl<T: ?Sized> UnsafeCell<T> {
    /// Reads the cell: `f` must not write through the pointer, and must not keep it.
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        begin(&self.object, false, Location::caller());
        f(self.real.get())
    }

    /// Writes the cell: `f` must not keep the pointer.
    #[track_caller]
    pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        begin(&self.object, true, Location::caller());
        f(self.real.get())
    }

    /// As in the original: what is done through it, nobody sees.
    pub const fn get(&self) -> *mut T {
        self.real.get()
    }

    /// As in the original. No step: nobody else can have it.
    pub const fn get_mut(&mut self) -> &mut T {
        self.real.get_mut()
    }
}

impl<T: Default> Default for UnsafeCell<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for UnsafeCell<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized> fmt::Debug for UnsafeCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsafeCell").finish_non_exhaustive()
    }
}

/// A cell whose value goes in and out as a whole, as in [`std::cell`]. It cannot be shared, so it is
/// checked only inside of what says by `unsafe` that it can.
pub struct Cell<T: ?Sized> {
    object: Object,
    real: real::Cell<T>,
}

impl<T> Cell<T> {
    /// As in the original.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        Self { object: Object::at(Location::caller()), real: real::Cell::new(value) }
    }

    /// As in the original.
    #[track_caller]
    pub fn set(&self, value: T) {
        begin(&self.object, true, Location::caller());
        self.real.set(value);
    }

    /// As in the original.
    #[track_caller]
    pub fn replace(&self, value: T) -> T {
        begin(&self.object, true, Location::caller());
        self.real.replace(value)
    }

    /// As in the original: a write of both.
    #[track_caller]
    pub fn swap(&self, other: &Self) {
        begin(&self.object, true, Location::caller());
        if !std::ptr::eq(self, other) {
            begin(&other.object, true, Location::caller());
            self.real.swap(&other.real);
        }
    }

    /// As in the original.
    pub fn into_inner(self) -> T {
        self.real.into_inner()
    }
}

impl<T: Copy> Cell<T> {
    /// As in the original.
    #[track_caller]
    pub fn get(&self) -> T {
        begin(&self.object, false, Location::caller());
        self.real.get()
    }
}

impl<T: Default> Cell<T> {
    /// As in the original.
    #[track_caller]
    pub fn take(&self) -> T {
        begin(&self.object, true, Location::caller());
        self.real.take()
    }
}

impl<T: ?Sized> Cell<T> {
    /// As in the original: what is done through it, nobody sees.
    pub const fn as_ptr(&self) -> *mut T {
        self.real.as_ptr()
    }

    /// As in the original. No step: nobody else can have it.
    pub fn get_mut(&mut self) -> &mut T {
        self.real.get_mut()
    }
}

impl<T: Copy> Clone for Cell<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        Self::new(self.get())
    }
}

impl<T: Default> Default for Cell<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for Cell<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Copy + PartialEq> PartialEq for Cell<T> {
    #[track_caller]
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Copy + Eq> Eq for Cell<T> {}

impl<T: Copy + PartialOrd> PartialOrd for Cell<T> {
    #[track_caller]
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.get().partial_cmp(&other.get())
    }
}

impl<T: Copy + Ord> Ord for Cell<T> {
    #[track_caller]
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.get().cmp(&other.get())
    }
}

impl<T: Copy + fmt::Debug> fmt::Debug for Cell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}
