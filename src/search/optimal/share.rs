//! How does a search give a part of its tree away, and get it back?
//!
//! See the text of [`crew`](super::crew).

use std::mem::take;
use std::sync::Arc;

use super::super::Choice;
use super::crew::{Crew, Job, Letter, Link};
use super::order::Order;
use super::places::Place;
use super::tree::{Branch, Next, Planned};
use super::{Lattices, Optimal};

/// So many places are kept at the most: whoever has more waits until nothing is on his left.
const MOST_KEPT: usize = 200_000;

/// What whoever searches has for all parts of the tree that he is given.
#[derive(Debug)]
pub(crate) struct Tools {
    order: Order,
    learned: Vec<Choice>,
    had_asides: bool,
    lattices: Lattices,
    spare: Vec<Place>,
}

impl Tools {
    /// Tools that have not been used, with room for so many states.
    pub(crate) fn new(most_states: usize) -> Self {
        Self {
            order: Order::default(),
            learned: Vec::new(),
            had_asides: false,
            lattices: Lattices::new(most_states),
            spare: Vec::new(),
        }
    }

    /// The states of what was found with them.
    pub(crate) fn lattices(&self) -> &Lattices {
        &self.lattices
    }
}

impl Optimal {
    /// A search of a part of the tree.
    pub(crate) fn of(job: Job, tools: Tools) -> Self {
        let Job { prefix, root, link } = job;
        let Tools { order, learned, had_asides, lattices, spare } = tools;
        Self {
            common: prefix.len(),
            prefix,
            places: vec![root],
            spare,
            order,
            learned,
            had_asides,
            lattices,
            link,
            ..Self::empty()
        }
    }

    /// Gives the tools away for another part of the tree.
    pub(crate) fn lend_tools(&mut self) -> Tools {
        Tools {
            order: take(&mut self.order),
            learned: take(&mut self.learned),
            had_asides: self.had_asides,
            lattices: self.lattices.take(),
            spare: take(&mut self.spare),
        }
    }

    /// Takes the tools back.
    pub(crate) fn take_tools(&mut self, tools: Tools) {
        let Tools { order, learned, had_asides, lattices, spare } = tools;
        (self.order, self.learned, self.had_asides) = (order, learned, had_asides);
        (self.lattices, self.spare) = (lattices, spare);
    }

    /// Adds what others have found.
    pub(crate) fn add_lattices(&mut self, others: &Lattices, outcomes: &[u32]) -> Result<(), ()> {
        self.lattices.add_all(others, outcomes)
    }

    /// Whether somebody has a part without which this search cannot go on.
    pub(crate) fn waits(&self) -> bool {
        self.waits
    }

    /// Its own link, to which others post.
    pub(crate) fn link(&self) -> &Arc<Link> {
        &self.link
    }

    /// Whether it keeps so much that it has to wait until nothing is on its left.
    pub(crate) fn has_to_rest(&self) -> bool {
        self.kept > MOST_KEPT && self.link.has_a_left()
    }

    /// Gives a part away if somebody is idle and there is one that is worth the way.
    pub(crate) fn share(&mut self) {
        if self.more
            && self.link.crew().wants_a_job()
            && let Some(job) = self.give_away()
        {
            self.link.crew().give(job);
        }
    }

    /// A part of the tree: the next branch of the last place whose branches take long enough.
    fn give_away(&mut self) -> Option<Job> {
        let smallest = self.link.crew().smallest_job;
        let last = self.places.len().checked_sub(1)?;
        let (at, branch) = (0..last).rev().find_map(|at| {
            let place = &self.places[at];
            let current = place.current?;
            let spent = self.executions.saturating_sub(place.since);
            let worth_it = spent >= smallest * (current as u64 + 1);
            let tried = |branch: &&Branch| !matches!(branch.next, Next::Planned(_));
            let next = current + place.branches[current..].iter().take_while(tried).count();
            let worth_it =
                worth_it && place.branches[..next].iter().all(|branch| branch.step.certain);
            let open = |branch: &Branch| place.is_open(branch.step.choice, next);
            (worth_it && place.branches.get(next).is_some_and(open)).then_some((at, next))
        })?;
        let link = self.link.part();
        let prefix = self.prefix.iter().copied();
        let prefix = prefix.chain(self.places[..at].iter().filter_map(Place::chosen)).collect();
        let root = self.places[at].give_away(branch, &link);
        Some(Job { prefix, root, link })
    }

    /// Whether the place before a step is another's: whoever was given a part has only what comes after
    /// its first step.
    pub(super) fn belongs_to_another(&self, step: usize) -> bool {
        self.link.parent().is_some() && step <= self.base()
    }

    /// Sends a sequence to where it belongs.
    pub(super) fn send_on(&self, step: usize, options: u16, sequence: Vec<Planned>) {
        if let Some(parent) = self.link.parent() {
            parent.post(Letter::Insert { step, options, sequence });
        }
    }

    /// Reads what others have posted.
    pub(crate) fn read_mail(&mut self) {
        let letters = self.link.take_mail();
        let waits = self.waits;
        let any = !letters.is_empty();
        for letter in letters {
            match letter {
                Letter::Insert { step, options, sequence } => self.pin(step, options, sequence),
                Letter::Late(mut sequence) => self.insert_late(&mut sequence),
                Letter::Finished { link, branch } => self.get_back(&link, branch),
            }
        }
        if any && (waits || !self.more) {
            self.go_back();
        }
    }

    /// Plans a sequence behind the first step of the part that it was given.
    fn insert_late(&mut self, sequence: &mut Vec<Planned>) {
        let base = self.base();
        let root = self.places.first_mut().or(self.root.as_mut());
        let Some(Branch { next, .. }) = root.and_then(|root| root.branches.first_mut()) else {
            return;
        };
        if matches!(next, Next::Here) {
            if self.places.len() > 1 {
                self.insert(base + 1, sequence);
            }
        } else {
            next.insert(sequence);
        }
    }

    /// Gets a branch back that was given away, and plans what was posted too late for whoever had it.
    fn get_back(&mut self, link: &Arc<Link>, mut branch: Branch) {
        for letter in link.take_mail() {
            if let Letter::Late(mut sequence) = letter {
                branch.next.insert(&mut sequence);
            }
        }
        let is_it = |other: &Branch| matches!(&other.next, Next::Away(to) if Arc::ptr_eq(to, link));
        for place in &mut self.places {
            if let Some(away) = place.branches.iter_mut().find(|other| is_it(other)) {
                *away = branch;
                return;
            }
        }
    }

    /// Sends back what it was given, if there is nothing more to be done and no mail.
    pub(crate) fn send_back(&mut self) -> bool {
        if self.more || self.link.has_mail() {
            return false;
        }
        let branch = self.root.take().and_then(|mut root| root.branches.pop());
        if let (Some(parent), Some(branch)) = (self.link.parent(), branch) {
            parent.post(Letter::Finished { link: Arc::clone(&self.link), branch });
        }
        true
    }

    fn empty() -> Self {
        Self::new(0, &Arc::new(Crew::default()))
    }
}

impl Place {
    /// A place with one of its branches and all that is tried before that.
    fn give_away(&mut self, branch: usize, link: &Arc<Link>) -> Self {
        let tried = self.branches[..branch].iter().map(|tried| &tried.step);
        let sleeping = self.sleeping.iter().chain(tried).cloned().collect();
        let Branch { step, sign, next, .. } = &mut self.branches[branch];
        let next = std::mem::replace(next, Next::Away(Arc::clone(link)));
        let enabled = vec![step.choice];
        let branches = vec![Branch { step: step.clone(), sign: *sign, next, absorbed: Vec::new() }];
        Self { enabled, sleeping, branches, ..Self::default() }
    }
}
