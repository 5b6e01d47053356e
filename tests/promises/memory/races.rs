//! Which accesses of a cell are in order, and which are a data race?

use std::collections::BTreeSet;

use drawloom::cell::UnsafeCell;
use drawloom::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use drawloom::sync::atomic::{AtomicU32, fence};
use drawloom::sync::mpsc::channel;
use drawloom::sync::{Barrier, Condvar, Mutex, Once, RwLock};
use drawloom::{Check, FailureKind, Outcome, thread};

use super::super::{SOON, both, outcomes};

/// A cell that says it can be shared, and a line of its own for each use.
#[derive(Default)]
struct Shared(UnsafeCell<u32>);

// SAFETY: it is not. That is what is checked: all strands of a check live on one thread.
#[expect(unsafe_code, reason = "a data race needs a type that claims to have none")]
unsafe impl Sync for Shared {}

impl Shared {
    #[track_caller]
    fn write(&self, value: u32) {
        // SAFETY: the pointer is valid, and used on one thread.
        #[expect(unsafe_code, reason = "a checked cell is written through its pointer")]
        self.0.with_mut(|cell| unsafe { *cell = value });
    }

    #[track_caller]
    fn read(&self) -> u32 {
        // SAFETY: as in `write`.
        #[expect(unsafe_code, reason = "a checked cell is read through its pointer")]
        self.0.with(|cell| unsafe { *cell })
    }
}

/// The message of a program that has a data race.
#[track_caller]
fn races<T: Outcome>(program: impl Fn() -> T + Clone + Send + Sync + 'static) -> String {
    let every = Check::new().every_schedule().run(program.clone());
    let kind = every.failure().map(|failure| failure.kind);
    assert_eq!(kind, Some(FailureKind::DataRace), "{every}");
    let report = Check::new().run(program);
    let failure = report.failure().unwrap_or_else(|| panic!("{report}"));
    assert_eq!(failure.kind, FailureKind::DataRace, "{report}");
    assert_eq!(report.schedules, every.schedules);
    assert_eq!(failure.trace.raced.len(), 2);
    failure.message.clone()
}

#[test]
fn a_data_race_is_told_with_both_its_lines() {
    let program = || {
        let jar = Shared::default();
        thread::scope(|scope| {
            let alice = scope.spawn(|| jar.write(1));
            let bob = scope.spawn(|| jar.read());
            alice.join().unwrap();
            bob.join().unwrap();
        });
    };
    let here = line!();
    let line = |back: u32| format!("{}:{}:", file!(), here - back);
    let message = races(program);
    assert!(message.contains(&line(6)) && message.contains(&line(5)), "{message}");
    assert!(message.contains("alice writes") && message.contains("bob reads"), "{message}");
    let text = Check::new().run(program).to_string();
    assert!(text.contains("data race: "), "{text}");
}

/// Two tasks use one cell, on a runtime of one kind or the other.
#[cfg(feature = "tokio")]
fn two_tasks(workers: bool) -> u32 {
    use drawloom::tokio::runtime::Builder;
    let mut builder =
        if workers { Builder::new_multi_thread() } else { Builder::new_current_thread() };
    let jar = drawloom::sync::Arc::new(Shared::default());
    builder.build().unwrap().block_on(async {
        let [alice, bob] = [1, 2].map(|coins| {
            let jar = drawloom::sync::Arc::clone(&jar);
            drawloom::tokio::spawn(async move { jar.write(jar.read() + coins) })
        });
        alice.await.unwrap();
        bob.await.unwrap();
    });
    jar.read()
}

#[cfg(feature = "tokio")]
#[test]
fn polls_of_one_thread_are_in_order_and_those_of_two_workers_are_not() {
    assert_eq!(outcomes(|| two_tasks(false)), BTreeSet::from([3]));
    races(|| two_tasks(true));
}

#[test]
fn two_writes_race_and_two_reads_do_not() {
    races(|| {
        let jar = Shared::default();
        both(|| jar.write(1), || jar.write(2));
    });
    let found = outcomes(|| {
        let jar = Shared::default();
        both(|| jar.read(), || jar.read())
    });
    assert_eq!(found, [(0, 0)].into());
}

#[test]
fn a_lock_puts_in_order_who_has_it_and_a_lock_each_does_not() {
    let found = outcomes(|| {
        let (jar, lock) = (Shared::default(), Mutex::new(()));
        let add = || {
            let _guard = lock.lock().unwrap();
            let coins = jar.read();
            jar.write(coins + 1);
        };
        both(add, add);
        jar.read()
    });
    assert_eq!(found, [2].into());
    races(|| {
        let (jar, locks) = (Shared::default(), [Mutex::new(()), Mutex::new(())]);
        let add = |lock: usize| {
            let _guard = locks[lock].lock().unwrap();
            jar.write(1);
        };
        both(|| add(0), || add(1));
    });
}

#[test]
fn readers_of_a_lock_are_not_put_in_order() {
    let found = outcomes(|| {
        let (jar, lock) = (Shared::default(), RwLock::new(()));
        both(
            || {
                let _guard = lock.write().unwrap();
                jar.write(1);
            },
            || {
                let _guard = lock.read().unwrap();
                jar.read()
            },
        )
        .1
    });
    assert_eq!(found, [0, 1].into());
    races(|| {
        let (jar, lock) = (Shared::default(), RwLock::new(()));
        let write = || {
            let _guard = lock.read().unwrap();
            jar.write(1);
        };
        both(write, write);
    });
}

/// A letter is written, a flag says that it is there, and it is read only then.
fn publish(
    store: impl Fn(&AtomicU32) + Clone + Send + Sync + 'static,
    load: impl Fn(&AtomicU32) -> u32 + Clone + Send + Sync + 'static,
) -> impl Fn() -> Option<u32> + Clone + Send + Sync + 'static {
    move || {
        let (letter, flag) = (Shared::default(), AtomicU32::new(0));
        both(
            || {
                letter.write(7);
                store(&flag);
            },
            || (load(&flag) == 1).then(|| letter.read()),
        )
        .1
    }
}

#[test]
fn a_release_and_an_acquire_put_in_order_and_neither_alone_does() {
    let seen: BTreeSet<_> = [None, Some(7)].into();
    let (released, acquired) = (|flag: &AtomicU32| flag.store(1, Release), AtomicU32::load);
    assert_eq!(outcomes(publish(released, move |flag| acquired(flag, Acquire))), seen);
    assert_eq!(outcomes(publish(|flag| flag.store(1, SeqCst), |flag| flag.load(SeqCst))), seen);
    let updates = publish(
        |flag| {
            flag.fetch_add(1, AcqRel);
        },
        |flag| flag.compare_exchange(1, 2, Acquire, Relaxed).unwrap_or(0),
    );
    assert_eq!(outcomes(updates), seen);
    races(publish(|flag| flag.store(1, Relaxed), |flag| flag.load(Acquire)));
    races(publish(|flag| flag.store(1, Release), |flag| flag.load(Relaxed)));
    races(publish(
        |flag| {
            flag.fetch_add(1, Acquire);
        },
        |flag| flag.compare_exchange(1, 2, Release, Relaxed).unwrap_or(0),
    ));
}

#[test]
fn fences_make_relaxed_accesses_count() {
    let released = |flag: &AtomicU32| {
        fence(Release);
        flag.store(1, Relaxed);
    };
    let acquired = |flag: &AtomicU32| {
        let seen = flag.load(Relaxed);
        fence(Acquire);
        seen
    };
    let seen: BTreeSet<_> = [None, Some(7)].into();
    assert_eq!(outcomes(publish(released, acquired)), seen);
    assert_eq!(outcomes(publish(released, |flag| flag.load(Acquire))), seen);
    races(publish(released, |flag| flag.load(Relaxed)));
    races(publish(|flag| flag.store(1, Relaxed), acquired));
    let late = |flag: &AtomicU32| {
        flag.store(1, Relaxed);
        fence(Release);
    };
    races(publish(late, acquired));
}

/// The letter is published by one, passed on by a second, and read by a third.
fn pass_on(
    pass: impl Fn(&AtomicU32) + Clone + Send + Sync + 'static,
) -> impl Fn() -> Option<u32> + Clone + Send + Sync + 'static {
    move || {
        let (letter, flag) = (Shared::default(), AtomicU32::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                letter.write(7);
                flag.store(1, Release);
            });
            scope.spawn(|| pass(&flag));
            let seen = flag.load(Acquire);
            (seen == 2).then(|| letter.read())
        })
    }
}

#[test]
fn a_read_modify_write_carries_on_what_was_released_and_a_store_does_not() {
    let update = pass_on(|flag| {
        let _seen = flag.compare_exchange(1, 2, Relaxed, Relaxed);
    });
    assert_eq!(outcomes(update), [None, Some(7)].into());
    races(pass_on(|flag| {
        if flag.load(Relaxed) == 1 {
            flag.store(2, Relaxed);
        }
    }));
}

#[test]
fn whatever_waits_for_another_is_put_in_order_by_it() {
    let start_and_end = || {
        let jar = Shared::default();
        jar.write(1);
        thread::scope(|scope| drop(scope.spawn(|| jar.write(2)).join()));
        jar.write(3);
    };
    assert_eq!(outcomes(start_and_end), [()].into());
    let by_channel = || {
        let (sender, receiver) = channel();
        let jar = Shared::default();
        let jar = &jar;
        both(
            move || {
                jar.write(1);
                sender.send(()).unwrap();
            },
            move || {
                receiver.recv().unwrap();
                jar.read()
            },
        )
        .1
    };
    assert_eq!(outcomes(by_channel), [1].into());
}

#[test]
fn whoever_meets_another_is_put_in_order_by_it() {
    let by_barrier = || {
        let (jar, gate) = (Shared::default(), Barrier::new(2));
        both(
            || {
                jar.write(1);
                gate.wait();
            },
            || {
                gate.wait();
                jar.read()
            },
        )
        .1
    };
    assert_eq!(outcomes(by_barrier), [1].into());
    let by_once = || {
        let (jar, start) = (Shared::default(), Once::new());
        let begin = || {
            start.call_once(|| jar.write(1));
            jar.read()
        };
        both(begin, begin)
    };
    assert_eq!(outcomes(by_once), [(1, 1)].into());
    let by_token = || {
        let jar = Shared::default();
        thread::scope(|scope| {
            let bob = scope.spawn(|| {
                thread::park();
                jar.read()
            });
            jar.write(1);
            bob.thread().unpark();
            bob.join().unwrap()
        })
    };
    assert_eq!(outcomes(by_token), [1].into());
}

#[test]
fn a_wake_up_alone_puts_nothing_in_order() {
    races(|| {
        let (jar, ready, rung) = (Shared::default(), Mutex::new(()), Condvar::new());
        both(
            || {
                let guard = ready.lock().unwrap();
                let (guard, waited) = rung.wait_timeout(guard, SOON).unwrap();
                if !waited.timed_out() {
                    jar.read();
                }
                drop(guard);
            },
            || {
                jar.write(1);
                rung.notify_one();
            },
        );
    });
}
