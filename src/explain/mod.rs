//! Why did it fail, and where must the lock go?
//!
//! An explanation says nothing that its trace does not. It looks for a few patterns: somebody acts on
//! what is no longer so ([`stale`]), strands that wait for each other ([`stuck`]), strands that never
//! come to an end ([`endless`]), a future that was dropped half way ([`cancel`]). What is none of them
//! gets the facts that every failure has: the step that decided, and the strand that failed.

mod cancel;
mod endless;
mod halfway;
mod promise;
mod signal;
mod stale;
mod stuck;
pub(crate) mod timeline;
pub(crate) mod words;

use crate::source::Sources;
use crate::trace::{Panicked, Place, Trace};
use crate::verdict::{Failure, FailureKind};
use promise::Broken;
use words::Lines;

/// Why a program failed, in the words of its trace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Explanation {
    /// What went wrong, in a line.
    pub(crate) headline: String,
    /// Where it shows.
    pub(crate) place: Option<Place>,
    /// The lines of the program that made it happen.
    pub(crate) marks: Vec<Mark>,
    /// Sentences.
    pub(crate) why: Vec<String>,
    /// What would help, in general.
    pub(crate) fix: Option<String>,
    /// Who waits for whom.
    pub(crate) waits: Vec<Wait>,
    /// Locks that are taken in orders which do not agree.
    pub(crate) orders: Option<String>,
    /// What is to be seen in the table first.
    pub(crate) objects: Vec<usize>,
    /// A remark beside a step of the table, by the step's position.
    pub(crate) remarks: Vec<(usize, String)>,
    /// The panic that is the failure.
    pub(crate) panicked: Option<Panicked>,
    /// Whether that panic is an assertion's.
    pub(crate) asserted: bool,
}

impl Explanation {
    /// Whether a table of who waits for whom says more than the headline: that one strand waits, and
    /// for nobody in particular, is said there.
    pub(crate) fn waits_for_each_other(&self) -> bool {
        !matches!(self.waits.as_slice(), [] | [Wait { holder: None, .. }])
    }
}

/// A line of the program, and what to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) place: Place,
    pub(crate) label: String,
    /// Whether it is where the failure shows.
    pub(crate) main: bool,
    /// Whose line it is, if it is only one's.
    pub(crate) strand: Option<usize>,
}

/// A strand that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    pub(crate) strand: usize,
    /// `needs b`
    pub(crate) needs: String,
    /// Who has it, and since when.
    pub(crate) holder: Option<(usize, String)>,
    pub(crate) closes: bool,
}

/// Explains a failure; `spoken` names lines in words.
pub(crate) fn explain(failure: &Failure, sources: &Sources, spoken: bool) -> Explanation {
    let lines = Lines::of(&failure.trace, spoken);
    let mut told = match failure.kind {
        FailureKind::Panic => panicked(failure, sources, &lines),
        FailureKind::Deadlock => stuck::explain(failure, &lines),
        FailureKind::DataRace => raced(failure),
        FailureKind::Livelock | FailureKind::StepLimit => endless::explain(failure, &lines),
    };
    told.why.extend(decision(&failure.trace));
    told
}

fn panicked(failure: &Failure, sources: &Sources, lines: &Lines) -> Explanation {
    let trace = &failure.trace;
    let panic = trace.panics.iter().rev().find(|panic| {
        Some(&panic.place) == failure.place.as_ref() && panic.message == failure.message
    });
    let source = failure.place.as_ref().and_then(|place| sources.text_from(place));
    let broken = promise::broken(&failure.message, source.as_deref());
    let mut told = Explanation {
        place: failure.place.clone(),
        panicked: panic.cloned(),
        asserted: broken.asserted,
        ..Explanation::default()
    };
    let pattern = cancel::explain(trace, &mut told, lines)
        .or_else(|| stale::explain(trace, &mut told, lines, sources))
        .or_else(|| halfway::explain(trace, &mut told, lines));
    let who = panic.map(|panic| trace.strands[panic.strand].name.as_str());
    told.headline = headline(pattern, &broken, who);
    if let Some(place) = &failure.place {
        let label = broken.detail.unwrap_or_else(|| match (broken.asserted, who) {
            (true, _) => "does not hold".to_owned(),
            (false, Some(who)) => format!("{who} panics here"),
            (false, None) => "panics here".to_owned(),
        });
        told.marks.push(Mark { place: place.clone(), label, main: true, strand: None });
    }
    told
}

/// Both ends of a data race.
fn raced(failure: &Failure) -> Explanation {
    let trace = &failure.trace;
    let mut told = Explanation {
        place: failure.place.clone(),
        headline: format!("data race: {}", failure.message),
        fix: Some(
            "put the two in order: one lock around both, or a store that releases and a load that \
             acquires between them"
                .to_owned(),
        ),
        ..Explanation::default()
    };
    for (number, end) in trace.raced.iter().enumerate() {
        let name = &trace.strands[end.strand].name;
        let label = format!("{name} {} {} here", end.verb(), trace.objects[end.object].name);
        let (place, main, strand) = (end.place.clone(), number == 1, Some(end.strand));
        told.marks.push(Mark { place, label, main, strand });
        told.objects.push(end.object);
    }
    told
}

fn headline(pattern: Option<&str>, broken: &Broken, who: Option<&str>) -> String {
    match (pattern, broken.asserted, who) {
        (Some(pattern), true, _) | (Some(pattern), _, None) => {
            format!("{pattern}: {}", broken.sentence())
        }
        (Some(pattern), false, Some(who)) => format!("{pattern}: {who} panics: {}", broken.text),
        (None, true, _) => broken.sentence(),
        (None, false, Some(who)) => format!("{who} panics: {}", broken.text),
        (None, false, None) => format!("panic: {}", broken.text),
    }
}

/// When it was decided.
fn decision(trace: &Trace) -> Option<String> {
    let doomed = trace.counts.as_ref().is_some_and(|counts| counts.failing == counts.all);
    if doomed {
        let several = trace.counts.as_ref().is_some_and(|counts| counts.all > 1);
        return several.then(|| "Every schedule fails.".to_owned());
    }
    let decided = trace.decided()? + 1;
    let tail = if decided < trace.steps.len() { ", whoever runs next" } else { "" };
    Some(format!("After step {decided} every schedule fails{tail}."))
}
