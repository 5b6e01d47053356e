//! What the second opinion says to what is newer in the facade, and what it refuses.
#![cfg(feature = "loom")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::cell::Cell;
use std::time::Duration;

use drawloom::cell::UnsafeCell;
use drawloom::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use drawloom::sync::atomic::{AtomicU32, Ordering};
use drawloom::sync::mpsc::{channel, sync_channel};
use drawloom::sync::{Barrier, Condvar, LazyLock, Mutex, Once, OnceLock};
use drawloom::verdict::{FailureKind, Limit, Report, Verdict};
use drawloom::{Check, Engine, Outcome, thread};

fn loom<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> Report<T> {
    Check::new().engine(Engine::Loom).run(program)
}

/// The outcomes of a program that holds.
#[track_caller]
fn holds<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> Vec<T> {
    let report = loom(program);
    assert!(matches!(report.verdict, Verdict::Verified), "{:?}", report.verdict);
    report.outcomes.into_keys().collect()
}

#[track_caller]
fn fails<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> FailureKind {
    let report = loom(program);
    let Verdict::Failed(failure) = report.verdict else { panic!("{:?}", report.verdict) };
    failure.kind
}

/// What is said of a program that loom cannot check.
#[track_caller]
fn refused<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> String {
    let report = loom(program);
    let Verdict::Inconclusive(Limit::Refused(why)) = report.verdict else {
        panic!("{:?}", report.verdict)
    };
    why
}

/// Runs two threads and returns what both return.
fn both<A: Send, B: Send>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = scope.spawn(other);
        (one.join().unwrap(), other.join().unwrap())
    })
}

#[test]
fn nobody_passes_a_barrier_before_all_are_there() {
    let found = holds(|| {
        let (gate, steps) = (Barrier::new(2), AtomicU32::new(0));
        let walk = || {
            steps.fetch_add(1, SeqCst);
            let leads = gate.wait().is_leader();
            (leads, steps.load(SeqCst))
        };
        both(walk, walk)
    });
    // The last to come leads, and either may be the last.
    assert_eq!(found, [((false, 2), (true, 2)), ((true, 2), (false, 2))]);
    let alone = || {
        let gate = Barrier::new(3);
        both(|| gate.wait().is_leader(), || gate.wait().is_leader());
    };
    assert_eq!(fails(alone), FailureKind::Deadlock);
}

static TABLE: LazyLock<AtomicU32> = LazyLock::new(|| AtomicU32::new(7));

#[test]
fn what_is_to_be_done_once_is_done_once() {
    let found = holds(|| {
        let (start, times) = (Once::new(), AtomicU32::new(0));
        let begin = || {
            start.call_once(|| {
                times.fetch_add(1, SeqCst);
            });
            times.load(SeqCst)
        };
        both(begin, begin)
    });
    assert_eq!(found, [(1, 1)]);
    let found = holds(|| {
        let name = OnceLock::new();
        both(|| *name.get_or_init(|| 1), || *name.get_or_init(|| 2))
    });
    assert_eq!(found, [(1, 1), (2, 2)]);
    assert_eq!(holds(|| both(|| TABLE.fetch_add(1, SeqCst), || ()).0), [7]);
}

#[test]
fn channels_carry_what_is_sent_and_say_when_nobody_sends() {
    let found = holds(|| {
        let (sender, receiver) = channel();
        let other = sender.clone();
        both(move || sender.send(1).unwrap(), move || other.send(2).unwrap());
        receiver.iter().collect::<Vec<u8>>()
    });
    assert_eq!(found, [vec![1, 2], vec![2, 1]]);
    let found = holds(|| {
        let (sender, receiver) = sync_channel(1);
        both(
            move || {
                sender.send(1).unwrap();
                sender.send(2).unwrap();
            },
            move || receiver.iter().collect::<Vec<u8>>(),
        )
        .1
    });
    assert_eq!(found, [vec![1, 2]]);
    let found = holds(|| {
        let (sender, receiver) = sync_channel(0);
        both(move || sender.send(1).is_ok(), move || receiver.recv().ok())
    });
    assert_eq!(found, [(true, Some(1))]);
    let alone = || {
        let (sender, _receiver) = sync_channel(0);
        sender.send(1).unwrap();
    };
    assert_eq!(fails(alone), FailureKind::Deadlock);
}

/// A cell that says it can be shared.
#[derive(Default)]
struct Shared(UnsafeCell<u32>);

// SAFETY: it is not. That is what is checked: all strands of a check live on one thread.
#[expect(unsafe_code, reason = "a data race needs a type that claims to have none")]
unsafe impl Sync for Shared {}

impl Shared {
    fn write(&self) {
        self.0.with_mut(|_| ());
    }

    fn read(&self) {
        self.0.with(|_| ());
    }
}

fn publish(store: Ordering, load: Ordering) -> impl Fn() + Send + Sync + 'static {
    move || {
        let (letter, flag) = (Shared::default(), AtomicU32::new(0));
        both(
            || {
                letter.write();
                flag.store(1, store);
            },
            || {
                if flag.load(load) == 1 {
                    letter.read();
                }
            },
        );
    }
}

#[test]
fn a_data_race_is_found_where_nothing_puts_two_uses_in_order() {
    assert_eq!(holds(publish(Release, Acquire)), [()]);
    assert_eq!(fails(publish(Relaxed, Relaxed)), FailureKind::DataRace);
    // More cells than there are at first.
    let many = || {
        let cells: Vec<Shared> = (0..20).map(|_| Shared::default()).collect();
        let write = |cells: &[Shared]| cells.iter().for_each(Shared::write);
        both(|| write(&cells[..10]), || write(&cells[10..]));
    };
    assert_eq!(holds(many), [()]);
}

drawloom::thread_local! {
    static NUMBER: Cell<u32> = const { Cell::new(1) };
}

#[test]
fn every_thread_has_its_own_thread_locals() {
    let found = holds(|| {
        let change = |by: u32| {
            NUMBER.set(NUMBER.get() + by);
            NUMBER.get()
        };
        (both(|| change(10), || change(20)), NUMBER.get())
    });
    assert_eq!(found, [((11, 21), 1)]);
}

#[test]
fn what_has_a_time_limit_is_refused_with_a_sentence() {
    let soon = Duration::from_millis(5);
    let no_clock = "loom has no clock: it cannot try every moment at which a wait with a time limit \
                    may end\nhelp: check the program with the explorer";
    let waits = move || {
        let (ready, rung) = (Mutex::new(()), Condvar::new());
        drop(rung.wait_timeout(ready.lock().unwrap(), soon));
    };
    assert_eq!(refused(waits), no_clock);
    assert_eq!(refused(move || thread::park_timeout(soon)), no_clock);
    let receives = move || {
        let (_sender, receiver) = channel::<u8>();
        receiver.recv_timeout(soon).is_err()
    };
    assert_eq!(refused(receives), no_clock);
}

#[cfg(feature = "parking_lot")]
#[test]
fn what_loom_does_not_have_of_parking_lot_is_refused_with_a_sentence() {
    use drawloom::parking_lot::{Mutex, ReentrantMutex, RwLock, RwLockWriteGuard};
    let found = holds(|| {
        let jar = ReentrantMutex::new(AtomicU32::new(0));
        let add = || {
            let outer = jar.lock();
            jar.lock().store(outer.load(SeqCst) + 1, SeqCst);
        };
        both(add, add);
        jar.lock().load(SeqCst)
    });
    assert_eq!(found, [2]);
    let soon = Duration::from_millis(5);
    assert!(
        refused(move || drop(Mutex::new(0).try_lock_for(soon))).starts_with("loom has no clock")
    );
    let upgrade = "loom has no reader-writer lock that can be upgraded or downgraded\n\
                   help: check the program with the explorer";
    assert_eq!(refused(|| drop(RwLock::new(0).upgradable_read())), upgrade);
    assert_eq!(refused(|| drop(RwLockWriteGuard::downgrade(RwLock::new(0).write()))), upgrade);
}
