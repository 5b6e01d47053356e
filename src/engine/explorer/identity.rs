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
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::state::State;
use super::thing::Thing;
use crate::fingerprint::{Table, mix};
use crate::search::Name;

/// Which strand and which object of this check is which, for all who explore it.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    book: Mutex<Book>,
    /// How often objects have turned out to be others than was thought.
    confusions: AtomicU64,
    /// Whether an event loop was made while others could start threads.
    has_late_loops: AtomicBool,
}

#[derive(Debug, Default)]
struct Book {
    names: Table<(Name, u32), Name>,
    known: Table<(u64, u32), u32>,
    /// The objects that were made in each line, by the line's address.
    born: Table<usize, Born>,
    /// What an identity was merged into.
    merged: Table<u32, u32>,
    next: u32,
}

/// What is known of the objects that one line makes.
#[derive(Debug)]
enum Born {
    One {
        id: u32,
        /// Whether it was known again by its line alone.
        guessed: bool,
    },
    Several,
}

impl Registry {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn confusions(&self) -> u64 {
        // ORDERING: whoever has missed one sees it before his next execution.
        self.confusions.load(Ordering::Relaxed)
    }
}

impl Book {
    /// The object that whoever has this past speaks of as his `nth`.
    fn of(&mut self, key: (u64, u32)) -> u32 {
        let next = self.next;
        let id = *self.known.entry(key).or_insert(next);
        if id == next {
            self.next += 1;
        }
        self.resolve(id)
    }

    fn resolve(&self, mut id: u32) -> u32 {
        while let Some(&into) = self.merged.get(&id) {
            id = into;
        }
        id
    }
}

/// The registry, as one who explores sees it: he remembers what he has asked before.
#[derive(Debug)]
pub(super) struct Identities {
    registry: Arc<Registry>,
    names: Table<(Name, u32), Name>,
    known: Table<(u64, u32), u32>,
    /// The last execution that has an object of each line.
    lines: Table<usize, u64>,
    confusions: u64,
}

impl Identities {
    pub(super) fn new(registry: &Arc<Registry>) -> Self {
        Self {
            registry: Arc::clone(registry),
            names: Table::default(),
            known: Table::default(),
            lines: Table::default(),
            confusions: registry.confusions(),
        }
    }

    /// The name of a strand's child.
    pub(super) fn name(&mut self, parent: Name, place: u32) -> Name {
        let registry = &self.registry;
        *self.names.entry((parent, place)).or_insert_with(|| {
            let mut book = registry.book();
            let next = u32::try_from(book.names.len() + 1).unwrap_or(u32::MAX);
            *book.names.entry((parent, place)).or_insert(Name(next))
        })
    }

    /// The object that whoever has this past speaks of as his `nth`.
    fn of(&mut self, past: u64, nth: u32) -> u32 {
        let registry = &self.registry;
        *self.known.entry((past, nth)).or_insert_with(|| registry.book().of((past, nth)))
    }

    /// The object that whoever has this past speaks of as his `nth`, which was made in this line.
    fn of_line(&mut self, key: (u64, u32), line: &'static Location<'static>, now: u64) -> u32 {
        let line = std::ptr::from_ref(line).addr();
        let again = self.lines.insert(line, now) == Some(now);
        if let (Some(&id), false) = (self.known.get(&key), again) {
            return id;
        }
        let mut book = self.registry.book();
        let known = book.known.get(&key).copied();
        let next = book.next;
        let one = match book.born.get_mut(&line) {
            Some(Born::One { id, guessed }) if !again => {
                *guessed |= known.is_none();
                Some(*id)
            }
            Some(&mut Born::One { id, guessed }) => {
                if guessed {
                    // Who knows which of the two those were.
                    book.known.retain(|_, known| *known != id);
                    // ORDERING: see `Registry::confusions`.
                    self.registry.confusions.fetch_add(1, Ordering::Relaxed);
                }
                book.born.insert(line, Born::Several);
                None
            }
            Some(Born::Several) => None,
            None => {
                let id = known.unwrap_or(next);
                book.born.insert(line, Born::One { id, guessed: false });
                None
            }
        };
        let id = match (known, one) {
            (None, Some(one)) => {
                book.known.insert(key, one);
                book.resolve(one)
            }
            _ => book.of(key),
        };
        drop(book);
        self.known.insert(key, id);
        id
    }

    /// Whoever has this past speaks as his `nth` of an object that is known by another.
    fn also(&mut self, past: u64, nth: u32, id: u32) {
        if self.known.get(&(past, nth)) == Some(&id) {
            return;
        }
        let mut book = self.registry.book();
        let known = *book.known.entry((past, nth)).or_insert(id);
        let (known, id) = (book.resolve(known), book.resolve(id));
        if known != id {
            book.merged.insert(known, id);
            // ORDERING: see `Registry::confusions`.
            self.registry.confusions.fetch_add(1, Ordering::Relaxed);
        }
        drop(book);
        self.known.insert((past, nth), id);
    }

    /// Whether objects have turned out to be others since this was asked last.
    fn was_confused(&mut self) -> bool {
        let confusions = self.registry.confusions();
        let confused = std::mem::replace(&mut self.confusions, confusions) != confusions;
        if confused {
            self.known.clear();
        }
        confused
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

    /// An event loop is made while others could start threads: from now on these tell of it in any case.
    pub(super) fn has_a_late_loop(&mut self) {
        let registry = &self.identities.registry;
        // ORDERING: see `Registry::confusions`.
        if !registry.has_late_loops.swap(true, Ordering::Relaxed) {
            registry.confusions.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether it can be told that there are others besides the tasks of an event loop.
    pub(super) fn has_loops(&self) -> bool {
        // ORDERING: see `Registry::confusions`.
        !self.loops.is_empty() || self.identities.registry.has_late_loops.load(Ordering::Relaxed)
    }

    /// The identity of what stands for there being others besides the tasks of an event loop.
    pub(super) fn identity_of_crowd(&mut self) -> u32 {
        self.identities.of(u64::MAX, u32::MAX - 1)
    }

    /// The identity of the virtual clock.
    pub(super) fn identity_of_clock(&mut self) -> u32 {
        self.identities.of(u64::MAX, u32::MAX)
    }

    /// Whether two objects have turned out to be one since this was asked last.
    pub(crate) fn was_confused(&mut self) -> bool {
        self.identities.was_confused()
    }
}
