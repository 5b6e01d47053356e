//! Did somebody look while somebody else was half way?
//!
//! Two objects that belong together are changed one after the other. Who looks at both in between
//! finds one as it is now and the other as it was.

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
    let Half { changes, looks } = half(trace, failed)?;
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

fn half(trace: &Trace, reader: Option<usize>) -> Option<Half<'_>> {
    let all: Vec<(usize, &Op)> = ops_in_steps(trace).collect();
    let looks = |op: &Op| op.read.is_some() && op.written.is_none() && !op.gives_back();
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
