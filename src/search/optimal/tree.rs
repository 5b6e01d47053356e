//! What was tried after a prefix, what is being tried, and what is still to be tried: sequences of
//! steps, kept as a tree.
//!
//! Each branch that is still to be tried is a *promise*: whoever follows it to its end will find an
//! execution that no other branch finds. So a sequence is only added where none that is there already
//! leads to the same executions ([`relation`]). See the text of [`optimal`](super) for where sequences
//! come from.

use std::sync::Arc;

use smallvec::SmallVec;

use super::super::{Choice, Reach, Run};
use super::crew::{Letter, Link};
use super::places::Place;
use crate::step::Access;

/// What a step accesses: most often one thing.
pub(super) type Accesses = SmallVec<[Access; 2]>;

/// A step that is to be taken, or was.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each can be true whatever the others are")]
pub(super) struct Planned {
    pub(super) choice: Choice,
    /// What it accesses: for sure, or as far as can be foretold.
    pub(super) accesses: Accesses,
    /// Whether the execution ends with it, so that it cannot change places with anything.
    pub(super) last: bool,
    /// Whether it is known for sure.
    pub(super) certain: bool,
    /// Fingerprints of the step, if it was taken, and of what it goes back to whatever it accesses.
    pub(super) event: u64,
    pub(super) base: u64,
}

/// A step from a place, and what comes of it.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) step: Planned,
    /// What the step has announced, once it was taken.
    pub(super) sign: Option<u64>,
    pub(super) next: Next,
    /// What was not planned behind it because all that may follow it is tried, for the case that it turns
    /// out to lead to nothing new and is not tried itself.
    pub(super) absorbed: Vec<Vec<Planned>>,
}

/// What comes of a branch.
#[derive(Debug)]
pub(super) enum Next {
    /// It is to be tried, and after it these.
    Planned(Vec<Branch>),
    /// The execution at hand goes on there.
    Here,
    /// Another search tries it.
    Away(Arc<Link>),
    /// All that begins with it was tried, and is kept: more can still be found on its left.
    Kept(Box<Place>),
    /// All that begins with it was tried.
    Done,
}

impl Next {
    /// Plans a sequence behind a branch, unless something there leads to the same executions. Whether
    /// something was planned.
    pub(super) fn insert(&mut self, sequence: &mut Vec<Planned>) -> bool {
        match self {
            _ if sequence.is_empty() => false,
            Self::Done | Self::Here => false,
            Self::Planned(then) => !then.is_empty() && plan(then, sequence),
            Self::Kept(place) => place.insert(sequence),
            Self::Away(link) => {
                link.post(Letter::Late(std::mem::take(sequence)));
                false
            }
        }
    }
}

impl Branch {
    /// A step of which nothing is known, so that nothing can change places with it.
    pub(super) fn unknown(choice: Choice, next: Next) -> Self {
        let step = Planned {
            choice,
            accesses: Accesses::new(),
            last: true,
            certain: false,
            event: 0,
            base: 0,
        };
        Self { step, sign: None, next, absorbed: Vec::new() }
    }
}

impl Branch {
    /// Whether nobody knows what it does, and nothing is planned behind it.
    fn is_in_doubt(&self) -> bool {
        let ends = matches!(&self.next, Next::Planned(then) if then.is_empty());
        ends && !self.step.certain && self.step.base != 0
    }

    /// Whether something is planned that begins with it of which nobody knows all that it does.
    pub(super) fn has_doubts(&self) -> bool {
        let behind = match &self.next {
            Next::Planned(then) => then.as_slice(),
            _ => &[],
        };
        !self.step.certain || behind.iter().any(Self::has_doubts)
    }

    /// Plans a sequence behind it, unless something there leads to the same executions. Whether something
    /// was planned.
    pub(super) fn insert(&mut self, sequence: &mut Vec<Planned>) -> bool {
        let ends = matches!(&self.next, Next::Planned(then) if then.is_empty());
        if ends && sequence.last().is_some_and(|last| last.base != 0) {
            self.absorbed.push(std::mem::take(sequence));
        }
        self.next.insert(sequence)
    }

    /// Drops all of what is planned behind a branch, or at it, that something leads to which was tried.
    /// `path` is what goes before it, and `lost` is what was absorbed by what is dropped. Whether
    /// anything is left.
    pub(super) fn sift(
        &mut self,
        path: &mut Vec<Planned>,
        lost: &mut Vec<Vec<Planned>>,
        seen: &mut dyn FnMut(&mut [Planned]) -> bool,
    ) -> bool {
        let Next::Planned(then) = &mut self.next else { return true };
        path.push(self.step.clone());
        let keeps = if then.is_empty() {
            let keeps = !seen(path);
            if !keeps {
                let whole = |rest: Vec<Planned>| path.iter().cloned().chain(rest).collect();
                lost.extend(self.absorbed.drain(..).map(whole));
            }
            keeps
        } else {
            then.retain_mut(|next| next.sift(path, lost, seen));
            !then.is_empty()
        };
        if let Some(step) = path.pop() {
            self.step = step;
        }
        keeps
    }
}

impl Planned {
    /// A step of the execution at hand.
    pub(super) fn taken(run: &Run, step: usize) -> Self {
        let number = u32::try_from(step).unwrap_or(u32::MAX);
        let asides = run.asides.iter().filter(|(of, _)| *of == number).map(|&(_, access)| access);
        Self {
            choice: run.steps[step].choice,
            accesses: run.accesses_of(step).iter().copied().chain(asides).collect(),
            last: run.steps[step].reach != Reach::Own,
            certain: true,
            event: 0,
            base: 0,
        }
    }

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

/// The branch that leads to the executions of a sequence, which then begins behind it, if one does.
///
/// One that may turn out not to be tried, because something that was leads to the same executions,
/// stands for nothing but itself.
pub(super) fn follow(branches: &[Branch], sequence: &mut Vec<Planned>) -> Option<usize> {
    branches.iter().position(|branch| match relation(&branch.step, sequence) {
        _ if branch.is_in_doubt() => {
            let same = sequence.len() == 1 && sequence[0].choice == branch.step.choice;
            if same {
                sequence.clear();
            }
            same
        }
        Relation::First(at) => {
            sequence.remove(at);
            true
        }
        Relation::Beside => true,
        Relation::Against => false,
    })
}

/// Adds a sequence to branches, unless something there leads to the same executions. Whether it did.
pub(super) fn plan(branches: &mut Vec<Branch>, sequence: &mut Vec<Planned>) -> bool {
    if let Some(at) = follow(branches, sequence) {
        return branches[at].insert(sequence);
    }
    let chain = sequence.drain(..).rev().fold(None, |then: Option<Branch>, step| {
        let next = Next::Planned(then.into_iter().collect());
        Some(Branch { step, sign: None, next, absorbed: Vec::new() })
    });
    branches.extend(chain);
    true
}
