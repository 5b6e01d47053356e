//! What is not made of one thing of loom's: barriers, what is done once, channels, cells, thread-locals.

use std::cell::Cell;

use drawloom::Outcome;
use drawloom::cell::UnsafeCell;
use drawloom::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use drawloom::sync::atomic::{AtomicU32, Ordering};
use drawloom::sync::mpsc::{channel, sync_channel};
use drawloom::sync::{Barrier, LazyLock, Once, OnceLock};
use drawloom::verdict::FailureKind;

use super::{both, fails, holds};

/// The outcomes of a program that holds.
#[track_caller]
fn outcomes<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> Vec<T> {
    holds(program).0
}

#[track_caller]
fn kind<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) -> FailureKind {
    fails(program).0
}

#[test]
fn nobody_passes_a_barrier_before_all_are_there() {
    let found = outcomes(|| {
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
    assert_eq!(kind(alone), FailureKind::Deadlock);
}

static TABLE: LazyLock<AtomicU32> = LazyLock::new(|| AtomicU32::new(7));

#[test]
fn what_is_to_be_done_once_is_done_once() {
    let found = outcomes(|| {
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
    let found = outcomes(|| {
        let name = OnceLock::new();
        both(|| *name.get_or_init(|| 1), || *name.get_or_init(|| 2))
    });
    assert_eq!(found, [(1, 1), (2, 2)]);
    assert_eq!(outcomes(|| both(|| TABLE.fetch_add(1, SeqCst), || ()).0), [7]);
}

#[test]
fn channels_carry_what_is_sent_and_say_when_nobody_sends() {
    let found = outcomes(|| {
        let (sender, receiver) = channel();
        let other = sender.clone();
        both(move || sender.send(1).unwrap(), move || other.send(2).unwrap());
        receiver.iter().collect::<Vec<u8>>()
    });
    assert_eq!(found, [vec![1, 2], vec![2, 1]]);
    let found = outcomes(|| {
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
    let found = outcomes(|| {
        let (sender, receiver) = sync_channel(0);
        both(move || sender.send(1).is_ok(), move || receiver.recv().ok())
    });
    assert_eq!(found, [(true, Some(1))]);
    let alone = || {
        let (sender, _receiver) = sync_channel(0);
        sender.send(1).unwrap();
    };
    assert_eq!(kind(alone), FailureKind::Deadlock);
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
    assert_eq!(outcomes(publish(Release, Acquire)), [()]);
    assert_eq!(kind(publish(Relaxed, Relaxed)), FailureKind::DataRace);
    // More cells than there are at first.
    let many = || {
        let cells: Vec<Shared> = (0..20).map(|_| Shared::default()).collect();
        let write = |cells: &[Shared]| cells.iter().for_each(Shared::write);
        both(|| write(&cells[..10]), || write(&cells[10..]));
    };
    assert_eq!(outcomes(many), [()]);
}

drawloom::thread_local! {
    static NUMBER: Cell<u32> = const { Cell::new(1) };
}

#[test]
fn every_thread_has_its_own_thread_locals() {
    let found = outcomes(|| {
        let change = |by: u32| {
            NUMBER.set(NUMBER.get() + by);
            NUMBER.get()
        };
        (both(|| change(10), || change(20)), NUMBER.get())
    });
    assert_eq!(found, [((11, 21), 1)]);
}
