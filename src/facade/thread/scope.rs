//! Mirrors [`std::thread::scope`].
//!
//! An engine's strand cannot borrow, so the closures of a scope's threads are lengthened to `'static`.
//! That is sound because [`scope`] does not return, and is not unwound, before all of them have ended.

use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread as real;

use super::handle::{Handle, Slot, Strand, start};
use super::{Builder, Result, Thread};
use crate::engine::{self, Driver, driver};

/// Threads that may borrow, as in [`std::thread`].
pub struct Scope<'scope, 'env: 'scope> {
    inner: Scoped<'scope, 'env>,
    /// Both lifetimes are invariant, as in the original: a scope must not be shortened or lengthened.
    invariant: PhantomData<(&'scope mut &'scope (), &'env mut &'env ())>,
}

enum Scoped<'scope, 'env> {
    Real(&'scope real::Scope<'scope, 'env>),
    Strands(Mutex<Vec<Started>>),
}

/// A scope's thread: to be joined at its end if nobody has done so before.
struct Started {
    strand: Strand,
    /// Whether it has panicked and nobody has been told.
    panicked: Box<dyn Fn() -> bool + Send>,
}

/// A handle to a thread of a scope, as in [`std::thread`].
pub struct ScopedJoinHandle<'scope, T> {
    inner: ScopedJoining<'scope, T>,
    thread: Thread,
}

enum ScopedJoining<'scope, T> {
    Real(real::ScopedJoinHandle<'scope, T>),
    Strand(Strand, Slot<T>),
}

/// Runs `f` with a scope whose threads have all ended when it returns, as in [`std::thread`].
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let at = Location::caller();
    if let Driver::Nobody | Driver::Native(_) = driver() {
        return really_scoped(f);
    }
    let scope = Scope { inner: Scoped::Strands(Mutex::new(Vec::new())), invariant: PhantomData };
    let Scoped::Strands(strands) = &scope.inner else { unreachable!("internal error: no scope") };
    let all = JoinAll { strands, at };
    let result = panic::catch_unwind(AssertUnwindSafe(|| f(&scope)));
    let panicked = all.join();
    match result {
        Err(payload) => panic::resume_unwind(payload),
        Ok(_) if panicked => panic!("a scoped thread panicked"),
        Ok(result) => result,
    }
}

/// Waits for all threads of a scope, also when the scope is unwound.
struct JoinAll<'a> {
    strands: &'a Mutex<Vec<Started>>,
    at: &'static Location<'static>,
}

impl JoinAll<'_> {
    /// Whether one has panicked that nobody was told of.
    fn join(&self) -> bool {
        let mut panicked = false;
        // Threads of a scope may start others, so the list can grow while it is worked off.
        for next in 0.. {
            let mut list = self.strands.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(started) = list.get_mut(next) else { break };
            let strand = started.strand;
            let asked = std::mem::replace(&mut started.panicked, Box::new(|| false));
            drop(list);
            strand.wait(self.at);
            panicked |= asked();
        }
        panicked
    }
}

impl Drop for JoinAll<'_> {
    fn drop(&mut self) {
        self.join();
    }
}

/// The real scope, in one of ours.
fn really_scoped<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    // Threads may use the scope until the real one has ended, so ours must live longer than that.
    let ours: OnceLock<Scope<'_, '_>> = OnceLock::new();
    real::scope(|scope| {
        // SAFETY: only lifetimes change. `ours` outlives the real scope, and with it every thread that
        // can have a reference to it.
        #[expect(unsafe_code, reason = "the two lifetimes are made by `std::thread::scope`")]
        let ours: &'_ OnceLock<Scope<'_, 'env>> = unsafe { std::mem::transmute(&ours) };
        let inner = Scoped::Real(scope);
        f(ours.get_or_init(|| Scope { inner, invariant: PhantomData }))
    })
}

impl<'scope> Scope<'scope, '_> {
    /// As in the original.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        Builder::new().spawn_scoped(self, f).expect("failed to spawn thread")
    }
}

impl Builder {
    /// As in the original.
    #[track_caller]
    pub fn spawn_scoped<'scope, 'env, F, T>(
        self,
        scope: &'scope Scope<'scope, 'env>,
        f: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let name = self.name.clone();
        let strands = match &scope.inner {
            Scoped::Real(scope) => {
                let handle = self.into_real().spawn_scoped(scope, engine::inherit(f))?;
                let thread = Thread { inner: Handle::Real(handle.thread().clone()), name };
                return Ok(ScopedJoinHandle { inner: ScopedJoining::Real(handle), thread });
            }
            Scoped::Strands(strands) => strands,
        };
        let slot: Slot<T> = Arc::default();
        let result = Arc::clone(&slot);
        let run = move || {
            let caught = panic::catch_unwind(AssertUnwindSafe(f));
            if let (Ok(_), Some(explorer)) = (&caught, engine::explorer()) {
                explorer.has_caught();
            }
            *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(caught);
        };
        let run: Box<dyn FnOnce() + Send + 'scope> = Box::new(run);
        // SAFETY: only the lifetime changes. `scope` joins every strand of its list before it
        // returns, also when its closure panics or the program is torn down, where the youngest
        // strands are unwound first. So the closure is gone before what it borrows.
        #[expect(unsafe_code, reason = "an engine's strand must be 'static")]
        let run: Box<dyn FnOnce() + Send + 'static> = unsafe { std::mem::transmute(run) };
        let (strand, _) = start(self.name, run, Location::caller());
        let asked: Slot<T> = Arc::clone(&slot);
        let panicked = move || {
            let result = asked.lock().unwrap_or_else(PoisonError::into_inner);
            matches!(&*result, Some(Err(_)))
        };
        let panicked: Box<dyn Fn() -> bool + Send + 'scope> = Box::new(panicked);
        // SAFETY: as above: it is called and dropped before the scope returns.
        #[expect(unsafe_code, reason = "the list of a scope's threads cannot name 'scope")]
        let panicked: Box<dyn Fn() -> bool + Send + 'static> =
            unsafe { std::mem::transmute(panicked) };
        let mut list = strands.lock().unwrap_or_else(PoisonError::into_inner);
        list.push(Started { strand, panicked });
        drop(list);
        let thread = Thread { inner: Handle::Strand(strand), name };
        Ok(ScopedJoinHandle { inner: ScopedJoining::Strand(strand, slot), thread })
    }
}

impl<T> ScopedJoinHandle<'_, T> {
    /// As in the original. No step: it can only ever return one thing.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        match self.inner {
            ScopedJoining::Real(handle) => handle.join(),
            ScopedJoining::Strand(strand, slot) => strand.join(&slot, Location::caller()),
        }
    }

    /// As in the original.
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// As in the original.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        match &self.inner {
            ScopedJoining::Real(handle) => handle.is_finished(),
            ScopedJoining::Strand(strand, _) => strand.is_finished(Location::caller()),
        }
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedJoinHandle").finish_non_exhaustive()
    }
}
