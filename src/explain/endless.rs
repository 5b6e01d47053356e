//! Which strands go on for ever, and what do they wait for?

use super::timeline::{holders, ops_in_steps};
use super::words::{Lines, count, list};
use super::{Explanation, Mark};
use crate::trace::{Effect, Op, Trace, takes};
use crate::verdict::{Failure, FailureKind};

pub(super) fn explain(failure: &Failure, lines: &Lines) -> Explanation {
    let trace = &failure.trace;
    let mut told = Explanation::default();
    let rounds: Vec<Round<'_>> =
        (0..trace.strands.len()).filter_map(|strand| round(trace, strand)).collect();
    told.objects = rounds.iter().map(|round| round.op.object).collect();
    told.place = rounds.first().map(|round| round.op.place.clone());
    for round in &rounds {
        let name = &trace.strands[round.op.strand].name;
        let object = &trace.objects[round.op.object].name;
        let found = round.op.read.map_or(String::new(), |value| format!(", and finds {value}"));
        let label = match failure.kind {
            FailureKind::StepLimit => format!("{name} was here {}", count(round.times, "time")),
            _ if round.tries() => format!("{name} tries {object} again and again, in vain"),
            _ => format!("{name} looks at {object} again and again{found}"),
        };
        let place = round.op.place.clone();
        told.marks.push(Mark { place, label, main: true, strand: Some(round.op.strand) });
    }
    if failure.kind == FailureKind::StepLimit {
        told.headline = format!("step limit: {}", failure.message);
        told.fix = Some(
            "have the loop come to an end, or allow more steps with `max_steps` if the program needs \
             them"
                .to_owned(),
        );
        return told;
    }
    let names: Vec<&str> =
        rounds.iter().map(|round| trace.strands[round.op.strand].name.as_str()).collect();
    told.headline = match names.as_slice() {
        [] => format!("livelock: {}", failure.message),
        [one] => format!("livelock: {one} goes round for ever and changes nothing"),
        several => format!("livelock: {} go round for ever and change nothing", list(several)),
    };
    told.why = rounds.iter().map(|round| spins(trace, round, lines)).collect();
    let mut objects: Vec<&str> = Vec::new();
    for round in &rounds {
        let name = trace.objects[round.op.object].name.as_str();
        if !objects.contains(&name) {
            objects.push(name);
        }
    }
    if rounds.len() > 1 && rounds.iter().all(Round::tries) {
        told.fix = Some(
            "give back what one has before trying again, or take the locks in one order everywhere"
                .to_owned(),
        );
        return told;
    }
    told.fix = (!objects.is_empty()).then(|| {
        format!("have somebody change {} on every path, or have the loop give up", list(&objects))
    });
    told
}

/// What a strand did last, and how often in a row.
struct Round<'a> {
    op: &'a Op,
    times: usize,
}

/// What a strand that has not ended did last, if it did that before too.
fn round(trace: &Trace, strand: usize) -> Option<Round<'_>> {
    if trace.strands[strand].ended.is_some() {
        return None;
    }
    let own: Vec<&Op> =
        ops_in_steps(trace).map(|(_, op)| op).filter(|op| op.strand == strand).collect();
    let op = own.last()?;
    let same = |other: &&&Op| other.object == op.object && other.place == op.place;
    let times = own.iter().filter(same).count();
    (times > 1).then_some(Round { op, times })
}

impl Round<'_> {
    /// Whether it tries to take a lock that others have.
    fn tries(&self) -> bool {
        takes(self.op.kind) && self.op.effect == Effect::Looked
    }
}

fn spins(trace: &Trace, round: &Round<'_>, lines: &Lines) -> String {
    let name = &trace.strands[round.op.strand].name;
    let object = &trace.objects[round.op.object].name;
    let at = lines.say(&round.op.place);
    let has = holders(trace, round.op.object).pop().unwrap_or_default();
    if let (true, [holder]) = (round.tries(), has.as_slice()) {
        let holder = &trace.strands[*holder].name;
        return format!("{name} tries to take {object} at {at} for ever, and {holder} has it.");
    }
    let what = round.op.read.map_or(String::new(), |value| format!(" finds {value},"));
    format!("{name} looks at {object} at {at},{what} and nobody is left who would change it.")
}
