//! What is still to be tried after a prefix: sequences of steps, kept as a tree.
//!
//! Each branch is a *promise*: whoever follows it will find an execution that no other branch finds.
//! So a sequence is only added where none that is there already, and none that was tried, leads to
//! the same executions. See the text of [`optimal`](super) for where they come from.

use super::super::Choice;
use crate::step::Access;

/// A step that is to be taken, or was.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each can be true whatever the others are")]
pub(super) struct Planned {
    pub(super) choice: Choice,
    /// What it accesses: for sure, or as far as can be foretold.
    pub(super) accesses: Vec<Access>,
    /// Whether the execution ends with it, so that it cannot change places with anything.
    pub(super) last: bool,
    /// Whether it is known for sure.
    pub(super) certain: bool,
}

/// A step to be taken, and what may follow it.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub(super) step: Planned,
    pub(super) then: Vec<Self>,
}

impl Branch {
    /// A step of which nothing is known, so that nothing can change places with it.
    pub(super) fn unknown(choice: Choice) -> Self {
        let step = Planned { choice, accesses: Vec::new(), last: true, certain: false };
        Self { step, then: Vec::new() }
    }
}

impl Planned {
    /// Whether two steps of different strands can change places.
    pub(super) fn is_independent_of(&self, other: &Self) -> bool {
        !self.last
            && !other.last
            && self
                .accesses
                .iter()
                .all(|&one| other.accesses.iter().all(|&two| !one.depends_on(two)))
    }
}

/// How a step relates to a sequence that starts where it could be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// It is in the sequence, at this place, and could be its first step.
    First(usize),
    /// It is not in the sequence, and can change places with all of it.
    Beside,
    /// Neither.
    Against,
}

/// How a step relates to a sequence, as far as can be foretold.
fn probable_relation(step: &Planned, sequence: &[Planned]) -> Relation {
    let own = sequence.iter().position(|other| other.choice.who == step.choice.who);
    let before = &sequence[..own.unwrap_or(sequence.len())];
    let known = match own {
        Some(place) if sequence[place].choice != step.choice => return Relation::Against,
        Some(place) if !step.certain => &sequence[place],
        _ => step,
    };
    match own {
        _ if !before.iter().all(|other| known.is_independent_of(other)) => Relation::Against,
        Some(place) => Relation::First(place),
        None => Relation::Beside,
    }
}

/// How a step relates to a sequence, for sure.
pub(super) fn relation(step: &Planned, sequence: &[Planned]) -> Relation {
    let certain = |step: &Planned| step.certain;
    match probable_relation(step, sequence) {
        Relation::First(0) => Relation::First(0),
        Relation::First(place) if step.certain || sequence[place].certain => Relation::First(place),
        Relation::Beside if step.certain && sequence.iter().all(certain) => Relation::Beside,
        _ => Relation::Against,
    }
}

/// Adds a sequence, unless what is there leads to the same executions.
pub(super) fn insert(mut branches: &mut Vec<Branch>, mut sequence: Vec<Planned>) {
    loop {
        let mut found = None;
        for (place, branch) in branches.iter().enumerate() {
            match relation(&branch.step, &sequence) {
                Relation::First(at) => {
                    sequence.remove(at);
                    found = Some(place);
                }
                Relation::Beside => found = Some(place),
                Relation::Against => continue,
            }
            break;
        }
        let Some(place) = found else { break };
        branches = &mut branches[place].then;
        if branches.is_empty() || sequence.is_empty() {
            return;
        }
    }
    let chain = sequence.into_iter().rev().fold(None, |then: Option<Branch>, step| {
        Some(Branch { step, then: then.into_iter().collect() })
    });
    branches.extend(chain);
}
