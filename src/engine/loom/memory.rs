//! How does an atomic of the program become one of loom's?
//!
//! Picture a cloakroom. Loom's atomic holds a *token*, and the coat that belongs to it, the value,
//! hangs with us. Token 0 stands for the value the program's atomic was made with, so an atomic of loom
//! that was made before anybody knew that value will do. And a read-modify-write can hand in a fresh
//! token first and find out what hangs on it afterwards, when it has seen the token that was there:
//! loom lets others run only at the beginning of its operations, so nobody can ask in between.
//!
//! Two tokens may stand for the same value. Only a compare-and-exchange can tell, and it asks again.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::Ordering;

use loom::sync::atomic::AtomicU64;

use super::{Going, Loom, Needs};
use crate::engine::Object;

/// The atomics of an execution, made before the program starts.
#[derive(Default)]
pub(super) struct Memory {
    /// Those that are still free, the next one last.
    free: Vec<Rc<Word>>,
}

impl Memory {
    pub(super) fn new(words: usize) -> Self {
        let mut free: Vec<_> = (0..words).map(|number| Rc::new(Word::new(number))).collect();
        free.reverse();
        Self { free }
    }
}

/// An atomic of loom and what its tokens stand for.
pub(super) struct Word {
    number: usize,
    /// The token that is there.
    pub(super) atomic: AtomicU64,
    /// What each token stands for, once that is known.
    values: RefCell<Vec<Option<u64>>>,
    /// The token that was stored last.
    newest: Cell<u64>,
}

impl Word {
    fn new(number: usize) -> Self {
        let atomic = AtomicU64::new(0);
        Self { number, atomic, values: RefCell::default(), newest: Cell::new(0) }
    }

    fn value(&self, token: u64) -> u64 {
        let value = usize::try_from(token).ok().and_then(|at| *self.values.borrow().get(at)?);
        value.expect("internal error: a token that stands for nothing")
    }

    /// A token for a value nobody knows yet.
    fn reserve(&self) -> u64 {
        let mut values = self.values.borrow_mut();
        values.push(None);
        values.len() as u64 - 1
    }

    fn settle(&self, token: u64, value: u64) {
        let at = usize::try_from(token).unwrap_or(usize::MAX);
        if let Some(place) = self.values.borrow_mut().get_mut(at) {
            *place = Some(value);
        }
        self.newest.set(token);
    }

    /// A token for a value: the newest if that will do, any other that does, or a fresh one.
    fn token(&self, value: u64) -> u64 {
        if self.value(self.newest.get()) == value {
            return self.newest.get();
        }
        let known = self.values.borrow().iter().position(|&other| other == Some(value));
        if let Some(token) = known {
            return token as u64;
        }
        let token = self.reserve();
        self.values.borrow_mut().pop();
        self.values.borrow_mut().push(Some(value));
        token
    }
}

impl Loom {
    /// A fresh atomic whose token 0 stands for `first`, if there is one left. A program that needs more
    /// begins again.
    pub(super) fn new_word(&self, first: u64) -> Option<Rc<Word>> {
        let word = self.memory.borrow_mut().free.pop();
        if let Some(word) = word {
            word.values.borrow_mut().push(Some(first));
            return Some(word);
        }
        self.begin_again(Needs { words: self.needs.words * 2, ..self.needs });
        if std::thread::panicking() { None } else { super::leave() }
    }

    /// The atomic that stands for an object, and how to go about it.
    fn word(&self, object: &Object, first: u64) -> Option<(Going, Rc<Word>)> {
        let going = self.going()?;
        if let Some(word) = self.known_word(object) {
            return Some((going, word));
        }
        let word = self.new_word(first)?;
        self.with_entry(object, |entry| entry.word = Some(Rc::clone(&word)));
        Some((going, word))
    }

    fn known_word(&self, object: &Object) -> Option<Rc<Word>> {
        self.with_entry(object, |entry| entry.word.clone())
    }

    /// The value stored last: what a destructor is told when there is no program any more.
    fn last_value(&self, object: &Object, first: u64) -> u64 {
        self.known_word(object).map_or(first, |word| word.value(word.newest.get()))
    }

    pub(crate) fn load(&self, object: &Object, first: u64, order: Ordering) -> u64 {
        let Some((going, word)) = self.word(object, first) else {
            return self.last_value(object, first);
        };
        self.doings.reads(word.number);
        word.value(self.act(going, || word.atomic.load(order)))
    }

    pub(crate) fn store(&self, object: &Object, first: u64, bits: u64, order: Ordering) {
        if let Some((going, word)) = self.word(object, first) {
            let token = word.token(bits);
            self.act(going, || word.atomic.store(token, order));
            self.doings.changes();
            word.newest.set(token);
        }
    }

    /// A read-modify-write; returns the value before.
    pub(crate) fn update(
        &self,
        object: &Object,
        first: u64,
        order: Ordering,
        next: &dyn Fn(u64) -> u64,
    ) -> u64 {
        let Some((going, word)) = self.word(object, first) else {
            return self.last_value(object, first);
        };
        let token = word.reserve();
        let before = word.value(self.act(going, || word.atomic.swap(token, order)));
        word.settle(token, next(before));
        self.doings.changes();
        before
    }

    pub(crate) fn compare_exchange(
        &self,
        object: &Object,
        first: u64,
        (current, new): (u64, u64),
        (success, failure): (Ordering, Ordering),
    ) -> Result<u64, u64> {
        let Some((going, word)) = self.word(object, first) else {
            return Err(self.last_value(object, first));
        };
        let mut expected = word.token(current);
        let token = word.token(new);
        loop {
            let swap = || word.atomic.compare_exchange(expected, token, success, failure);
            match self.act(going, swap) {
                Ok(_) => {
                    word.newest.set(token);
                    self.doings.changes();
                    return Ok(current);
                }
                Err(seen) if word.value(seen) == current => expected = seen,
                Err(seen) => {
                    self.doings.reads(word.number);
                    return Err(word.value(seen));
                }
            }
        }
    }

    /// The value of an atomic that nobody else can have any more. Loom forgets it: what is made of it
    /// is an atomic with another first value.
    pub(crate) fn settle(&self, object: &Object) -> Option<u64> {
        let going = self.going();
        let word = self.with_entry(object, |entry| entry.word.take())?;
        let token = match going {
            Some(going) => self.act(going, || word.atomic.load(Ordering::Relaxed)),
            None => word.newest.get(),
        };
        Some(word.value(token))
    }

    pub(crate) fn fence(&self, order: Ordering) {
        if order == Ordering::Relaxed {
            // Panics, and says the right thing.
            std::sync::atomic::fence(order);
        }
        if let Some(going) = self.going() {
            self.act(going, || loom::sync::atomic::fence(order));
        }
    }

    /// Something is about to happen to an object that loom knows nothing of: it is told that whatever
    /// happens to the object has an order.
    #[cfg_attr(not(feature = "tokio"), allow(dead_code, reason = "only tokio's facade asks"))]
    pub(crate) fn touch(&self, object: &Object) {
        if let Some((going, word)) = self.word(object, 0) {
            self.act(going, || word.atomic.fetch_add(1, Ordering::AcqRel));
            self.doings.perhaps_changes();
        }
    }
}
