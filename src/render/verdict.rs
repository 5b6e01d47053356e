//! The line that a report begins with.

use crate::explain::words::count;
use crate::render::page::{Ink, Line, Page};
use crate::verdict::{Failure, Limit, Report, Schedules};

/// `4 of 6 schedules fail`, and what is known of how many there are.
pub(super) fn failing<T>(report: &Report<T>, failure: &Failure) -> (String, String) {
    let Some(Schedules { all, failing }) = report.schedules else {
        return uncounted(report, failure);
    };
    let fails = match (failing, all) {
        (1, 1) => "the only schedule fails".to_owned(),
        (2, 2) => "both schedules fail".to_owned(),
        (failing, all) if failing == all => format!("all {all} schedules fail"),
        (1, all) => format!("1 of {all} schedules fails"),
        (failing, all) => format!("{failing} of {all} schedules fail"),
    };
    let explored = match all {
        1 => "it is explored".to_owned(),
        2 => "both explored".to_owned(),
        all => format!("all {all} explored"),
    };
    (fails, format!("{explored}{}", states(report)))
}

/// `, 12 states`
fn states<T>(report: &Report<T>) -> String {
    report.states.map_or(String::new(), |states| format!(", {}", count(states, "state")))
}

fn uncounted<T>(report: &Report<T>, failure: &Failure) -> (String, String) {
    if report.replayed.is_some() {
        let fails = format!("schedule {} fails", failure.schedule);
        return (fails, "only this one was run".to_owned());
    }
    if failure.simplest {
        return ("it fails".to_owned(), format!("all explored{}", states(report)));
    }
    let (failed, spent) = (report.failed_executions, report.executions);
    let executions = if spent == 1 { "execution" } else { "executions" };
    let why = if failure.trace.strands.is_empty() {
        "no schedule count: this engine knows of no schedules"
    } else {
        "no schedule count: not everything was explored"
    };
    (format!("{failed} of {spent} {executions} failed"), why.to_owned())
}

/// `2 schedules, 0 fail`, and what was explored.
pub(super) fn holding<T>(report: &Report<T>) -> (String, String) {
    let Some(Schedules { all, .. }) = report.schedules else {
        return ("no schedule fails".to_owned(), format!("all explored{}", states(report)));
    };
    let schedules = if all == 1 { "1 schedule".to_owned() } else { format!("{all} schedules") };
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
pub(super) fn inconclusive(limit: &Limit, title: Option<&str>, width: usize) -> Page {
    let mut page = Page::default();
    let title = title.map(|title| format!("{title}: ")).unwrap_or_default();
    let text = limit.to_string();
    let mut lines = text.lines();
    let what = format!("inconclusive: {title}{}", lines.next().unwrap_or_default());
    page.hanging(Ink::Plain, &what, width, 4);
    for help in lines {
        page.hanging(Ink::Good, help, width, 6);
    }
    page
}
