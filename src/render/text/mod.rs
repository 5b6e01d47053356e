//! The report as a page of text.

mod columns;
mod excerpt;
mod outcomes;
mod stacked;

use crate::explain::words::count;
use crate::explain::{Explanation, explain};
use crate::render::page::{Ink, LABEL_WIDTH, Line, Page};
use crate::render::story::Story;
use crate::render::{Context, Shown, Style, verdict};
use crate::search::Sampling;
use crate::source::Sources;
use crate::trace::Trace;
use crate::verdict::{Failure, Limit, Report, Verdict};

pub(super) fn report(
    report: &Report<Shown>,
    context: &Context,
    style: &Style,
    sources: &Sources,
) -> Page {
    let title = context.title.as_deref();
    let line = |word, said: &(String, String)| verdict::line(word, title, said, style.width);
    let mut page = Page::default();
    match &report.verdict {
        Verdict::Verified => {
            page.append(line(("ok  ", Ink::Good), &verdict::holding(report)));
        }
        Verdict::Failed(failure) => {
            let said = verdict::failing(report, failure);
            page.append(line(("FAIL", Ink::Bad), &said));
            page.append(failed(report.again, failure, context, style, sources));
        }
        Verdict::Inconclusive(Limit::OneSchedule) => {
            let ran = report.replayed.as_ref().map(Trace::schedule).unwrap_or_default();
            let said = (format!("schedule {ran} holds"), "only this one was run".to_owned());
            page.append(line(("ran ", Ink::Plain), &said));
        }
        Verdict::Inconclusive(limit) => {
            page.append(verdict::inconclusive(report, limit, title, style.width));
        }
    }
    if !matches!(report.verdict, Verdict::Failed(_))
        && let Some(replayed) = report.replayed.as_ref().filter(|trace| !trace.steps.is_empty())
    {
        page.gap();
        page.append(trace(replayed, style));
    }
    if style.verbose {
        page.append(outcomes::table(report, style));
    }
    page
}

/// The table of a trace that does not fail.
pub(super) fn trace(trace: &Trace, style: &Style) -> Page {
    table(&Story::new(trace, None, false), style)
}

fn failed(
    again: Option<Sampling>,
    failure: &Failure,
    context: &Context,
    style: &Style,
    sources: &Sources,
) -> Page {
    let told = explain(failure, sources, false);
    let mut page = Page::default();
    page.push(Line::new());
    page.hanging(Ink::Bad, &format!("error: {}", told.headline), style.width, "error: ".len());
    page.append(excerpt::excerpt(told.place.as_ref(), &told.marks, sources, style.width));
    page.gap();
    // An engine that cannot tell what happened has no schedule to show.
    if !failure.trace.strands.is_empty() {
        page.hanging(Ink::Plain, &schedule(failure, again), style.width, 4);
    }
    let story = Story::new(&failure.trace, Some(&told), false);
    if !story.rows.is_empty() || !told.waits.is_empty() {
        page.gap();
        page.append(table(&story, style));
    }
    let in_columns = waits(&story, &told);
    if in_columns.overflows(style.width) {
        page.append(waits_in_words(&story, &told, style.width));
    } else {
        page.append(in_columns);
    }
    page.gap();
    page.append(reasons((failure, again), &told, context, style.width));
    page
}

/// `schedule 1221: 4 steps, 2 switches. No failing schedule has fewer switches.`
fn schedule(failure: &Failure, again: Option<Sampling>) -> String {
    let schedule = &failure.schedule;
    if schedule.is_empty() {
        return "no step was needed: it fails before two strands meet".to_owned();
    }
    let (steps, switches) = (count(schedule.len(), "step"), schedule.switches());
    let how_often = if switches == 0 { "no switch".to_owned() } else { count(switches, "switch") };
    let simplest = failure.simplest && switches > 0;
    let tail = if simplest { ". No failing schedule has fewer switches." } else { "" };
    let drawn = again.map_or(String::new(), |again| format!(", drawn with seed {}", again.seed()));
    format!("schedule {schedule}: {steps}, {how_often}{drawn}{tail}")
}

/// The table: in columns if they fit, else stacked.
fn table(story: &Story<'_>, style: &Style) -> Page {
    const NARROW: usize = 80;
    const MOST_COLUMNS: usize = 3;
    let columns = (style.width >= NARROW && story.columns().len() <= MOST_COLUMNS)
        .then(|| columns::table(story, style.width, style.full))
        .flatten();
    columns.unwrap_or_else(|| stacked::table(story, style.width, style.full))
}

/// Who waits for whom.
fn waits(story: &Story<'_>, told: &Explanation) -> Page {
    let mut page = Page::default();
    if !told.waits_for_each_other() {
        return page;
    }
    page.push(Line::new());
    page.push(Line::new().plain("  who waits for whom"));
    let who = told.waits.iter().map(|wait| story.name(wait.strand).len()).max().unwrap_or(0);
    let needs = told.waits.iter().map(|wait| wait.needs.len()).max().unwrap_or(0);
    let holders = told.waits.iter().filter_map(|wait| wait.holder.as_ref());
    let whom = |waits: usize, holds: usize| {
        if waits == holds { "itself".to_owned() } else { story.name(holds).to_owned() }
    };
    let holder =
        told.waits.iter().filter_map(|wait| Some(whom(wait.strand, wait.holder.as_ref()?.0)));
    let holder = holder.map(|name| name.len()).max().unwrap_or(0);
    let since = holders.map(|(_, since)| since.len()).max().unwrap_or(0);
    for wait in &told.waits {
        let column = story.strands.iter().position(|strand| *strand == wait.strand).unwrap_or(0);
        let mut line = Line::new().plain(" ".repeat(LABEL_WIDTH)).cell(
            Ink::Strand(column),
            story.name(wait.strand),
            who,
        );
        line = match &wait.holder {
            Some((strand, at)) => line
                .plain(format!("  --- {:needs$} --->  ", wait.needs))
                .cell(Ink::Plain, &whom(wait.strand, *strand), holder)
                .plain("   ")
                .cell(Ink::Plain, at, since),
            None => line.plain(format!("  {}", wait.needs)),
        };
        if wait.closes {
            line = line.plain("   ").put(Ink::Bad, "<- closes the cycle");
        }
        page.push(line);
    }
    page
}

/// As [`waits`], where there is no room for columns.
fn waits_in_words(story: &Story<'_>, told: &Explanation, width: usize) -> Page {
    let mut page = Page::default();
    page.push(Line::new());
    for (at, wait) in told.waits.iter().enumerate() {
        let holder = wait.holder.as_ref().map_or(String::new(), |(strand, since)| {
            let comma = if since.is_empty() { "" } else { ", " };
            format!(" {}{comma}{since}", story.name(*strand))
        });
        let closes = if wait.closes { " <- closes the cycle" } else { "" };
        let text = format!("{} {}{holder}{closes}", story.name(wait.strand), wait.needs);
        page.labelled(if at == 0 { "waits" } else { "" }, Ink::Plain, &text, width);
    }
    page
}

/// `why`, `order`, `fix` and `next`.
fn reasons(
    (failure, again): (&Failure, Option<Sampling>),
    told: &Explanation,
    context: &Context,
    width: usize,
) -> Page {
    let mut page = Page::default();
    if !told.why.is_empty() {
        page.labelled("why", Ink::Plain, &told.why.join(" "), width);
    }
    if let Some(orders) = &told.orders {
        page.labelled("order", Ink::Plain, orders, width);
    }
    if let Some(fix) = context.fix.as_ref().or(told.fix.as_ref()) {
        page.labelled("fix", Ink::Good, fix, width);
    }
    let command = context.next.iter().map(|(command, _)| command.len()).max().unwrap_or(0);
    for (at, (name, what)) in context.next.iter().enumerate() {
        let label = if at == 0 { "  next" } else { "" };
        let line = Line::new().cell(Ink::Plain, label, LABEL_WIDTH);
        if LABEL_WIDTH + command + 3 + what.len() <= width {
            page.push(line.cell(Ink::Plain, name, command).plain("   ").put(Ink::Dim, what));
        } else {
            page.push(line.plain(name));
            page.labelled("", Ink::Dim, &format!("-- {what}"), width);
        }
    }
    if context.next.is_empty() && context.title.is_none() && !failure.schedule.is_empty() {
        let replay = format!(
            "run this schedule again: Check::new().replay(\"{}\".parse()?).run(..)",
            failure.schedule
        );
        page.labelled("next", Ink::Plain, &replay, width);
        if let Some(again) = again {
            let draw =
                format!("or draw it again: Check::new().sample(Sampling::{again:?}).run(..)");
            page.labelled("", Ink::Plain, &draw, width);
        }
    }
    page
}
