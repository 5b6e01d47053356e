//! The cells where nothing is checked: the originals, and one that has the checked one's two ways in.

/// Mirrors [`std::cell`].
pub mod cell {
    pub use std::cell::{
        BorrowError, BorrowMutError, Cell, LazyCell, OnceCell, Ref, RefCell, RefMut,
    };

    /// The cell below all others, as in [`std::cell`], with two ways in that say what is done.
    #[derive(Debug, Default)]
    #[repr(transparent)]
    pub struct UnsafeCell<T: ?Sized>(std::cell::UnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        /// As in the original.
        #[inline]
        pub const fn new(value: T) -> Self {
            Self(std::cell::UnsafeCell::new(value))
        }

        /// As in the original.
        #[inline]
        pub fn into_inner(self) -> T {
            self.0.into_inner()
        }
    }

    impl<T: ?Sized> UnsafeCell<T> {
        /// Reads the cell: `f` must not write through the pointer, and must not keep it.
        #[inline]
        pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
            f(self.0.get())
        }

        /// Writes the cell: `f` must not keep the pointer.
        #[inline]
        pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
            f(self.0.get())
        }

        /// As in the original.
        #[inline]
        pub const fn get(&self) -> *mut T {
            self.0.get()
        }

        /// As in the original.
        #[inline]
        pub const fn get_mut(&mut self) -> &mut T {
            self.0.get_mut()
        }
    }

    impl<T> From<T> for UnsafeCell<T> {
        fn from(value: T) -> Self {
            Self::new(value)
        }
    }
}
