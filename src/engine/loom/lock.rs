//! How does a lock of the program become one of loom's?
//!
//! The facade locks and unlocks, loom hands out guards. So the guard is kept here, beside the lock,
//! until it is given back.
//!
//! A guard that is dropped while its thread unwinds would poison a lock inside loom that loom takes for
//! sound. It is given back a little later, when the unwinding has ended ([`Loom::give_back_late`]):
//! nobody runs in between.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::rc::Rc;

use loom::sync::{Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::{Going, Loom, Phase};
use crate::engine::Object;

/// A lock of the program, and who has it.
pub(super) struct Guarded {
    lock: Lock,
    /// Whether somebody has it alone.
    taken: Cell<bool>,
    /// The threads that read, each as often as it does.
    readers: RefCell<Vec<usize>>,
    guards: RefCell<Vec<Guard>>,
}

enum Lock {
    Mutex(Mutex<()>),
    RwLock(RwLock<()>),
}

/// A guard of loom. It is never dropped by accident: when an execution is over, loom must not hear of
/// it any more.
enum Guard {
    Mutex(ManuallyDrop<MutexGuard<'static, ()>>),
    Read(usize, ManuallyDrop<RwLockReadGuard<'static, ()>>),
    Write(ManuallyDrop<RwLockWriteGuard<'static, ()>>),
}

/// What the locks of an execution have in common.
#[derive(Default)]
pub(super) struct Locks {
    /// Locks that a thread has given back while it unwinds: with the reader's number where it read.
    late: Vec<(Rc<Guarded>, Option<usize>)>,
}

/// What is asked of a lock.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ask {
    Mutex,
    Read,
    Write,
}

impl Guarded {
    fn new(ask: Ask) -> Self {
        let lock = match ask {
            Ask::Mutex => Lock::Mutex(Mutex::new(())),
            Ask::Read | Ask::Write => Lock::RwLock(RwLock::new(())),
        };
        let (readers, guards) = (RefCell::default(), RefCell::default());
        Self { lock, taken: Cell::new(false), readers, guards }
    }

    /// Asks loom. `None` if the lock is only tried, and is not free.
    fn ask(&self, ask: Ask, only_try: bool, me: usize) -> Option<Guard> {
        // SAFETY: guards live in `self.guards`, in a condition variable's wait that has borrowed `self`,
        // or nowhere: they are given back while `self` is there, or never.
        #[expect(unsafe_code, reason = "a guard is kept beside its lock")]
        let lock: &'static Lock = unsafe { &*std::ptr::from_ref(&self.lock) };
        Some(match (lock, ask) {
            (Lock::Mutex(lock), _) if only_try => {
                Guard::Mutex(ManuallyDrop::new(lock.try_lock().ok()?))
            }
            (Lock::Mutex(lock), _) => Guard::Mutex(ManuallyDrop::new(lock.lock().ok()?)),
            (Lock::RwLock(lock), Ask::Read) => {
                let guard = if only_try { lock.try_read().ok()? } else { lock.read().ok()? };
                Guard::Read(me, ManuallyDrop::new(guard))
            }
            (Lock::RwLock(lock), _) => {
                let guard = if only_try { lock.try_write().ok()? } else { lock.write().ok()? };
                Guard::Write(ManuallyDrop::new(guard))
            }
        })
    }

    fn is_free(&self, ask: Ask) -> bool {
        !self.taken.get() && (ask == Ask::Read || self.readers.borrow().is_empty())
    }

    fn reads(&self, thread: usize) -> bool {
        self.readers.borrow().contains(&thread)
    }

    /// Writes down who has it now.
    fn note(&self, ask: Ask, me: usize) {
        match ask {
            Ask::Read => self.readers.borrow_mut().push(me),
            Ask::Mutex | Ask::Write => self.taken.set(true),
        }
    }

    /// Gives a guard back to loom: the one of this reader, or the one of whoever has it alone.
    fn give_back(&self, reader: Option<usize>) {
        let mut guards = self.guards.borrow_mut();
        let position = guards.iter().position(|guard| match guard {
            Guard::Read(thread, _) => reader == Some(*thread),
            Guard::Mutex(_) | Guard::Write(_) => reader.is_none(),
        });
        let guard = position.map(|position| guards.swap_remove(position));
        drop(guards);
        if let Some(guard) = guard {
            guard.give_back();
        }
    }
}

impl Guard {
    fn give_back(self) {
        match self {
            Self::Mutex(guard) => drop(ManuallyDrop::into_inner(guard)),
            Self::Read(_, guard) => drop(ManuallyDrop::into_inner(guard)),
            Self::Write(guard) => drop(ManuallyDrop::into_inner(guard)),
        }
    }
}

impl Loom {
    pub(crate) fn lock(&self, object: &Object) {
        self.take(object, Ask::Mutex);
    }

    pub(crate) fn try_lock(&self, object: &Object) -> bool {
        self.try_take(object, Ask::Mutex)
    }

    pub(crate) fn unlock(&self, object: &Object) {
        self.give(object, Ask::Mutex);
    }

    pub(crate) fn read_lock(&self, object: &Object) {
        self.take(object, Ask::Read);
    }

    pub(crate) fn try_read_lock(&self, object: &Object) -> bool {
        self.try_take(object, Ask::Read)
    }

    pub(crate) fn read_unlock(&self, object: &Object) {
        self.give(object, Ask::Read);
    }

    pub(crate) fn write_lock(&self, object: &Object) {
        self.take(object, Ask::Write);
    }

    pub(crate) fn try_write_lock(&self, object: &Object) -> bool {
        self.try_take(object, Ask::Write)
    }

    pub(crate) fn write_unlock(&self, object: &Object) {
        self.give(object, Ask::Write);
    }

    fn known_lock(&self, object: &Object) -> Option<Rc<Guarded>> {
        self.with_entry(object, |entry| entry.lock.clone())
    }

    fn lock_of(&self, object: &Object, ask: Ask) -> Rc<Guarded> {
        self.known_lock(object).unwrap_or_else(|| {
            let lock = Rc::new(Guarded::new(ask));
            self.with_entry(object, |entry| entry.lock = Some(Rc::clone(&lock)));
            lock
        })
    }

    fn take(&self, object: &Object, ask: Ask) {
        let me = self.current.get();
        let Some(going) = self.going() else {
            // The caller takes the real lock next, and panics where that is not free.
            match self.known_lock(object) {
                Some(lock) if !lock.is_free(ask) => self.stay(),
                Some(lock) => lock.note(ask, me),
                None => {}
            }
            return;
        };
        let lock = self.lock_of(object, ask);
        if going == Going::Quietly {
            if !self.take_quietly(&lock, ask) {
                self.stay();
            }
            return;
        }
        if ask != Ask::Read || !lock.reads(me) {
            let guard = self.switching(|| lock.ask(ask, false, me));
            self.keep(&lock, guard);
        }
        lock.note(ask, me);
    }

    fn try_take(&self, object: &Object, ask: Ask) -> bool {
        let me = self.current.get();
        let Some(going) = self.going() else {
            let known = self.known_lock(object);
            let free = known.as_ref().is_none_or(|lock| lock.is_free(ask));
            if let (true, Some(lock)) = (free, known) {
                lock.note(ask, me);
            }
            return free;
        };
        let lock = self.lock_of(object, ask);
        if going == Going::Quietly {
            return self.take_quietly(&lock, ask);
        }
        if ask != Ask::Read || !lock.reads(me) {
            let guard = self.switching(|| lock.ask(ask, true, me));
            if guard.is_none() {
                self.leave_if_sent_home();
                return false;
            }
            self.keep(&lock, guard);
        }
        lock.note(ask, me);
        true
    }

    /// Takes a lock if that needs no waiting.
    fn take_quietly(&self, lock: &Rc<Guarded>, ask: Ask) -> bool {
        if !lock.is_free(ask) {
            return false;
        }
        let me = self.current.get();
        let reader = (ask == Ask::Read).then_some(me);
        let late = &mut self.locks.borrow_mut().late;
        let still_here =
            late.iter().position(|(other, of)| Rc::ptr_eq(other, lock) && *of == reader);
        if let Some(position) = still_here {
            late.swap_remove(position);
        } else if ask != Ask::Read || !lock.reads(me) {
            let guard = self.unexplored(|| lock.ask(ask, true, me));
            lock.guards.borrow_mut().extend(guard);
        }
        lock.note(ask, me);
        true
    }

    fn keep(&self, lock: &Guarded, guard: Option<Guard>) {
        if self.phase.get() == Phase::Leaving
            && let Some(guard) = guard
        {
            guard.give_back();
            super::leave();
        }
        lock.guards.borrow_mut().extend(guard);
    }

    fn give(&self, object: &Object, ask: Ask) {
        let Some(lock) = self.known_lock(object) else { return };
        self.doings.perhaps_changes();
        let me = self.current.get();
        let mut reader = None;
        if ask == Ask::Read {
            let mut readers = lock.readers.borrow_mut();
            let mine = readers.iter().position(|&thread| thread == me).unwrap_or(0);
            if mine < readers.len() {
                reader = Some(readers.swap_remove(mine));
            }
        } else {
            lock.taken.set(false);
        }
        if reader.is_some_and(|reader| lock.reads(reader)) {
            return;
        }
        match self.phase.get() {
            Phase::Idle | Phase::Over => {}
            _ if std::thread::panicking() => self.locks.borrow_mut().late.push((lock, reader)),
            _ => {
                self.give_back_late();
                lock.give_back(reader);
            }
        }
    }

    /// Gives back what a thread has let go while it unwound.
    pub(super) fn give_back_late(&self) {
        let late = std::mem::take(&mut self.locks.borrow_mut().late);
        for (lock, reader) in late {
            lock.give_back(reader);
        }
    }

    /// Waits for a notification, without the lock meanwhile.
    pub(crate) fn wait(&self, condvar: &Object, mutex: &Object) {
        match self.going() {
            Some(Going::Freely) => {}
            Some(Going::Quietly) => self.stay(),
            None => return,
        }
        let (condvar, lock) = (self.condvar(condvar), self.lock_of(mutex, Ask::Mutex));
        let Some(Guard::Mutex(guard)) = lock.guards.borrow_mut().pop() else { return };
        lock.taken.set(false);
        let guard = self.switching(|| condvar.wait(ManuallyDrop::into_inner(guard)));
        self.keep(&lock, guard.ok().map(|guard| Guard::Mutex(ManuallyDrop::new(guard))));
        lock.taken.set(true);
    }

    pub(crate) fn notify_one(&self, condvar: &Object) {
        if let Some(going) = self.going() {
            let condvar = self.condvar(condvar);
            self.act(going, || condvar.notify_one());
        }
    }

    pub(crate) fn notify_all(&self, condvar: &Object) {
        if let Some(going) = self.going() {
            let condvar = self.condvar(condvar);
            self.act(going, || condvar.notify_all());
        }
    }

    fn condvar(&self, object: &Object) -> Rc<Condvar> {
        let known = self.with_entry(object, |entry| entry.condvar.clone());
        known.unwrap_or_else(|| {
            let condvar = Rc::new(Condvar::new());
            self.with_entry(object, |entry| entry.condvar = Some(Rc::clone(&condvar)));
            condvar
        })
    }

    /// Has every thread that waits for a lock or a notification go on: to leave.
    pub(super) fn free_all_locks(&self) {
        let mut waited_for = Vec::new();
        for entry in self.objects.borrow().iter() {
            waited_for.push((entry.lock.clone(), entry.condvar.clone()));
        }
        for (lock, condvar) in waited_for {
            if let Some(lock) = lock {
                lock.give_back(None);
            }
            if let Some(condvar) = condvar {
                self.switching(|| condvar.notify_all());
            }
        }
    }
}
