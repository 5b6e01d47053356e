//! Did somebody look while somebody else was half way?
//!
//! Two objects that belong together are changed one after the other. Who looks at both in between
//! finds one as it is now and the other as it was. So does who looks at one before the changes and at the
//! other after them.

use super::timeline::ops_in_steps;
use super::words::Lines;
use super::{Explanation, Mark};
use crate::trace::{Op, Trace};

/// A strand's two changes, and another's two looks, one on each side.
struct Half<'a> {
    changes: [(usize, &'a Op); 2],
    looks: [(usize, &'a Op); 2],
}

/// Explains a failure by a strand that was seen half way, if there is one.
pub(super) fn explain(
    trace: &Trace,
    told: &mut Explanation,
    lines: &Lines,
) -> Option<&'static str> {
    let failed = told.panicked.as_ref().map(|panic| panic.strand);
    // Who has not looked at anything judges what others have found.
    let reader =
        failed.filter(|&who| ops_in_steps(trace).any(|(_, op)| op.strand == who && looks(op)));
    let Some(Half { changes, looks }) = half(trace, reader) else {
        return around(trace, reader, told, lines);
    };
    let name = |op: &Op| &trace.strands[op.strand].name;
    let object = |op: &Op| &trace.objects[op.object].name;
    let [(first, done), (second, to_do)] = changes;
    let [(new, is_new), (old, is_old)] = looks;
    let (writer, reader) = (name(done), name(is_new));
    told.why.push(format!(
        "{reader} found {} as {writer} left it in step {} (at {}), and {} as it was before step {} (at \
         {}): {writer} was half way. Nothing keeps steps {} and {} out of the gap between {} and {}.",
        object(done),
        first + 1,
        lines.say(&is_new.place),
        object(to_do),
        second + 1,
        lines.say(&is_old.place),
        new.min(old) + 1,
        new.max(old) + 1,
        first + 1,
        second + 1,
    ));
    told.fix = Some(format!(
        "change {} before {} tells of it, or hold one lock over both in {writer} and in {reader}",
        object(to_do),
        object(done),
    ));
    told.objects.extend([done.object, to_do.object]);
    let mark = |step: usize, op: &Op| {
        let value = op.read.filter(|_| op.written.is_none());
        let what = match (value, op.written) {
            (Some(value), _) => format!("reads {value}"),
            (None, Some(value)) => format!("writes {value}"),
            (None, None) => "goes here".to_owned(),
        };
        let label = format!("{} {what} (step {})", name(op), step + 1);
        Mark { place: op.place.clone(), label, main: false, strand: Some(op.strand) }
    };
    told.marks.extend(changes.iter().chain(&looks).map(|&(step, op)| mark(step, op)));
    Some("seen half way")
}

/// Whether an operation only looks.
fn looks(op: &Op) -> bool {
    op.read.is_some() && op.written.is_none() && !op.gives_back()
}

/// Explains a failure by looks before and after the changes of another, if there are such.
fn around(
    trace: &Trace,
    reader: Option<usize>,
    told: &mut Explanation,
    lines: &Lines,
) -> Option<&'static str> {
    let all: Vec<(usize, &Op)> = ops_in_steps(trace).collect();
    let by_reader = |op: &Op| looks(op) && reader.is_none_or(|who| who == op.strand);
    let pair = all.iter().filter(|(_, op)| by_reader(op)).find_map(|&new| {
        let from = new.1.from?;
        let changed = all.iter().copied().find(|(step, op)| {
            *step + 1 == from && op.object == new.1.object && op.strand != new.1.strand
        })?;
        all.iter().copied().rev().filter(|old| old.0 < new.0 && looks(old.1)).find_map(|old| {
            let own = old.1.strand == new.1.strand && old.1.object != new.1.object;
            let later = all.iter().copied().find(|(step, op)| {
                (old.0..new.0).contains(step)
                    && op.strand == changed.1.strand
                    && op.object == old.1.object
                    && op.written.is_some()
            });
            later.filter(|_| own).map(|later| (old, later, changed, new))
        })
    });
    let ((old, was), (first, later), (second, _), (new, is_now)) = pair?;
    let object = |op: &Op| &trace.objects[op.object].name;
    let (reader, writer) = (&trace.strands[was.strand].name, &trace.strands[later.strand].name);
    told.why.push(format!(
        "{reader} read {} in step {} (at {}), before {writer} changed it in step {}, and {} in step {} (at \
         {}), after {writer} changed it in step {}: the two were never so together.",
        object(was),
        old + 1,
        lines.say(&was.place),
        first + 1,
        object(is_now),
        new + 1,
        lines.say(&is_now.place),
        second + 1,
    ));
    told.fix = Some(format!(
        "hold one lock over both in {writer} and in {reader}: what is true together lies under one lock",
    ));
    told.objects.extend([was.object, is_now.object]);
    Some("torn read")
}

fn half(trace: &Trace, reader: Option<usize>) -> Option<Half<'_>> {
    let all: Vec<(usize, &Op)> = ops_in_steps(trace).collect();
    for &new in all.iter().filter(|(_, op)| looks(op) && reader.is_none_or(|who| who == op.strand))
    {
        let from = new.1.from.map(|step| step - 1);
        let done = all.iter().copied().find(|(step, op)| {
            Some(*step) == from && op.object == new.1.object && op.strand != new.1.strand
        });
        let Some(done) = done else { continue };
        let old = all.iter().copied().find_map(|old| {
            let own = looks(old.1) && old.1.strand == new.1.strand && old.1.object != new.1.object;
            let to_do = all.iter().copied().find(|(step, op)| {
                *step > old.0.max(new.0)
                    && op.strand == done.1.strand
                    && op.object == old.1.object
                    && op.written.is_some()
            });
            to_do.filter(|_| own && old.0 > done.0).map(|to_do| (old, to_do))
        });
        if let Some((old, to_do)) = old {
            return Some(Half { changes: [done, to_do], looks: [new, old] });
        }
    }
    None
}
