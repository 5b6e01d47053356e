//! What does one operation cost outside a check, beside the original's?
//!
//! One thread, nobody else there: the cheapest that each operation can be, so that what the facade adds shows
//! most. Without the feature `check` there is nothing to measure: the types are the originals.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::measure::Form;
use crate::table::Table;

/// Each operation is measured so often in so many calls, and the quickest counts: the rest is what else the
/// machine had to do.
const CALLS: u32 = 10_000;

/// Operations by their names, each with what one call of it took.
type Measured = Vec<(&'static str, Duration)>;

/// The quickest of all rounds within the time.
fn quickest(time: Duration, operation: impl Fn()) -> Duration {
    let began = Instant::now();
    let mut best = Duration::MAX;
    while began.elapsed() < time {
        let round = Instant::now();
        for _ in 0..CALLS {
            operation();
        }
        best = best.min(round.elapsed());
    }
    best
}

/// The same operations, by whatever they are imported from.
macro_rules! operations {
    ($name:ident: $std:path, $parking_lot:path, $tokio:path) => {
        mod $name {
            use std::hint::black_box;
            use std::time::Duration;

            use super::{Measured, quickest};
            use $parking_lot as parking_lot;
            use $std as sync;
            use $tokio as tokio;

            pub(super) fn measure(time: Duration) -> Measured {
                use sync::atomic::{AtomicU32, Ordering::Relaxed};
                let number = AtomicU32::new(0);
                let (lock, many) = (sync::Mutex::new(0_u32), sync::RwLock::new(0_u32));
                let (sender, receiver) = sync::mpsc::channel();
                let fair = parking_lot::Mutex::new(0_u32);
                let (permits, line) = (tokio::Semaphore::new(1), tokio::mpsc::unbounded_channel());
                let line = (line.0, std::cell::RefCell::new(line.1));
                vec![
                    (
                        "`AtomicU32::load`",
                        quickest(time, || {
                            black_box(number.load(Relaxed));
                        }),
                    ),
                    (
                        "`AtomicU32::fetch_add`",
                        quickest(time, || {
                            black_box(number.fetch_add(1, Relaxed));
                        }),
                    ),
                    (
                        "`Mutex::lock`, unlock",
                        quickest(time, || {
                            *black_box(lock.lock().unwrap()) += 1;
                        }),
                    ),
                    (
                        "`RwLock::read`, unlock",
                        quickest(time, || {
                            black_box(*many.read().unwrap());
                        }),
                    ),
                    (
                        "`mpsc`: `send`, `recv`",
                        quickest(time, || {
                            sender.send(1_u32).unwrap();
                            black_box(receiver.recv().unwrap());
                        }),
                    ),
                    (
                        "`parking_lot::Mutex::lock`, unlock",
                        quickest(time, || {
                            *black_box(fair.lock()) += 1;
                        }),
                    ),
                    (
                        "`tokio::sync::Semaphore::try_acquire`, release",
                        quickest(time, || {
                            drop(black_box(permits.try_acquire().unwrap()));
                        }),
                    ),
                    (
                        "`tokio::sync::mpsc`: `send`, `try_recv`",
                        quickest(time, || {
                            line.0.send(1_u32).unwrap();
                            black_box(line.1.borrow_mut().try_recv().unwrap());
                        }),
                    ),
                ]
            }
        }
    };
}

operations!(originals: std::sync, ::parking_lot, ::tokio::sync);
operations!(facade: drawloom::sync, drawloom::parking_lot, drawloom::tokio::sync);

/// Measures everything, the originals first, and writes it down.
pub(crate) fn report(time: Duration, form: Form) -> String {
    // What the first loop of a process pays for is nobody's.
    black_box(originals::measure(time / 10));
    let (originals, facade) = (originals::measure(time), facade::measure(time));
    let mut table = Table::new(&["operation", "original", "outside a check", "more"]);
    for ((operation, original), (_, ours)) in originals.into_iter().zip(facade) {
        let nanos = |took: Duration| took.as_secs_f64() * 1e9 / f64::from(CALLS);
        let more = nanos(ours) - nanos(original);
        let cells = [nanos(original), nanos(ours), more].map(|nanos| format!("{nanos:.1} ns"));
        table.push([operation.to_owned()].into_iter().chain(cells).collect());
    }
    match form {
        Form::Text => table.text(),
        Form::Markdown => table.markdown(),
    }
}
