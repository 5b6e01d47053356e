//! What is left of a program when an execution is over: how is it cleared away?
//!
//! A program that has failed leaves strands that stand in the middle of something. Each is resumed
//! once more, and from where it stands a panic of ours unwinds its stack, so that its destructors
//! run and its memory comes back. Destructors may use the facade: what can go, goes at once; what
//! cannot (a lock whose holder has not been unwound yet) waits until the others have been. The
//! youngest goes first, since a scope's threads borrow from the strand that made them.
//!
//! What can never go (a lock whose guard was forgotten) keeps its stack for ever. That is a leak of
//! the program's, and the only one.

use super::Explorer;
use super::state::{Status, StrandId, StrandKind};

/// The payload of the panic that unwinds a strand which is not needed any more.
pub(crate) struct Teardown;

/// How often in a row all strands are asked to go away before what is left is left alone: one that
/// catches every panic and goes on would never do so.
const MOST_ROUNDS: usize = 64;

impl Explorer {
    /// Clears everything away.
    pub(super) fn tear_down(&self) {
        {
            let mut state = self.state.borrow_mut();
            state.tearing_down = true;
            state.in_step = false;
            state.silent.clear();
            if state.strands.iter().all(|strand| strand.is_clear()) {
                return;
            }
        }
        for _ in 0..MOST_ROUNDS {
            let mut left = false;
            let mut moved = false;
            let strands = self.state.borrow().strands.len();
            for strand in (0..strands).rev() {
                if self.state.borrow().strands[strand].is_clear() {
                    continue;
                }
                if self.is_stuck(strand) {
                    left = true;
                    continue;
                }
                self.resume(strand);
                moved = true;
                left |= !self.state.borrow().strands[strand].is_clear();
            }
            if !left || !moved {
                break;
            }
        }
        self.abandon();
    }

    /// Whether a destructor waits for a lock that somebody else still has, or a join for a strand that
    /// is still there.
    fn is_stuck(&self, strand: StrandId) -> bool {
        let state = self.state.borrow();
        if let Status::Joining(target) = state.strands[strand].status {
            return !state.strands[target].is_clear();
        }
        state.strands[strand].status == Status::Announced
            && state.strands[strand].pending.is_some()
            && state.torn.contains(&strand)
            && !state.can_go(strand)
    }

    /// Leaves what could not be cleared away where it is.
    fn abandon(&self) {
        let mut state = self.state.borrow_mut();
        for strand in &mut state.strands {
            if strand.kind != StrandKind::Clock && !strand.is_clear() {
                std::mem::forget(strand.fiber.take());
                std::mem::forget(strand.body.take());
                std::mem::forget(strand.poll.take());
            }
        }
    }

    /// An operation of a destructor: it happens at once if it can, and else when it can.
    pub(super) fn announce_while_unwinding(&self) -> u16 {
        let mut state = self.state.borrow_mut();
        let me = state.current;
        while !state.can_go(me) {
            state.strands[me].status = Status::Announced;
            if state.tearing_down && !state.torn.contains(&me) {
                state.torn.push(me);
            }
            drop(state);
            self.suspend();
            state = self.state.borrow_mut();
            if state.strands[me].pending.is_none() {
                // It was chosen in the ordinary way, by a program that unwinds by itself.
                return state.strands[me].option;
            }
        }
        state.grant(me, 0, false);
        state.strands[me].option
    }
}
