//! How programs are made, and held against brute force.

use std::collections::BTreeMap;

use drawloom::{Check, Count, Limit, Outcome, Report, Verdict, thread};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// What a thread has seen.
pub(crate) type Seen = Vec<u8>;

/// Each thread with its lines; main runs the last itself, so that its own steps take part.
pub(crate) type Threads<L> = Vec<Vec<L>>;

pub(crate) fn threads<L: std::fmt::Debug>(
    line: impl Strategy<Value = L>,
    count: usize,
    lines: usize,
) -> impl Strategy<Value = Threads<L>> {
    prop::collection::vec(prop::collection::vec(line, 1..=lines), count)
}

/// Runs all threads and returns what each has seen.
pub(crate) fn run_all<L: Sync, C: Send>(
    threads: &[Vec<L>],
    contexts: Vec<C>,
    run: impl Fn(&[L], C) -> Seen + Sync,
) -> Vec<Seen> {
    let run = &run;
    let mut contexts = contexts.into_iter().zip(threads);
    let last = contexts.next_back().expect("a thread");
    thread::scope(|scope| {
        let spawned: Vec<_> =
            contexts.map(|(context, lines)| scope.spawn(move || run(lines, context))).collect();
        let own = run(last.1, last.0);
        let mut seen: Vec<Seen> = spawned.into_iter().map(|one| one.join().unwrap()).collect();
        seen.push(own);
        seen
    })
}

/// What must be the same whoever searches.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    all: Count,
    failing: Count,
    outcomes: BTreeMap<Vec<Seen>, Count>,
    simplest: Option<String>,
}

pub(crate) fn found(report: &Report<Vec<Seen>>) -> Found {
    let schedules = report.schedules.clone().expect("a complete search");
    let counted = report
        .outcomes
        .iter()
        .map(|(value, info)| (value.clone(), info.schedules.clone().expect("a complete search")));
    let simplest = report.failure().map(|failure| failure.schedule.to_string());
    Found { all: schedules.all, failing: schedules.failing, outcomes: counted.collect(), simplest }
}

/// Too many schedules for brute force: such a program says nothing here.
pub(crate) const MOST_SCHEDULES: u64 = 2_000;

/// All schedules, which together must bear out what is said of their steps.
fn every(
    program: impl Fn() -> Vec<Seen> + Send + Sync + 'static,
) -> Result<Report<Vec<Seen>>, TestCaseError> {
    let every = Check::new().audit().max_executions(MOST_SCHEDULES).run(program);
    if matches!(&every.verdict, Verdict::Inconclusive(_)) || every.schedules.is_none() {
        return Err(TestCaseError::reject("too many schedules"));
    }
    prop_assert!(every.contradictions.is_empty(), "{}", every.contradictions.join("\n"));
    Ok(every)
}

/// As [`agree`], for programs that may have things in them that no search can order (see
/// `docs/src/search.md`): what is found is the same, and one execution is spent on each class where the search
/// says so.
pub(crate) fn agree_or_walk(
    program: impl Fn() -> Vec<Seen> + Clone + Send + Sync + 'static,
) -> Result<(), TestCaseError> {
    let every = every(program.clone())?;
    let graph = Check::new().run(program);
    prop_assert_eq!(found(&graph), found(&every));
    if graph.minimal {
        let executions = usize::try_from(graph.executions).unwrap();
        prop_assert_eq!((Some(executions), graph.redundant), (every.classes, 0));
    }
    Ok(())
}

/// All schedules together must bear out what is said of their steps, and the search must find them with
/// one execution for each class.
pub(crate) fn agree(
    program: impl Fn() -> Vec<Seen> + Clone + Send + Sync + 'static,
) -> Result<(), TestCaseError> {
    let every = every(program.clone())?;
    for jobs in 1..=2 {
        let graph = Check::new().jobs(jobs).run(program.clone());
        prop_assert_eq!(found(&graph), found(&every));
        prop_assert!(graph.minimal, "threads need no other search");
        prop_assert_eq!(graph.redundant, 0, "an execution led nowhere new");
        prop_assert_eq!(Some(usize::try_from(graph.executions).unwrap()), every.classes);
    }
    Ok(())
}

/// A program of tasks with more executions than this says nothing here.
const MOST_EXECUTIONS: u64 = 600;

/// A report on a complete search; a program that is too large, or too small, is passed over.
fn complete<T>(report: Report<T>) -> Result<Report<T>, TestCaseError> {
    match &report.verdict {
        _ if report.schedules.is_some() => Ok(report),
        Verdict::Failed(_) => Err(TestCaseError::reject("too many schedules")),
        Verdict::Inconclusive(Limit::Executions(_) | Limit::NothingShared { .. }) => {
            Err(TestCaseError::reject("too many schedules, or nothing shared"))
        }
        verdict => Err(TestCaseError::fail(format!("{verdict:?}"))),
    }
}

/// As [`agree_or_walk`], for programs of tasks; and running polls ahead of their turn, up to their first
/// announcement, must show what is shown when every poll is chosen before it starts.
pub(crate) fn tasks_agree<T: Outcome + Clone>(
    program: impl Fn() -> T + Clone + Send + Sync + 'static,
) -> Result<(), TestCaseError> {
    let check = |check: Check| {
        let check = check.max_executions(MOST_EXECUTIONS).max_steps(300);
        complete(check.run(program.clone()))
    };
    let graph = check(Check::new())?;
    if graph.schedules.as_ref().is_some_and(|counts| counts.all > u128::from(MOST_EXECUTIONS)) {
        return Err(TestCaseError::reject("too many schedules"));
    }
    let every = check(Check::new().audit())?;
    prop_assert!(every.contradictions.is_empty(), "{}", every.contradictions.join("\n"));
    let chosen = check(Check::new().chosen_polls())?;
    let outcomes = |report: &Report<T>| report.outcomes.keys().cloned().collect::<Vec<_>>();
    prop_assert_eq!(&graph.schedules, &every.schedules, "merged and not merged");
    if graph.minimal {
        let classes = every.classes.unwrap() as u64;
        prop_assert_eq!((graph.executions, graph.redundant), (classes, 0));
    }
    prop_assert_eq!(outcomes(&graph), outcomes(&every), "merged and not merged");
    prop_assert_eq!(outcomes(&graph), outcomes(&chosen), "polled ahead and chosen");
    let failed = |report: &Report<T>| report.failure().is_some();
    prop_assert_eq!(failed(&graph), failed(&chosen), "polled ahead and chosen");
    Ok(())
}

/// The same programs each time. For a longer run: `PROPTEST_CASES=100000 PROPTEST_RNG_SEED=7 cargo test
/// --release --test oracle`.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let given = ProptestConfig::default();
    let said = |variable: &str| std::env::var_os(variable).is_some();
    let cases = if said("PROPTEST_CASES") { given.cases } else { cases };
    let rng_seed = if said("PROPTEST_RNG_SEED") { given.rng_seed } else { RngSeed::Fixed(3) };
    ProptestConfig {
        cases,
        rng_seed,
        max_global_rejects: cases * 50,
        max_shrink_time: 20_000,
        failure_persistence: None,
        ..given
    }
}
