//! What went wrong in one execution?

use crate::engine::Panicked;
use crate::engine::explorer::{Ending, State};
use crate::plan::Check;
use crate::step::Kind;
use crate::trace::{Holder, Place, Raced, Trace};
use crate::verdict::{Failure, FailureKind, Limit};
use crate::worker::Overflow;

/// What went wrong. The message of a deadlock is read from the trace, which only the execution that is
/// shown has.
pub(super) struct Fault {
    kind: FailureKind,
    message: String,
    place: Option<Place>,
}

impl Fault {
    pub(super) fn into_failure(self, trace: Trace, simplest: bool) -> Failure {
        let Self { kind, mut message, place } = self;
        if kind == FailureKind::Deadlock {
            message = deadlock_message(&trace);
        }
        if let [first, second] = trace.raced.as_slice() {
            message = race_message(first, second, &trace);
        }
        Failure { kind, message, place, schedule: trace.schedule(), simplest, trace }
    }
}

/// What is said of a strand whose thread was lost when its stack overflowed: that thread has its name,
/// so it is read from where the strand was started.
pub(super) fn overflowed(overflow: &Overflow, check: &Check) -> Limit {
    let birth = overflow.birth.map(Place::from);
    let made = birth.as_ref().and_then(|birth| {
        let sources = &check.sources;
        sources.name_made_at(birth).or_else(|| sources.name_of_callee(birth))
    });
    let strand = match (overflow.is_main, made, birth) {
        (true, ..) => "main".to_owned(),
        (_, Some(name), _) => name,
        (_, None, Some(birth)) => format!("the strand that is started at {birth}"),
        (_, None, None) => "a strand".to_owned(),
    };
    let (stack, place) = (check.bounds.stack, overflow.at.map(Place::from));
    Limit::StackOverflow { strand, stack, place }
}

/// What went wrong in an execution, if anything did.
pub(super) fn fault_of(ending: Ending, state: &State) -> Option<Fault> {
    let fault = |kind, message: String| Some(Fault { kind, message, place: None });
    match ending {
        Ending::Panicked => state.main_panic().map(panic_fault),
        Ending::Returned => state.unobserved_panic().map(panic_fault),
        Ending::Deadlock => fault(FailureKind::Deadlock, String::new()),
        Ending::Livelock => fault(
            FailureKind::Livelock,
            "every strand that is left goes round for ever and changes nothing".to_owned(),
        ),
        Ending::DataRace => Some(Fault {
            kind: FailureKind::DataRace,
            message: String::new(),
            place: state.data_race().pop().map(|second| second.place),
        }),
        Ending::StepLimit => {
            let most = state.bounds.steps;
            fault(FailureKind::StepLimit, format!("the program does not end within {most} steps"))
        }
        _ => None,
    }
}

fn panic_fault(panicked: &Panicked) -> Fault {
    let Panicked { message, file, line, column } = panicked.clone();
    let place = Place { file: file.replace('\\', "/"), line, column };
    Fault { kind: FailureKind::Panic, message, place: Some(place) }
}

/// `alice writes jar at a.rs:3:9 and bob reads it at a.rs:7:9: nothing puts the two in order`.
fn race_message(first: &Raced, second: &Raced, trace: &Trace) -> String {
    format!(
        "{} {} {} at {} and {} {} it at {}: nothing puts the two in order",
        trace.strands[first.strand].name,
        first.verb(),
        trace.objects[first.object].name,
        first.place,
        trace.strands[second.strand].name,
        second.verb(),
        second.place,
    )
}

/// So many strands are told of one by one that cannot go on.
const MOST_TOLD: usize = 8;

/// `alice waits for fork, held by bob; bob waits for knife, held by alice`.
fn deadlock_message(trace: &Trace) -> String {
    let name = |strand: usize| trace.strands[strand].name.as_str();
    let waits = trace.blocked.iter().map(|blocked| {
        let who = name(blocked.strand);
        let held = blocked.holders.iter().map(|holder| name(holder.strand)).collect::<Vec<_>>();
        let object = blocked.object.map(|object| &trace.objects[object]);
        match (blocked.kind, object) {
            (Kind::IsFinished, _) => format!("{who} waits for the end of {}", held.join(", ")),
            (Kind::Park, _) => format!("{who} is parked, and nobody unparks it"),
            (Kind::Wait, Some(object)) => {
                format!("{who} waits for {}, and nobody notifies it", object.name)
            }
            (_, Some(object)) if held.is_empty() => {
                format!("{who} waits for {}", object.name)
            }
            (kind, Some(object)) => {
                let wants = |holder: &Holder| kind == Kind::ReadLock && holder.place.is_none();
                let how = if blocked.holders.iter().any(wants) { "wanted" } else { "held" };
                format!("{who} waits for {}, {how} by {}", object.name, held.join(", "))
            }
            (_, None) => format!("{who} waits, and nobody wakes it"),
        }
    });
    let mut waits: Vec<String> = waits.collect();
    let more = waits.len().saturating_sub(MOST_TOLD);
    if more > 1 {
        waits.truncate(MOST_TOLD);
        waits.push(format!("and {more} more wait"));
    }
    waits.join("; ")
}
