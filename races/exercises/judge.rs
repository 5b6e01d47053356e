//! Does a repair hold, and do the strands still run beside each other?
//!
//! A program that runs one strand after the other has no race and is no repair. So an exercise says what
//! must still be possible: what is to be seen in some schedule, and how many strands may begin, or end,
//! in whatever order. All schedules are explored, so that what was not seen cannot happen.
//!
//! It cannot tell a repair from a program that was written to deceive it.
//!
//! This file is compiled with the catalogue and, as it is, with what a learner has made of an exercise.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use drawloom::render::{self, Context, Style};
use drawloom::trace::{Sort, StrandInfo};
use drawloom::{Check, Engine, Limit, Report, Schedule, Sources, Verdict};

/// What was to be seen in one execution.
pub type Seen = BTreeSet<&'static str>;

/// A learner does not wait longer for one case.
const LONGEST: Duration = Duration::from_secs(60);

/// What is said last of a program that passes: a program that ends before it is judged has not said it.
pub const PASSED: &str =
    "passed: every schedule holds, and the strands still run beside each other";

/// Programs that have more schedules are not looked at one schedule at a time.
const MOST_LISTED: usize = 5_000;

/// An exercise, as its stage knows it.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    /// What it is called.
    pub id: &'static str,
    /// Whether loom must hold it too, since memory promises less than an order.
    pub is_about_memory: bool,
}

/// One program of an exercise: the learner's part on the exercise's stage.
#[derive(Clone)]
pub struct Case {
    /// What is special about it, for a report.
    name: &'static str,
    program: Arc<dyn Fn() -> Seen + Send + Sync>,
    /// So many strands begin in whatever order.
    begin: usize,
    /// So many strands end in whatever order.
    end: usize,
    /// What must be seen in some schedule, and what is wrong if it is not.
    sights: Vec<(&'static str, &'static str)>,
}

impl Case {
    /// A program of which nothing is asked but that it holds.
    pub fn new(name: &'static str, program: impl Fn() -> Seen + Send + Sync + 'static) -> Self {
        Self { name, program: Arc::new(program), begin: 0, end: 0, sights: Vec::new() }
    }

    /// So many strands must be able to begin in whatever order.
    #[must_use]
    pub fn begin_in_any_order(mut self, strands: usize) -> Self {
        self.begin = strands;
        self
    }

    /// So many strands must be able to end in whatever order.
    #[must_use]
    pub fn end_in_any_order(mut self, strands: usize) -> Self {
        self.end = strands;
        self
    }

    /// This must be seen in some schedule; otherwise that is wrong.
    #[must_use]
    pub fn must_be_seen(mut self, sight: &'static str, otherwise: &'static str) -> Self {
        self.sights.push((sight, otherwise));
        self
    }

    /// Runs it as a check says.
    pub fn run(&self, check: &Check) -> Report<Seen> {
        let program = Arc::clone(&self.program);
        check.run(move || program())
    }
}

/// What became of a learner's program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It holds, and what must be possible is.
    Passes,
    /// A schedule fails.
    Fails,
    /// No schedule fails, but something that must be possible is not.
    Serial,
    /// Neither was established.
    Unknown,
}

/// A judgement, and what it rests on.
#[derive(Debug)]
pub struct Judged {
    /// What became of it.
    pub judgement: Judgement,
    /// The case that decided, and its report; the first case if all hold.
    pub case: &'static str,
    /// What was found of that case.
    pub report: Report<Seen>,
    /// What is not possible any more, a sentence each.
    pub missing: Vec<String>,
}

/// Judges all cases of a task; the first that does not pass decides.
///
/// # Panics
///
/// If there is no case.
pub fn judge(task: &Task, cases: &[Case], sources: &Sources) -> Judged {
    let mut first = None;
    for case in cases {
        let judged = one(task, case, sources);
        if judged.judgement != Judgement::Passes {
            return judged;
        }
        first = first.or(Some(judged));
    }
    first.expect("internal error: an exercise has no case")
}

fn one(task: &Task, case: &Case, sources: &Sources) -> Judged {
    let check = Check::new().sources(sources.clone()).max_time(LONGEST);
    let report = case.run(&check.clone().list(MOST_LISTED));
    let judged =
        |judgement, report, missing| Judged { judgement, case: case.name, report, missing };
    let of = |verdict: &Verdict| match verdict {
        Verdict::Verified => Judgement::Passes,
        Verdict::Failed(_) => Judgement::Fails,
        Verdict::Inconclusive(_) => Judgement::Unknown,
    };
    if of(&report.verdict) != Judgement::Passes {
        return judged(of(&report.verdict), report, Vec::new());
    }
    let mut missing = missing_sights(case, &report);
    missing.extend(missing_orders(case, &report, &check));
    if !missing.is_empty() {
        return judged(Judgement::Serial, report, missing);
    }
    if task.is_about_memory {
        let weaker = case.run(&check.engine(Engine::Loom));
        if of(&weaker.verdict) != Judgement::Passes {
            return judged(of(&weaker.verdict), weaker, Vec::new());
        }
    }
    judged(Judgement::Passes, report, Vec::new())
}

fn missing_sights(case: &Case, report: &Report<Seen>) -> Vec<String> {
    let seen = |sight: &str| report.outcomes.keys().any(|outcome| outcome.contains(sight));
    let missing = case.sights.iter().filter(|(sight, _)| !seen(sight));
    missing.map(|&(_, otherwise)| otherwise.to_owned()).collect()
}

/// Which of the orders that must be possible are not.
///
/// WHY: nothing is missed where there are too many schedules to list: one strand after the other has a
/// handful of them at the most.
fn missing_orders(case: &Case, report: &Report<Seen>, check: &Check) -> Vec<String> {
    let Some(first) = report.listed.first() else { return Vec::new() };
    if report.listed.len() >= MOST_LISTED || case.begin.max(case.end) == 0 {
        return Vec::new();
    }
    let trace = case.run(&check.clone().replay(first.schedule.clone())).replayed;
    let strands = trace.map(|trace| trace.strands).unwrap_or_default();
    let schedules: Vec<&Schedule> = report.listed.iter().map(|listed| &listed.schedule).collect();
    let runs = |strand: &StrandInfo| matches!(strand.sort, Sort::Thread | Sort::Task);
    let working: Vec<u16> = (1..)
        .zip(strands.iter().skip(1))
        .filter(|(_, strand)| runs(strand))
        .map(|(number, _)| number)
        .filter(|&number| schedules.iter().any(|schedule| place(schedule, number).is_some()))
        .collect();
    let most = case.begin.max(case.end);
    if working.len() < most {
        let noun = if most == 1 { "strand" } else { "strands" };
        return vec![format!(
            "{most} {noun} beside main must have something to do, and {} {}",
            match working.len() {
                0 => "none".to_owned(),
                some => format!("only {some}"),
            },
            if working.len() == 1 { "has" } else { "have" }
        )];
    }
    let ends = [("begin", "begins", case.begin), ("end", "ends", case.end)];
    ends.into_iter()
        .filter_map(|(verb, verbs, least)| {
            let precedes = |one: u16, other: u16| {
                schedules.iter().any(|schedule| {
                    let places = [one, other].map(|number| place(schedule, number));
                    let [Some(one), Some(other)] = places else { return false };
                    if verb == "begin" { one.0 < other.0 } else { one.1 < other.1 }
                })
            };
            if free(&working, &precedes) >= least {
                return None;
            }
            let pairs = working.iter().flat_map(|&one| working.iter().map(move |&two| (one, two)));
            let name = |number: u16| strands[usize::from(number)].name.as_str();
            let (one, other) = pairs
                .filter(|(one, other)| one != other)
                .find(|&(one, other)| precedes(one, other) && !precedes(other, one))?;
            Some(format!("{} never {verbs} before {}", name(other), name(one)))
        })
        .collect()
}

/// Where a strand takes its first and its last step.
fn place(schedule: &Schedule, strand: u16) -> Option<(usize, usize)> {
    let is = |turn: &drawloom::schedule::Turn| turn.strand == strand;
    Some((schedule.turns.iter().position(is)?, schedule.turns.iter().rposition(is)?))
}

/// How many strands there are at the most of which any two come in either order.
fn free(strands: &[u16], precedes: &dyn Fn(u16, u16) -> bool) -> usize {
    let Some((&one, rest)) = strands.split_first() else { return 0 };
    let with: Vec<u16> = rest
        .iter()
        .copied()
        .filter(|&other| precedes(one, other) && precedes(other, one))
        .collect();
    (1 + free(&with, precedes)).max(free(rest, precedes))
}

/// What a learner reads.
pub fn told(task: &Task, judged: &Judged, style: &Style, sources: &Sources) -> String {
    let title = format!("{}: {}", task.id, judged.case);
    let fix = Some("yours to find: `--hint` has one".to_owned());
    let context = Context { title: Some(title), fix, next: Vec::new() };
    let mut text = render::report(&judged.report, &context, style, sources);
    match judged.judgement {
        Judgement::Passes => text.push_str(&format!("\n{PASSED}\n")),
        Judgement::Fails => text.push_str("\nnot yet: a schedule fails\n"),
        Judgement::Unknown => text.push_str("\nnot yet: not every schedule could be explored\n"),
        Judgement::Serial => {
            text.push_str(
                "\nnot yet: no schedule fails, but something that must be possible is not\n",
            );
            for sentence in &judged.missing {
                text.push_str(&item(sentence, style.width));
            }
        }
    }
    text
}

/// A sentence of a list, in lines that are not too long.
fn item(sentence: &str, width: usize) -> String {
    let mut lines = vec!["  -".to_owned()];
    for word in sentence.split(' ') {
        let last = lines.len() - 1;
        if lines[last].len() + 1 + word.len() > width {
            lines.push(format!("    {word}"));
        } else {
            lines[last].push_str(&format!(" {word}"));
        }
    }
    lines.join("\n") + "\n"
}

/// Explores, prints what was found, and ends as it was found: `WIDTH COLOR` are the arguments.
pub fn main(task: &Task, cases: &[Case]) -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let width = arguments.next().and_then(|width| width.parse().ok()).unwrap_or(80);
    let color = arguments.next().is_some_and(|color| color == "always");
    let style = Style { width, color, ..Style::default() };
    let sources = Sources::new();
    let judged = judge(task, cases, &sources);
    print!("{}", told(task, &judged, &style, &sources));
    let incomplete = !matches!(judged.report.limit, None | Some(Limit::NothingShared { .. }));
    ExitCode::from(match judged.judgement {
        Judgement::Passes => 0,
        Judgement::Unknown if incomplete => 3,
        Judgement::Fails | Judgement::Serial | Judgement::Unknown => 1,
    })
}
