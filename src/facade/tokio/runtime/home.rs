//! A runtime of an engine: how is it used, entered and ended?

use std::future::Future;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::super::time::timeout;
use crate::engine::explorer::{Executor, Stoppable};
use crate::engine::{Driver, Explorer, driver};

/// Which runtime of which engine.
#[derive(Clone, Copy, Debug)]
pub(in crate::facade::tokio) enum Home {
    Explorer(Executor),
    #[cfg(feature = "loom")]
    Loom(usize),
}

/// How a runtime is ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// Whoever ends it waits for what is under way.
    Waiting,
    /// Waits so long.
    Within(Duration),
    /// Does not wait.
    Behind,
}

/// The thread is in the context of a runtime of an engine until this is dropped.
#[derive(Debug)]
pub(super) struct Entered {
    home: Home,
    number: usize,
}

impl Entered {
    pub(super) fn new(home: Home) -> Self {
        let number = match (home, driver()) {
            (Home::Explorer(executor), Driver::Explorer(explorer)) => explorer.enter(executor),
            #[cfg(feature = "loom")]
            (Home::Loom(executor), Driver::Loom(loom)) => loom.enter(executor),
            _ => elsewhere(),
        };
        Self { home, number }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        match (self.home, driver()) {
            (Home::Explorer(_), Driver::Explorer(explorer)) => explorer.leave(self.number),
            #[cfg(feature = "loom")]
            (Home::Loom(_), Driver::Loom(loom)) => loom.leave_context(self.number),
            _ => {}
        }
    }
}

fn elsewhere() -> ! {
    panic!(
        "a runtime can only be used in the check that it was made in\n\
         help: make it inside the closure that is checked"
    )
}

impl Home {
    /// The runtime of an engine in whose context the caller stands, if any.
    pub(in crate::facade::tokio) fn current() -> Option<Self> {
        match driver() {
            Driver::Nobody | Driver::Native(_) => None,
            Driver::Explorer(explorer) => explorer.context().map(Self::Explorer),
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => loom.context().map(Self::Loom),
        }
    }

    pub(super) fn name(self) -> Option<Arc<str>> {
        match (self, driver()) {
            (Self::Explorer(executor), Driver::Explorer(explorer)) => explorer.name_of(executor),
            _ => None,
        }
    }

    pub(super) fn number(self) -> usize {
        match (self, driver()) {
            (Self::Explorer(executor), Driver::Explorer(explorer)) => explorer.number_of(executor),
            #[cfg(feature = "loom")]
            (Self::Loom(executor), _) => executor,
            _ => elsewhere(),
        }
    }

    pub(in crate::facade::tokio) fn is_current_thread(self) -> bool {
        match (self, driver()) {
            (Self::Explorer(executor), Driver::Explorer(explorer)) => {
                explorer.is_current_thread(executor)
            }
            #[cfg(feature = "loom")]
            (Self::Loom(executor), Driver::Loom(loom)) => loom.is_current_thread(executor),
            _ => elsewhere(),
        }
    }

    /// Whether its tasks need not be `Send`, because it never leaves its thread.
    pub(in crate::facade::tokio) fn is_local(self) -> bool {
        match (self, driver()) {
            (Self::Explorer(executor), Driver::Explorer(explorer)) => explorer.is_local(executor),
            #[cfg(feature = "loom")]
            (Self::Loom(executor), Driver::Loom(loom)) => loom.is_local(executor),
            _ => false,
        }
    }

    /// It never leaves its thread.
    pub(super) fn make_local(self) -> Self {
        match (self, driver()) {
            (Self::Explorer(executor), Driver::Explorer(explorer)) => explorer.make_local(executor),
            #[cfg(feature = "loom")]
            (Self::Loom(executor), Driver::Loom(loom)) => loom.make_local(executor),
            _ => {}
        }
        self
    }

    /// Runs a future, and the tasks of a single-threaded runtime, on the thread that calls.
    pub(super) fn block_on<F: Future>(
        self,
        future: F,
        at: &'static Location<'static>,
    ) -> F::Output {
        match (self, driver()) {
            (Self::Explorer(executor), Driver::Explorer(explorer)) => {
                explorer.block_on(executor, future, at)
            }
            #[cfg(feature = "loom")]
            (Self::Loom(executor), Driver::Loom(loom)) => loom.block_on(executor, future),
            _ => elsewhere(),
        }
    }

    /// Runs a future, and no task, on the thread that calls.
    pub(super) fn block_beside<F: Future>(
        self,
        future: F,
        at: &'static Location<'static>,
    ) -> F::Output {
        match (self, driver()) {
            (Self::Explorer(executor), Driver::Explorer(explorer)) => {
                explorer.block_here(Some(executor), future, at)
            }
            #[cfg(feature = "loom")]
            (Self::Loom(executor), Driver::Loom(loom)) => loom.block_beside(executor, future),
            _ => elsewhere(),
        }
    }

    /// Ends a runtime.
    pub(super) fn shut_down(self, end: End, at: &'static Location<'static>) {
        match (self, driver()) {
            (Self::Explorer(executor), Driver::Explorer(explorer)) => {
                shut_down(explorer, executor, end, at);
            }
            #[cfg(feature = "loom")]
            (Self::Loom(executor), Driver::Loom(loom)) => loom.shut_down_all(executor),
            // It has outlived its check, and with it all that it had.
            _ => {}
        }
    }
}

fn shut_down(
    explorer: &'static Explorer,
    executor: Executor,
    end: End,
    at: &'static Location<'static>,
) {
    let unwinding = explorer.is_tearing_down() || std::thread::panicking();
    let may_wait = unwinding || !explorer.is_in_a_loop();
    let single = explorer.is_current_thread(executor);
    // A runtime with workers does not end at once unless somebody waits for that.
    let behind = !single && (!may_wait || !matches!(end, End::Waiting));
    let mut left = Vec::new();
    if behind && !unwinding {
        let body = Box::new(move || {
            if let Some(explorer) = crate::engine::explorer() {
                explorer.shut_down(executor, at);
            }
        });
        left.push(explorer.spawn_thread(body, Some("shutdown".to_owned()), at));
    } else {
        explorer.shut_down(executor, at);
    }
    let blocking: Vec<Arc<dyn Stoppable>> = explorer.blocking_tasks(executor);
    left.extend(blocking.into_iter().filter_map(|task| task.stop(at)));
    match end {
        End::Behind => {}
        _ if !may_wait => panic!(
            "Cannot drop a runtime in a context where blocking is not allowed. This happens when a \
             runtime is dropped from within an asynchronous context."
        ),
        _ if explorer.is_tearing_down() => {}
        End::Waiting => {
            for strand in left {
                explorer.join(strand, at);
            }
        }
        End::Within(duration) => {
            let all = async {
                for strand in left {
                    std::future::poll_fn(|context| explorer.poll_end(strand, context)).await;
                }
            };
            let waits = async move { drop(timeout(duration, all).await) };
            explorer.block_here(None, waits, at);
        }
    }
}
