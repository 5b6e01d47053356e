//! Mirrors `parking_lot::Once`.

use std::fmt;

use parking_lot as real;
pub use parking_lot::OnceState;

use super::super::sync::Phase;
use crate::engine::{Driver, driver};

/// What is to be done once, as in `parking_lot`. In every execution it is still to be done.
pub struct Once {
    real: real::Once,
    ours: super::super::sync::Once,
    /// Whether there never was anything to be done.
    completed: bool,
}

/// Whether no engine drives.
fn is_real() -> bool {
    matches!(driver(), Driver::Nobody | Driver::Native(_))
}

impl Once {
    /// As in the original.
    #[track_caller]
    pub const fn new() -> Self {
        Self { real: real::Once::new(), ours: super::super::sync::Once::new(), completed: false }
    }

    /// As in the original.
    #[track_caller]
    pub const fn new_completed() -> Self {
        let ours = super::super::sync::Once::new();
        Self { real: real::Once::new_completed(), ours, completed: true }
    }

    /// As in the original.
    #[track_caller]
    pub fn state(&self) -> OnceState {
        if self.is_over() {
            return self.real.state();
        }
        match self.ours.look() {
            Phase::Open => OnceState::New,
            Phase::Running => OnceState::InProgress,
            Phase::Poisoned => OnceState::Poisoned,
            Phase::Done => OnceState::Done,
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn is_completed(&self) -> bool {
        if self.is_over() { self.real.is_completed() } else { self.ours.is_completed() }
    }

    /// As in the original.
    #[track_caller]
    pub fn wait(&self) {
        if self.is_over() { self.real.wait() } else { self.ours.wait() }
    }

    /// As in the original.
    #[track_caller]
    pub fn wait_force(&self) {
        if self.is_over() { self.real.wait_force() } else { self.ours.wait_force() }
    }

    /// As in the original.
    #[track_caller]
    pub fn call_once<F: FnOnce()>(&self, f: F) {
        if self.is_over() { self.real.call_once(f) } else { self.ours.call_once(f) }
    }

    /// As in the original.
    #[track_caller]
    pub fn call_once_force<F: FnOnce(OnceState)>(&self, f: F) {
        if self.is_over() {
            return self.real.call_once_force(f);
        }
        self.ours.call_once_force(|state| {
            f(if state.is_poisoned() { OnceState::Poisoned } else { OnceState::New });
        });
    }

    /// Whether no engine has anything to say.
    fn is_over(&self) -> bool {
        is_real() || self.completed || self.real.is_completed()
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
