//! What was an object's value, and who had it, after each step?

use crate::step::{Kind, Value, What};
use crate::trace::{Effect, Op, Trace};

/// The value of an object before the first step and after each: one more than there are steps.
pub(crate) fn values(trace: &Trace, object: usize) -> Vec<Option<Value>> {
    let mut value = trace.objects[object].initial;
    walk(trace, |op| {
        if let Some(op) = op.filter(|op| op.object == object && op.written.is_some()) {
            value = op.written;
        }
        value
    })
}

/// Who has a lock before the first step and after each.
pub(crate) fn holders(trace: &Trace, object: usize) -> Vec<Vec<usize>> {
    let mut holders: Vec<usize> = Vec::new();
    walk(trace, |op| {
        let Some(op) = op else { return holders.clone() };
        if op.frees == Some(object) {
            holders.clear();
        } else if op.object == object && op.takes() {
            holders.push(op.strand);
        } else if op.object == object && op.gives_back() && !holders.is_empty() {
            let own = holders.iter().position(|holder| *holder == op.strand);
            holders.remove(own.unwrap_or(0));
        }
        holders.clone()
    })
}

/// Goes through all operations in order and notes what `see` says last before and in each step.
fn walk<R: Clone>(trace: &Trace, mut see: impl FnMut(Option<&Op>) -> R) -> Vec<R> {
    let mut asides = trace.asides.iter().peekable();
    let mut seen = Vec::with_capacity(trace.steps.len() + 1);
    for after in 0..=trace.steps.len() {
        let mut last = see(None);
        if let Some(step) = after.checked_sub(1) {
            for op in &trace.steps[step].ops {
                last = see(Some(op));
            }
        }
        while let Some(aside) = asides.next_if(|aside| aside.after <= after) {
            last = see(Some(&aside.op));
        }
        seen.push(last);
    }
    seen
}

/// Whether an object is something that is held and given back.
pub(crate) fn is_lock(what: What) -> bool {
    matches!(what, What::Mutex | What::RwLock | What::AsyncMutex | What::AsyncRwLock)
}

/// A time for which a strand had a lock.
#[derive(Clone, Debug)]
pub(crate) struct Section<'a> {
    pub(crate) strand: usize,
    /// The step that took it and the operation.
    pub(crate) taken: (usize, &'a Op),
    /// The step that gave it back, if it was given back.
    pub(crate) given: Option<(usize, &'a Op)>,
}

impl Section<'_> {
    /// Whether what the lock guards is known to be another afterwards.
    pub(crate) fn changed(&self) -> bool {
        self.given.is_some_and(|(_, op)| op.written.is_some())
    }
}

/// The times for which strands had a lock, in the order in which they were begun.
pub(crate) fn sections(trace: &Trace, object: usize) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    for (step, op) in ops_in_steps(trace) {
        if op.object == object && op.takes() {
            sections.push(Section { strand: op.strand, taken: (step, op), given: None });
        } else if (op.object == object && op.gives_back()) || op.frees == Some(object) {
            let own = sections
                .iter_mut()
                .rfind(|section| section.strand == op.strand && section.given.is_none());
            if let Some(section) = own {
                section.given = Some((step, op));
            }
        }
    }
    sections
}

/// Whether an operation is the end of a future that waited and was dropped before it had anything.
pub(crate) fn drops_a_wait(trace: &Trace, op: &Op) -> bool {
    let own = |before: &&Op| (before.strand, before.object) == (op.strand, op.object);
    let waited = || {
        let before = ops_in_steps(trace).map(|(_, before)| before);
        let last = before.take_while(|&before| !std::ptr::eq(before, op)).filter(own).last();
        last.is_some_and(|last| last.effect == Effect::Waits && last.place == op.place)
    };
    match op.kind {
        Kind::Async("withdraw") => true,
        Kind::Async("close") => waited(),
        _ => false,
    }
}

/// Whether an operation's place is only where its object was made: where it is awaited is not known.
pub(crate) fn is_placed_at_birth(trace: &Trace, op: &Op) -> bool {
    let birth = &trace.objects[op.object].place;
    matches!(op.kind, Kind::Async(_))
        && (&birth.file, birth.line) == (&op.place.file, op.place.line)
}

/// The operations of all steps, with the position of their step.
pub(crate) fn ops_in_steps(trace: &Trace) -> impl Iterator<Item = (usize, &Op)> {
    (0..).zip(&trace.steps).flat_map(|(step, of)| of.ops.iter().map(move |op| (step, op)))
}
