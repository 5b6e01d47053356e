//! What is promised of atomics, checked cells, statics and thread-locals, as sets of outcomes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::time::Duration;

use drawloom::cell::UnsafeCell;
use drawloom::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use drawloom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, fence};
use drawloom::sync::mpsc::channel;
use drawloom::sync::{Barrier, Condvar, Mutex, Once, RwLock};
use drawloom::{Check, Count, FailureKind, Limit, Outcome, Verdict, hint, thread};

/// Every value that a program can return, over all its schedules. Brute force has to agree.
#[track_caller]
fn outcomes<T: Outcome>(program: impl Fn() -> T + Clone + Send + Sync + 'static) -> BTreeSet<T> {
    let report = Check::new().run(program.clone());
    assert!(matches!(report.verdict, Verdict::Verified), "{report}");
    let every = Check::new().every_schedule().run(program);
    assert!(matches!(every.verdict, Verdict::Verified), "{every}");
    let found: BTreeSet<T> = report.outcomes.into_keys().collect();
    assert_eq!(found, every.outcomes.into_keys().collect());
    assert_eq!(report.schedules, every.schedules);
    found
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

// Atomics.

#[test]
fn a_weak_exchange_may_fail_for_no_reason_and_a_strong_one_may_not() {
    let weak = || AtomicU32::new(0).compare_exchange_weak(0, 1, SeqCst, SeqCst);
    assert_eq!(outcomes(weak), [Ok(0), Err(0)].into());
    let strong = || AtomicU32::new(0).compare_exchange(0, 1, SeqCst, SeqCst);
    assert_eq!(outcomes(strong), [Ok(0)].into());
    let other = || AtomicU32::new(5).compare_exchange_weak(0, 1, SeqCst, SeqCst);
    assert_eq!(outcomes(other), [Err(5)].into());
}

#[test]
fn a_loop_around_a_weak_exchange_goes_round_once_more_and_ends() {
    let report = Check::new().run(|| {
        let (jar, mut rounds) = (AtomicU32::new(0), 1);
        while jar.compare_exchange_weak(0, 1, SeqCst, SeqCst).is_err() {
            rounds += 1;
        }
        rounds
    });
    assert!(matches!(report.verdict, Verdict::Verified), "{report}");
    assert_eq!(report.schedules.map(|schedules| schedules.all), Some(Count::new(2)));
    assert_eq!(report.outcomes.into_keys().collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_loop_around_a_weak_exchange_loses_nothing() {
    let found = outcomes(|| {
        let jar = AtomicU32::new(0);
        let add = || {
            let mut seen = jar.load(Relaxed);
            while let Err(now) = jar.compare_exchange_weak(seen, seen + 1, SeqCst, Relaxed) {
                seen = now;
            }
        };
        both(add, add);
        jar.into_inner()
    });
    assert_eq!(found, [2].into());
}

#[test]
fn a_weak_exchange_fails_again_once_the_value_was_changed() {
    let found = outcomes(|| {
        let jar = AtomicU32::new(0);
        let mut failures = 0;
        while jar.compare_exchange_weak(0, 1, SeqCst, SeqCst).is_err() {
            failures += 1;
        }
        jar.store(0, SeqCst);
        while jar.compare_exchange_weak(0, 1, SeqCst, SeqCst).is_err() {
            failures += 1;
        }
        failures
    });
    assert_eq!(found, [0, 1, 2].into());
}

#[test]
fn the_function_of_an_update_is_called_again_only_if_the_value_was_changed() {
    let found = outcomes(|| {
        let jar = AtomicU32::new(0);
        let put = || {
            let mut calls = 0;
            let before = jar.update(SeqCst, SeqCst, |coins| {
                calls += 1;
                coins + 1
            });
            (before, calls)
        };
        let (one, other) = both(put, put);
        (one, other, jar.try_update(SeqCst, SeqCst, |_| None))
    });
    let expected = [((0, 1), (1, 1)), ((1, 1), (0, 1)), ((0, 1), (1, 2)), ((1, 2), (0, 1))];
    assert_eq!(found, expected.map(|(one, other)| (one, other, Err(2))).into());
}

#[test]
fn a_pointer_is_moved_in_one_step() {
    static PLACES: [u16; 4] = [0, 1, 2, 3];
    let found = outcomes(|| {
        let at = AtomicPtr::new(std::ptr::from_ref(&PLACES[0]).cast_mut());
        let place = |pointer: *mut u16| (pointer as usize - PLACES.as_ptr() as usize) / 2;
        let (one, other) =
            both(|| place(at.fetch_ptr_add(1, SeqCst)), || place(at.fetch_byte_add(4, SeqCst)));
        at.fetch_ptr_sub(1, SeqCst);
        (one, other, place(at.into_inner()))
    });
    assert_eq!(found, [(0, 1, 2), (2, 0, 2)].into());
}

#[test]
fn who_spins_goes_on_when_somebody_writes() {
    let found = outcomes(|| {
        let ready = AtomicBool::new(false);
        both(
            || {
                while !ready.load(Acquire) {
                    hint::spin_loop();
                }
            },
            || ready.store(true, Release),
        );
        ready.into_inner()
    });
    assert_eq!(found, [true].into());
}

// Data races.

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
    let line = |back: u32| format!("tests/promises_memory.rs:{}:", here - back);
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

const SOON: Duration = Duration::from_millis(10);

// Statics.

static COINS: AtomicU32 = AtomicU32::new(5);
static LEDGER: Mutex<i64> = Mutex::new(-3);
static OPEN: RwLock<bool> = RwLock::new(true);
static NAMES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static RULES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

#[test]
fn the_value_of_a_static_is_the_same_at_the_beginning_of_every_execution() {
    let found = outcomes(|| {
        let change = || {
            let coins = COINS.fetch_add(1, SeqCst);
            let mut ledger = LEDGER.lock().unwrap();
            *ledger -= 1;
            let mut open = OPEN.write().unwrap();
            let was = std::mem::replace(&mut *open, false);
            (coins, *ledger, was)
        };
        let (one, other) = both(change, change);
        let mut seen = [one, other];
        seen.sort_unstable();
        seen
    });
    // Whoever is first at one may be second at the next.
    assert!(found.iter().all(|[one, other]| {
        (one.0, other.0) == (5, 6)
            && BTreeSet::from([one.1, other.1]) == [-4, -5].into()
            && BTreeSet::from([one.2, other.2]) == [true, false].into()
    }));
    assert_eq!(found.len(), 2);
}

#[test]
fn a_static_that_cannot_be_put_back_is_refused_once_it_was_changed() {
    let report = Check::new().run(|| {
        both(|| NAMES.lock().unwrap().push(1), || NAMES.lock().unwrap().len());
    });
    let Verdict::Inconclusive(Limit::Refused(why)) = &report.verdict else { panic!("{report}") };
    assert_eq!(
        why,
        "a lock that lives longer than an execution guards what an execution before has changed, \
         and only primitives can be put back\nhelp: make it in the program, or in a static LazyLock"
    );
    let read = || both(|| RULES.lock().unwrap().len(), || RULES.lock().unwrap().len());
    assert_eq!(outcomes(read), [(0, 0)].into());
}

// Threads.

#[test]
fn a_park_with_a_time_limit_ends_with_the_token_or_when_its_time_is_up() {
    let found = outcomes(|| {
        let ready = AtomicBool::new(false);
        thread::scope(|scope| {
            let bob = scope.spawn(|| {
                thread::park_timeout(SOON);
                ready.load(SeqCst)
            });
            ready.store(true, SeqCst);
            bob.thread().unpark();
            bob.join().unwrap()
        })
    });
    assert_eq!(found, [false, true].into());
    let nobody = || thread::park_timeout(SOON);
    assert_eq!(outcomes(nobody), [()].into());
}

#[test]
fn threads_have_names_and_numbers_of_their_own() {
    let program = || {
        let main = thread::current();
        let (one, two) =
            both(|| (thread::current().id(), thread::current().id()), || thread::current().id());
        let named = thread::Builder::new().name("bob".to_owned());
        let bob = named.spawn(|| thread::current().name().map(str::to_owned)).unwrap();
        let number = bob.thread().id();
        let name = bob.join().unwrap();
        (one.0 == one.1, one.0 != two && one.0 != main.id() && number != two, name)
    };
    let expected = (true, true, Some("bob".to_owned()));
    assert_eq!(program(), expected);
    let report = Check::new().run(move || {
        // Something that they share, or there would be nothing to explore.
        let x = AtomicU32::new(0);
        both(|| x.load(SeqCst), || x.load(SeqCst));
        (program(), thread::current().name().map(str::to_owned))
    });
    assert!(matches!(report.verdict, Verdict::Verified), "{report}");
    let found: Vec<_> = report.outcomes.into_keys().collect();
    assert_eq!(found, [(expected, Some("main".to_owned()))]);
}

/// Counts when it is dropped.
struct Counts;

impl Drop for Counts {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, SeqCst);
        // What was made before it is still there, and itself is not.
        let still = NUMBER.try_with(Cell::get).is_ok();
        SEEN.fetch_add(u32::from(still && COUNTS.try_with(|_| ()).is_err()), SeqCst);
    }
}

static DROPPED: AtomicU32 = AtomicU32::new(0);
static SEEN: AtomicU32 = AtomicU32::new(0);

drawloom::thread_local! {
    static NUMBER: Cell<u32> = const { Cell::new(1) };
    static LIST: RefCell<Vec<u32>> = RefCell::new(vec![1]);
    static COUNTS: Counts = const { Counts };
}

#[test]
fn every_thread_has_its_own_thread_locals_and_drops_them_at_its_end() {
    let program = || {
        DROPPED.store(0, SeqCst);
        SEEN.store(0, SeqCst);
        let use_own = |number: u32| {
            NUMBER.set(NUMBER.get() + number);
            LIST.with_borrow_mut(|list| list.push(number));
            COUNTS.with(|_| ());
            (NUMBER.replace(0), LIST.take().len())
        };
        let spawn = |number| thread::spawn(move || use_own(number)).join().unwrap();
        let (one, other) = (spawn(10), spawn(20));
        (one, other, NUMBER.get(), DROPPED.load(SeqCst), SEEN.load(SeqCst))
    };
    let expected = ((11, 2), (21, 2), 1, 2, 2);
    assert_eq!(program(), expected);
    let found = outcomes(move || {
        let x = AtomicU32::new(0);
        both(|| x.load(SeqCst), || x.load(SeqCst));
        program()
    });
    assert_eq!(found, [expected].into());
}

#[test]
fn what_the_destructor_of_a_thread_local_does_is_seen() {
    struct Stores;
    impl Drop for Stores {
        fn drop(&mut self) {
            FLAG.store(1, SeqCst);
        }
    }
    static FLAG: AtomicU32 = AtomicU32::new(0);
    drawloom::thread_local! {
        static STORES: Stores = const { Stores };
    }
    let found = outcomes(|| both(|| STORES.with(|_| ()), || FLAG.load(SeqCst)).1);
    assert_eq!(found, [0, 1].into());
}
