//! The report in sentences, for somebody who listens to it.

use super::page::{Ink, Line, Page};
use super::story::{Story, of};
use super::{Context, Shown, verdict};
use crate::count::Count;
use crate::explain::timeline::{drops_a_wait, is_placed_at_birth};
use crate::explain::words::{count, shown_file};
use crate::explain::{Explanation, explain};
use crate::source::Sources;
use crate::step::Kind;
use crate::trace::{Effect, Op, Trace};
use crate::verdict::{Failure, Limit, Report, Verdict};

pub(super) fn report(report: &Report<Shown>, context: &Context, sources: &Sources) -> Page {
    let mut page = Page::default();
    let subject =
        context.title.as_ref().map_or("The program".to_owned(), |title| format!("Race {title}"));
    match &report.verdict {
        Verdict::Verified => {
            let (said, explored) = verdict::holding(report);
            say(&mut page, format!("{subject} holds. {}. {}.", capital(&said), capital(&explored)));
        }
        Verdict::Failed(failure) => {
            let (said, explored) = verdict::failing(report, failure);
            say(&mut page, format!("{subject} fails. {}. {}.", capital(&said), capital(&explored)));
            if let Some(again) = report.again {
                say(&mut page, format!("Drawn with seed {}.", again.seed()));
            }
            failed(&mut page, failure, context, sources);
        }
        Verdict::Inconclusive(Limit::OneSchedule) => {
            say(&mut page, format!("{subject} holds in this schedule. Only this one was run."));
        }
        Verdict::Inconclusive(limit) => {
            say(&mut page, "Nothing was concluded.".to_owned());
            for line in limit.to_string().lines() {
                say(&mut page, format!("{}.", capital(line)));
            }
            if let Some(so_far) = verdict::so_far(report) {
                say(&mut page, format!("{so_far}."));
            }
        }
    }
    if !matches!(report.verdict, Verdict::Failed(_))
        && let Some(replayed) = &report.replayed
    {
        page.append(trace(replayed));
    }
    page
}

/// What happened, step by step.
pub(super) fn trace(trace: &Trace) -> Page {
    let mut page = Page::default();
    steps(&mut page, &Story::new(trace, None, true));
    page
}

fn say(page: &mut Page, sentence: String) {
    page.push(Line::new().put(Ink::Plain, sentence));
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or(String::new(), |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

fn failed(page: &mut Page, failure: &Failure, context: &Context, sources: &Sources) {
    let told = explain(failure, sources, true);
    let story = Story::new(&failure.trace, Some(&told), true);
    say(page, format!("{}.", capital(&told.headline)));
    if let Some(place) = &told.place {
        let details: Vec<&str> =
            told.marks.iter().filter(|mark| mark.main).map(|mark| mark.label.as_str()).collect();
        let file = shown_file(&place.file);
        say(page, format!("File {file}, line {}: {}.", place.line, details.join("; ")));
    }
    let turns: Vec<String> =
        failure.schedule.turns.iter().map(|turn| turn.strand.to_string()).collect();
    if !turns.is_empty() {
        let length = count(turns.len(), "step");
        say(page, format!("Failing schedule {}, {length}.", turns.join(" ")));
    }
    steps(page, &story);
    ending(page, &story, &told);
    if !told.why.is_empty() {
        say(page, format!("Why: {}", told.why.join(" ")));
    }
    if let Some(orders) = &told.orders {
        say(page, format!("Order: {orders}"));
    }
    if let Some(fix) = context.fix.as_ref().or(told.fix.as_ref()) {
        say(page, format!("Fix: {fix}."));
    }
    for (command, what) in &context.next {
        say(page, format!("Next: {command}: {what}."));
    }
}

fn steps(page: &mut Page, story: &Story<'_>) {
    let start: Vec<String> = story
        .objects
        .iter()
        .map(|object| format!("{} is {}.", object.name, object.start))
        .collect();
    let fails = story.trace.counts.as_ref().map_or(String::new(), |counts| {
        format!(" {} schedules {} from here.", of(counts), fail(&counts.failing))
    });
    say(page, format!("Start. {}{fails}", start.join(" ")));
    for row in &story.rows {
        let info = &story.trace.strands[row.strand];
        let own = |op: &&Op| op.strand == row.strand;
        let ops = || story.trace.steps[row.number - 1].ops.iter().filter(own);
        let more = ops().any(|op| op.kind != Kind::Poll);
        let ops = ops().filter(|op| !more || op.kind != Kind::Poll);
        let mut did: Vec<String> = ops.map(|op| sentence(story, row.number - 1, op)).collect();
        did.dedup();
        let mut text = format!(
            "Step {}. {} {}, {}, {}.",
            row.number,
            capital(info.sort.noun()),
            row.strand,
            info.name,
            did.join("; then ")
        );
        if let Some(remark) = &row.remark {
            text.extend([" It ", remark, "."]);
        }
        if let Some(counts) = row.counts.as_ref().filter(|_| !after_decision(story, row.number)) {
            let every = counts.failing == counts.all;
            let fails = if every {
                "Every schedule fails".to_owned()
            } else {
                format!("{} {}", of(counts), fail(&counts.failing))
            };
            text.extend([" ", &fails, " from here."]);
        }
        if row.decided {
            text.push_str(" This step decided.");
        }
        say(page, text);
    }
}

fn fail(failing: &Count) -> &'static str {
    if *failing == 1 { "fails" } else { "fail" }
}

fn after_decision(story: &Story<'_>, number: usize) -> bool {
    story.trace.decided().is_some_and(|decided| number > decided + 1)
}

/// `line 14: loads jar, reads 0`
fn sentence(story: &Story<'_>, step: usize, op: &Op) -> String {
    let name = &story.trace.objects[op.object].name;
    if op.kind == Kind::Fire {
        return format!("line {}: time is up", op.place.line);
    }
    let not_yet = if op.effect == Effect::Waits { ", which is not ready yet" } else { "" };
    let what = match (op.kind, op.read, op.written) {
        _ if drops_a_wait(story.trace, op) => format!("drops what waited for {name}"),
        (Kind::Load, Some(read), _) => format!("loads {name}, reads {read}"),
        (Kind::Store, _, Some(written)) => match story.before(op.object, step) {
            Some(before) if before == written => {
                format!("stores {written} in {name}, which was {before} already")
            }
            Some(before) => format!("stores {written} in {name}, which was {before}"),
            None => format!("stores {written} in {name}"),
        },
        (kind, Some(read), Some(written)) => {
            format!("{} {name}, which changes from {read} to {written}", third(kind.verb()))
        }
        (kind, Some(read), None) => format!("{} {name}, finds {read}", third(kind.verb())),
        (kind, None, Some(written)) => {
            format!("{} {name}, which is {written} now", third(kind.verb()))
        }
        (kind, None, None) => format!("{} {name}{not_yet}", third(kind.verb())),
    };
    if is_placed_at_birth(story.trace, op) {
        return what;
    }
    format!("line {}: {what}", op.place.line)
}

/// `lock` becomes `locks`; a method's name stays as it is.
fn third(verb: &str) -> String {
    match verb {
        "lock" | "unlock" | "wait" | "read" | "write" | "park" | "unpark" | "abort" | "poll" => {
            format!("{verb}s")
        }
        "unlock (read)" | "unlock (write)" => "unlocks".to_owned(),
        verb => format!("does {verb} on"),
    }
}

fn ending(page: &mut Page, story: &Story<'_>, told: &Explanation) {
    for wait in &told.waits {
        let holder = wait.holder.as_ref().map_or(String::new(), |(strand, since)| {
            format!(" {}{}{since}", story.name(*strand), if since.is_empty() { "" } else { ", " })
        });
        say(page, format!("End. {} {}{holder}.", story.name(wait.strand), wait.needs));
    }
    if let Some(panic) = told.panicked.as_ref().filter(|_| told.waits.is_empty()) {
        let what = if told.asserted { "finds that this does not hold" } else { "panics" };
        say(page, format!("End. {} {what}, line {}.", story.name(panic.strand), panic.place.line));
    }
}
