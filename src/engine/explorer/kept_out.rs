//! Who is kept out of a lock by a writer who waits?
//!
//! `std` does not say whether a reader is let in while others read and a writer waits for them. One who is kept
//! out until the writer has had his turn is like one who comes later, and that is tried anyway. So being
//! kept out is a choice only where the turn never comes: nobody can go but readers of such locks. Then the
//! first of them has a second option, by which all of them are kept out.

use std::panic::Location;

use super::state::{State, StrandId};
use super::thing::{Done, Pending};
use super::{Explorer, Object};
use crate::search::Reach;
use crate::step::{Kind, Mode, What};

impl Explorer {
    /// A lock whose original does not say whether a writer who waits keeps readers out is about to be taken.
    pub(crate) fn may_keep_readers_out(&self, object: &Object, at: &'static Location<'static>) {
        let mut state = self.state.borrow_mut();
        let number = state.number(object, What::RwLock, at);
        state.thing(number).may_bar = true;
    }
}

impl State {
    /// How many options a reader has: whether he may be kept out.
    pub(super) fn ways_to_read(&self, strand: StrandId, object: u32) -> u16 {
        let kept_out = self.waits_behind_a_writer(object)
            && self.is_free(strand)
            && (0..self.strands.len()).all(|other| {
                other == strand
                    || !self.is_ready(other)
                    || (self.could_be_kept_out(other)
                        && self.strands[strand].name < self.strands[other].name)
            });
        if kept_out { 2 } else { 1 }
    }

    /// Whether a strand is about to take a read lock.
    pub(super) fn is_about_to_read(&self, strand: StrandId) -> bool {
        self.strands[strand].pending.is_some_and(|pending| pending.kind == Kind::ReadLock)
    }

    fn could_be_kept_out(&self, strand: StrandId) -> bool {
        let pending = self.strands[strand].pending;
        pending.is_some_and(|pending| {
            pending.kind == Kind::ReadLock && self.waits_behind_a_writer(pending.object)
        })
    }

    /// Whether readers have a lock, a writer waits for them, and nothing says who comes next.
    fn waits_behind_a_writer(&self, object: u32) -> bool {
        let thing = &self.things[object as usize];
        let writes = |pending: Pending| pending.kind == Kind::WriteLock && pending.object == object;
        thing.may_bar
            && !thing.readers.is_empty()
            && self.strands.iter().any(|strand| strand.pending.is_some_and(writes))
    }

    /// Keeps readers out, if that is what was chosen for a strand in the step that has begun.
    pub(super) fn keeps_out(&mut self, strand: StrandId, option: u16) -> bool {
        let Some(pending) = self.strands[strand].pending else { return false };
        if pending.kind != Kind::ReadLock || option == 0 {
            return false;
        }
        for reader in 0..self.strands.len() {
            let kept_out = self.strands[reader].pending.filter(|_| self.could_be_kept_out(reader));
            if let Some(Pending { object, .. }) = kept_out {
                self.thing(object).barred = true;
            }
        }
        if let Some(need) = self.need_of(pending.kind, pending.object) {
            self.note_need(need);
        }
        let step = self.run.steps.len().checked_sub(1);
        if let Some(step) = self.run.steps.last_mut() {
            step.reach = Reach::KeptOut;
        }
        let Pending { object, kind, at, .. } = pending;
        let (mode, read, written) = (Mode::Read, None, None);
        self.done.push(Done { strand, step, object, kind, at, mode, read, written, waits: true });
        true
    }
}
