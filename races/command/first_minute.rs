//! `races` alone: the first minute.

use std::time::Instant;

use drawloom::trace::{Sort, Trace};
use drawloom::{Count, Engine, Report};
use races::RACES;
use races::catalogue::{Race, Role, Variant};

use super::run::check;
use super::settings::Settings;
use super::{AS_EXPECTED, Answer};

/// How often the bug runs on real threads.
const NATIVE_RUNS: u64 = 10_000;

/// As many orders as fit in the eye.
const MOST_LISTED: usize = 6;

pub(crate) fn answer(settings: &Settings) -> Answer {
    let race = RACES[0];
    let bug = race.bug();
    let report = check(settings, Engine::Explorer).list(MOST_LISTED).run(bug.program);
    let mut text = format!(
        "races {}: two threads each put a coin into an empty jar.   {}\n\n",
        env!("CARGO_PKG_VERSION"),
        race.source.0
    );
    text.push_str(&code(race, bug));
    let (all, failing) = counts(&report);
    text.push_str(&format!(
        "\n  Can it end with one coin?  Here is every order the two threads can take, all {all}:\n\n"
    ));
    text.push_str(&orders(settings, bug, &report));
    text.push_str(&format!(
        "\n  {failing} of {all} lose a coin. That is a count of orders, not a chance: this machine just ran it\n"
    ));
    text.push_str(&contrast(settings, bug));
    let first = |role| race.variants.iter().find(|variant| variant.role == role);
    for variant in [Role::NearMiss, Role::Fix].into_iter().filter_map(first) {
        text.push_str(&other(settings, variant));
    }
    text.push_str(&next(settings, race));
    (text, AS_EXPECTED)
}

/// The two lines that matter, with their numbers.
fn code(race: &Race, bug: &Variant) -> String {
    let function = race.function(bug.function);
    let first = function.first().copied().unwrap_or_default();
    let start = race.source.1.lines().position(|line| line == first).unwrap_or(0);
    let mut text = String::new();
    for (number, line) in (start + 1..).zip(&function) {
        if line.contains(".load(") || line.contains(".store(") {
            text.push_str(&format!("  {number}  {}\n", line.trim_start()));
        }
    }
    text
}

/// Every schedule in a line: who does what, and how it ends.
fn orders(settings: &Settings, bug: &Variant, report: &Report<()>) -> String {
    let mut text = String::new();
    for listed in &report.listed {
        let replayed =
            check(settings, Engine::Explorer).replay(listed.schedule.clone()).run(bug.program);
        let Some(trace) = replayed.replayed else { continue };
        let end = trace.last.iter().flatten().next().map(ToString::to_string);
        let word = if listed.fails { "LOST" } else { "ok" };
        text.push_str(&format!(
            "     {}   {}  {}   {word}\n",
            listed.schedule,
            steps(&trace),
            end.unwrap_or_default()
        ));
    }
    text
}

fn steps(trace: &Trace) -> String {
    let mut text = String::new();
    for step in &trace.steps {
        let strand = &trace.strands[usize::from(step.turn.strand)];
        let op = step.ops.first();
        let value = op.and_then(|op| op.written.or(op.read)).map(|value| value.to_string());
        let verb = op.map_or("", |op| op.kind.verb());
        let name = if strand.sort == Sort::Clock { "clock" } else { &strand.name };
        text.push_str(&format!("{:<16}", format!("{name} {verb} {}", value.unwrap_or_default())));
    }
    text
}

/// What luck has to say.
fn contrast(settings: &Settings, bug: &Variant) -> String {
    let started = Instant::now();
    let report = check(settings, Engine::Native).max_executions(NATIVE_RUNS).run(bug.program);
    let seconds = started.elapsed().as_secs_f64();
    let (ran, lost) = (report.executions, report.failed_executions);
    match ran.checked_div(lost) {
        None => format!(
            "  {ran} times on real threads ({seconds:.1} s) and lost none. A test that relies on luck passes.\n\n"
        ),
        Some(rate) => format!(
            "  {ran} times on real threads ({seconds:.1} s) and lost {lost}: 1 in {rate}. Who waits for luck waits long.\n\n"
        ),
    }
}

/// How many schedules there are, and how many fail.
fn counts(report: &Report<()>) -> (Count, Count) {
    let counts = report.schedules.clone();
    counts.map_or((Count::ZERO, Count::ZERO), |counts| (counts.all, counts.failing))
}

/// A near miss or the fix, in a line.
fn other(settings: &Settings, variant: &Variant) -> String {
    let report = check(settings, Engine::Explorer).run(variant.program);
    let (all, failing) = counts(&report);
    let summary = match variant.role {
        Role::NearMiss => format!("{} (a common first fix)", variant.summary),
        _ => variant.summary.to_owned(),
    };
    let lost = if failing == 0 { "0 lost".to_owned() } else { format!("{failing} LOST") };
    let mut summary: Vec<char> = summary.chars().collect();
    summary[0] = summary[0].to_ascii_uppercase();
    let summary: String = summary.into_iter().collect();
    format!("  {summary:<48} {all} orders, {lost}\n")
}

fn next(settings: &Settings, race: &Race) -> String {
    let (command, id) = (settings.command, race.id);
    format!(
        "\n  try    {:<32} the failing order, step by step, and why\n         \
         {:<32} from the bug to the fix\n         \
         {:<32} all the races\n",
        format!("{command} run {id}"),
        format!("{command} fix {id}"),
        format!("{command} list")
    )
}
