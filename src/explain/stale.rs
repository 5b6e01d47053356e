//! Does a strand act on what is no longer so?
//!
//! Looks for two accesses of one strand to one object, one after the other, and a change by somebody
//! else in between. Whether the second depends on the first is not in a trace; that nothing keeps
//! the change out of the gap is.

use super::timeline::{Section, is_lock, ops_in_steps, sections};
use super::words::{Lines, list, numbers, steps};
use super::{Explanation, Mark};
use crate::source::Sources;
use crate::step::{Kind, Value};
use crate::trace::{Op, Place, Sort, Trace};

/// How well a gap explains a failure, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    /// It reads one object, and then acts on another.
    Elsewhere,
    /// A lock was let go and taken again.
    LetGo,
    /// It reads, and then changes what it finds then.
    Stale,
    /// It reads, and then overwrites.
    Lost,
}

/// A strand's gap, and who was in it.
struct Gap<'a> {
    shape: Shape,
    strand: usize,
    other: usize,
    /// The two ends: the step after which the gap begins, and the step at which it ends.
    first: (usize, &'a Op),
    second: (usize, &'a Op),
    /// The other's steps in the gap, and the first change among them.
    between: Vec<usize>,
    change: (usize, &'a Op),
}

/// Explains a failure by the best gap, if there is one, and says what to call it.
pub(super) fn explain(
    trace: &Trace,
    told: &mut Explanation,
    lines: &Lines,
    sources: &Sources,
) -> Option<&'static str> {
    let decided = trace.decided();
    let better = |gap: &Gap<'_>| {
        let holds = decided.is_some_and(|step| gap.first.0 <= step && step <= gap.second.0);
        (gap.shape, holds, std::cmp::Reverse(gap.second.0), std::cmp::Reverse(gap.first.0))
    };
    let gaps = gaps(trace);
    let gap = gaps.iter().max_by_key(|gap| better(gap))?;
    let pause = awaits(trace, gap, sources);
    told.why.push(sentence(trace, gap, lines, pause.is_some()));
    told.fix = Some(fix(trace, gap, lines, pause.is_some()));
    told.marks.extend(marks(trace, gap));
    told.marks.extend(pause);
    told.objects.push(gap.first.1.object);
    if gap.shape == Shape::Lost {
        told.remarks.push((gap.second.0, format!("overwrites step {}", gap.change.0 + 1)));
    }
    Some(match gap.shape {
        Shape::Lost => "lost update",
        Shape::LetGo => "stale value",
        Shape::Stale | Shape::Elsewhere => "stale decision",
    })
}

fn gaps(trace: &Trace) -> Vec<Gap<'_>> {
    let mut gaps = Vec::new();
    for object in 0..trace.objects.len() {
        if is_lock(trace.objects[object].what) {
            lock_gaps(trace, object, &mut gaps);
        } else {
            value_gaps(trace, object, &mut gaps);
        }
    }
    gaps
}

/// Read, then write, with somebody else's write in between.
fn value_gaps<'a>(trace: &'a Trace, object: usize, gaps: &mut Vec<Gap<'a>>) {
    let all: Vec<(usize, &Op)> = ops_in_steps(trace)
        .filter(|(_, op)| op.object == object && op.kind != Kind::Fence)
        .collect();
    for (at, &first) in all.iter().enumerate() {
        if first.1.read.is_none() {
            continue;
        }
        let strand = first.1.strand;
        let later = || all[at + 1..].iter().copied();
        let own = later().find(|(_, op)| op.strand == strand);
        let until = own.map_or(usize::MAX, |(step, _)| step);
        let change = later().find(|(step, op)| {
            op.strand != strand && op.written.is_some() && (first.0..=until).contains(step)
        });
        let Some(change) = change else { continue };
        let second = match own {
            Some(own) if own.1.written.is_some() => {
                let shape = if own.1.read.is_none() { Shape::Lost } else { Shape::Stale };
                Some((shape, own))
            }
            Some(_) => None,
            None => {
                acts_elsewhere(trace, strand, object, change.0).map(|op| (Shape::Elsewhere, op))
            }
        };
        let Some((shape, second)) = second else { continue };
        let other = change.1.strand;
        let between = all
            .iter()
            .filter(|(step, op)| op.strand == other && first.0 < *step && *step < second.0);
        let between = between.map(|(step, _)| *step).collect();
        gaps.push(Gap { shape, strand, other, first, second, between, change });
    }
}

/// What a strand changes after a step, though not the object that it has looked at.
fn acts_elsewhere(
    trace: &Trace,
    strand: usize,
    object: usize,
    after: usize,
) -> Option<(usize, &Op)> {
    ops_in_steps(trace).find(|(step, op)| {
        *step > after && op.strand == strand && op.object != object && op.written.is_some()
    })
}

/// A lock that is given back and taken again, while somebody else had it and changed what it guards.
fn lock_gaps<'a>(trace: &'a Trace, object: usize, gaps: &mut Vec<Gap<'a>>) {
    let sections = sections(trace, object);
    let values_known = sections.iter().any(Section::changed);
    for (at, first) in sections.iter().enumerate() {
        let later = || sections[at + 1..].iter();
        let Some(given) = first.given else { continue };
        let Some(second) = later().find(|section| section.strand == first.strand) else { continue };
        let between = later().take_while(|section| section.taken.0 < second.taken.0);
        let changes = |section: &&Section<'_>| !values_known || section.changed();
        let Some(change) = between.clone().find(changes) else { continue };
        let own = between.filter(|section| section.strand == change.strand);
        let steps = own.flat_map(|section| {
            [Some(section.taken.0), section.given.map(|(step, _)| step)].into_iter().flatten()
        });
        gaps.push(Gap {
            shape: Shape::LetGo,
            strand: first.strand,
            other: change.strand,
            first: (given.0, first.taken.1),
            second: second.taken,
            between: steps.collect(),
            change: change.given.unwrap_or(change.taken),
        });
    }
}

fn sentence(trace: &Trace, gap: &Gap<'_>, lines: &Lines, awaits: bool) -> String {
    let name = |strand: usize| &trace.strands[strand].name;
    let (who, other) = (name(gap.strand), name(gap.other));
    let object = &trace.objects[gap.first.1.object].name;
    let (first, second) = (gap.first.0 + 1, gap.second.0 + 1);
    let (at, then) = (lines.say(&gap.first.1.place), lines.say(&gap.second.1.place));
    let between = numbers(&gap.between);
    let order = format!("Nothing orders steps {first} and {second} against {between}.");
    match gap.shape {
        Shape::LetGo => format!(
            "{who} had {object} at {at} until step {first} and again at {then} from step {second} on, \
             and {other} {} in between. Each lock covers one access, and none covers both. {order}",
            match (gap.change.1.read, gap.change.1.written) {
                (Some(before), Some(after)) => {
                    format!("changed it from {before} to {after} (step {})", gap.change.0 + 1)
                }
                _ => "had it".to_owned(),
            },
        ),
        Shape::Elsewhere => format!(
            "{who} looked at {object} at {at} (step {first}) and acted at {then} (step {second}), and \
             {other} changed {object} in between. {order}"
        ),
        Shape::Stale | Shape::Lost if awaits => format!(
            "{who} looked at {object} at {at} (step {first}), let others run, and acted at {then} \
             (step {second}) without looking again; {other} changed it in step {}. One thread is enough \
             to race: at an await, everyone else may run.",
            gap.change.0 + 1,
        ),
        Shape::Stale => format!(
            "{who} looked at {object} at {at} (step {first}) and acted at {then} (step {second}) \
             without looking again, and {other} ran in between. {order}"
        ),
        Shape::Lost => format!(
            "{who} was between its {} (step {first}) and its {} (step {second}) when {other} ran. \
             {order}",
            gap.first.1.kind.verb(),
            gap.second.1.kind.verb(),
        ),
    }
}

fn fix(trace: &Trace, gap: &Gap<'_>, lines: &Lines, awaits: bool) -> String {
    let object = &trace.objects[gap.first.1.object].name;
    let (at, then) = (lines.say(&gap.first.1.place), lines.say(&gap.second.1.place));
    match gap.shape {
        Shape::Lost | Shape::Stale if awaits => format!(
            "look and act with no await in between: take {object} before it, and give it back if the \
             rest fails"
        ),
        Shape::Lost => {
            "make the load and the store one step (fetch_add, fetch_update, compare_exchange), or hold \
             one lock over both"
                .to_owned()
        }
        Shape::Stale => format!(
            "check and act in one step (fetch_update, compare_exchange), or hold one lock from {at} to \
             {then}"
        ),
        Shape::LetGo if at == then => {
            format!("hold {object} from the first access to the last: one guard, not two")
        }
        Shape::LetGo => format!("hold {object} from {at} to {then}: one guard, not two"),
        Shape::Elsewhere => format!("hold one lock from {at} to {then}"),
    }
}

/// The lines of both sides, with what each did there.
fn marks(trace: &Trace, gap: &Gap<'_>) -> Vec<Mark> {
    let object = gap.first.1.object;
    let window = gap.first.0.min(gap.change.0)..=gap.second.0;
    let last_read = ops_in_steps(trace)
        .filter(|(step, op)| op.strand == gap.other && *step < gap.change.0 && op.object == object)
        .filter(|(_, op)| op.read.is_some() && !op.gives_back())
        .last();
    let mut ops: Vec<(usize, &Op)> = vec![gap.first, gap.second, gap.change];
    ops.extend(last_read.filter(|_| gap.shape != Shape::LetGo));
    let between = ops_in_steps(trace).filter(|(step, op)| {
        window.contains(step) && op.object == object && op.strand == gap.other && op.read.is_some()
    });
    ops.extend(between.filter(|(_, op)| gap.shape != Shape::LetGo && op.written.is_none()));
    ops.sort_by_key(|(step, _)| *step);
    ops.dedup_by_key(|(step, op)| (*step, op.kind));
    if gap.shape == Shape::LetGo {
        return let_go_marks(trace, gap);
    }
    let mut places: Vec<&Place> = ops.iter().map(|(_, op)| &op.place).collect();
    places.sort();
    places.dedup();
    let mark = |place: &Place| {
        let here: Vec<(usize, &Op)> =
            ops.iter().copied().filter(|(_, op)| op.place == *place).collect();
        let (label, strand) = label(trace, &here);
        Mark { place: place.clone(), label, main: false, strand }
    };
    places.into_iter().map(mark).collect()
}

/// The await in a task's gap: the one place where others can run.
fn awaits(trace: &Trace, gap: &Gap<'_>, sources: &Sources) -> Option<Mark> {
    let (first, second) = (&gap.first.1.place, &gap.second.1.place);
    if trace.strands[gap.strand].sort != Sort::Task || first.file != second.file {
        return None;
    }
    let lines = sources.lines(&first.file)?;
    // A lock that is awaited is taken after its own await.
    let start = if gap.shape == Shape::LetGo { first.line + 1 } else { first.line };
    let (line, at) = (start..second.line).find_map(|line| {
        let text = lines.get(line as usize - 1)?;
        Some((line, text[..text.find(".await")?].chars().count()))
    })?;
    let column = u32::try_from(at + 2).ok()?;
    let object = &trace.objects[gap.first.1.object].name;
    let label = format!("other tasks run here: {object} can change before the next line");
    let place = Place { file: first.file.clone(), line, column };
    Some(Mark { place, label, main: false, strand: None })
}

/// What was done in one line: `alice and bob both read 0 (steps 1 and 2)`.
fn label(trace: &Trace, here: &[(usize, &Op)]) -> (String, Option<usize>) {
    let strand = here[0].1.strand;
    let alone = here.iter().all(|(_, op)| op.strand == strand).then_some(strand);
    let did = |op: &Op| said(op.read, op.written);
    let same = here.iter().all(|(_, op)| did(op) == did(here[0].1));
    if same && alone.is_none() {
        let mut names: Vec<&str> = Vec::new();
        for (_, op) in here {
            let name = trace.strands[op.strand].name.as_str();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let at: Vec<usize> = here.iter().map(|(step, _)| *step).collect();
        let (verb, value) = did(here[0].1);
        let verb = verb.trim_end_matches('s');
        return (format!("{} both {verb} {value} ({})", list(&names), steps(&at)), None);
    }
    let parts: Vec<String> = here
        .iter()
        .map(|(step, op)| {
            let (verb, value) = did(op);
            format!("{} {verb} {value} (step {})", trace.strands[op.strand].name, step + 1)
        })
        .collect();
    (parts.join(", "), alone)
}

fn said(read: Option<Value>, written: Option<Value>) -> (&'static str, String) {
    match (read, written) {
        (Some(read), Some(written)) => ("changes", format!("{read} to {written}")),
        (None, Some(written)) => ("writes", written.to_string()),
        (Some(read), None) => ("reads", read.to_string()),
        (None, None) => ("goes", "here".to_owned()),
    }
}

/// Who had the lock that was taken in a line, and when.
fn let_go_marks(trace: &Trace, gap: &Gap<'_>) -> Vec<Mark> {
    let object = gap.first.1.object;
    let of_both = |section: &&Section<'_>| [gap.strand, gap.other].contains(&section.strand);
    let sections = sections(trace, object);
    let mut marks: Vec<Mark> = Vec::new();
    for section in sections.iter().filter(of_both) {
        let given = section.given.map(|(step, _)| step);
        let mut at = vec![section.taken.0];
        at.extend(given);
        let who = &trace.strands[section.strand].name;
        let mut label = format!("{who} has {} ({})", trace.objects[object].name, steps(&at));
        let change = section.given.and_then(|(_, op)| op.read.zip(op.written));
        if let Some((before, after)) = change {
            label = format!("{label}, {before} -> {after}");
        }
        let place = &section.taken.1.place;
        match marks.iter_mut().find(|mark| mark.place == *place) {
            Some(mark) => {
                mark.label = format!("{}; {label}", mark.label);
                mark.strand = None;
            }
            None => marks.push(Mark {
                place: place.clone(),
                label,
                main: false,
                strand: Some(section.strand),
            }),
        }
    }
    marks
}
