//! Mirrors [`std::thread`].

use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread as real;
use std::time::Duration;

pub use std::thread::{Result, panicking};

use crate::engine::explorer::StrandId;
use crate::engine::{self, Driver, Explorer, driver};

/// Where a thread's result waits for its join.
type Slot<T> = Arc<Mutex<Option<Result<T>>>>;

/// A thread under an engine.
#[derive(Clone, Copy)]
enum Strand {
    Explorer(&'static Explorer, StrandId, u64),
    #[cfg(feature = "loom")]
    Loom(&'static engine::loom::Loom, usize),
}

/// A handle to a thread, as in [`std::thread`].
pub struct JoinHandle<T> {
    inner: Joining<T>,
    thread: Thread,
}

enum Joining<T> {
    Real(real::JoinHandle<T>),
    Strand(Strand, Slot<T>),
}

/// Starts a thread, as in [`std::thread`].
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Builder::new().spawn(f).expect("failed to spawn thread")
}

/// Describes a thread to be started, as in [`std::thread`].
#[derive(Debug, Default)]
#[must_use = "must eventually spawn the thread"]
pub struct Builder {
    name: Option<String>,
    stack_size: Option<usize>,
}

impl Builder {
    /// As in the original.
    pub fn new() -> Self {
        Self::default()
    }

    /// As in the original.
    pub fn name(mut self, name: String) -> Self {
        self.name = Some(name);
        self
    }

    /// As in the original. Under an engine all stacks have the size that the check was given.
    pub fn stack_size(mut self, size: usize) -> Self {
        self.stack_size = Some(size);
        self
    }

    /// As in the original.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let name = self.name.clone();
        let (strand, slot) = match driver() {
            Driver::Nobody | Driver::Native(_) => {
                let handle = self.into_real().spawn(engine::inherit(f))?;
                let thread = Thread { inner: Handle::Real(handle.thread().clone()), name };
                return Ok(JoinHandle { inner: Joining::Real(handle), thread });
            }
            _ => start(self.name, Box::new(f), Location::caller()),
        };
        let thread = Thread { inner: Handle::Strand(strand), name };
        Ok(JoinHandle { inner: Joining::Strand(strand, slot), thread })
    }

    fn into_real(self) -> real::Builder {
        let mut builder = real::Builder::new();
        if let Some(name) = self.name {
            builder = builder.name(name);
        }
        if let Some(size) = self.stack_size {
            builder = builder.stack_size(size);
        }
        builder
    }
}

/// Starts a thread under the engine that drives.
fn start<T: 'static>(
    name: Option<String>,
    f: Box<dyn FnOnce() -> T>,
    at: &'static Location<'static>,
) -> (Strand, Slot<T>) {
    let slot: Slot<T> = Arc::default();
    let result = Arc::clone(&slot);
    let body = Box::new(move || {
        let caught = panic::catch_unwind(AssertUnwindSafe(f));
        *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(caught);
    });
    let strand = match driver() {
        Driver::Explorer(explorer) => {
            Strand::Explorer(explorer, explorer.spawn_thread(body, name, at), explorer.execution())
        }
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => Strand::Loom(loom, loom.spawn_thread(body)),
        Driver::Nobody | Driver::Native(_) => unreachable!("internal error: no engine drives"),
    };
    (strand, slot)
}

impl Strand {
    /// Waits for its end and takes its result.
    fn join<T>(self, slot: &Slot<T>, at: &'static Location<'static>) -> Result<T> {
        match self {
            Self::Explorer(explorer, strand, _) => explorer.join(strand, at),
            #[cfg(feature = "loom")]
            Self::Loom(loom, thread) => loom.join(thread),
        }
        let result = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        result.unwrap_or_else(|| Err(Box::new("the thread was stopped before its end")))
    }

    fn is_finished(self, at: &'static Location<'static>) -> bool {
        match self {
            Self::Explorer(explorer, strand, _) => explorer.is_finished(strand, at),
            #[cfg(feature = "loom")]
            Self::Loom(loom, thread) => loom.is_finished(thread),
        }
    }

    fn unpark(self, at: &'static Location<'static>) {
        match self {
            Self::Explorer(explorer, strand, execution) => {
                if explorer.execution() == execution {
                    explorer.unpark(strand, at);
                }
            }
            #[cfg(feature = "loom")]
            Self::Loom(loom, thread) => loom.unpark(thread),
        }
    }
}

impl<T> JoinHandle<T> {
    /// As in the original. No step: it can only ever return one thing.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        match self.inner {
            Joining::Real(handle) => handle.join(),
            Joining::Strand(strand, slot) => strand.join(&slot, Location::caller()),
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
            Joining::Real(handle) => handle.is_finished(),
            Joining::Strand(strand, _) => strand.is_finished(Location::caller()),
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

/// A thread, as in [`std::thread`].
#[derive(Clone)]
pub struct Thread {
    inner: Handle,
    name: Option<String>,
}

#[derive(Clone)]
enum Handle {
    Real(real::Thread),
    Strand(Strand),
}

// SAFETY: a strand's engine is only ever reached from the thread that the check runs on: all strands
// of a check live there, and the methods look at the driver of the thread they are called on.
#[expect(unsafe_code, reason = "the original is Send and Sync")]
unsafe impl Send for Strand {}
// SAFETY: as above.
#[expect(unsafe_code, reason = "the original is Send and Sync")]
unsafe impl Sync for Strand {}

impl Thread {
    /// As in the original.
    #[track_caller]
    pub fn unpark(&self) {
        match &self.inner {
            Handle::Real(thread) => thread.unpark(),
            Handle::Strand(strand) => strand.unpark(Location::caller()),
        }
    }

    /// As in the original.
    pub fn name(&self) -> Option<&str> {
        match &self.inner {
            Handle::Real(thread) => thread.name(),
            Handle::Strand(_) => self.name.as_deref(),
        }
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Thread").field("name", &self.name()).finish_non_exhaustive()
    }
}

/// The thread that calls it, as in [`std::thread`].
pub fn current() -> Thread {
    match driver() {
        Driver::Explorer(explorer) => {
            let strand = explorer.current();
            let name = explorer.look(|state| state.strands[strand].given_name.clone());
            let inner = Handle::Strand(Strand::Explorer(explorer, strand, explorer.execution()));
            Thread { inner, name }
        }
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => {
            let inner = Handle::Strand(Strand::Loom(loom, loom.current()));
            Thread { inner, name: None }
        }
        _ => Thread { inner: Handle::Real(real::current()), name: None },
    }
}

/// Waits for the calling thread's token, as in [`std::thread`]; nobody wakes for no reason.
#[track_caller]
pub fn park() {
    match driver() {
        Driver::Explorer(explorer) => explorer.park(Location::caller()),
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.park(),
        _ => real::park(),
    }
}

/// As in [`std::thread`]. Under an engine, a strand that only yields and reads waits until somebody
/// else has written what it reads.
#[track_caller]
pub fn yield_now() {
    match driver() {
        Driver::Explorer(explorer) => explorer.yield_now(),
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.yield_now(),
        _ => real::yield_now(),
    }
}

/// As in [`std::thread`]. Under an engine time is virtual: who sleeps wakes in the order of the
/// deadlines, and at any moment relative to all else.
#[track_caller]
pub fn sleep(duration: Duration) {
    match driver() {
        Driver::Explorer(explorer) => explorer.sleep(duration, Location::caller()),
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.yield_now(),
        _ => real::sleep(duration),
    }
}

/// Threads that may borrow, as in [`std::thread`].
pub struct Scope<'scope, 'env: 'scope> {
    inner: Scoped<'scope, 'env>,
    /// Both lifetimes are invariant, as in the original: a scope must not be shortened or lengthened.
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
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
    let scope = Scope {
        inner: Scoped::Strands(Mutex::new(Vec::new())),
        scope: PhantomData,
        env: PhantomData,
    };
    let result = panic::catch_unwind(AssertUnwindSafe(|| f(&scope)));
    let Scoped::Strands(strands) = &scope.inner else { unreachable!("internal error: no scope") };
    let mut panicked = false;
    let mut joined = 0;
    // Threads of a scope may start others, so the list can grow while it is worked off.
    loop {
        let next = {
            let mut strands = strands.lock().unwrap_or_else(PoisonError::into_inner);
            if joined < strands.len() {
                let Started { strand, panicked } = &mut strands[joined];
                let strand = *strand;
                Some((strand, std::mem::replace(panicked, Box::new(|| false))))
            } else {
                None
            }
        };
        let Some((strand, asked)) = next else { break };
        joined += 1;
        match strand {
            Strand::Explorer(explorer, id, _) => explorer.join(id, at),
            #[cfg(feature = "loom")]
            Strand::Loom(loom, thread) => loom.join(thread),
        }
        panicked |= asked();
    }
    match result {
        Err(payload) => panic::resume_unwind(payload),
        Ok(_) if panicked => panic!("a scoped thread panicked"),
        Ok(result) => result,
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
        f(ours.get_or_init(|| Scope { inner, scope: PhantomData, env: PhantomData }))
    })
}

impl<'scope, 'env> Scope<'scope, 'env> {
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
