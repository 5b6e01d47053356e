//! Where does a check run, and who notices when it stands still?
//!
//! A check has a thread of its own, so that its thread-local state is its own, and so that somebody is
//! left to wait with a watch when the program under check hangs. Threads that have finished a check
//! wait for the next one: starting one costs more than a small check.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What a worker is given to do.
type Job = Box<dyn FnOnce() + Send>;

/// The workers that wait for a job.
static IDLE: Mutex<Vec<Sender<Job>>> = Mutex::new(Vec::new());

/// Where the program was seen last, when it stands still.
pub(crate) type LastSeen = Option<&'static Location<'static>>;

/// Runs `work` on a worker and waits for it, looking now and then whether it still moves.
pub(crate) fn watched<R: Send + 'static>(
    work: impl FnOnce(&Arc<Pulse>) -> R + Send + 'static,
    silence: Duration,
) -> Result<R, LastSeen> {
    let pulse = Arc::new(Pulse::default());
    let beating = Arc::clone(&pulse);
    let (sender, receiver) = channel::<Result<R, Box<dyn Any + Send>>>();
    start(Box::new(move || {
        let done = panic::catch_unwind(AssertUnwindSafe(|| work(&beating)));
        // Nobody waits any more if it took too long.
        drop(sender.send(done));
    }));
    let mut beats = pulse.beats();
    let mut since = Instant::now();
    loop {
        match receiver.recv_timeout(silence.min(Duration::from_secs(1))) {
            Ok(Ok(result)) => return Ok(result),
            Ok(Err(payload)) => panic::resume_unwind(payload),
            Err(RecvTimeoutError::Disconnected) => {
                panic!("internal error: a worker ended without a result")
            }
            Err(RecvTimeoutError::Timeout) => {
                let now = pulse.beats();
                if pulse.stays() {
                    return Err(pulse.place());
                }
                if now != beats {
                    beats = now;
                    since = Instant::now();
                } else if since.elapsed() >= silence {
                    // The thread cannot be stopped from outside. It keeps what it has.
                    return Err(pulse.place());
                }
            }
        }
    }
}

/// Gives a job to a worker that waits, or to a new one.
fn start(job: Job) {
    let waiting = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let worker = waiting.unwrap_or_else(|| {
        let (worker, jobs) = channel::<Job>();
        let own = worker.clone();
        let thread = std::thread::Builder::new().name("drawloom".into()).spawn(move || {
            for job in jobs {
                job();
                if std::thread::panicking() {
                    // A destructor of the program waits for ever in the middle of an unwinding, and
                    // the thread will never again know whether it is one that panics.
                    return;
                }
                IDLE.lock().unwrap_or_else(PoisonError::into_inner).push(own.clone());
            }
        });
        thread.expect("a check needs one thread of its own, and the system has none left");
        worker
    });
    worker.send(job).expect("internal error: a worker that waits is gone");
}

/// Says from a worker's thread that it still moves, and where the program was seen last.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    beats: AtomicU64,
    stays: AtomicBool,
    place: Mutex<LastSeen>,
}

impl Pulse {
    pub(crate) fn beat(&self, place: LastSeen) {
        // ORDERING: only that the number changes is looked at.
        self.beats.fetch_add(1, Ordering::Relaxed);
        if let Ok(mut held) = self.place.try_lock() {
            *held = place;
        }
    }

    /// The worker says that it will not come back.
    #[cfg(feature = "loom")]
    pub(crate) fn stay(&self) {
        // ORDERING: nothing is read on the strength of it but what a lock guards.
        self.stays.store(true, Ordering::Relaxed);
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
        *self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
