//! The search against brute force, on random programs.
//!
//! The state graph merges prefixes that differ only in the order of independent steps. Whether it may
//! is not argued here but tried: the same program is run under every schedule, one execution each and
//! nothing merged, and both must find the same schedules, failures and outcomes. The search within a
//! bound on preemptions must run exactly those of all schedules that have so few, and a sample must
//! draw what is there, the same each time.

use std::collections::BTreeSet;

use drawloom::schedule::Turn;
use drawloom::sync::atomic::{AtomicU8, Ordering::SeqCst};
use drawloom::sync::{Condvar, Mutex, MutexGuard, RwLock};
use drawloom::verdict::Listed;
use drawloom::{Check, Limit, Report, Sampling, Verdict, choose, thread};
use proptest::prelude::*;

use super::brute::{MOST_SCHEDULES, config, found};

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
    /// Goes on to one of two stores, or to none.
    Choose(usize),
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
        (0..2_usize).prop_map(Line::Choose),
    ]
}

/// Threads of at most so many lines.
fn threads(count: std::ops::Range<usize>, lines: usize) -> impl Strategy<Value = Vec<Vec<Line>>> {
    prop::collection::vec(prop::collection::vec(line(), 1..=lines), count)
}

/// Runs one thread: what it has seen is its result.
fn run(lines: &[Line], shared: &Shared) -> Vec<u8> {
    let (mut seen, mut held) = (Vec::new(), Vec::new());
    run_on(lines, shared, &mut seen, &mut held);
    seen
}

/// Runs some lines of a thread that has seen something before, and holds locks.
fn run_on<'a>(
    lines: &[Line],
    shared: &'a Shared,
    seen: &mut Vec<u8>,
    held: &mut Vec<MutexGuard<'a, u8>>,
) {
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
            Line::Choose(x) => match choose(3) {
                0 => seen.push(20),
                option => shared.atomics[x].store(u8::try_from(option).unwrap(), SeqCst),
            },
        }
    }
}

impl Shared {
    fn new() -> Self {
        Self {
            atomics: [AtomicU8::new(0), AtomicU8::new(0)],
            locks: [Mutex::new(0), Mutex::new(0)],
            table: RwLock::new(0),
            rung: (Mutex::new(false), Condvar::new()),
        }
    }
}

/// Main runs the last of the threads itself, so that its own steps take part.
fn program(threads: Vec<Vec<Line>>) -> impl Fn() -> Vec<Vec<u8>> + Clone + Send + Sync + 'static {
    move || {
        let shared = Shared::new();
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

/// What main does alone, threads, what it does alone again, and more threads. It may hold locks while
/// they run.
#[derive(Clone, Debug)]
struct Phases {
    before: Vec<Line>,
    first: Vec<Vec<Line>>,
    between: Vec<Line>,
    second: Vec<Vec<Line>>,
}

fn phases() -> impl Strategy<Value = Phases> {
    let alone = || prop::collection::vec(line(), 0..3);
    (alone(), threads(1..3, 2), alone(), threads(1..3, 2))
        .prop_map(|(before, first, between, second)| Phases { before, first, between, second })
}

/// While the second threads run, main does once more what it did before the first.
fn in_phases(phases: Phases) -> impl Fn() -> Vec<Vec<u8>> + Clone + Send + Sync + 'static {
    move || {
        let shared = Shared::new();
        let (mut own, mut held, mut all) = (Vec::new(), Vec::new(), Vec::new());
        let rounds = [(&phases.before, &phases.first), (&phases.between, &phases.second)];
        for (alone, threads) in rounds {
            run_on(alone, &shared, &mut own, &mut held);
            thread::scope(|scope| {
                let spawned: Vec<_> =
                    threads.iter().map(|lines| scope.spawn(|| run(lines, &shared))).collect();
                if std::ptr::eq(alone, &raw const phases.between) {
                    run_on(&phases.before, &shared, &mut own, &mut held);
                } else {
                    held.clear();
                }
                all.extend(spawned.into_iter().map(|thread| thread.join().unwrap()));
            });
        }
        all.push(own);
        all
    }
}

/// Whether it was searched without help.
fn agree(
    program: impl Fn() -> Vec<Vec<u8>> + Clone + Send + Sync + 'static,
) -> Result<bool, TestCaseError> {
    let every = Check::new().every_schedule().max_executions(MOST_SCHEDULES).run(program.clone());
    if matches!(&every.verdict, Verdict::Inconclusive(_)) || every.schedules.is_none() {
        return Err(TestCaseError::reject("too many schedules"));
    }
    let graph = Check::new().run(program);
    prop_assert_eq!(found(&graph), found(&every));
    if graph.minimal {
        prop_assert_eq!(graph.redundant, 0, "an execution led nowhere new");
        prop_assert_eq!(Some(usize::try_from(graph.executions).unwrap()), every.classes);
    }
    Ok(graph.minimal)
}

/// Where there are too many schedules to run them one by one, the walk through the state graph counts
/// them, with nothing foretold and nothing that sleeps.
fn the_walk_agrees(threads: Vec<Vec<Line>>) -> Result<(), TestCaseError> {
    let program = program(threads);
    let check = Check::new().max_executions(6_000);
    let found_by = |check: Check| {
        let report = check.run(program.clone());
        match report.schedules {
            Some(_) => Ok(report),
            None => Err(TestCaseError::reject("too many executions or states")),
        }
    };
    let (walked, report) = (found_by(check.clone().merging())?, found_by(check)?);
    prop_assert_eq!(&report.schedules, &walked.schedules);
    prop_assert_eq!((report.minimal, report.redundant), (true, 0));
    prop_assert_eq!(found(&report), found(&walked));
    Ok(())
}

/// Several explore what one explores, whoever gives whom which part of it; also where the schedules are
/// not counted, and the simplest failure is the best of the executions.
fn several_agree(threads: Vec<Vec<Line>>) -> Result<(), TestCaseError> {
    let program = program(threads);
    for states in [100_000, 0] {
        let check = Check::new().max_states(states).max_executions(3_000);
        let one = check.clone().run(program.clone());
        if one.limit.is_some() || one.executions < 20 {
            return Err(TestCaseError::reject("too many executions, or too few"));
        }
        for jobs in [2, 3] {
            let several = check.clone().jobs(jobs).smallest_job(1).run(program.clone());
            let spent = |report: &Report<_>| {
                (report.executions, report.failed_executions, report.redundant, report.minimal)
            };
            prop_assert_eq!(spent(&several), spent(&one), "{} jobs", jobs);
            let seen = |report: &Report<_>| {
                let counts = |(value, info): (&Vec<_>, &drawloom::verdict::OutcomeInfo)| {
                    (value.clone(), info.schedules.clone())
                };
                report.outcomes.iter().map(counts).collect::<Vec<_>>()
            };
            prop_assert_eq!(seen(&several), seen(&one), "{} jobs", jobs);
            prop_assert_eq!(&several.schedules, &one.schedules, "{} jobs", jobs);
            let simplest = |report: &Report<_>| {
                report.failure().map(|failure| (failure.schedule.clone(), failure.message.clone()))
            };
            prop_assert_eq!(simplest(&several), simplest(&one), "{} jobs", jobs);
        }
    }
    Ok(())
}

/// How often a schedule takes the turn from a strand that could go on. It could if another schedule
/// has it go on after the same steps.
fn preemptions(turns: &[Turn], beginnings: &BTreeSet<Vec<(u16, u16)>>) -> usize {
    let pairs: Vec<(u16, u16)> = turns.iter().map(|turn| (turn.strand, turn.option)).collect();
    let could_go_on = |&at: &usize| {
        let mut longer = pairs[..at].to_vec();
        let options = 0..4;
        options.into_iter().any(|option| {
            longer.truncate(at);
            longer.push((pairs[at - 1].0, option));
            beginnings.contains(&longer)
        })
    };
    (1..pairs.len()).filter(|&at| pairs[at].0 != pairs[at - 1].0).filter(could_go_on).count()
}

fn bounds_agree(threads: Vec<Vec<Line>>) -> Result<(), TestCaseError> {
    const MOST: usize = 500;
    let program = program(threads);
    let all = Check::new().list(MOST + 1).run(program.clone());
    if matches!(&all.verdict, Verdict::Inconclusive(_)) || all.listed.len() > MOST {
        return Err(TestCaseError::reject("too many schedules"));
    }
    let mut beginnings = BTreeSet::new();
    for Listed { schedule, .. } in &all.listed {
        let turns: Vec<(u16, u16)> =
            schedule.turns.iter().map(|turn| (turn.strand, turn.option)).collect();
        beginnings.extend((1..=turns.len()).map(|end| turns[..end].to_vec()));
    }
    let few = |most: usize| {
        let few = |listed: &&Listed| preemptions(&listed.schedule.turns, &beginnings) <= most;
        all.listed.iter().filter(few).collect::<Vec<_>>()
    };
    for most in 0..4 {
        let expected = few(most);
        let failing = expected.iter().filter(|listed| listed.fails);
        let simplest = failing
            .clone()
            .map(|listed| (listed.schedule.switches(), listed.schedule.len(), &listed.schedule))
            .min();
        let found = Check::new().preemptions(most).run(program.clone());
        prop_assert_eq!(found.executions, expected.len() as u64, "{} preemptions", most);
        prop_assert_eq!(found.failed_executions, failing.count() as u64, "{} preemptions", most);
        let shown = found.failure().map(|failure| &failure.schedule);
        prop_assert_eq!(shown, simplest.map(|(_, _, schedule)| schedule));
        let cut = expected.len() < all.listed.len();
        prop_assert_eq!(found.limit, cut.then_some(Limit::Preemptions(most)));
        prop_assert_eq!(&found.schedules, if cut { &None } else { &all.schedules });
    }
    Ok(())
}

/// A sample draws schedules of the program and nothing else, the same each time; what fails in it fails
/// again by its schedule, and alone by its seed.
fn a_sample_agrees(threads: Vec<Vec<Line>>, sampling: Sampling) -> Result<(), TestCaseError> {
    let program = program(threads);
    let all = Check::new().run(program.clone());
    if matches!(&all.verdict, Verdict::Inconclusive(_)) {
        return Err(TestCaseError::reject("too many schedules"));
    }
    let drawn = Check::new().sample(sampling).run(program.clone());
    let twice = Check::new().sample(sampling).run(program.clone());
    prop_assert_eq!(format!("{drawn:?}"), format!("{twice:?}"));
    prop_assert!(drawn.outcomes.keys().all(|value| all.outcomes.contains_key(value)));
    let Some(failure) = drawn.failure() else {
        prop_assert_eq!(drawn.failed_executions, 0);
        return Ok(());
    };
    prop_assert!(all.failure().is_some(), "it fails in no schedule");
    let replayed = Check::new().replay(failure.schedule.clone()).run(program.clone());
    prop_assert_eq!(replayed.failure().map(|again| &again.message), Some(&failure.message));
    let alone = Check::new().sample(drawn.again.expect("its seed")).run(program);
    prop_assert_eq!(alone.failure().map(|again| &again.schedule), Some(&failure.schedule));
    Ok(())
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn two_threads_agree_with_brute_force(threads in threads(2..3, 4)) {
        prop_assert!(agree(program(threads))?, "two threads need no other search");
    }

    #[test]
    fn what_main_has_done_alone_agrees_with_brute_force(phases in phases()) {
        agree(in_phases(phases))?;
    }

    #[test]
    fn three_threads_agree_with_brute_force(threads in threads(3..4, 3)) {
        prop_assert!(agree(program(threads))?, "three threads need no other search");
    }

    #[test]
    fn four_threads_agree_with_brute_force(threads in threads(4..5, 2)) {
        prop_assert!(agree(program(threads))?, "four threads need no other search");
    }

    #[test]
    fn a_bound_on_preemptions_runs_what_brute_force_has_within_it(threads in threads(2..4, 3)) {
        bounds_agree(threads)?;
    }

    #[test]
    fn a_sample_is_the_same_twice_and_its_failure_comes_again(
        threads in threads(2..4, 4),
        seed in any::<u64>(),
        depth in 1..4_usize,
    ) {
        a_sample_agrees(threads.clone(), Sampling::Uniform { executions: 8, seed })?;
        a_sample_agrees(threads, Sampling::Pct { depth, executions: 8, seed })?;
    }
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn larger_programs_agree_with_the_walk(threads in threads(3..5, 4)) {
        the_walk_agrees(threads)?;
    }

    #[test]
    fn several_jobs_agree_with_one(threads in threads(3..5, 4)) {
        several_agree(threads)?;
    }
}
