//! Which outcomes of a random program does loom miss, and which does it invent?
//!
//! The truth is an interpreter of a page, [`truth`]. drawloom, with its search and with the brute force
//! that merges nothing, must find exactly the outcomes that it finds. loom is only counted.

mod program;
mod running;
mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};

use drawloom::{Check, Verdict};

use crate::library::Library;
use crate::table::Table;
use program::{Family, Outcome, Prng, Program, Shape};

/// What drawloom says the program can do.
fn on_drawloom<L: Library>(check: &Check, program: &Arc<Program>) -> BTreeSet<Outcome> {
    let running = Arc::clone(program);
    let report = check.run(move || running::run::<L>(&running));
    assert!(
        matches!(report.verdict, Verdict::Verified),
        "{program}: nothing fails, but: {:?}",
        report.verdict
    );
    report.outcomes.into_keys().collect()
}

/// What loom came to.
enum Opinion {
    Outcomes(BTreeSet<Outcome>),
    /// It says that the program fails.
    Alarm(String),
    /// It has not finished.
    GaveUp,
}

fn on_loom<L: Library>(program: &Arc<Program>, most: usize) -> Opinion {
    let outcomes = Arc::new(Mutex::new((0, BTreeSet::new())));
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 10_000;
    builder.max_permutations = Some(most);
    builder.max_duration = None;
    builder.preemption_bound = None;
    builder.checkpoint_interval = 1;
    let (running, found) = (Arc::clone(program), Arc::clone(&outcomes));
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let checked = panic::catch_unwind(AssertUnwindSafe(|| {
        builder.check(move || {
            let outcome = running::run::<L>(&running);
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            found.0 += 1;
            found.1.insert(outcome);
        });
    }));
    panic::set_hook(hook);
    let found = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
    match checked {
        Err(payload) => Opinion::Alarm(message(&*payload)),
        // It counts from 1 and stops before the last.
        Ok(()) if found.0 + 1 >= most => Opinion::GaveUp,
        Ok(()) => Opinion::Outcomes(found.1.clone()),
    }
}

/// The first words of a panic.
fn message(payload: &(dyn std::any::Any + Send)) -> String {
    let formatted = payload.downcast_ref::<String>().map(String::as_str);
    let message = formatted.or_else(|| payload.downcast_ref::<&str>().copied());
    message.unwrap_or("a panic").split([';', '\n']).next().unwrap_or_default().to_owned()
}

/// How many rows the table has.
pub(crate) const ROWS: usize = 24;

/// The rows in order.
fn shapes() -> impl Iterator<Item = Shape> {
    Family::ALL.into_iter().flat_map(|family| {
        let sizes = [(2, true), (2, false), (3, true), (3, false)];
        sizes.map(|(threads, main_takes_part)| Shape { family, threads, main_takes_part })
    })
}

/// Which programs are compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) seed: u64,
    /// How many for each row.
    pub(crate) each: usize,
    /// How many executions loom may spend on each.
    pub(crate) most: usize,
}

impl Sample {
    /// The sample whose table is in the book.
    pub(crate) const BOOK: Self = Self { seed: 1, each: 20, most: 1_000 };
}

/// What loom did with the programs of one row.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    misses: usize,
    invents: usize,
    alarms: usize,
    gave_up: usize,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    Misses,
    Invents,
    FalseAlarm,
}

/// The smallest program of a family that shows something, and what it shows.
type Smallest = (usize, String, String);

/// All that was found.
pub(crate) struct Found {
    sample: Sample,
    rows: Vec<(Shape, Tally)>,
    smallest: BTreeMap<(Wrong, &'static str), Smallest>,
}

impl Found {
    fn count(
        &mut self,
        tally: &mut Tally,
        (family, program): (Family, &Program),
        truth: &BTreeSet<Outcome>,
        opinion: Opinion,
    ) {
        let outcomes = match opinion {
            Opinion::GaveUp => return tally.gave_up += 1,
            Opinion::Alarm(message) => {
                tally.alarms += 1;
                return self.keep(Wrong::FalseAlarm, family, program, message);
            }
            Opinion::Outcomes(outcomes) => outcomes,
        };
        if let Some(missed) = truth.difference(&outcomes).next() {
            tally.misses += 1;
            self.keep(Wrong::Misses, family, program, format!("{missed:?}"));
        }
        if let Some(invented) = outcomes.difference(truth).next() {
            tally.invents += 1;
            self.keep(Wrong::Invents, family, program, format!("{invented:?}"));
        }
    }

    fn keep(&mut self, wrong: Wrong, family: Family, program: &Program, what: String) {
        let new = (program.lines(), program.to_string(), what);
        let known = self.smallest.entry((wrong, family.name())).or_insert_with(|| new.clone());
        if new < *known {
            *known = new;
        }
    }

    /// The table, and how it is had again.
    pub(crate) fn markdown(&self) -> String {
        let Sample { seed, each, most } = self.sample;
        let mut table = Table::new(&[
            "operations",
            "threads",
            "programs",
            "misses an outcome",
            "invents one",
            "false alarm",
            "gives up",
        ]);
        for (shape, tally) in &self.rows {
            let Shape { family, threads, main_takes_part } = *shape;
            let main = if main_takes_part { "main and " } else { "" };
            let others = threads - usize::from(main_takes_part);
            let counts = [each, tally.misses, tally.invents, tally.alarms, tally.gave_up];
            let mut row = vec![family.name().to_owned(), format!("{main}{others}")];
            row.extend(counts.map(|count| count.to_string()));
            table.push(row);
        }
        let all =
            |count: fn(&Tally) -> usize| self.rows.iter().map(|row| count(&row.1)).sum::<usize>();
        format!(
            "{}\nSeed {seed}, {} programs in all, at most {most} executions of loom for each. It misses an \
             outcome of {}, invents one for {}, calls {} broken, and gives up {}.\n",
            table.markdown(),
            each * self.rows.len(),
            all(|tally| tally.misses),
            all(|tally| tally.invents),
            all(|tally| tally.alarms),
            all(|tally| tally.gave_up),
        )
    }

    /// The smallest programs of each family that show something.
    pub(crate) fn smallest(&self) -> String {
        let line = |((wrong, family), (_, program, what)): (&(Wrong, &str), &Smallest)| {
            format!("{wrong:?}, {family}:\n  {program}\n  {what}\n")
        };
        self.smallest.iter().map(line).collect()
    }
}

/// Draws the programs and lets everybody run them: `D` is drawloom's library, `L` is loom's.
pub(crate) fn compare<D: Library, L: Library>(sample: Sample) -> Found {
    let mut found = Found { sample, rows: Vec::new(), smallest: BTreeMap::new() };
    let mut random = Prng(sample.seed);
    for shape in shapes() {
        let mut tally = Tally::default();
        for _ in 0..sample.each {
            let program = Arc::new(Program::random(shape, &mut random));
            let truth = truth::outcomes(&program);
            for check in [Check::new(), Check::new().every_schedule()] {
                let drawloom = on_drawloom::<D>(&check, &program);
                assert_eq!(drawloom, truth, "{program}: drawloom does not tell the truth");
            }
            let opinion = on_loom::<L>(&program, sample.most);
            found.count(&mut tally, (shape.family, &program), &truth, opinion);
        }
        found.rows.push((shape, tally));
    }
    found
}
