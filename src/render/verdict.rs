//! The line that a report begins with.

use crate::explain::words::count;
use crate::render::Shown;
use crate::render::page::{Ink, Line, Page};
use crate::verdict::{Failure, Limit, Report, Schedules, Verdict, within};

/// `4 of 6 schedules fail`, and what is known of how many there are.
pub(super) fn failing(report: &Report<Shown>, failure: &Failure) -> (String, String) {
    let Some(Schedules { all, failing }) = &report.schedules else {
        return uncounted(report, failure);
    };
    let fails = match (failing.to_u128(), all.to_u128()) {
        (Some(1), Some(1)) => "the only schedule fails".to_owned(),
        (Some(2), Some(2)) => "both schedules fail".to_owned(),
        _ if failing == all => format!("all {all} schedules fail"),
        (Some(1), _) => format!("1 of {all} schedules fails"),
        _ => format!("{failing} of {all} schedules fail"),
    };
    let explored = match all.to_u128() {
        Some(1) => "it is explored".to_owned(),
        Some(2) => "both explored".to_owned(),
        _ => format!("all {all} explored"),
    };
    (fails, format!("{explored}{}", states(report)))
}

/// `, 12 states`
fn states(report: &Report<Shown>) -> String {
    report.states.map_or(String::new(), |states| format!(", {}", count(states, "state")))
}

fn uncounted(report: &Report<Shown>, failure: &Failure) -> (String, String) {
    if report.replayed.is_some() {
        let fails = format!("schedule {} fails", failure.schedule);
        return (fails, "only this one was run".to_owned());
    }
    if failure.simplest {
        return ("it fails".to_owned(), format!("all explored{}", states(report)));
    }
    let (failed, spent) = (report.failed_executions, report.executions);
    let executions = if spent == 1 { "execution" } else { "executions" };
    let failed_of = format!("{failed} of {spent} {executions} failed");
    if let Some(most) = report.uncounted {
        let fails = match (failed, spent) {
            (_, 1) => "the only execution fails".to_owned(),
            (1, spent) => format!("1 of {spent} executions fails"),
            (failed, spent) => format!("{failed} of {spent} executions fail"),
        };
        return (fails, too_many(most, spent));
    }
    let why = match &report.limit {
        _ if failure.trace.strands.is_empty() => {
            "no schedule count: this engine knows of no schedules".to_owned()
        }
        Some(Limit::Preemptions(most)) => {
            // Each of these schedules was one execution.
            let within = within(*most);
            let fails = match (failed, spent) {
                (_, 1) => format!("the only schedule {within} fails"),
                (1, spent) => format!("1 of {spent} schedules {within} fails"),
                (failed, spent) => format!("{failed} of {spent} schedules {within} fail"),
            };
            return (fails, "there are more schedules".to_owned());
        }
        Some(Limit::Sampled { sampling, schedules }) => {
            let different = count(*schedules, "different schedule");
            format!("a sample: {sampling}, at least {different}")
        }
        Some(limit) => format!("no schedule count: {}{}", stopped(limit), about(report)),
        None => "no schedule count: not everything was explored".to_owned(),
    };
    (failed_of, why)
}

/// Everything was explored, and not counted: each execution stands for one schedule at the least.
fn too_many(most: usize, spent: u64) -> String {
    let schedules = count(usize::try_from(spent).unwrap_or(usize::MAX), "schedule");
    format!("all explored, at least {schedules}: too many states to count, `max_states` is {most}")
}

/// Why a search has stopped, in few words.
fn stopped(limit: &Limit) -> String {
    match limit {
        Limit::Executions(most) => format!("stopped after {}", executions(*most)),
        Limit::Time(most) => format!("stopped after {most:?}"),
        Limit::Stopped => "stopped before its end".to_owned(),
        _ => "not everything was explored".to_owned(),
    }
}

fn executions(number: u64) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), "execution")
}

/// `, of about 450`
fn about(report: &Report<Shown>) -> String {
    report.estimate.map_or(String::new(), |all| format!(", of about {}", rounded(all)))
}

/// Two digits and zeros: a guess has no more.
fn rounded(guess: u64) -> u64 {
    let unit = 10_u64.pow(guess.max(1).ilog10().saturating_sub(1));
    (guess.saturating_add(unit / 2) / unit).saturating_mul(unit)
}

/// How far a search has come that has concluded nothing: `12 executions held, of about 450`.
pub(super) fn so_far(report: &Report<Shown>) -> Option<String> {
    let Verdict::Inconclusive(limit) = &report.verdict else { return None };
    // Within a bound on preemptions each schedule is one execution.
    let noun = if matches!(limit, Limit::Preemptions(_)) { "schedule" } else { "execution" };
    let held = count(usize::try_from(report.executions).unwrap_or(usize::MAX), noun);
    let is_a_search = limit.is_bound() && report.executions > 0;
    is_a_search.then(|| format!("{held} held{}", about(report)))
}

/// `2 schedules, 0 fail`, and what was explored.
pub(super) fn holding(report: &Report<Shown>) -> (String, String) {
    let Some(Schedules { all, .. }) = &report.schedules else {
        let explored = match report.uncounted {
            Some(most) => too_many(most, report.executions),
            None => format!("all explored{}", states(report)),
        };
        return ("no schedule fails".to_owned(), explored);
    };
    let schedules = if *all == 1 { "1 schedule".to_owned() } else { format!("{all} schedules") };
    (format!("{schedules}, 0 fail"), format!("all explored{}", states(report)))
}

/// `FAIL  lost-update   4 of 6 schedules fail   (all 6 explored, 12 states)`
pub(super) fn line(
    (word, ink): (&str, Ink),
    title: Option<&str>,
    (said, explored): &(String, String),
    width: usize,
) -> Page {
    let mut page = Page::default();
    let title = title.map(|title| format!("{title}   ")).unwrap_or_default();
    let line = Line::new().put(ink, word).plain("  ").plain(title).put(ink, said);
    let explored = format!("({explored})");
    if line.width() + 3 + explored.len() <= width {
        page.push(line.plain("   ").put(Ink::Dim, explored));
    } else {
        page.push(line);
        page.push(Line::new().plain("      ").put(Ink::Dim, explored));
    }
    page
}

/// What was not concluded, and what helps.
pub(super) fn inconclusive(
    report: &Report<Shown>,
    limit: &Limit,
    title: Option<&str>,
    width: usize,
) -> Page {
    let mut page = Page::default();
    let title = title.map(|title| format!("{title}: ")).unwrap_or_default();
    let text = limit.to_string();
    let mut lines = text.lines();
    let what = format!("inconclusive: {title}{}", lines.next().unwrap_or_default());
    page.hanging(Ink::Plain, &what, width, 4);
    if let Some(so_far) = so_far(report) {
        page.push(Line::new().plain("      ").put(Ink::Dim, format!("({so_far})")));
    }
    for help in lines {
        page.hanging(Ink::Good, help, width, 6);
    }
    page
}
