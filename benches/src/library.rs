//! What does a program need of the library that it runs on?
//!
//! Every program here is written once and runs on drawloom, on loom and on shuttle: their types have the
//! same shape, and [`library!`] says so of one library. Everything atomic is `SeqCst`.

use std::ops::DerefMut;

/// A library with threads, atomics and locks of its own.
pub(crate) trait Library: 'static {
    type Atomic: Atomic;
    type Lock: Lock;
    type Thread<T>;

    fn spawn<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> Self::Thread<T>;
    fn join<T>(thread: Self::Thread<T>) -> T;
}

/// A number that threads share.
pub(crate) trait Atomic: Send + Sync + 'static {
    fn new(value: u32) -> Self;
    fn load(&self) -> u32;
    fn store(&self, value: u32);
    fn fetch_add(&self, more: u32) -> u32;
    fn swap(&self, value: u32) -> u32;
    fn compare_exchange(&self, current: u32, new: u32) -> Result<u32, u32>;
}

/// A lock around a number.
pub(crate) trait Lock: Send + Sync + 'static {
    type Guard<'a>: DerefMut<Target = u32>
    where
        Self: 'a;

    fn new(value: u32) -> Self;
    fn lock(&self) -> Self::Guard<'_>;
    fn try_lock(&self) -> Option<Self::Guard<'_>>;
}

/// `library!(Name, krate)` names a library whose `sync` and `thread` mirror those of std.
macro_rules! library {
    ($name:ident, $library:ident) => {
        /// The library of this name.
        pub(crate) enum $name {}

        impl $crate::library::Library for $name {
            type Atomic = ::$library::sync::atomic::AtomicU32;
            type Lock = ::$library::sync::Mutex<u32>;
            type Thread<T> = ::$library::thread::JoinHandle<T>;

            fn spawn<T: Send + 'static>(
                body: impl FnOnce() -> T + Send + 'static,
            ) -> Self::Thread<T> {
                ::$library::thread::spawn(body)
            }

            fn join<T>(thread: Self::Thread<T>) -> T {
                thread.join().expect("it does not panic")
            }
        }

        impl $crate::library::Atomic for ::$library::sync::atomic::AtomicU32 {
            fn new(value: u32) -> Self {
                Self::new(value)
            }

            fn load(&self) -> u32 {
                self.load(::std::sync::atomic::Ordering::SeqCst)
            }

            fn store(&self, value: u32) {
                self.store(value, ::std::sync::atomic::Ordering::SeqCst);
            }

            fn fetch_add(&self, more: u32) -> u32 {
                self.fetch_add(more, ::std::sync::atomic::Ordering::SeqCst)
            }

            fn swap(&self, value: u32) -> u32 {
                self.swap(value, ::std::sync::atomic::Ordering::SeqCst)
            }

            fn compare_exchange(&self, current: u32, new: u32) -> Result<u32, u32> {
                use ::std::sync::atomic::Ordering::SeqCst;
                self.compare_exchange(current, new, SeqCst, SeqCst)
            }
        }

        impl $crate::library::Lock for ::$library::sync::Mutex<u32> {
            type Guard<'a> = ::$library::sync::MutexGuard<'a, u32>;

            fn new(value: u32) -> Self {
                Self::new(value)
            }

            fn lock(&self) -> Self::Guard<'_> {
                self.lock().expect("not poisoned")
            }

            fn try_lock(&self) -> Option<Self::Guard<'_>> {
                self.try_lock().ok()
            }
        }
    };
}
pub(crate) use library;
