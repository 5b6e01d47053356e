//! Exactly one execution for each class of schedules that differ only in the order of independent
//! steps. An execution that turns out to be one of those again shows that what is said of steps does not
//! hold in all orders, and is the end of the search: see [`Search::give_up`].
//!
//! Picture a walk through a maze of prefixes with a thread unrolled behind. After each execution every
//! pair of steps that *race* ([`order`]) is looked at: had the second come first, what would have gone
//! before it? That sequence is a promise of a new execution, and it is pinned to the place where the
//! first of the two was taken ([`tree`]). Going back, each place is left only when its promises have
//! been kept. What was tried at a place *sleeps* from then on: behind another step it is not taken
//! until something wakes it that it depends on, since before that it would lead to what was seen.
//!
//! The algorithm is the optimal dynamic partial order reduction of Abdulla, Aronis, Jonsson and Sagonas
//! (Source Sets, JACM 2017). What is added here: steps with several accesses, steps that have to wait
//! for locks and for signals, executions that end in the middle of everything, and strands that are
//! left at the end, waiting: they race with whoever keeps them from going on.
//!
//! Memory: one [`Place`] for each step of the execution at hand, and what is pinned to it.

mod audit;
mod crew;
mod kept_out;
mod lore;
mod order;
mod places;
mod reversal;
mod share;
mod tree;

use std::sync::Arc;

use super::graph::Graph;
use super::lattice::Lattices;
use super::{Choice, Leaf, Name, Run, Search, Stuck};
use crate::step::Mode;

pub(super) use self::audit::Audit;
pub(crate) use self::crew::{Crew, Job};
pub(super) use self::order::Order;
pub(crate) use self::share::Tools;

use self::crew::Link;
use self::lore::Lore;
use self::order::Second;
use self::places::Place;
use self::tree::{Branch, Planned};

/// The search that tries each class of schedules once.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each can be true whatever the others are")]
pub(crate) struct Optimal {
    /// The way to the first place, for a search that was given a part of the tree.
    prefix: Vec<Choice>,
    places: Vec<Place>,
    /// Places that are not needed any more: their memory is used again.
    spare: Vec<Place>,
    /// How many steps the coming execution has in common with what was tried.
    common: usize,
    /// What may follow the step that was chosen last, if that was planned.
    then: Vec<Branch>,
    order: Order,
    /// What was chosen in the execution that the order is of.
    learned: Vec<Choice>,
    /// How many executions led somewhere.
    executions: u64,
    /// How many executions turned out to lead nowhere new.
    redundant: u64,
    /// Whether the execution before had asides, which belong to earlier steps.
    had_asides: bool,
    more: bool,
    lattices: Lattices,
    link: Arc<Link>,
    /// Whether another has a part without which this one cannot go on.
    waits: bool,
    /// How many places are kept that were tried.
    kept: usize,
    /// The first place, when everything was tried.
    root: Option<Place>,
    /// Memory for which steps come before the second of two that race.
    kept_steps: Vec<bool>,
    /// Memory for what all steps go back to that were not known.
    in_common: Vec<u32>,
    /// What steps were seen to do that cannot be foretold, if there are such steps.
    lore: Option<Lore>,
}

impl Optimal {
    /// A search that has tried nothing yet, and keeps so many states.
    pub(crate) fn new(most_states: usize, crew: &Arc<Crew>) -> Self {
        Self {
            prefix: Vec::new(),
            places: Vec::new(),
            spare: Vec::new(),
            common: 0,
            then: Vec::new(),
            order: Order::default(),
            learned: Vec::new(),
            executions: 0,
            redundant: 0,
            had_asides: false,
            more: true,
            lattices: Lattices::new(most_states),
            link: Link::whole(crew),
            waits: false,
            kept: 0,
            root: None,
            kept_steps: Vec::new(),
            in_common: Vec::new(),
            lore: None,
        }
    }

    /// A search that foretells nothing: it remembers what it has seen.
    pub(crate) fn careful(most_states: usize, crew: &Arc<Crew>) -> Self {
        let order = Order::careful();
        Self { lore: Some(Lore::default()), order, ..Self::new(most_states, crew) }
    }

    /// Whether it foretells nothing.
    pub(crate) fn is_careful(&self) -> bool {
        self.lore.is_some()
    }

    /// The state graph of what was found, if there was room for it.
    pub(crate) fn graph(&self) -> Option<&Graph> {
        self.lattices.whole()
    }

    /// How many executions were started that turned out to lead nowhere new.
    pub(crate) fn redundant(&self) -> u64 {
        self.redundant
    }

    /// The step before which its first place is.
    fn base(&self) -> usize {
        self.prefix.len()
    }

    /// Pins the reversals of all races of the last execution, of which so many steps were known.
    ///
    /// Also of races between two known steps: what could have gone before the second need not have come
    /// before it in time, so it may be new. (Only where all that is new goes back to the first is it
    /// nothing to this race.)
    fn pin_reversals(&mut self, run: &Run, common: usize) {
        let mut kept = std::mem::take(&mut self.kept_steps);
        let mut in_common = std::mem::take(&mut self.in_common);
        self.order.in_common(common, &mut in_common);
        for race in 0..self.order.races.len() {
            let race = self.order.races[race];
            if race.second.is_among(common) && !self.order.has_beside(race.first, &in_common) {
                continue;
            }
            let reversal = self.order.reversal(run, race, &mut kept);
            let Some((step, mut sequence)) = reversal else { continue };
            if let Some(last) = sequence.last_mut() {
                last.certain &= self.lore.is_none();
                last.base *= u64::from(self.lore.is_some());
            }
            if let Some(lore) = &self.lore {
                lore.tell(&self.order, step, &mut sequence);
            }
            let options = match sequence.last() {
                _ if race.is_kept_out() => AS_PLANNED,
                _ if self.lore.is_some() => Self::options(run, race.second),
                // Only what would work can also fail for no reason.
                Some(second) if self.compares_in_vain(race.second, second) => JUST_ONE,
                _ => Self::options(run, race.second),
            };
            self.pin(step, options, sequence);
        }
        (self.kept_steps, self.in_common) = (kept, in_common);
    }

    /// Plans a sequence before a step. Its last one may have so many options, or as many as it has there:
    /// those after the first that was not tried are planned where that is taken.
    fn pin(&mut self, step: usize, options: u16, mut sequence: Vec<Planned>) {
        if self.belongs_to_another(step) {
            return self.send_on(step, options, sequence);
        }
        if options == AS_PLANNED {
            if self.is_new(step, &sequence) {
                self.insert(step, &mut sequence);
            }
            return;
        }
        for option in 0..self.most_options(step, options, &sequence) {
            if let Some(second) = sequence.last_mut() {
                second.choice.option = option;
            }
            if self.is_new(step, &sequence) {
                return self.insert(step, &mut sequence);
            }
        }
    }

    /// How many options the last of a sequence may have that is planned before a step. Where nothing of
    /// the rest touches what it touches first, they are those that it has there already.
    fn most_options(&self, step: usize, options: u16, sequence: &[Planned]) -> u16 {
        let Some((last, rest)) = sequence.split_last() else { return 0 };
        let enabled = self.place(step).map_or(&[][..], |place| &place.enabled);
        let there = options_of(last.choice.who, enabled);
        let first = last.accesses.first().map(|access| access.object);
        let touched =
            || rest.iter().flat_map(|step| &step.accesses).any(|it| Some(it.object) == first);
        match there {
            _ if options == JUST_ONE => 1,
            1.. if !touched() => there,
            there => options.max(there).max(1),
        }
    }

    /// Whether the second of two that race compares its object with a value that it will not have.
    fn compares_in_vain(&self, second: Second, planned: &Planned) -> bool {
        let Second::Step(step) = second else { return false };
        let looks = planned.accesses.first().is_some_and(|access| access.mode == Mode::Read);
        looks && self.order.steps[step as usize].expected.is_some()
    }

    /// How many options the second of two that race had.
    fn options(run: &Run, second: Second) -> u16 {
        match second {
            Second::Step(step) => run.steps[step as usize].options,
            Second::Left(_) => 1,
        }
    }
}

/// Instead of a number of options: there is one, wherever it is taken.
const JUST_ONE: u16 = 0;

/// Instead of a number of options: it is the one that is planned.
const AS_PLANNED: u16 = u16::MAX;

/// How many options a strand has of all that can be chosen.
fn options_of(who: Name, enabled: &[Choice]) -> u16 {
    let count = enabled.iter().filter(|other| other.who == who).count();
    u16::try_from(count).unwrap_or(u16::MAX)
}

impl Search for Optimal {
    fn known(&self, step: usize) -> Option<Choice> {
        self.chosen(step)
    }

    fn choose(&mut self, at: &super::Branch<'_>) -> Option<usize> {
        let choice = match self.chosen(at.step) {
            Some(choice) => choice,
            None => self.arrive(at.run, at.enabled, at.last)?,
        };
        at.enabled.binary_search(&choice).ok()
    }

    fn record(&mut self, run: &Run, leaf: Leaf) -> Result<(), Stuck> {
        if run.is_intricate {
            return Err(Stuck::Intricate);
        }
        if run.is_subtle && self.lore.is_none() {
            return Err(Stuck::Subtle);
        }
        let base = self.base();
        let places = self.places.iter_mut().map(Place::trying);
        for (step, (branch, made)) in (base..).zip(places.zip(&run.steps[base..])) {
            let sign = branch.map(|branch| branch.sign.replace(made.sign));
            if sign.flatten().is_some_and(|sign| sign != made.sign) {
                return Err(Stuck::Differs { step });
            }
        }
        if run.steps.len() < base + self.places.len() {
            return Err(Stuck::Differs { step: run.steps.len() });
        }
        let common = self.learn(run);
        let differs = Stuck::Differs { step: run.steps.len() };
        self.lattices.add(&self.order, run, common, leaf).map_err(|()| differs)?;
        let borne_out = self.lore.as_mut().is_none_or(|lore| lore.learn(&self.order, common));
        if !borne_out {
            return Err(Stuck::Intricate);
        }
        self.pin_reversals(run, common);
        self.executions += 1;
        self.end_branch(run);
        self.go_back();
        Ok(())
    }

    fn representative(&self, _run: &Run) -> Vec<Choice> {
        self.order.with_few_switches()
    }

    /// An execution that leads nowhere new shows that something was said of steps that does not hold in all
    /// orders, and then there may be something that no race has shown.
    fn give_up(&mut self, run: &Run) -> Result<(), Stuck> {
        if run.steps.len() < self.common {
            return Err(Stuck::Differs { step: run.steps.len() });
        }
        self.redundant += 1;
        Err(if self.lore.is_some() { Stuck::Intricate } else { Stuck::Subtle })
    }

    fn start_again(&mut self) -> bool {
        let redundant = self.redundant;
        let (most_states, crew) = (self.lattices.most_states(), self.link.crew());
        let new = match self.lore {
            Some(_) => Self::careful(most_states, crew),
            None => Self::new(most_states, crew),
        };
        *self = Self { redundant, ..new };
        true
    }

    fn advance(&mut self) -> bool {
        self.more
    }

    fn estimate(&self) -> Option<f64> {
        self.guess()
    }
}

impl Optimal {
    /// Learns the order of an execution, and says how many of its first steps were known.
    fn learn(&mut self, run: &Run) -> usize {
        let asides = std::mem::replace(&mut self.had_asides, !run.asides.is_empty());
        let known =
            self.learned.iter().zip(&run.steps).take_while(|(one, two)| **one == two.choice);
        let common = if asides || self.had_asides { 0 } else { known.count() };
        self.learned.truncate(common);
        self.learned.extend(run.steps[common..].iter().map(|step| step.choice));
        self.order.rewind(common);
        self.order.learn(run);
        common
    }
}
