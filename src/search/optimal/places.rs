//! Where is the search, and where does it go from there?
//!
//! The execution at hand is a stack of places, one before each step. Going on adds a place; going back
//! takes places away until there is one with something left to be tried.

use super::super::{Choice, Reach, Run};
use super::Optimal;
use super::tree::{Branch, Next, Planned, Relation, follow, plan, relation};

/// So many executions it takes until it can be guessed how many there are.
const FEWEST: u32 = 100;

/// A place in the execution at hand: what goes before a step.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// What could be chosen, in ascending order.
    pub(super) enabled: Vec<Choice>,
    /// What was tried at places before and must not be taken, until something wakes it.
    sleeping: Vec<Planned>,
    /// What was tried here, is being tried, and is to be tried, in this order. What stands before
    /// another sleeps when that is tried.
    pub(super) branches: Vec<Branch>,
    /// Which branch is being tried.
    pub(super) current: Option<usize>,
    /// What the step that is being tried has announced.
    pub(super) sign: u64,
}

impl Place {
    /// Whether something can be chosen, and neither was tried nor stands before a branch that is tried.
    fn is_open(&self, choice: Choice, before: usize) -> bool {
        let tried = self.branches[..before].iter().map(|branch| &branch.step);
        self.enabled.binary_search(&choice).is_ok()
            && !self.sleeping.iter().chain(tried).any(|sleeper| sleeper.choice == choice)
    }

    /// Has the first branch that is planned be tried, and says what may follow it.
    ///
    /// A step of which only this execution could tell that it cannot be taken promises nothing, and
    /// whatever was taken to be promised by it is still to be found.
    fn take_planned(&mut self) -> Option<Vec<Branch>> {
        let mut at = self.current.map_or(0, |current| current + 1);
        self.current = None;
        while let Some(branch) = self.branches.get(at) {
            match branch.next {
                Next::Planned(_) if !self.is_open(branch.step.choice, at) => {
                    self.branches.remove(at);
                }
                Next::Planned(_) => break,
                _ => at += 1,
            }
        }
        let branch = self.branches.get_mut(at)?;
        self.current = Some(at);
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

    /// Plans the options that were not taken.
    fn plan_options(&mut self) {
        let Some(current) = self.current else { return };
        let taken = self.branches[current].step.choice;
        let others: Vec<Choice> = self
            .enabled
            .iter()
            .filter(|choice| choice.who == taken.who && **choice != taken)
            .filter(|&&choice| self.is_open(choice, self.branches.len()))
            .copied()
            .collect();
        for choice in others {
            let branch = Branch::unknown(choice, Next::Planned(Vec::new()));
            self.branches.insert(current + 1, branch);
        }
    }

    fn chosen(&self) -> Option<Choice> {
        self.current.map(|current| self.branches[current].step.choice)
    }

    /// Forgets everything but the memory.
    fn clear(&mut self) {
        self.enabled.clear();
        self.sleeping.clear();
        self.branches.clear();
        self.current = None;
    }
}

impl Optimal {
    /// What is chosen at a place that was there in the execution before.
    pub(super) fn known(&self, step: usize) -> Option<Choice> {
        self.places.get(step).filter(|_| step < self.common)?.chosen()
    }

    /// The choice at the place before the next step, which is made if it is new.
    pub(super) fn arrive(
        &mut self,
        run: &Run,
        enabled: &[Choice],
        last: Option<Choice>,
    ) -> Option<Choice> {
        let step = run.steps.len();
        if step >= self.places.len() {
            self.add_place(run, enabled);
        }
        let place = &mut self.places[step];
        if let Some(then) = place.take_planned() {
            self.then = then;
        } else {
            place.take_any(last);
        }
        place.plan_options();
        place.chosen()
    }

    fn add_place(&mut self, run: &Run, enabled: &[Choice]) {
        let mut place = self.spare.pop().unwrap_or_default();
        place.enabled.extend_from_slice(enabled);
        place.branches.append(&mut self.then);
        if let Some(before) = self.places.len().checked_sub(1) {
            let taken = planned(run, before);
            let before = &mut self.places[before];
            let current = before.current.unwrap_or(0);
            let tried = before.branches[..current].iter().map(|branch| &branch.step);
            let asleep = |sleeper: &&Planned| {
                sleeper.choice.who != taken.choice.who && sleeper.is_independent_of(&taken)
            };
            place.sleeping.extend(before.sleeping.iter().chain(tried).filter(asleep).cloned());
            before.branches[current].step = taken;
        }
        self.places.push(place);
    }

    /// Goes back to the last place with something left to be tried.
    pub(super) fn go_back(&mut self, run: &Run) {
        self.more = false;
        self.then.clear();
        while let Some(step) = self.places.len().checked_sub(1) {
            let place = &mut self.places[step];
            if let Some(current) = place.current.filter(|_| step < run.steps.len()) {
                let branch = &mut place.branches[current];
                branch.next = Next::Done;
                if place.branches.len() > current + 1 {
                    let mut taken = planned(run, step);
                    taken.last = run.ends.is_some() && step + 1 == run.steps.len();
                    place.branches[current].step = taken;
                }
            }
            if place.branches.iter().any(Branch::is_planned) {
                self.common = step;
                self.more = true;
                return;
            }
            if let Some(mut place) = self.places.pop() {
                place.clear();
                self.spare.push(place);
            }
        }
    }

    /// Whether a sequence can begin at a place, and nothing that sleeps there leads to the same
    /// executions.
    pub(super) fn is_new(&self, at: usize, sequence: &[Planned]) -> bool {
        let place = &self.places[at];
        let seen = |sleeper: &Planned| relation(sleeper, sequence) != Relation::Against;
        let first = sequence.first().map(|first| first.choice);
        let tried = place.branches.iter().take_while(|branch| matches!(branch.next, Next::Done));
        first.is_some_and(|first| place.enabled.binary_search(&first).is_ok())
            && !place.sleeping.iter().chain(tried.map(|branch| &branch.step)).any(seen)
    }

    /// Plans a sequence at a place, unless something there leads to the same executions.
    pub(super) fn insert(&mut self, at: usize, sequence: &mut Vec<Planned>) {
        for place in &mut self.places[at..] {
            let Some(branch) = follow(&place.branches, sequence) else {
                return plan(&mut place.branches, sequence);
            };
            match &mut place.branches[branch].next {
                _ if sequence.is_empty() => return,
                Next::Done => return,
                Next::Planned(then) if then.is_empty() => return,
                Next::Planned(then) => return plan(then, sequence),
                Next::Here => {}
            }
        }
    }

    /// About how many executions there are, as if every branch of a place had as many behind it, and
    /// no more branches came.
    ///
    /// Neither is true, so this is rough. Mostly it is too low at first: promises are pinned as the
    /// races come to light.
    pub(super) fn guess(&self) -> Option<f64> {
        if self.executions < FEWEST {
            return None;
        }
        let (mut done, mut share) = (0.0, 1.0);
        for place in &self.places {
            let all = u32::try_from(place.branches.len()).unwrap_or(u32::MAX);
            let tried = place.branches.iter().filter(|branch| matches!(branch.next, Next::Done));
            share /= f64::from(all.max(1));
            done += share * f64::from(u32::try_from(tried.count()).unwrap_or(u32::MAX));
        }
        (done > 0.0).then(|| f64::from(self.executions) / done)
    }
}

/// A step of the execution at hand.
fn planned(run: &Run, step: usize) -> Planned {
    let number = u32::try_from(step).unwrap_or(u32::MAX);
    let asides = run.asides.iter().filter(|(of, _)| *of == number).map(|(_, access)| access);
    Planned {
        choice: run.steps[step].choice,
        accesses: run.accesses_of(step).iter().chain(asides).copied().collect(),
        last: run.steps[step].reach != Reach::Own,
        certain: true,
    }
}
