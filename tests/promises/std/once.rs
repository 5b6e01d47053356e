//! What is promised of what is done once.

use drawloom::sync::atomic::Ordering::SeqCst;
use drawloom::sync::atomic::{AtomicBool, AtomicU32};
use drawloom::sync::{Barrier, LazyLock, Once, OnceLock};
use drawloom::thread;

use super::super::{both, deadlocks, outcomes};

#[test]
fn what_is_to_be_done_once_is_done_once_and_everybody_sees_it_done() {
    let found = outcomes(|| {
        let (start, times) = (Once::new(), AtomicU32::new(0));
        let begin = || {
            start.call_once(|| {
                times.fetch_add(1, SeqCst);
            });
            (times.load(SeqCst), start.is_completed())
        };
        both(begin, begin)
    });
    assert_eq!(found, [((1, true), (1, true))].into());
}

#[test]
fn that_it_is_completed_is_seen_only_when_it_is() {
    let found = outcomes(|| {
        let (start, inside) = (Once::new(), AtomicBool::new(false));
        both(
            || {
                start.call_once(|| {
                    inside.store(true, SeqCst);
                    inside.store(false, SeqCst);
                });
            },
            || {
                let inside = inside.load(SeqCst);
                (inside, start.is_completed())
            },
        )
        .1
    });
    assert_eq!(found, [(false, false), (false, true), (true, false), (true, true)].into());
}

#[test]
fn a_panic_poisons_what_was_to_be_done_once() {
    let found = outcomes(|| {
        let start = Once::new();
        let first = thread::scope(|scope| {
            scope.spawn(|| start.call_once(|| panic!("it fails"))).join().is_err()
        });
        let second = std::panic::catch_unwind(|| start.call_once(|| ())).is_err();
        let mut poisoned = None;
        start.call_once_force(|state| poisoned = Some(state.is_poisoned()));
        (first, second, poisoned, start.is_completed())
    });
    assert_eq!(found, [(true, true, Some(true), true)].into());
}

#[test]
fn what_a_strand_has_caught_itself_is_no_failure() {
    let found = outcomes(|| {
        let times = AtomicU32::new(0);
        let catches = || {
            times.fetch_add(1, SeqCst);
            std::panic::catch_unwind(|| panic!("it is caught")).is_err()
        };
        both(catches, catches)
    });
    assert_eq!(found, [(true, true)].into());
}

#[test]
fn who_waits_for_a_once_goes_on_when_it_is_done() {
    let found = outcomes(|| {
        let (start, times) = (Once::new(), AtomicU32::new(0));
        both(
            || start.call_once(|| times.store(1, SeqCst)),
            || {
                start.wait();
                times.load(SeqCst)
            },
        )
        .1
    });
    assert_eq!(found, [1].into());
    deadlocks(|| Once::new().wait());
}

#[test]
fn the_first_to_set_a_once_lock_wins_and_the_other_gets_its_value_back() {
    let found = outcomes(|| {
        let name = OnceLock::new();
        let set = |value: u8| {
            let kept = name.set(value).is_ok();
            (kept, *name.get().unwrap())
        };
        both(|| set(1), || set(2))
    });
    assert_eq!(found, [((false, 2), (true, 2)), ((true, 1), (false, 1))].into());
}

#[test]
fn a_once_lock_whose_function_panics_stays_open() {
    let found = outcomes(|| {
        let name: OnceLock<u8> = OnceLock::new();
        let failed = std::panic::catch_unwind(|| name.get_or_init(|| panic!("it fails"))).is_err();
        (failed, name.get().is_none(), *name.get_or_init(|| 3), name.into_inner())
    });
    assert_eq!(found, [(true, true, 3, Some(3))].into());
}

#[test]
fn a_once_lock_that_is_looked_at_is_empty_or_full() {
    let found = outcomes(|| {
        let name = OnceLock::new();
        both(|| *name.get_or_init(|| 5), || name.get().copied())
    });
    assert_eq!(found, [(5, None), (5, Some(5))].into());
}

#[test]
fn a_lazy_value_is_made_once_and_by_whoever_is_first() {
    let found = outcomes(|| {
        let made = AtomicU32::new(0);
        let table = LazyLock::new(|| made.fetch_add(1, SeqCst) + 10);
        let seen = both(|| *table, || *LazyLock::force(&table));
        (seen, made.load(SeqCst))
    });
    assert_eq!(found, [((10, 10), 1)].into());
}

#[test]
fn a_lazy_value_whose_function_panics_is_poisoned() {
    let program = || {
        let table: LazyLock<u8> = LazyLock::new(|| panic!("it fails"));
        let fails = || std::panic::catch_unwind(|| *LazyLock::force(&table)).is_err();
        (fails(), fails(), LazyLock::get(&table).is_none())
    };
    assert_eq!(outcomes(program), [(true, true, true)].into());
}

static TABLE: LazyLock<AtomicU32> = LazyLock::new(|| AtomicU32::new(7));
static NAME: OnceLock<u32> = OnceLock::new();
static START: Once = Once::new();
static GATE: Barrier = Barrier::new(2);

#[test]
fn statics_start_afresh_in_every_execution() {
    let found = outcomes(|| {
        let mut began = false;
        START.call_once(|| began = true);
        let seen = both(
            || {
                GATE.wait();
                TABLE.fetch_add(1, SeqCst)
            },
            || {
                GATE.wait();
                (*NAME.get_or_init(|| 1), TABLE.load(SeqCst))
            },
        );
        (began, seen)
    });
    assert_eq!(found, [(true, (7, (1, 7))), (true, (7, (1, 8)))].into());
}
