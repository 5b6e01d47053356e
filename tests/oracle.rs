//! The search against brute force, on random programs.
//!
//! The state graph merges prefixes that differ only in the order of independent steps. Whether it may
//! is not argued here but tried: the same program is run under every schedule, one execution each and
//! nothing merged, and both must find the same schedules, failures and outcomes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use drawloom::sync::atomic::{AtomicU8, Ordering::SeqCst};
use drawloom::sync::{Condvar, Mutex, RwLock};
use drawloom::{Check, Report, Verdict, thread};
use proptest::prelude::*;

/// One line of a random thread. `x` and `m` name one of two.
#[derive(Clone, Copy, Debug)]
enum Line {
    Load(usize),
    Store(usize, u8),
    Add(usize),
    Exchange(usize, u8),
    StoreIfSeen(usize, u8),
    Lock(usize),
    TryLock(usize),
    Unlock,
    Read,
    Write,
    WaitOnce,
    Notify,
    NotifyAll,
}

/// What every thread of a random program shares.
struct Shared {
    atomics: [AtomicU8; 2],
    locks: [Mutex<u8>; 2],
    table: RwLock<u8>,
    rung: (Mutex<bool>, Condvar),
}

fn line() -> impl Strategy<Value = Line> {
    prop_oneof![
        (0..2_usize).prop_map(Line::Load),
        (0..2_usize, 1..4_u8).prop_map(|(x, value)| Line::Store(x, value)),
        (0..2_usize).prop_map(Line::Add),
        (0..2_usize, 0..3_u8).prop_map(|(x, value)| Line::Exchange(x, value)),
        (0..2_usize, 1..4_u8).prop_map(|(x, value)| Line::StoreIfSeen(x, value)),
        (0..2_usize).prop_map(Line::Lock),
        (0..2_usize).prop_map(Line::TryLock),
        Just(Line::Unlock),
        Just(Line::Read),
        Just(Line::Write),
        Just(Line::WaitOnce),
        Just(Line::Notify),
        Just(Line::NotifyAll),
    ]
}

/// Threads of at most so many lines.
fn threads(count: std::ops::Range<usize>, lines: usize) -> impl Strategy<Value = Vec<Vec<Line>>> {
    prop::collection::vec(prop::collection::vec(line(), 1..=lines), count)
}

/// Runs one thread: what it has seen is its result.
fn run(lines: &[Line], shared: &Shared) -> Vec<u8> {
    let mut seen = Vec::new();
    let mut held = Vec::new();
    for &line in lines {
        match line {
            Line::Load(x) => seen.push(shared.atomics[x].load(SeqCst)),
            Line::Store(x, value) => shared.atomics[x].store(value, SeqCst),
            Line::Add(x) => seen.push(shared.atomics[x].fetch_add(1, SeqCst)),
            Line::Exchange(x, value) => {
                let swapped = shared.atomics[x].compare_exchange(value, 7, SeqCst, SeqCst);
                seen.push(swapped.unwrap_or_else(|other| 10 + other));
            }
            Line::StoreIfSeen(x, value) => {
                if seen.last().is_some_and(|&last| last > 0) {
                    shared.atomics[x].store(value, SeqCst);
                }
            }
            Line::Lock(m) => {
                let mut guard = shared.locks[m].lock().unwrap();
                *guard += 1;
                seen.push(*guard);
                held.push(guard);
            }
            Line::TryLock(m) => match shared.locks[m].try_lock() {
                Ok(guard) => held.push(guard),
                Err(_) => seen.push(9),
            },
            Line::Unlock => drop(held.pop()),
            Line::Read => seen.push(*shared.table.read().unwrap()),
            Line::Write => *shared.table.write().unwrap() += 1,
            Line::WaitOnce => {
                let guard = shared.rung.0.lock().unwrap();
                if !*guard {
                    drop(shared.rung.1.wait(guard).unwrap());
                }
            }
            Line::Notify => {
                *shared.rung.0.lock().unwrap() = true;
                shared.rung.1.notify_one();
            }
            Line::NotifyAll => shared.rung.1.notify_all(),
        }
    }
    seen
}

/// Main runs the last of the threads itself, so that its own steps take part.
fn program(threads: Vec<Vec<Line>>) -> impl Fn() -> Vec<Vec<u8>> + Clone + Send + Sync + 'static {
    move || {
        let shared = Shared {
            atomics: [AtomicU8::new(0), AtomicU8::new(0)],
            locks: [Mutex::new(0), Mutex::new(0)],
            table: RwLock::new(0),
            rung: (Mutex::new(false), Condvar::new()),
        };
        let (last, others) = threads.split_last().expect("a thread");
        let mut seen = thread::scope(|scope| {
            let spawned: Vec<_> =
                others.iter().map(|lines| scope.spawn(|| run(lines, &shared))).collect();
            let own = run(last, &shared);
            let mut seen: Vec<Vec<u8>> =
                spawned.into_iter().map(|thread| thread.join().unwrap()).collect();
            seen.push(own);
            seen
        });
        seen.push(vec![shared.atomics[0].load(SeqCst), shared.atomics[1].load(SeqCst)]);
        seen
    }
}

/// What must be the same whoever searches.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    all: u128,
    failing: u128,
    outcomes: BTreeMap<Vec<Vec<u8>>, u128>,
    simplest: Option<String>,
}

fn found(report: &Report<Vec<Vec<u8>>>) -> Found {
    let schedules = report.schedules.expect("a complete search");
    let counted = report
        .outcomes
        .iter()
        .map(|(value, info)| (value.clone(), info.schedules.expect("a complete search")));
    let simplest = report.failure().map(|failure| failure.schedule.to_string());
    Found { all: schedules.all, failing: schedules.failing, outcomes: counted.collect(), simplest }
}

/// Too many schedules for brute force: such a program says nothing here.
const MOST_SCHEDULES: u64 = 2_000;

fn agree(threads: Vec<Vec<Line>>) -> Result<(), TestCaseError> {
    let program = program(threads);
    let every = Check::new().every_schedule().max_executions(MOST_SCHEDULES).run(program.clone());
    if matches!(&every.verdict, Verdict::Inconclusive(_)) || every.schedules.is_none() {
        return Err(TestCaseError::reject("too many schedules"));
    }
    let graph = Check::new().run(program);
    prop_assert!(graph.executions <= every.executions, "merging costs executions");
    prop_assert_eq!(found(&graph), found(&every));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, max_global_rejects: 100_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_threads_agree_with_brute_force(threads in threads(2..3, 4)) {
        agree(threads)?;
    }

    #[test]
    fn three_threads_agree_with_brute_force(threads in threads(3..4, 3)) {
        agree(threads)?;
    }
}
