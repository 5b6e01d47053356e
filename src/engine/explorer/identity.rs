//! Which object is which, in every execution of one check?
//!
//! An object is numbered when it is first spoken of, since a `const fn new` cannot tell anybody that
//! it was made, and who speaks of it first depends on the schedule. But a search compares steps of
//! different executions, so it has to know an object again. It does by who speaks of it: a strand with
//! a certain past always speaks of the same objects in the same order.
//!
//! An object can be spoken of by several strands, and be taken for two as long as no execution shows
//! that it is one. When one does, the two are merged, and what was compared before that is worth
//! nothing: the search starts again ([`Identities::confused`]). That is rare, since most lines make one
//! object: as long as no execution has two from a line, one is known by its line.

use std::panic::Location;

use super::state::State;
use super::thing::Thing;
use crate::fingerprint::{Table, mix};
use crate::search::Name;

/// What is known of the objects that one line makes.
#[derive(Debug)]
enum Born {
    One {
        id: u32,
        /// The last execution that has it.
        execution: u64,
        /// Whether it was known again by its line alone.
        guessed: bool,
    },
    Several,
}

/// The objects that are known from all executions of a check.
#[derive(Debug, Default)]
pub(super) struct Identities {
    known: Table<(u64, u32), u32>,
    /// The objects that were made in each line.
    born: Table<*const Location<'static>, Born>,
    /// What an identity was merged into.
    merged: Table<u32, u32>,
    next: u32,
    confused: bool,
}

impl Identities {
    /// The object that whoever has this past speaks of as his `nth`.
    fn of(&mut self, past: u64, nth: u32) -> u32 {
        let next = self.next;
        let id = *self.known.entry((past, nth)).or_insert(next);
        if id == next {
            self.next += 1;
        }
        self.resolve(id)
    }

    /// The object that whoever has this past speaks of as his `nth`, which was made in this line.
    fn of_line(
        &mut self,
        (past, nth): (u64, u32),
        line: &'static Location<'static>,
        now: u64,
    ) -> u32 {
        let known = self.known.get(&(past, nth)).copied();
        let one = match self.born.get_mut(&std::ptr::from_ref(line)) {
            Some(Born::One { id, execution, guessed }) if *execution != now => {
                *guessed |= known.is_none();
                *execution = now;
                Some(*id)
            }
            Some(Born::One { guessed, id, .. }) => {
                if *guessed {
                    // Who knows which of the two those were.
                    let id = *id;
                    self.known.retain(|_, known| *known != id);
                    self.confused = true;
                }
                self.born.insert(line, Born::Several);
                None
            }
            Some(Born::Several) => None,
            None => {
                let id = known.unwrap_or(self.next);
                self.born.insert(line, Born::One { id, execution: now, guessed: false });
                None
            }
        };
        match (known, one) {
            (None, Some(one)) => {
                self.known.insert((past, nth), one);
                self.resolve(one)
            }
            _ => self.of(past, nth),
        }
    }

    /// Whoever has this past speaks as his `nth` of an object that is known by another.
    fn also(&mut self, past: u64, nth: u32, id: u32) {
        let known = *self.known.entry((past, nth)).or_insert(id);
        let (known, id) = (self.resolve(known), self.resolve(id));
        if known != id {
            self.merged.insert(known, id);
            self.confused = true;
        }
    }

    fn resolve(&self, mut id: u32) -> u32 {
        while let Some(&into) = self.merged.get(&id) {
            id = into;
        }
        id
    }
}

/// What stands for a strand: its life, and that it is woken.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Life,
    Waking,
}

impl State {
    /// The identity of an object that the current strand is the first to speak of.
    pub(super) fn identify(&mut self, birth: Option<&'static Location<'static>>) -> u32 {
        let origin = &mut self.strands[self.current].origin;
        origin.spoken_of += 1;
        let key = (origin.past, origin.spoken_of);
        match birth {
            Some(line) => self.identities.of_line(key, line, self.execution),
            None => self.identities.of(key.0, key.1),
        }
    }

    /// The current strand speaks of an object that is known already.
    pub(super) fn recognize(&mut self, number: u32) {
        let Thing { id, late, .. } = self.things[number as usize];
        let origin = &mut self.strands[self.current].origin;
        origin.spoken_of += 1;
        // What was spoken of before the first step is spoken of in the same order each time.
        if late {
            self.identities.also(origin.past, origin.spoken_of, id);
        }
    }

    /// The identity of what stands for a strand.
    pub(super) fn identity_of(&mut self, strand: Name, part: Part) -> u32 {
        let key = mix(u64::from(strand.0), u64::MAX);
        self.identities.of(key, part as u32)
    }

    /// The identity of the virtual clock.
    pub(super) fn identity_of_clock(&mut self) -> u32 {
        self.identities.of(u64::MAX, u32::MAX)
    }

    /// Whether two objects have turned out to be one since this was asked last.
    pub(crate) fn was_confused(&mut self) -> bool {
        std::mem::take(&mut self.identities.confused)
    }
}
