//! Mirrors [`::tokio::task::LocalSet`]: tasks that never leave their thread.
//!
//! Under an engine a local task is a task of the loop that drives its set, from the moment that somebody
//! first does, and in any order with the others of that loop. In the original it rests while nobody
//! drives the set; here it goes on as long as the loop does.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use ::tokio::task as real;

use super::super::announcing::is_real;
use super::super::runtime::{Handle, Home, Runtime};
use super::handle::{Later, Slot, Strand};
use super::{AbortHandle, JoinHandle};
use crate::engine::{self, Driver, driver, explorer};

/// Tasks that need not be `Send`, as in [`::tokio::task`].
pub struct LocalSet {
    inner: Inner,
}

enum Inner {
    /// Where no engine drives.
    Real(real::LocalSet),
    Ours(Rc<Set>),
}

/// Starts a task on a loop.
type Start = Box<dyn FnOnce(Home)>;

/// A set of tasks under an engine.
#[derive(Default)]
struct Set {
    /// Who drives it, once somebody does.
    home: Cell<Option<Home>>,
    /// What was started before.
    queue: RefCell<Vec<Start>>,
    tasks: RefCell<Vec<AbortHandle>>,
    /// How many have not ended.
    live: Cell<usize>,
    waker: RefCell<Option<Waker>>,
}

/// A task of a set has not ended until this is dropped.
struct Lives(Rc<Set>);

impl Drop for Lives {
    fn drop(&mut self) {
        self.0.live.set(self.0.live.get() - 1);
        let waker = self.0.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Set {
    /// Somebody drives the set.
    #[track_caller]
    fn is_driven(&self) {
        if self.home.get().is_none() {
            let home = Home::current();
            let Some(home) = home.filter(|home| home.is_current_thread()) else {
                panic!(
                    "a LocalSet is checked on a `current_thread` runtime only\n\
                     help: drive it with `Builder::new_current_thread()`"
                )
            };
            self.home.set(Some(home));
        }
        let queue = std::mem::take(&mut *self.queue.borrow_mut());
        if let Some(home) = self.home.get() {
            for start in queue {
                start(home);
            }
        }
    }

    fn spawn<F>(self: &Rc<Self>, future: F, at: &'static Location<'static>) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.live.set(self.live.get() + 1);
        let lives = Lives(Rc::clone(self));
        let future = async move {
            let lives = lives;
            inside(&lives.0, future).await
        };
        let task = if let Some(home) = self.home.get() {
            super::start(home, future, at)
        } else {
            let (slot, later) = (Slot::new(), Arc::new(Later::default()));
            let (of, starts) = (Arc::clone(&slot), Arc::clone(&later));
            let start = move |home| starts.starts(super::handle::start_in(home, future, &of, at));
            self.queue.borrow_mut().push(Box::new(start));
            JoinHandle::strand(Strand::Later(later), slot)
        };
        self.tasks.borrow_mut().push(task.abort_handle());
        task
    }
}

/// A future whose polls are inside a set: what they spawn locally is spawned there.
async fn inside<F: Future>(set: &Rc<Set>, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(move |context| {
        let _entered = Entered::new(set);
        future.as_mut().poll(context)
    })
    .await
}

/// The strand is inside a set until this is dropped.
struct Entered(Option<usize>);

impl Entered {
    fn new(set: &Rc<Set>) -> Self {
        let set: Rc<dyn std::any::Any> = Rc::<Set>::clone(set);
        Self(match driver() {
            Driver::Explorer(explorer) => Some(explorer.enter_set(set)),
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => Some(loom.enter_set(set)),
            _ => None,
        })
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        match (self.0, driver()) {
            (Some(number), Driver::Explorer(explorer)) => explorer.leave_set(number),
            #[cfg(feature = "loom")]
            (Some(number), Driver::Loom(loom)) => loom.leave_set(number),
            _ => {}
        }
    }
}

/// The set that the strand is inside of.
fn current() -> Option<Rc<Set>> {
    let set = match driver() {
        Driver::Explorer(explorer) => explorer.current_set(),
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.current_set(),
        _ => None,
    };
    set.and_then(|set| set.downcast().ok())
}

impl LocalSet {
    /// As in the original.
    pub fn new() -> Self {
        let inner =
            if is_real() { Inner::Real(real::LocalSet::new()) } else { Inner::Ours(Rc::default()) };
        Self { inner }
    }

    pub(super) fn as_real(&self) -> Option<&real::LocalSet> {
        match &self.inner {
            Inner::Real(set) => Some(set),
            Inner::Ours(_) => None,
        }
    }

    /// As in the original.
    pub fn enter(&self) -> LocalEnterGuard {
        let inner = match &self.inner {
            Inner::Real(set) => Guard::Real(set.enter()),
            Inner::Ours(set) => Guard::Ours(Entered::new(set)),
        };
        LocalEnterGuard { inner }
    }

    /// As in the original.
    #[track_caller]
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        match &self.inner {
            Inner::Real(set) => JoinHandle::real(set.spawn_local(engine::inherit_polls(future))),
            Inner::Ours(set) => set.spawn(future, Location::caller()),
        }
    }

    /// As in the original.
    pub async fn run_until<F: Future>(&self, future: F) -> F::Output {
        match &self.inner {
            Inner::Real(set) => set.run_until(future).await,
            Inner::Ours(set) => {
                set.is_driven();
                inside(set, future).await
            }
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn block_on<F: Future>(&self, rt: &Runtime, future: F) -> F::Output {
        rt.block_on(self.run_until(future))
    }
}

impl Future for LocalSet {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.inner {
            Inner::Real(set) => Pin::new(set).poll(context),
            Inner::Ours(set) => {
                set.is_driven();
                if set.live.get() == 0 {
                    return Poll::Ready(());
                }
                set.waker.replace(Some(context.waker().clone()));
                if let Some(explorer) = explorer() {
                    explorer.not_ready();
                }
                Poll::Pending
            }
        }
    }
}

impl Default for LocalSet {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for LocalSet {
    fn drop(&mut self) {
        if let Inner::Ours(set) = &self.inner {
            drop(set.queue.take());
            for task in set.tasks.take() {
                task.abort();
            }
        }
    }
}

impl fmt::Debug for LocalSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalSet").finish_non_exhaustive()
    }
}

/// The thread is inside a set until this is dropped, as in [`::tokio::task`].
pub struct LocalEnterGuard {
    #[expect(dead_code, reason = "a guard is there to be dropped")]
    inner: Guard,
}

#[expect(dead_code, reason = "a guard is there to be dropped")]
enum Guard {
    Real(real::LocalEnterGuard),
    Ours(Entered),
}

impl fmt::Debug for LocalEnterGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalEnterGuard").finish()
    }
}

/// Starts a task that never leaves its thread, as in [`::tokio::task`].
#[track_caller]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    if is_real() {
        return JoinHandle::real(real::spawn_local(engine::inherit_polls(future)));
    }
    let at = Location::caller();
    match current() {
        Some(set) => set.spawn(future, at),
        None if Home::current().is_some_and(Home::is_local) => {
            Handle::current().spawn_local_at(future, at)
        }
        None => panic!(
            "`spawn_local` called from outside of a `task::LocalSet` or `runtime::LocalRuntime`"
        ),
    }
}
