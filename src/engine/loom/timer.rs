//! The virtual clock.
//!
//! Nothing here knows what time it is. Timers fire in the order of their deadlines, those with the same
//! deadline in every order. An event loop lets the next one fire whenever it could also poll a job. A
//! `multi_thread` runtime has a thread for that, which starts with its first timer: loom tries every
//! moment, and one of its five threads is gone.

use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::task::Waker;
use std::time::Duration;

use super::memory::Word;
use super::thread::Parking;
use super::{Going, Loom};
use crate::engine::explorer::Flavor;
use crate::engine::{Driver, driver};

/// The timers that have not fired, and how much time has passed.
#[derive(Default)]
pub(super) struct Timers {
    now: Duration,
    waiting: Vec<Timer>,
    /// For each timer that was ever made: what tells loom that it fires or is asked, where a thread
    /// fires it.
    words: Vec<Option<Rc<Word>>>,
    clocks: Vec<Clock>,
}

struct Timer {
    id: usize,
    deadline: Duration,
    executor: usize,
    waker: Waker,
}

/// The thread that lets the timers of a runtime fire.
#[derive(Clone)]
struct Clock {
    executor: usize,
    thread: usize,
    /// Where it waits for timers. Its token also tells loom that there is another one.
    parking: Rc<Parking>,
}

impl Timers {
    /// The timers of a runtime that are due first.
    pub(super) fn due(&self, executor: usize) -> Vec<usize> {
        let own = || self.waiting.iter().filter(|timer| timer.executor == executor);
        let earliest = own().map(|timer| timer.deadline).min();
        own().filter(|timer| Some(timer.deadline) == earliest).map(|timer| timer.id).collect()
    }

    fn take(&mut self, id: usize) -> Option<Timer> {
        let position = self.waiting.iter().position(|timer| timer.id == id)?;
        let timer = self.waiting.remove(position);
        self.now = self.now.max(timer.deadline);
        Some(timer)
    }

    fn clock(&self, executor: usize) -> Option<Clock> {
        self.clocks.iter().find(|clock| clock.executor == executor).cloned()
    }
}

impl Loom {
    /// How much virtual time has passed.
    pub(crate) fn now(&self) -> Duration {
        self.executors.borrow().timers.now
    }

    /// Sets a timer that calls `waker` when so much time has passed.
    pub(crate) fn set_timer(&self, duration: Duration, waker: Waker) -> usize {
        let Some(executor) = self.current_executor() else {
            panic!(
                "there is no reactor running, must be called from the context of a Tokio 1.x runtime"
            )
        };
        let flavor = self.with_executor(executor, |executor| executor.flavor);
        let going = self.going().filter(|_| flavor != Flavor::CurrentThread);
        let clock = self.executors.borrow().timers.clock(executor);
        if let (Some(going), Some(clock)) = (going, &clock) {
            self.act(going, || clock.parking.put_token());
        }
        let word = going.and_then(|_| self.new_word(0));
        let id = {
            let timers = &mut self.executors.borrow_mut().timers;
            let id = timers.words.len();
            timers.words.push(word);
            let deadline = timers.now.saturating_add(duration);
            timers.waiting.push(Timer { id, deadline, executor, waker });
            id
        };
        match (going, clock) {
            (Some(_), Some(clock)) => self.rouse(&clock.parking),
            (Some(_), None) => self.start_clock(executor),
            (None, _) => {}
        }
        id
    }

    /// Whether a timer has fired; if not, `waker` is called when it does.
    pub(crate) fn poll_timer(&self, id: usize, waker: &Waker) -> bool {
        self.tell_of_timer(id);
        let timers = &mut self.executors.borrow_mut().timers;
        match timers.waiting.iter_mut().find(|timer| timer.id == id) {
            Some(timer) => {
                timer.waker.clone_from(waker);
                false
            }
            None => true,
        }
    }

    /// A timer is about to fire or to be asked.
    fn tell_of_timer(&self, id: usize) {
        let word = self.executors.borrow().timers.words.get(id).cloned().flatten();
        if let (Some(word), Some(going)) = (word, self.going()) {
            self.act(going, || word.atomic.fetch_add(1, Ordering::AcqRel));
        }
    }

    /// Forgets a timer.
    pub(crate) fn drop_timer(&self, id: usize) {
        if let Ok(mut executors) = self.executors.try_borrow_mut() {
            executors.timers.waiting.retain(|timer| timer.id != id);
        }
    }

    /// Lets one of the timers fire that are due first.
    pub(super) fn fire(&self, executor: usize, option: usize) {
        let id = self.executors.borrow().timers.due(executor).get(option).copied();
        let Some(id) = id else { return };
        self.tell_of_timer(id);
        let timer = self.executors.borrow_mut().timers.take(id);
        if let Some(timer) = timer {
            timer.waker.wake();
        }
    }

    /// Starts the clock of a `multi_thread` runtime.
    fn start_clock(&self, executor: usize) {
        let thread = self.threads.borrow().next();
        let Some(parking) = self.new_parking(thread) else { return };
        let clock = Clock { executor, thread, parking };
        self.executors.borrow_mut().timers.clocks.push(clock.clone());
        self.spawn_thread(Box::new(move || {
            if let Driver::Loom(loom) = driver() {
                loom.run_clock(&clock);
            }
        }));
    }

    fn run_clock(&self, clock: &Clock) {
        let due = || self.executors.borrow().timers.due(clock.executor).len();
        loop {
            let Some(going) = self.going() else { return };
            if due() == 0 {
                self.wait_at(&clock.parking, going);
            } else {
                self.take_token(&clock.parking, going);
            }
            if self.with_executor(clock.executor, |executor| executor.closed) {
                return;
            }
            let chosen = self.choose(due());
            self.fire(clock.executor, chosen);
        }
    }

    /// The runtime of a clock has been closed.
    pub(super) fn stop_clock(&self, executor: usize, going: Going) {
        let clock = self.executors.borrow().timers.clock(executor);
        if let Some(clock) = clock {
            self.wake_at(&clock.parking, going);
            if going == Going::Freely {
                self.wait_for_end(clock.thread);
            }
        }
    }
}
