//! Where is the search, and where does it go from there?
//!
//! The execution at hand is a stack of places, one before each step. Going on adds a place; going back
//! takes places away until there is one with something left to be tried.

use std::sync::Arc;

use super::super::{Choice, Reach, Run};
use super::Optimal;
use super::crew::Link;
use super::tree::{Branch, Next, Planned, Relation, follow, plan, relation};

/// So many executions it takes until it can be guessed how many there are.
const FEWEST: u64 = 100;

/// A place in the execution at hand: what goes before a step.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// What could be chosen, in ascending order.
    pub(super) enabled: Vec<Choice>,
    /// What was tried at places before and must not be taken, until something wakes it.
    pub(super) sleeping: Vec<Planned>,
    /// What was tried here, is being tried, and is to be tried, in this order. What stands before
    /// another sleeps when that is tried.
    pub(super) branches: Vec<Branch>,
    /// Which branch is being tried.
    pub(super) current: Option<usize>,
    /// How many executions there had been when it was made.
    pub(super) since: u64,
    /// Whether something is planned behind it, while it is kept.
    pub(super) open: bool,
}

/// What is to be done next at a place.
enum Ahead {
    Planned,
    /// Something was planned behind a branch that was tried and kept.
    Kept(usize),
    /// Somebody else is not done with the next branch.
    Away(Arc<Link>),
    Nothing,
}

impl Place {
    /// Whether something can be chosen, and neither was tried nor stands before a branch that is tried.
    pub(super) fn is_open(&self, choice: Choice, before: usize) -> bool {
        let tried = self.branches[..before].iter().map(|branch| &branch.step);
        self.enabled.binary_search(&choice).is_ok()
            && !self.sleeping.iter().chain(tried).any(|sleeper| sleeper.choice == choice)
    }

    /// What is to be done next. What was kept is let go if nothing more can be found on its left.
    ///
    /// A step of which only this execution could tell that it cannot be taken promises nothing, and
    /// whatever was taken to be promised by it is still to be found.
    fn ahead(&mut self, keeps: bool) -> Ahead {
        let mut at = 0;
        while let Some(branch) = self.branches.get_mut(at) {
            match &mut branch.next {
                Next::Kept(place) if place.open => return Ahead::Kept(at),
                next @ Next::Kept(_) if !keeps => *next = Next::Done,
                Next::Away(link) => return Ahead::Away(Arc::clone(link)),
                Next::Planned(_) => {
                    let choice = branch.step.choice;
                    if self.is_open(choice, at) {
                        return Ahead::Planned;
                    }
                    self.branches.remove(at);
                    continue;
                }
                Next::Here | Next::Done | Next::Kept(_) => {}
            }
            at += 1;
        }
        Ahead::Nothing
    }

    /// Has the first branch that is planned be tried, and says what may follow it.
    fn take_planned(&mut self) -> Option<Vec<Branch>> {
        let planned = |branch: &Branch| matches!(branch.next, Next::Planned(_));
        self.current = self.branches.iter().position(planned);
        let branch = &mut self.branches[self.current?];
        match std::mem::replace(&mut branch.next, Next::Here) {
            Next::Planned(then) => Some(then),
            _ => None,
        }
    }

    /// Has something be tried that was not planned: whoever went last goes on if he can.
    fn take_any(&mut self, last: Option<Choice>) {
        let stay = |choice: &&Choice| last.is_some_and(|last| last.who == choice.who);
        let end = self.branches.len();
        let open = || self.enabled.iter().filter(|&&choice| self.is_open(choice, end));
        let choice = open().find(stay).or(open().next()).copied();
        if let Some(choice) = choice {
            self.current = Some(end);
            self.branches.push(Branch::unknown(choice, Next::Here));
        }
    }

    /// Plans the options that were not taken of a step that was, and whose options access the same if
    /// they are `alike`.
    ///
    /// None is planned where something sleeps that can change places with the step: that was tried, so
    /// the options were all taken behind it. One that can change places with it too has nothing new here;
    /// and one that cannot, since it accesses more, races with it, and was pinned for that.
    fn plan_options(&mut self, taken: &Planned, alike: bool) {
        let Some(current) = self.current else { return };
        let who = taken.choice.who;
        if self.enabled.iter().filter(|choice| choice.who == who).count() < 2 {
            return;
        }
        let tried = self.branches[..current].iter().map(|branch| &branch.step);
        let seen =
            |sleeper: &Planned| sleeper.choice.who != who && sleeper.is_independent_of(taken);
        if self.sleeping.iter().chain(tried).any(seen) {
            return;
        }
        let others: Vec<Choice> = self
            .enabled
            .iter()
            .filter(|choice| choice.who == who && **choice != taken.choice)
            .filter(|&&choice| self.is_open(choice, self.branches.len()))
            .copied()
            .collect();
        for choice in others {
            let next = Next::Planned(Vec::new());
            let mut branch = Branch::unknown(choice, next);
            if alike {
                branch.step = Planned { choice, ..taken.clone() };
            }
            self.branches.insert(current + 1, branch);
        }
    }

    /// Plans a sequence here, unless something leads to the same executions. Whether it did.
    pub(super) fn insert(&mut self, sequence: &mut Vec<Planned>) -> bool {
        let planned = plan(&mut self.branches, sequence);
        self.open |= planned;
        planned
    }

    pub(super) fn chosen(&self) -> Option<Choice> {
        self.current.map(|current| self.branches[current].step.choice)
    }

    /// The branch that is being tried.
    pub(super) fn trying(&mut self) -> Option<&mut Branch> {
        self.current.map(|current| &mut self.branches[current])
    }

    /// What sleeps on behind a step that was taken.
    fn asleep_behind<'a>(&'a self, taken: &'a Planned) -> impl Iterator<Item = &'a Planned> {
        let tried = self.branches[..self.current.unwrap_or(0)].iter().map(|branch| &branch.step);
        self.sleeping.iter().chain(tried).filter(|sleeper| {
            sleeper.choice.who != taken.choice.who && sleeper.is_independent_of(taken)
        })
    }

    /// Forgets everything but the memory.
    fn clear(&mut self) {
        self.enabled.clear();
        self.sleeping.clear();
        self.branches.clear();
        self.current = None;
        self.open = false;
    }
}

impl Optimal {
    /// The place before a step, if this search has it.
    pub(super) fn place(&self, step: usize) -> Option<&Place> {
        self.places.get(step.checked_sub(self.base())?)
    }

    /// The choice at a step before which everything is as in the execution before.
    pub(super) fn chosen(&self, step: usize) -> Option<Choice> {
        if let Some(&choice) = self.prefix.get(step) {
            return Some(choice);
        }
        self.place(step).filter(|_| step < self.common)?.chosen()
    }

    /// The choice at the place before the next step, which is made if it is new.
    pub(super) fn arrive(
        &mut self,
        run: &Run,
        enabled: &[Choice],
        last: Option<Choice>,
    ) -> Option<Choice> {
        let at = run.steps.len() - self.base();
        if at >= self.places.len() {
            self.add_place(run, enabled);
        }
        let place = &mut self.places[at];
        if let Some(then) = place.take_planned() {
            self.then = then;
        } else {
            place.take_any(last);
        }
        place.chosen()
    }

    fn add_place(&mut self, run: &Run, enabled: &[Choice]) {
        let mut place = self.spare.pop().unwrap_or_default();
        place.since = self.executions;
        place.enabled.extend_from_slice(enabled);
        place.branches.append(&mut self.then);
        if let Some(before) = self.places.len().checked_sub(1) {
            let step = self.base() + before;
            let mut taken = Planned::taken(run, step);
            let before = &mut self.places[before];
            if run.steps[step].reach != Reach::KeptOut {
                before.plan_options(&taken, run.steps[step].options_are_alike);
            }
            place.sleeping.extend(before.asleep_behind(&taken).cloned());
            taken.last = false;
            if let Some(branch) = before.trying() {
                branch.step = taken;
            }
        }
        self.places.push(place);
    }

    /// The execution at hand has come to its end.
    pub(super) fn end_branch(&mut self, run: &Run) {
        let step = (self.base() + self.places.len()).saturating_sub(1);
        let Some(place) = self.places.last_mut() else { return };
        let mut taken = Planned::taken(run, step);
        let kept_out = run.steps[step].reach == Reach::KeptOut;
        taken.last = run.ends.is_some() || kept_out;
        if !kept_out {
            place.plan_options(&taken, run.steps[step].options_are_alike && !taken.last);
        }
        let Some(branch) = place.trying() else { return };
        branch.step = taken;
        branch.next = Next::Done;
    }

    /// Goes back to the last place with something left to be tried.
    pub(super) fn go_back(&mut self) {
        (self.more, self.waits) = (false, false);
        self.then.clear();
        // What was found on the left before that was done is still to be read.
        let keeps = self.link.has_a_left() || self.link.has_mail();
        if !keeps {
            self.kept = 0;
        }
        while let Some(at) = self.places.len().checked_sub(1) {
            self.drop_what_is_known(at);
            let place = &mut self.places[at];
            match place.ahead(keeps) {
                Ahead::Planned => {
                    self.common = self.base() + at;
                    self.more = true;
                    return;
                }
                Ahead::Kept(branch) => {
                    place.current = Some(branch);
                    let next = std::mem::replace(&mut place.branches[branch].next, Next::Here);
                    if let Next::Kept(mut place) = next {
                        place.open = false;
                        self.kept = self.kept.saturating_sub(1);
                        self.places.push(*place);
                    }
                }
                Ahead::Away(link) => {
                    link.left_is_done();
                    self.waits = true;
                    self.more = true;
                    return;
                }
                Ahead::Nothing => self.leave_place(keeps),
            }
        }
    }

    /// Drops what is planned at a place, and turns out to lead to what was tried: of what could not be
    /// foretold, only that tells.
    fn drop_what_is_known(&mut self, at: usize) {
        let step = self.base() + at;
        let (lore, order, place) = (&self.lore, &self.order, &mut self.places[at]);
        while let Some(next) =
            place.branches.iter().position(|branch| matches!(branch.next, Next::Planned(_)))
        {
            let (tried, planned) = place.branches.split_at_mut(next);
            if lore.is_none() && !planned[0].has_doubts() {
                return;
            }
            let sleeping = &place.sleeping;
            let mut seen = |sequence: &mut [Planned]| {
                if let (Some(lore), Some(false)) = (lore, sequence.last().map(|last| last.certain))
                {
                    lore.tell(order, step, sequence);
                }
                let tried = tried.iter().map(|branch| &branch.step);
                sleeping
                    .iter()
                    .chain(tried)
                    .any(|sleeper| relation(sleeper, sequence) != Relation::Against)
            };
            let mut lost = Vec::new();
            let keeps = planned[0].sift(&mut Vec::new(), &mut lost, &mut seen);
            if keeps && lost.is_empty() {
                return;
            }
            if !keeps {
                place.branches.remove(next);
            }
            for mut sequence in lost {
                place.insert(&mut sequence);
            }
        }
    }

    /// Leaves the last place, where nothing is left to be tried.
    fn leave_place(&mut self, keeps: bool) {
        let Some(mut place) = self.places.pop() else { return };
        let trying = self.places.last_mut().and_then(Place::trying);
        let Some(Branch { next, .. }) = trying else {
            self.root = Some(place);
            return;
        };
        if keeps && matches!(next, Next::Here) {
            *next = Next::Kept(Box::new(place));
            self.kept += 1;
            return;
        }
        *next = Next::Done;
        place.clear();
        self.spare.push(place);
    }

    /// Whether a sequence can begin at a place, and nothing that was tried leads to the same
    /// executions.
    pub(super) fn is_new(&self, step: usize, sequence: &[Planned]) -> bool {
        let Some(place) = self.place(step) else { return false };
        let seen = |sleeper: &Planned| relation(sleeper, sequence) != Relation::Against;
        let first = sequence.first().map(|first| first.choice);
        let tried = place.branches.iter().take_while(|branch| matches!(branch.next, Next::Done));
        first.is_some_and(|first| place.enabled.binary_search(&first).is_ok())
            && !place.sleeping.iter().chain(tried.map(|branch| &branch.step)).any(seen)
    }

    /// Plans a sequence before a step, unless something there leads to the same executions.
    pub(super) fn insert(&mut self, step: usize, sequence: &mut Vec<Planned>) {
        let at = step - self.base();
        for place in &mut self.places[at..] {
            let Some(branch) = follow(&place.branches, sequence) else {
                place.insert(sequence);
                return;
            };
            let branch = &mut place.branches[branch];
            if !matches!(branch.next, Next::Here) {
                branch.insert(sequence);
                return;
            }
            if sequence.is_empty() {
                return;
            }
        }
    }

    /// About how many executions there are, as if every branch of a place had as many behind it, and
    /// no more branches came.
    ///
    /// Neither is true, so this is rough. Mostly it is too low at first: promises are pinned as the
    /// races come to light.
    #[expect(clippy::cast_precision_loss, reason = "it is a guess")]
    pub(super) fn guess(&self) -> Option<f64> {
        let (executions, _) = self.link.crew().counted();
        if executions < FEWEST {
            return None;
        }
        let (mut done, mut share) = (0.0, 1.0);
        for place in &self.places {
            let all = place.branches.len().max(1);
            let tried = |branch: &&Branch| matches!(branch.next, Next::Done | Next::Kept(_));
            share /= all as f64;
            done += share * place.branches.iter().filter(tried).count() as f64;
        }
        (done > 0.0).then(|| executions as f64 / done)
    }
}
