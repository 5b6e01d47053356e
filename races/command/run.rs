//! `races run`: every schedule of a race, and the simplest that fails.

use clap::ArgMatches;
use drawloom::render::{self, Context, Style};
use drawloom::{Check, Count, Engine, Limit, Report, Sampling, Schedule, Verdict};
use races::catalogue::{Loom, Race, Role, Variant};

use super::bounds::bounded;
use super::explain;
use super::family;
use super::interrupt::Interrupt;
use super::json::Json;
use super::lookup::lookup;
use super::progress::Line;
use super::settings::Settings;
use super::{AS_EXPECTED, Answer, DIFFERS, INCOMPLETE, INTERRUPTED, UNFIT};

pub(crate) fn answer(settings: &Settings, given: &ArgMatches) -> Result<Answer, String> {
    if let Some(name) = given.get_one::<String>("family") {
        return family::run(settings, given, name);
    }
    let (race, variant) = lookup(given.get_one::<String>("race").map_or("", String::as_str))?;
    let engine = engine(given).unwrap_or_default();
    let check = bounded(check(settings, engine), engine, given)?;
    let variants: Vec<&'static Variant> = match variant {
        Some(variant) => vec![variant],
        None => race.variants.iter().collect(),
    };
    let (reports, interrupted) = if engine == Engine::Explorer {
        attended(check, variants)
    } else {
        let run = |variant: &'static Variant| (variant, check.run(variant.program));
        (variants.into_iter().map(run).collect(), false)
    };
    let found_code = reports.iter().map(|(variant, report)| code(variant, engine, report)).max();
    let code = if interrupted { INTERRUPTED } else { found_code.unwrap_or(AS_EXPECTED) };
    if given.get_one::<String>("format").is_some_and(|format| format == "json") {
        let found = reports.iter().map(|(variant, report)| found(race, variant, engine, report));
        let document = Json::Object(vec![("variants", Json::List(found.collect()))]);
        return Ok((document.document(), code));
    }
    let mut text = text(settings, race, &reports);
    if engine == Engine::Loom {
        text.push_str(&remarks(race, &reports));
    }
    Ok((text, code))
}

/// Where loom differs from the explorer, and why.
fn remarks(race: &Race, reports: &[Checked]) -> String {
    let mut text = String::new();
    for (variant, _) in reports {
        if let Some(why) = variant.loom_differs() {
            text.push_str(&format!("\n  {}/{}\n      {why}\n", race.id, variant.id));
        }
    }
    text
}

/// What was found of a variant.
pub(crate) type Checked = (&'static Variant, Report<()>);

/// Runs the variants for somebody who may be told how far it is, and who may have enough of it; says
/// whether they had.
pub(crate) fn attended(check: Check, variants: Vec<&'static Variant>) -> (Vec<Checked>, bool) {
    let (interrupt, line) = (Interrupt::watch(), Line::new());
    let check = line.follow(check.stop_when(interrupt.flag()));
    let mut reports = Vec::new();
    for variant in variants {
        reports.push((variant, check.run(variant.program)));
        line.clear();
        if interrupt.has_come() {
            break;
        }
    }
    (reports, interrupt.has_come())
}

/// A check with the races' own sources.
pub(crate) fn check(settings: &Settings, engine: Engine) -> Check {
    Check::new().engine(engine).sources(settings.sources.clone())
}

/// The engine that was asked for.
pub(crate) fn engine(given: &ArgMatches) -> Option<Engine> {
    given.get_one::<String>("engine").map(|name| match name.as_str() {
        "loom" => Engine::Loom,
        "native" => Engine::Native,
        _ => Engine::Explorer,
    })
}

/// The first variant's whole report, and a line for each other.
fn text(settings: &Settings, race: &Race, reports: &[(&Variant, Report<()>)]) -> String {
    let Some(((first, report), others)) = reports.split_first() else { return String::new() };
    let mut context = context(settings, race, first);
    if let (Some(failure), Some(again)) = (report.failure(), report.again) {
        context.next.splice(0..0, once_more(settings, &failure.schedule, again, race, first));
    }
    if report.failure().is_some() || is_half_the_truth(first, report) {
        context.next.push(explained(settings, race, report));
    }
    let mut text = render::report(report, &context, &settings.style, &settings.sources);
    if is_half_the_truth(first, report) {
        text.push_str(
            "      (whatever the order of its steps. Memory promises less than an order,\n      \
             and loom tries what else a load may return)\n\n",
        );
        let weaker = check(settings, Engine::Loom).run(first.program);
        text.push_str(&render::report(&weaker, &context, &settings.style, &settings.sources));
    }
    if !others.is_empty() {
        text.push('\n');
        text.push_str(&lines(settings, race, others));
    }
    text
}

/// What explains a failure: by the word that its report has for it, or by the family of its race.
pub(crate) fn explained(settings: &Settings, race: &Race, report: &Report<()>) -> (String, String) {
    let style = Style { color: false, plain: false, ..settings.style };
    let told = render::report(report, &Context::default(), &style, &settings.sources);
    let word = explain::called(&told).unwrap_or(race.family);
    let word = if word.contains(' ') { format!("\"{word}\"") } else { word.to_owned() };
    (format!("{} explain {word}", settings.command), "what that is, and what helps".to_owned())
}

/// Whether a variant has held in every order of its steps and is broken all the same.
fn is_half_the_truth(variant: &Variant, report: &Report<()>) -> bool {
    let by_the_explorer = report.schedules.is_some() || report.uncounted.is_some();
    variant.is_loom_only() && by_the_explorer && matches!(report.verdict, Verdict::Verified)
}

/// A line for each variant, as a table where that fits.
pub(crate) fn lines(
    settings: &Settings,
    race: &Race,
    reports: &[(&Variant, Report<()>)],
) -> String {
    let rows: Vec<[String; 4]> = reports
        .iter()
        .map(|(variant, report)| {
            let name = format!("{}/{}", race.id, variant.id);
            let (word, counts) = match &report.verdict {
                Verdict::Verified if is_half_the_truth(variant, report) => {
                    ("FAIL", counts(report).replace("0 fail", "fails by loom"))
                }
                Verdict::Verified => ("ok", counts(report)),
                Verdict::Failed(failure) => {
                    ("FAIL", format!("{} ({})", counts(report), failure.kind.word()))
                }
                Verdict::Inconclusive(limit) => {
                    ("?", limit.to_string().lines().next().unwrap_or_default().to_owned())
                }
            };
            [word.to_owned(), name, counts, variant.summary.to_owned()]
        })
        .collect();
    let widest = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let (names, counts, summaries) = (widest(1), widest(2), widest(3));
    let fits = 6 + names + 3 + counts + 3 + summaries <= settings.style.width;
    rows.iter()
        .map(|[word, name, found, summary]| {
            if fits {
                format!("{word:<5} {name:<names$}   {found:<counts$}   {summary}\n")
            } else {
                format!("{word:<5} {name:<names$}   {found}\n      {summary}\n")
            }
        })
        .collect()
}

/// `6 schedules, 4 fail`.
fn counts(report: &Report<()>) -> String {
    let Some(counts) = &report.schedules else {
        let (failed, executions) = (report.failed_executions, report.executions);
        let noun = plural(&executions.into(), "execution", "executions");
        return match failed {
            0 => format!("{executions} {noun}"),
            failed => format!("{failed} of {executions} {noun} failed"),
        };
    };
    let fail = plural(&counts.failing, "fails", "fail");
    format!(
        "{} {}, {} {fail}",
        counts.all,
        plural(&counts.all, "schedule", "schedules"),
        counts.failing
    )
}

fn plural(count: &Count, one: &'static str, many: &'static str) -> &'static str {
    if *count == 1 { one } else { many }
}

/// What a report says besides what was found: the race's name, its fix, what to type next.
pub(crate) fn context(settings: &Settings, race: &Race, variant: &Variant) -> Context {
    let command = settings.command;
    let name = format!("{}/{}", race.id, variant.id);
    let broken = variant.role != Role::Fix;
    let mut next = Vec::new();
    if broken {
        next.push((
            format!("{command} fix {}", race.id),
            "from the bug to the fix, with the counts".to_owned(),
        ));
        let stress = format!("{command} stress {name}");
        next.push((stress, "the same program on real threads".to_owned()));
    }
    let fix = race.fix().filter(|_| broken).map(|fix| {
        let (schedules, failing) = (&fix.expect.schedules, &fix.expect.failing);
        let noun = plural(schedules, "schedule", "schedules");
        format!("{}: {schedules} {noun}, {failing} fail", fix.summary)
    });
    Context { title: Some(name), fix, next }
}

/// How a failure of a sample is seen again: by its schedule, and by its seed.
fn once_more(
    settings: &Settings,
    schedule: &Schedule,
    again: Sampling,
    race: &Race,
    variant: &Variant,
) -> [(String, String); 2] {
    let (command, name) = (settings.command, format!("{}/{}", race.id, variant.id));
    let depth = match again {
        Sampling::Pct { depth, .. } => format!(" --depth {depth}"),
        _ => String::new(),
    };
    let (word, seed) = (again.word(), again.seed());
    [
        (format!("{command} replay {name} {schedule}"), "this schedule again".to_owned()),
        (
            format!("{command} run {name} --sample {word}{depth} --seed {seed} --max-executions 1"),
            "the same, drawn again".to_owned(),
        ),
    ]
}

/// Whether an engine has found what the catalogue says that it must, or what is different.
pub(crate) fn judge(variant: &Variant, engine: Engine, report: &Report<()>) -> Result<(), String> {
    match engine {
        Engine::Explorer => judge_explorer(variant, report),
        Engine::Loom => judge_loom(variant, report),
        _ => judge_native(variant, report),
    }
}

fn judge_explorer(variant: &Variant, report: &Report<()>) -> Result<(), String> {
    let expect = &variant.expect;
    if let Verdict::Inconclusive(limit) = &report.verdict {
        return Err(limit.to_string());
    }
    if report.limit.is_some() {
        // It fails, and how often was not to be known.
        return fails_as_expected(variant, report);
    }
    let found = report.schedules.as_ref().map(|counts| (&counts.failing, &counts.all));
    if found != Some((&expect.failing, &expect.schedules)) {
        let found =
            found.map_or("unknown".to_owned(), |(failing, all)| format!("{failing} of {all}"));
        return Err(format!(
            "{found} schedules fail, and the catalogue says {} of {}",
            expect.failing, expect.schedules
        ));
    }
    fails_as_expected(variant, report)
}

/// The failure must be *this* bug: its kind, and the words of the promise that is broken.
fn fails_as_expected(variant: &Variant, report: &Report<()>) -> Result<(), String> {
    match (report.failure(), variant.expect.failure) {
        (None, None) => Ok(()),
        (Some(failure), Some((kind, words))) => {
            let same = failure.kind == kind && failure.message.contains(words);
            let found = format!("{}: {}", failure.kind.word(), failure.message);
            same.then_some(()).ok_or(format!("it fails by {found}"))
        }
        (Some(failure), None) => Err(format!("it fails: {}", failure.message)),
        (None, Some(_)) => Err("it does not fail".to_owned()),
    }
}

fn judge_loom(variant: &Variant, report: &Report<()>) -> Result<(), String> {
    if matches!(variant.loom, Loom::CannotSay(_)) {
        let silent = matches!(report.verdict, Verdict::Inconclusive(_));
        return silent.then_some(()).ok_or("loom can say after all".to_owned());
    }
    match (&report.verdict, variant.loom_failure()) {
        (Verdict::Failed(failure), Some((kind, words))) => {
            let same = failure.kind == kind && failure.message.contains(words);
            let found = format!("{}: {}", failure.kind.word(), failure.message);
            same.then_some(()).ok_or(format!("loom fails it by {found}"))
        }
        (Verdict::Verified, None) => Ok(()),
        (Verdict::Failed(failure), None) => Err(format!("loom fails it: {}", failure.message)),
        (Verdict::Verified, Some(_)) => Err("loom passes it".to_owned()),
        (Verdict::Inconclusive(limit), _) => Err(limit.to_string()),
    }
}

/// Real threads may or may not show a bug; what is proved to hold must hold on them too.
fn judge_native(variant: &Variant, report: &Report<()>) -> Result<(), String> {
    match &report.verdict {
        Verdict::Failed(failure) if variant.role == Role::Fix => {
            Err(format!("it fails on real threads: {}", failure.message))
        }
        _ => Ok(()),
    }
}

/// How the process ends for what was found.
pub(crate) fn code(variant: &Variant, engine: Engine, report: &Report<()>) -> u8 {
    match &report.verdict {
        Verdict::Inconclusive(Limit::Unfit { .. }) => UNFIT,
        Verdict::Inconclusive(Limit::Native) => AS_EXPECTED,
        Verdict::Inconclusive(_) if !matches!(variant.loom, Loom::CannotSay(_)) => INCOMPLETE,
        _ if judge(variant, engine, report).is_ok() => AS_EXPECTED,
        _ => DIFFERS,
    }
}

/// One variant as `run` and `verify` give it.
pub(crate) fn found(race: &Race, variant: &Variant, engine: Engine, report: &Report<()>) -> Json {
    let schedules = report.schedules.as_ref();
    let schedule = report
        .failure()
        .filter(|failure| !failure.trace.steps.is_empty())
        .map(|failure| failure.schedule.to_string());
    Json::Object(vec![
        ("race", Json::text(race.id)),
        ("variant", Json::text(variant.id)),
        ("role", Json::text(variant.role.word())),
        ("engine", Json::text(engine.word())),
        ("verdict", Json::text(report.verdict.word())),
        ("schedules", Json::count(schedules.map(|counts| &counts.all))),
        ("failing", Json::count(schedules.map(|counts| &counts.failing))),
        ("executions", Json::count(Some(report.executions))),
        ("failed_executions", Json::count(Some(report.failed_executions))),
        ("estimate", Json::count(report.estimate)),
        ("limit", Json::count(report.limit.as_ref().map(Limit::word))),
        ("schedule", Json::count(schedule)),
        ("seed", Json::count(report.again.map(Sampling::seed))),
    ])
}
