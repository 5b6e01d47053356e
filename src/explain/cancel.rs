//! Was a future dropped half way?

use super::timeline::{drops_a_wait, is_placed_at_birth, ops_in_steps};
use super::words::Lines;
use super::{Explanation, Mark};
use crate::step::Kind;
use crate::trace::{Effect, Op, Trace};

/// What would help, whoever dropped it.
const FIX: &str = "do what belongs together with no await in between, or spawn it as a task of its own \
                   and await its handle: dropping a handle does not stop the task";

/// Explains a failure by a future that was dropped, if there is one.
pub(super) fn explain(
    trace: &Trace,
    told: &mut Explanation,
    lines: &Lines,
) -> Option<&'static str> {
    stopped_task(trace, told, lines).or_else(|| dropped_wait(trace, told, lines))
}

/// A task that was told to stop, and has done nothing since.
fn stopped_task(trace: &Trace, told: &mut Explanation, lines: &Lines) -> Option<&'static str> {
    let (at, stop, strand) = ops_in_steps(trace).find_map(|(step, op)| {
        let strand = trace.objects[op.object].strand?;
        let later = || ops_in_steps(trace).any(|(at, op)| at > step && op.strand == strand);
        let dropped = op.kind == Kind::Cancel || (op.kind == Kind::Abort && !later());
        let over = trace.strands[strand].ended.is_some_and(|ended| ended < step);
        (dropped && !over).then_some((step, op, strand))
    })?;
    let name = &trace.strands[strand].name;
    let by = match stop.kind {
        Kind::Abort => {
            let by = &trace.strands[stop.strand].name;
            format!("{by} told {name} to stop at {} (step {})", lines.say(&stop.place), at + 1)
        }
        _ => format!("{name} was dropped in step {}", at + 1),
    };
    let last =
        ops_in_steps(trace).filter(|(before, op)| *before < at && op.strand == strand).last();
    let Some((last, op)) = last else {
        told.why.push(format!("{by}, before it began."));
        return Some("cancelled");
    };
    told.why.push(format!(
        "{by}, half way: the last that {name} did is at {} (step {}). What comes after that line never \
         ran.",
        lines.say(&op.place),
        last + 1,
    ));
    told.fix = Some(FIX.to_owned());
    told.objects.push(op.object);
    let mut mark = |op: &Op, label: String, strand: usize| {
        let place = op.place.clone();
        told.marks.push(Mark { place, label, main: false, strand: Some(strand) });
    };
    mark(op, format!("the last that {name} did (step {})", last + 1), strand);
    if stop.kind == Kind::Abort {
        let by = &trace.strands[stop.strand].name;
        mark(stop, format!("{by} tells {name} to stop (step {})", at + 1), stop.strand);
    }
    Some("cancelled half way")
}

/// A future that waited for something and was dropped before it had it: by a timeout, or because
/// another branch was ready first.
fn dropped_wait(trace: &Trace, told: &mut Explanation, lines: &Lines) -> Option<&'static str> {
    let (step, dropped) = ops_in_steps(trace)
        .find(|&(step, op)| drops_a_wait(trace, op) && waited_before(trace, step, op))?;
    let strand = dropped.strand;
    let (name, object) = (&trace.strands[strand].name, &trace.objects[dropped.object].name);
    let unplaced = is_placed_at_birth(trace, dropped);
    let (waited, label) = if unplaced {
        (
            format!("for {object}"),
            format!("what waited for {object} was dropped (step {})", step + 1),
        )
    } else {
        let label = format!("dropped while it waited here (step {})", step + 1);
        (format!("at {}", lines.say(&dropped.place)), label)
    };
    let fired =
        ops_in_steps(trace).filter(|(fired, op)| *fired < step && op.kind == Kind::Fire).last();
    let did = ops_in_steps(trace)
        .filter(|(before, op)| *before < step && op.strand == strand && op.written.is_some())
        .last();
    let time = fired.map_or(String::new(), |(fired, op)| {
        format!("the time of {} was up in step {}, and ", lines.say(&op.place), fired + 1)
    });
    told.why.push(format!(
        "{name} waited {waited}: {time}what waited was dropped in step {}. What comes after that await \
         never ran.",
        step + 1
    ));
    told.fix = Some(FIX.to_owned());
    let mut mark = |op: &Op, label: String, strand: Option<usize>| {
        told.marks.push(Mark { place: op.place.clone(), label, main: false, strand });
    };
    if let Some((before, op)) = did {
        let change = match (op.read, op.written) {
            (Some(read), Some(written)) => format!("{read} -> {written}"),
            (_, written) => written.map_or(String::new(), |written| written.to_string()),
        };
        let name = &trace.objects[op.object].name;
        mark(op, format!("done in step {}: {name} {change}", before + 1), Some(strand));
    }
    mark(dropped, label, None);
    if let Some((fired, op)) = fired {
        mark(op, format!("time is up (step {})", fired + 1), None);
    }
    told.objects.extend(did.map(|(_, op)| op.object));
    Some("cancelled half way")
}

/// Whether it has waited since an earlier step. What begins to wait and is dropped in one and the same step, as an
/// arm of a `select!` does when another is ready, has interrupted nothing.
fn waited_before(trace: &Trace, step: usize, dropped: &Op) -> bool {
    let before: Vec<(usize, &Op)> = ops_in_steps(trace)
        .take_while(|&(at, op)| at < step || (at == step && !std::ptr::eq(op, dropped)))
        .filter(|(_, op)| (op.strand, op.object) == (dropped.strand, dropped.object))
        .collect();
    let waited = |&(at, op): &(usize, &Op)| at < step && op.effect == Effect::Waits;
    before.iter().any(waited) || before.last().is_some_and(|&(at, _)| at < step)
}
