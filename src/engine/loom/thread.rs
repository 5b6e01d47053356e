//! Threads: how are they started, joined, parked and sent home?
//!
//! A join is not an operation that others could tell, but in loom's own it is one, and loom tries every
//! order of it: four times as many executions for two threads, hundreds of times as many for four. So
//! nobody joins loom's threads here. Each thread holds a lock that was taken for it before it started
//! and is given back at its very end. Who joins waits for that lock. Loom knows that a lock that is
//! taken cannot be had, and giving it back is nothing that it tries in another order.
//!
//! Parking is a token in an atomic, so that loom sees who put it there and who took it, and loom's own
//! park only to wait: loom's unpark would also wake a thread that waits for a lock.

use std::mem::ManuallyDrop;
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::atomic::Ordering;

use loom::sync::{Mutex, MutexGuard};

use super::memory::Word;
use super::run::Ending;
use super::{Going, Loom, Needs, Phase, Who};
use crate::verdict::Limit;

/// The thread that calls the program.
pub(super) const MAIN: usize = 0;

/// What a thread is called that was started when there was no program any more.
const NOBODY: usize = usize::MAX;

/// The threads of an execution.
#[derive(Default)]
pub(super) struct Threads {
    all: Vec<Thread>,
    parkings: Vec<Rc<Parking>>,
    /// How many of loom's threads do not run the program: the one that throws the dice.
    pub(super) helpers: usize,
}

struct Thread {
    loom: Option<loom::thread::Thread>,
    finished: bool,
    /// Held until the end of the thread. `None` for main.
    life: Option<Rc<Life>>,
    /// Set at its end, if somebody asks for that.
    end: Option<Rc<Word>>,
    parking: Option<Rc<Parking>>,
    /// The task that it polls.
    task: Option<usize>,
    /// The runtime in whose context it runs.
    executor: Option<usize>,
}

/// The lock that a thread holds while it lives.
struct Life {
    lock: Mutex<()>,
    guard: std::cell::RefCell<Option<ManuallyDrop<MutexGuard<'static, ()>>>>,
}

/// Where somebody waits to be woken, once for any number of wakes.
pub(super) struct Parking {
    pub(super) number: usize,
    thread: usize,
    /// 1 if the token is there.
    token: Rc<Word>,
    waiting: std::cell::Cell<bool>,
}

impl Threads {
    pub(super) fn with_main() -> Self {
        let mut threads = Self::default();
        threads.all.push(Thread::new(None));
        threads
    }

    /// Whether the program has only one thread so far.
    pub(super) fn is_alone(&self) -> bool {
        self.all.len() == 1
    }

    /// The number of the thread that is started next.
    pub(super) fn next(&self) -> usize {
        self.all.len()
    }

    fn unfinished(&self) -> usize {
        self.all.iter().skip(1).filter(|thread| !thread.finished).count()
    }
}

impl Thread {
    fn new(life: Option<Rc<Life>>) -> Self {
        Self {
            loom: None,
            finished: false,
            life,
            end: None,
            parking: None,
            task: None,
            executor: None,
        }
    }
}

impl Life {
    fn new() -> Self {
        Self { lock: Mutex::new(()), guard: std::cell::RefCell::default() }
    }

    /// Takes it, in the name of the thread that is about to start.
    fn begin(&self) {
        // SAFETY: the guard is kept in `self`, and given back while `self` is there, or never.
        #[expect(unsafe_code, reason = "a guard is kept beside its lock")]
        let lock: &'static Mutex<()> = unsafe { &*std::ptr::from_ref(&self.lock) };
        *self.guard.borrow_mut() = lock.lock().ok().map(ManuallyDrop::new);
    }

    fn end(&self) {
        let guard = self.guard.borrow_mut().take();
        drop(guard.map(ManuallyDrop::into_inner));
    }

    fn wait(&self) {
        drop(self.lock.lock());
    }
}

impl Parking {
    /// Leaves the token there. Whoever waits must be roused, too.
    pub(super) fn put_token(&self) {
        // ORDERING: pairs with the swap in `take_token`.
        self.token.atomic.swap(1, Ordering::AcqRel);
    }
}

impl Loom {
    pub(crate) fn spawn_thread(&self, body: Box<dyn FnOnce()>) -> usize {
        let Some(going) = self.going() else {
            // Its destructors would have nobody to turn to.
            std::mem::forget(body);
            return NOBODY;
        };
        let (id, others) = {
            let threads = self.threads.borrow();
            (threads.all.len(), threads.all.len() + threads.helpers)
        };
        if others == loom::MAX_THREADS {
            self.refuse_thread(going);
            std::mem::forget(body);
            return NOBODY;
        }
        let life = Rc::new(Life::new());
        self.threads.borrow_mut().all.push(Thread::new(Some(Rc::clone(&life))));
        if self.needs.ends {
            let end = self.new_word(0);
            self.threads.borrow_mut().all[id].end = end;
        }
        self.act(going, || life.begin());
        let start = move || {
            if let super::super::Driver::Loom(loom) = super::super::driver() {
                loom.run_thread(id, body);
            }
        };
        drop(loom::thread::spawn(start));
        id
    }

    fn refuse_thread(&self, going: Going) {
        let helpers = self.threads.borrow().helpers;
        let besides = if helpers > 0 { ", and one of them makes the choices" } else { "" };
        self.end(Ending::Stopped(Limit::Refused(format!(
            "loom has room for {} threads with main{besides}: the program has more\n\
             help: check it with fewer, or with the explorer",
            loom::MAX_THREADS
        ))));
        if going == Going::Freely {
            super::leave();
        }
    }

    /// The first and the last lines of every thread.
    fn run_thread(&'static self, id: usize, body: Box<dyn FnOnce()>) {
        self.current.set(id);
        self.threads.borrow_mut().all[id].loom = Some(loom::thread::current());
        if self.phase.get() == Phase::Running {
            // The body keeps its own panics. What comes through is the end of the execution.
            let whole = move || self.run_to_its_end(body);
            let left = panic::catch_unwind(AssertUnwindSafe(|| self.on_a_stack(whole)));
            drop(left);
        } else {
            std::mem::forget(body);
        }
        if self.phase.get() == Phase::Over {
            super::leave();
        }
        self.give_back_late();
        let (end, life) = {
            let mut threads = self.threads.borrow_mut();
            let thread = &mut threads.all[id];
            (thread.end.take(), thread.life.clone())
        };
        if let Some(end) = &end {
            self.switching(|| end.atomic.store(1, Ordering::Release));
            self.threads.borrow_mut().all[id].end = Some(Rc::clone(end));
        }
        self.threads.borrow_mut().all[id].finished = true;
        self.ticks.set(self.ticks.get() + 1);
        if let Some(life) = life {
            life.end();
        }
    }

    /// Waits for the end of a thread, and hears whether it has panicked.
    pub(crate) fn join(&self, thread: usize) {
        self.wait_for_end(thread);
        self.observe(Who::Thread(thread));
    }

    pub(super) fn wait_for_end(&self, thread: usize) {
        let Some(going) = self.going() else { return };
        let life = {
            let threads = self.threads.borrow();
            let Some(thread) = threads.all.get(thread) else { return };
            if going == Going::Quietly && !thread.finished {
                drop(threads);
                self.stay();
            }
            thread.life.clone()
        };
        if let Some(life) = life {
            self.act(going, || life.wait());
        }
    }

    pub(crate) fn is_finished(&self, thread: usize) -> bool {
        let Some(going) = self.going() else { return true };
        let (finished, end) = {
            let threads = self.threads.borrow();
            let Some(thread) = threads.all.get(thread) else { return true };
            (thread.finished, thread.end.clone())
        };
        match end {
            Some(end) => self.act(going, || end.atomic.load(Ordering::Acquire)) == 1,
            None if going == Going::Quietly => finished,
            None => {
                self.begin_again(Needs { ends: true, ..self.needs });
                super::leave()
            }
        }
    }

    pub(crate) fn current(&self) -> usize {
        self.current.get()
    }

    pub(crate) fn yield_now(&self) {
        if self.going() == Some(Going::Freely) {
            self.act(Going::Freely, loom::thread::yield_now);
        }
    }

    pub(crate) fn park(&self) {
        if let Some(going) = self.going()
            && let Some(parking) = self.parking_of(self.current.get())
        {
            self.wait_at(&parking, going);
        }
    }

    pub(crate) fn unpark(&self, thread: usize) {
        if let Some(going) = self.going()
            && let Some(parking) = self.parking_of(thread)
        {
            self.wake_at(&parking, going);
        }
    }

    fn parking_of(&self, thread: usize) -> Option<Rc<Parking>> {
        let known = self.threads.borrow().all.get(thread)?.parking.clone();
        known.or_else(|| {
            let parking = self.new_parking(thread)?;
            self.threads.borrow_mut().all[thread].parking = Some(Rc::clone(&parking));
            Some(parking)
        })
    }

    /// A place for a thread to wait at. Nothing of loom is asked, so it may be made at any time.
    pub(super) fn new_parking(&self, thread: usize) -> Option<Rc<Parking>> {
        let token = self.new_word(0)?;
        let parkings = &mut self.threads.borrow_mut().parkings;
        let number = parkings.len();
        let parking = Rc::new(Parking { number, thread, token, waiting: false.into() });
        parkings.push(Rc::clone(&parking));
        Some(parking)
    }

    pub(super) fn parking(&self, number: usize) -> Option<Rc<Parking>> {
        self.threads.borrow().parkings.get(number).cloned()
    }

    /// Waits until the token is there, and takes it.
    pub(super) fn wait_at(&self, parking: &Parking, going: Going) {
        while !self.take_token(parking, going) {
            if going == Going::Quietly {
                self.stay();
            }
            parking.waiting.set(true);
            self.switching(loom::thread::park);
            parking.waiting.set(false);
            self.leave_if_sent_home();
        }
    }

    /// Takes the token, or says that it is not there.
    pub(super) fn take_token(&self, parking: &Parking, going: Going) -> bool {
        // ORDERING: pairs with the swap in `wake_at`: what was done before the wake is seen after it.
        self.act(going, || parking.token.atomic.swap(0, Ordering::AcqRel)) == 1
    }

    /// Puts the token there, and wakes whoever waits for it.
    pub(super) fn wake_at(&self, parking: &Parking, going: Going) {
        self.act(going, || parking.put_token());
        self.rouse(parking);
    }

    pub(super) fn rouse(&self, parking: &Parking) {
        if parking.waiting.replace(false) {
            let thread = self.threads.borrow().all[parking.thread].loom.clone();
            if let Some(thread) = thread {
                thread.unpark();
            }
        }
    }

    /// Main is about to run the program.
    pub(super) fn main_begins(&self) {
        let main = loom::thread::current();
        if let Some(thread) = self.threads.borrow_mut().all.first_mut() {
            thread.loom = Some(main);
        }
    }

    /// Main has returned. What is left goes on as far as it can and is sent home then, as the end of a
    /// process would do.
    ///
    /// WHY: not at once. Loom learns of an order it has to try only from an operation that it sees.
    pub(super) fn main_returns(&self) {
        self.give_back_late();
        while self.threads.borrow().unfinished() > 0 {
            let before = self.ticks.get();
            self.switching(loom::thread::yield_now);
            if self.ticks.get() > before + 1 {
                continue;
            }
            if self.phase.replace(Phase::Leaving) == Phase::Leaving {
                self.end(Ending::Stopped(Limit::Refused(
                    "loom cannot end a thread that is left when main has returned".to_owned(),
                )));
                super::leave();
            }
            self.exploring.set(false);
            loom::stop_exploring();
            self.free_all_locks();
            self.rouse_all();
        }
    }

    fn rouse_all(&self) {
        let parkings = self.threads.borrow().parkings.clone();
        for parking in parkings {
            self.rouse(&parking);
        }
    }

    /// The task that the current thread polls.
    pub(crate) fn current_task(&self) -> Option<usize> {
        self.threads.try_borrow().ok()?.all.get(self.current.get())?.task
    }

    pub(super) fn set_current_task(&self, task: Option<usize>) {
        let me = self.current.get();
        if let Some(thread) = self.threads.borrow_mut().all.get_mut(me) {
            thread.task = task;
        }
    }

    /// The runtime in whose context the current thread runs.
    pub(crate) fn current_executor(&self) -> Option<usize> {
        self.threads.borrow().all.get(self.current.get())?.executor
    }

    pub(super) fn set_current_executor(&self, executor: Option<usize>) {
        let me = self.current.get();
        if let Some(thread) = self.threads.borrow_mut().all.get_mut(me) {
            thread.executor = executor;
        }
    }
}
