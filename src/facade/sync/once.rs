//! Mirrors [`std::sync::Once`].

use std::fmt;
use std::panic::Location;
use std::sync as real;

use super::super::announce;
use super::super::fresh::Fresh;
#[cfg(feature = "loom")]
use super::monitor::Monitor;
use crate::engine::explorer::{Let, Operation, StrandId};
use crate::engine::{Driver, Explorer, Object, driver};
use crate::step::{Kind, Value, What};

/// What is to be done once, as in [`std::sync`]. In every execution it is still to be done.
pub struct Once {
    object: Object,
    real: real::Once,
    progress: Fresh<Progress>,
    #[cfg(feature = "loom")]
    monitor: Monitor,
}

/// How far it is, in one execution.
#[derive(Default)]
struct Progress {
    phase: Phase,
    /// Strands that know that it is done: nothing can come of asking again.
    known_to: Vec<StrandId>,
    /// Strands that wait for it to be done.
    waiting: Vec<StrandId>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    #[default]
    Open,
    Running,
    Poisoned,
    Done,
}

/// Whether it is tried again after a panic.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    Panics,
    TriesAgain,
}

impl Once {
    /// As in the original.
    #[track_caller]
    pub const fn new() -> Self {
        Self {
            object: Object::at(Location::caller()),
            real: real::Once::new(),
            progress: Fresh::new(Progress {
                phase: Phase::Open,
                known_to: Vec::new(),
                waiting: Vec::new(),
            }),
            #[cfg(feature = "loom")]
            monitor: Monitor::new(),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn call_once<F: FnOnce()>(&self, f: F) {
        self.call(After::Panics, |_| f());
    }

    /// As in the original.
    #[track_caller]
    pub fn call_once_force<F: FnOnce(&OnceState)>(&self, f: F) {
        self.call(After::TriesAgain, f);
    }

    /// As in the original.
    #[track_caller]
    pub fn is_completed(&self) -> bool {
        match driver() {
            _ if self.real.is_completed() => true,
            Driver::Explorer(explorer) => self.is_known(explorer) || self.looks(explorer),
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => self.monitor.now(loom, || self.phase() == Phase::Done),
            _ => self.phase() == Phase::Done,
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn wait(&self) {
        self.wait_for_end(After::Panics);
    }

    /// As in the original.
    #[track_caller]
    pub fn wait_force(&self) {
        self.wait_for_end(After::TriesAgain);
    }

    /// How far it is.
    #[cfg_attr(not(feature = "parking_lot"), allow(dead_code, reason = "std does not tell"))]
    #[track_caller]
    pub(crate) fn look(&self) -> Phase {
        match driver() {
            Driver::Explorer(explorer) if !self.is_known(explorer) => {
                let at = Location::caller();
                let turn = announce(explorer, &self.object, What::Once, Kind::Load, at);
                let phase = self.phase();
                turn.read(None);
                phase
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => self.monitor.now(loom, || self.phase()),
            _ => self.phase(),
        }
    }

    /// Forgets that it was done: nobody else can have it.
    pub(super) fn reset(&mut self) {
        self.real = real::Once::new();
        self.progress = Fresh::new(Progress::default());
    }

    #[track_caller]
    pub(super) fn call<F: FnOnce(&OnceState)>(&self, after: After, f: F) {
        let at = Location::caller();
        let (poisoned, completion) = match driver() {
            _ if self.real.is_completed() => return,
            Driver::Explorer(explorer) => {
                if self.is_known(explorer) {
                    return;
                }
                let turn = announce(explorer, &self.object, What::Once, Kind::CallOnce, at);
                let phase = self.phase();
                if phase == Phase::Done || (phase == Phase::Poisoned && after == After::Panics) {
                    explorer.was_done(&self.object, at);
                    if phase == Phase::Poisoned {
                        panic_poisoned();
                    }
                    self.is_known_to(explorer.current());
                    return;
                }
                self.set(Phase::Running);
                turn.wrote(None, None);
                (phase == Phase::Poisoned, Completion { once: self, done: false })
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                let phase = self.monitor.when(loom, || self.begin());
                match phase {
                    Phase::Done => return,
                    Phase::Poisoned if after == After::Panics => {
                        self.monitor.now(loom, || self.set(Phase::Poisoned));
                        panic_poisoned();
                    }
                    _ => {}
                }
                (phase == Phase::Poisoned, Completion { once: self, done: false })
            }
            _ => {
                return match after {
                    After::Panics => self.real.call_once(|| f(&OnceState { poisoned: false })),
                    After::TriesAgain => self
                        .real
                        .call_once_force(|state| f(&OnceState { poisoned: state.is_poisoned() })),
                };
            }
        };
        let mut completion = completion;
        f(&OnceState { poisoned });
        completion.done = true;
    }

    /// Begins it under loom, unless somebody is at it; answers with how far it was.
    #[cfg(feature = "loom")]
    fn begin(&self) -> Option<Phase> {
        let phase = self.phase();
        if phase != Phase::Running && phase != Phase::Done {
            self.set(Phase::Running);
        }
        (phase != Phase::Running).then_some(phase)
    }

    fn phase(&self) -> Phase {
        self.progress.with(|progress| progress.phase)
    }

    fn set(&self, phase: Phase) {
        self.progress.with(|progress| progress.phase = phase);
    }

    /// Whether the strand that asks knows that it is done.
    fn is_known(&self, explorer: &Explorer) -> bool {
        let me = explorer.current();
        self.progress.with(|progress| progress.known_to.contains(&me))
    }

    fn is_known_to(&self, strand: StrandId) {
        self.progress.with(|progress| progress.known_to.push(strand));
    }

    #[track_caller]
    fn looks(&self, explorer: &'static Explorer) -> bool {
        let at = Location::caller();
        let turn = announce(explorer, &self.object, What::Once, Kind::Load, at);
        let done = self.phase() == Phase::Done;
        turn.read(Some(Value::Bool(done)));
        if done {
            self.is_known_to(explorer.current());
        }
        done
    }

    #[track_caller]
    pub(super) fn wait_for_end(&self, after: After) {
        let at = Location::caller();
        let waits = |phase: Phase| {
            phase != Phase::Done && !(phase == Phase::Poisoned && after == After::Panics)
        };
        match driver() {
            _ if self.real.is_completed() => return,
            Driver::Explorer(explorer) => {
                if self.is_known(explorer) {
                    return;
                }
                let kind = Kind::Meet("wait");
                announce(explorer, &self.object, What::Once, kind, at).wrote(None, None);
                let me = explorer.current();
                while waits(self.phase()) {
                    self.progress.with(|progress| progress.waiting.push(me));
                    let (object, what) = (&self.object, What::Once);
                    let operation = Operation { object, what, kind, at, options: 1 };
                    let ended = explorer.block(&operation, None);
                    if ended != Let::Go {
                        return;
                    }
                }
                self.is_known_to(me);
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                self.monitor.when(loom, || (!waits(self.phase())).then_some(()));
            }
            _ => {
                return match after {
                    After::Panics => self.real.wait(),
                    After::TriesAgain => self.real.wait_force(),
                };
            }
        }
        if self.phase() == Phase::Poisoned {
            panic_poisoned();
        }
    }
}

fn panic_poisoned() -> ! {
    panic!("Once instance has previously been poisoned")
}

/// Somebody is at it, until this is dropped.
struct Completion<'a> {
    once: &'a Once,
    done: bool,
}

impl Drop for Completion<'_> {
    fn drop(&mut self) {
        let phase = if self.done { Phase::Done } else { Phase::Poisoned };
        match driver() {
            Driver::Explorer(explorer) => {
                let object = &self.once.object;
                let at = explorer.held_since(object);
                let turn = announce(explorer, object, What::Once, Kind::Complete, at);
                self.once.set(phase);
                turn.wrote(None, None);
                let me = explorer.current();
                let waiting = self.once.progress.with(|progress| {
                    if self.done {
                        progress.known_to.push(me);
                    }
                    std::mem::take(&mut progress.waiting)
                });
                for strand in waiting {
                    explorer.let_go(strand);
                }
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => self.once.monitor.now(loom, || self.once.set(phase)),
            _ => self.once.set(phase),
        }
    }
}

impl Default for Once {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").finish_non_exhaustive()
    }
}

/// What is known when it is tried again, as in [`std::sync`].
#[derive(Debug)]
pub struct OnceState {
    poisoned: bool,
}

impl OnceState {
    /// As in the original.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }
}
