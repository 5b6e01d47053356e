//! Where does a check run, and who notices when it stands still?
//!
//! A check has a thread of its own, so that its thread-local state is its own, and so that somebody is
//! left to wait with a watch when the program under check hangs. Threads that have finished a check
//! wait for the next one: starting one costs more than a small check.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe, Location};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::progress::{Observer, Progress, whole};

/// What a worker is given to do. It returns how to tell that it is done.
pub(crate) type Job = Box<dyn FnOnce() -> Tell + Send>;

/// Tells whoever waits for a job that it is done.
pub(crate) type Tell = Box<dyn FnOnce()>;

/// The workers that wait for a job.
static IDLE: Mutex<Vec<Sender<Job>>> = Mutex::new(Vec::new());

/// How long it is looked for what comes soon: most checks of a test suite take no longer.
const SOON: Duration = Duration::from_micros(100);

/// Where the program was seen last, when it stands still.
pub(crate) type LastSeen = Option<&'static Location<'static>>;

/// Why nothing came back from a worker.
#[cfg_attr(not(unix), allow(dead_code, reason = "only a signal tells of an overflow"))]
pub(crate) enum Lost {
    /// The program has stood still for too long.
    Still(LastSeen),
    /// A stack has overflowed.
    Overflowed(Overflow),
}

/// What is known of a strand that has overflowed its stack, as far as the thread could still tell.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(not(unix), allow(dead_code, reason = "only a signal tells of an overflow"))]
pub(crate) struct Overflow {
    /// Whether it is main.
    pub(crate) is_main: bool,
    /// Where it was started.
    pub(crate) birth: LastSeen,
    /// The last operation that it did.
    pub(crate) at: LastSeen,
}

/// How long it takes at the most until it is noticed that a worker is lost.
const LONGEST_LOOK: Duration = Duration::from_secs(1);

/// How often an observer is told at the most.
const TOLD: Duration = Duration::from_millis(100);

/// Runs `work` on a worker and waits for it, looking now and then whether it still moves.
pub(crate) fn watched<R: Send + 'static>(
    work: impl FnOnce(&Arc<Pulse>) -> R + Send + 'static,
    silence: Duration,
) -> Result<R, Lost> {
    observed(work, silence, None)
}

/// As [`watched`], and tells somebody how far the work is.
pub(crate) fn observed<R: Send + 'static>(
    work: impl FnOnce(&Arc<Pulse>) -> R + Send + 'static,
    silence: Duration,
    observer: Option<&Observer>,
) -> Result<R, Lost> {
    let pulse = Arc::new(Pulse::default());
    let beating = Arc::clone(&pulse);
    let (sender, receiver) = channel::<Result<R, Box<dyn Any + Send>>>();
    begin(Box::new(move || {
        let done = panic::catch_unwind(AssertUnwindSafe(|| work(&beating)));
        // Nobody waits any more if it took too long.
        Box::new(move || drop(sender.send(done)))
    }));
    if let Some(done) = soon(&receiver) {
        return Ok(done.unwrap_or_else(|payload| panic::resume_unwind(payload)));
    }
    let mut beats = pulse.beats();
    let started = Instant::now();
    let mut since = started;
    let longest = if observer.is_some() { TOLD } else { LONGEST_LOOK }.min(silence);
    let mut look = Duration::from_millis(10);
    loop {
        look = (2 * look).min(longest);
        match receiver.recv_timeout(look) {
            Ok(Ok(result)) => return Ok(result),
            Ok(Err(payload)) => panic::resume_unwind(payload),
            Err(RecvTimeoutError::Disconnected) => {
                panic!("internal error: a worker ended without a result")
            }
            Err(RecvTimeoutError::Timeout) => {
                let now = pulse.beats();
                if let Some(&overflow) = pulse.overflow.get() {
                    return Err(Lost::Overflowed(overflow));
                }
                if pulse.stays() {
                    return Err(Lost::Still(pulse.place()));
                }
                if let Some(Observer(tell)) = observer {
                    tell(&pulse.progress(started.elapsed()));
                }
                if now != beats {
                    beats = now;
                    since = Instant::now();
                } else if since.elapsed() >= silence {
                    // The thread cannot be stopped from outside. It keeps what it has.
                    return Err(Lost::Still(pulse.place()));
                }
            }
        }
    }
}

/// Gives a job to a worker that waits, or to a new one.
pub(crate) fn begin(job: Job) {
    let waiting = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let worker = waiting.unwrap_or_else(|| {
        let (worker, jobs) = channel::<Job>();
        let own = worker.clone();
        let thread = std::thread::Builder::new().name("drawloom".into()).spawn(move || {
            while let Some(job) = soon(&jobs).or_else(|| jobs.recv().ok()) {
                let tell = job();
                if std::thread::panicking() {
                    // A destructor of the program waits for ever in the middle of an unwinding, and
                    // the thread will never again know whether it is one that panics.
                    return tell();
                }
                // First, so that whoever is told and has another job finds this worker.
                IDLE.lock().unwrap_or_else(PoisonError::into_inner).push(own.clone());
                tell();
            }
        });
        thread.expect("a check needs one thread of its own, and the system has none left");
        worker
    });
    worker.send(job).expect("internal error: a worker that waits is gone");
}

/// What comes within the time that going to sleep and being woken would cost, if it does.
fn soon<T>(receiver: &Receiver<T>) -> Option<T> {
    let started = Instant::now();
    while started.elapsed() < SOON {
        match receiver.try_recv() {
            Ok(done) => return Some(done),
            Err(TryRecvError::Empty) => std::thread::yield_now(),
            Err(TryRecvError::Disconnected) => return None,
        }
    }
    None
}

/// Says from a worker's thread that it still moves, and where the program was seen last.
///
/// It beats at every operation of the program, so a beat is two stores and nothing else.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    beats: AtomicU64,
    /// How often those had beaten by then that it follows.
    followed: AtomicU64,
    stays: AtomicBool,
    overflow: OnceLock<Overflow>,
    /// The place, or null. INVARIANT: if not null, it comes from a `&'static Location<'static>`.
    place: AtomicPtr<Location<'static>>,
    counted: Mutex<Counted>,
}

/// How far the work is.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    executions: u64,
    failing: u64,
    estimate: Option<f64>,
}

impl Pulse {
    pub(crate) fn beat(&self, place: LastSeen) {
        // ORDERING: only that the number changes is looked at. One thread beats, so nothing is lost
        // between the load and the store.
        self.beats.store(self.beats.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        let place = place.map_or(ptr::null_mut(), |place| ptr::from_ref(place).cast_mut());
        // ORDERING: what it points at was there before the program started.
        self.place.store(place, Ordering::Relaxed);
    }

    /// Whoever waits for others moves while they do, and stands where they stand.
    pub(crate) fn follow(&self, others: &[Arc<Self>]) {
        let beats = others.iter().map(|other| other.beats()).fold(0, u64::wrapping_add);
        // ORDERING: as in `beat`.
        if self.followed.swap(beats, Ordering::Relaxed) != beats {
            self.beat(others.iter().find_map(|other| other.place()));
        }
        for other in others {
            if let Some(&overflow) = other.overflow.get() {
                self.overflow.get_or_init(|| overflow);
            }
        }
    }

    /// The worker says how far it is.
    pub(crate) fn count(&self, executions: u64, failing: u64, estimate: Option<f64>) {
        *self.counted.lock().unwrap_or_else(PoisonError::into_inner) =
            Counted { executions, failing, estimate };
    }

    fn progress(&self, elapsed: Duration) -> Progress {
        let Counted { executions, failing, estimate } =
            *self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        Progress::new(executions, failing, estimate.map(whole), elapsed)
    }

    /// The worker says that it will not come back.
    #[cfg(feature = "loom")]
    pub(crate) fn stay(&self) {
        // ORDERING: nothing is read on the strength of it but what a lock guards.
        self.stays.store(true, Ordering::Relaxed);
    }

    /// The worker says that a stack has overflowed, and that it will not come back. It says so from a
    /// signal handler: nobody ever waits for this cell, so to set it is only to store.
    #[cfg(unix)]
    pub(crate) fn overflow(&self, overflow: Overflow) {
        self.overflow.get_or_init(|| overflow);
    }

    fn stays(&self) -> bool {
        // ORDERING: as above.
        self.stays.load(Ordering::Relaxed)
    }

    fn beats(&self) -> u64 {
        // ORDERING: as above.
        self.beats.load(Ordering::Relaxed)
    }

    fn place(&self) -> LastSeen {
        // ORDERING: as in `beat`.
        let place = self.place.load(Ordering::Relaxed);
        // SAFETY: by the invariant of `place` it is null or points at what lives for ever.
        #[expect(unsafe_code, reason = "there is no atomic reference")]
        unsafe {
            place.as_ref()
        }
    }
}
