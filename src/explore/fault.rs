//! What went wrong in one execution?

use crate::engine::Panicked;
use crate::engine::explorer::{Ending, State};
use crate::step::Kind;
use crate::trace::{Place, Trace};
use crate::verdict::{Failure, FailureKind};

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
        Failure { kind, message, place, schedule: trace.schedule(), simplest, trace }
    }
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
            (_, Some(object)) => {
                format!("{who} waits for {}, held by {}", object.name, held.join(", "))
            }
            (_, None) => format!("{who} waits, and nobody wakes it"),
        }
    });
    waits.collect::<Vec<_>>().join("; ")
}
