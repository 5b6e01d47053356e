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
    made: usize,
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
    parking: Rc<Parking>,
    /// Tells loom of everything that happens to the timers.
    word: Rc<Word>,
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
    /// Sets a timer that calls `waker` when so much time has passed.
    pub(crate) fn set_timer(&self, duration: Duration, waker: Waker) -> usize {
        let Some(executor) = self.current_executor() else {
            panic!("there is no reactor running, must be called from the context of a Tokio 1.x runtime")
        };
        let going = self.going();
        let clock = match self.with_executor(executor, |executor| executor.flavor) {
            Flavor::MultiThread(_) if going.is_some() => self.clock_of(executor),
            _ => None,
        };
        if let (Some(going), Some(clock)) = (going, &clock) {
            self.tell_clock(going, clock);
        }
        let id = {
            let timers = &mut self.executors.borrow_mut().timers;
            let id = timers.made;
            timers.made += 1;
            let deadline = timers.now.saturating_add(duration);
            timers.waiting.push(Timer { id, deadline, executor, waker });
            id
        };
        if let Some(clock) = clock {
            self.unexplored(|| self.put_token(&clock.parking));
            self.rouse(&clock.parking);
        }
        id
    }

    /// Whether a timer has fired; if not, `waker` is called when it does.
    pub(crate) fn poll_timer(&self, id: usize, waker: &Waker) -> bool {
        let executor = self.current_executor();
        let clock = executor.and_then(|executor| self.executors.borrow().timers.clock(executor));
        if let (Some(going), Some(clock)) = (self.going(), clock) {
            self.tell_clock(going, &clock);
        }
        let timers = &mut self.executors.borrow_mut().timers;
        match timers.waiting.iter_mut().find(|timer| timer.id == id) {
            Some(timer) => {
                timer.waker.clone_from(waker);
                false
            }
            None => true,
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
        let timer = {
            let timers = &mut self.executors.borrow_mut().timers;
            let id = timers.due(executor).get(option).copied();
            id.and_then(|id| timers.take(id))
        };
        if let Some(timer) = timer {
            timer.waker.wake();
        }
    }

    fn tell_clock(&self, going: Going, clock: &Clock) {
        self.act(going, || clock.word.atomic.fetch_add(1, Ordering::AcqRel));
    }

    /// The clock of a `multi_thread` runtime.
    fn clock_of(&self, executor: usize) -> Option<Clock> {
        let known = self.executors.borrow().timers.clock(executor);
        known.or_else(|| {
            let word = self.new_word(0)?;
            let thread = self.threads.borrow().next();
            let parking = self.new_parking(thread)?;
            let clock = Clock { executor, thread, parking, word };
            self.executors.borrow_mut().timers.clocks.push(clock.clone());
            let run = clock.clone();
            self.spawn_thread(Box::new(move || {
                if let Driver::Loom(loom) = driver() {
                    loom.run_clock(&run);
                }
            }));
            Some(clock)
        })
    }

    fn run_clock(&self, clock: &Clock) {
        loop {
            let Some(going) = self.going() else { return };
            self.tell_clock(going, clock);
            if self.with_executor(clock.executor, |executor| executor.closed) {
                return;
            }
            let due = self.executors.borrow().timers.due(clock.executor).len();
            if due == 0 {
                self.wait_at(&clock.parking, going);
            } else {
                let chosen = self.choose(due);
                self.fire(clock.executor, chosen);
            }
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
