//! Does what is said of steps hold in all schedules?
//!
//! The search trusts two things that it is told. Steps that are said to be *independent* can change
//! places, and nothing else changes by that. And of two steps that *race*, the second can come first
//! in the way that [`Order::reversal`] says, and no schedule is out of reach of that. Given every
//! schedule of a program, both can be looked up, and nothing is trusted. (Whether what a reversal foretells
//! comes true is not: what is foretold wrongly shows in the number of executions.)
//!
//! - *Neighbours.* If two neighbours of a schedule are independent, then the schedule with the two
//!   exchanged is there, each of its steps does what it did, and it ends in the same way.
//! - *Events.* Two schedules have the same events only if they are in one class.
//! - *Sources.* After every prefix, take one of the choices and what the reversals of all that follows
//!   it add, again and again: then every schedule with that prefix can begin with one of those, but for
//!   the order of independent steps.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::super::class::dependencies;
use super::super::{Choice, Leaf, Reach, Run};
use super::order::Order;
use super::tree::Planned;
use crate::step::{Access, Effect, Mode};

/// All schedules of a program.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each can be true whatever the other is")]
pub(in crate::search) struct Audit {
    /// By their choices, with how they end.
    runs: BTreeMap<Vec<Choice>, (Run, Leaf)>,
    /// Whether one of them has things in it that are not said of steps.
    is_intricate: bool,
    /// Whether one of them has steps in it that cannot be foretold.
    is_subtle: bool,
}

/// How many contradictions of a kind are told.
const MOST: usize = 3;

/// What is known of all schedules together.
struct Known<'a> {
    runs: &'a BTreeMap<Vec<Choice>, (Run, Leaf)>,
    orders: Vec<Kept<'a>>,
    /// For each of them, which class it is in.
    classes: Vec<usize>,
}

/// What is known of one schedule.
struct Kept<'a> {
    choices: &'a [Choice],
    run: &'a Run,
    before: Vec<Vec<usize>>,
    /// The fingerprints of its steps.
    prints: Vec<u64>,
    /// Where each of its races leads to, and from where on.
    reversals: Vec<(usize, Vec<Planned>)>,
}

impl Audit {
    /// Keeps an execution.
    pub(in crate::search) fn keep(&mut self, run: &Run, leaf: Leaf) {
        self.is_intricate |= run.is_intricate;
        self.is_subtle |= run.is_subtle;
        let choices = run.steps.iter().map(|step| step.choice).collect();
        self.runs.insert(choices, (run.clone(), leaf));
    }

    /// Where the executions contradict what they say of their steps: the first few of each kind. And how
    /// many classes there are, if that is known.
    pub(in crate::search) fn contradictions(&self) -> (Vec<String>, Option<usize>) {
        if self.is_intricate {
            return (Vec::new(), None);
        }
        let known = Known::of(&self.runs, self.is_subtle);
        let mut found = known.neighbours();
        if self.is_subtle || known.classes_are_even() {
            found.extend(known.events());
            found.extend(known.sources());
        }
        let classes: BTreeSet<usize> = known.classes.iter().copied().collect();
        (found, Some(classes.len()))
    }
}

impl<'a> Known<'a> {
    fn of(runs: &'a BTreeMap<Vec<Choice>, (Run, Leaf)>, is_subtle: bool) -> Self {
        let orders = runs.iter().map(|(choices, (run, _))| {
            let mut order = if is_subtle { Order::careful() } else { Order::default() };
            order.learn(run);
            let mut kept = Vec::new();
            let reversal = |&race| order.reversal(run, race, &mut kept);
            let reversals = order.races.iter().filter_map(reversal).collect();
            let steps = 0..u32::try_from(run.steps.len()).unwrap_or(u32::MAX);
            Kept {
                choices,
                run,
                before: dependencies(run),
                prints: steps.map(|step| order.event_of(step)).collect(),
                reversals,
            }
        });
        let orders = orders.collect();
        let classes = classes(&orders);
        Self { runs, orders, classes }
    }

    /// Which class a schedule is in.
    fn class_of(&self, one: &Kept<'_>) -> usize {
        let place = self.orders.partition_point(|other| other.choices < one.choices);
        self.classes[place]
    }

    /// The schedules that begin in some way.
    fn with(&self, prefix: &[Choice]) -> &[Kept<'a>] {
        let start = self.orders.partition_point(|one| one.choices < prefix);
        let end = self.orders[start..].partition_point(|one| one.choices.starts_with(prefix));
        &self.orders[start..start + end]
    }

    fn neighbours(&self) -> Vec<String> {
        let mut found = Vec::new();
        for one in &self.orders {
            for first in 0..one.choices.len().saturating_sub(1) {
                if one.before[first + 1].contains(&first) {
                    continue;
                }
                if let Some(why) = self.exchanged(one, first) {
                    let steps = [first, first + 1].map(|step| told(one.run, step));
                    let [a, b] = steps;
                    found.push(format!(
                        "neighbours: {} at {first}: {a} and {b}: {why}",
                        schedule(one.choices)
                    ));
                    break;
                }
            }
            if found.len() == MOST {
                break;
            }
        }
        found
    }

    /// What is not as it should be in the schedule with a step and the next exchanged.
    fn exchanged(&self, one: &Kept<'_>, first: usize) -> Option<String> {
        let mut choices = one.choices.to_vec();
        choices.swap(first, first + 1);
        let Some((other, leaf)) = self.runs.get(&choices) else {
            let mut longest = choices.as_slice();
            while self.with(longest).is_empty() {
                longest = &longest[..longest.len() - 1];
            }
            return Some(format!("cannot be exchanged: nothing after {}", schedule(longest)));
        };
        for step in 0..choices.len() {
            let there = match step {
                _ if step == first => first + 1,
                _ if step == first + 1 => first,
                _ => step,
            };
            if doings(one.run, step) != doings(other, there) {
                let (here, there) = (told(one.run, step), told(other, there));
                return Some(format!("step {step} differs, {here} and {there}"));
            }
        }
        (self.runs[one.choices].1 != *leaf).then(|| "it ends differently".to_owned())
    }

    /// Whether all schedules of a class have the same events. Where somebody is woken who has slept already in one
    /// order and not in another, they have not, and the search that foretells notices when it is led nowhere.
    fn classes_are_even(&self) -> bool {
        let mut of_class: BTreeMap<usize, BTreeSet<u64>> = BTreeMap::new();
        self.orders.iter().all(|one| {
            let events: BTreeSet<u64> = one.prints.iter().copied().collect();
            *of_class.entry(self.class_of(one)).or_insert_with(|| events.clone()) == events
        })
    }

    fn events(&self) -> Vec<String> {
        let mut of_events: BTreeMap<BTreeSet<u64>, &Kept<'_>> = BTreeMap::new();
        let mut found = Vec::new();
        for one in &self.orders {
            let other = of_events.entry(one.prints.iter().copied().collect()).or_insert(one);
            if self.class_of(other) != self.class_of(one) {
                let (one, other) = (schedule(one.choices), schedule(other.choices));
                found.push(format!("events: {one} and {other} are in two classes"));
            }
        }
        found.truncate(MOST);
        found
    }

    fn sources(&self) -> Vec<String> {
        let mut prefixes = BTreeSet::new();
        for one in &self.orders {
            prefixes.extend((0..one.choices.len()).map(|end| &one.choices[..end]));
        }
        let mut prefixes: Vec<&[Choice]> = prefixes.into_iter().collect();
        prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.len()));
        let all = prefixes.into_iter().filter_map(|prefix| self.sources_after(prefix));
        all.take(MOST).collect()
    }

    /// A schedule that is out of reach of those that go on after a prefix in another way.
    fn sources_after(&self, prefix: &[Choice]) -> Option<String> {
        let all = self.with(prefix);
        let place = prefix.len();
        let begins: BTreeSet<Choice> = all.iter().map(|one| one.choices[place]).collect();
        let missing = |start: Choice| {
            let reached = self.reached(prefix, start);
            let classes: BTreeSet<usize> = all
                .iter()
                .filter(|one| reached.contains(&one.choices[place]))
                .map(|one| self.class_of(one))
                .collect();
            let missed = all.iter().find(|one| !classes.contains(&self.class_of(one)))?;
            let reached: Vec<Choice> = reached.into_iter().collect();
            Some(format!(
                "sources: after {}, {} does not lead to {}:{}",
                schedule(prefix),
                schedule(&reached),
                schedule(missed.choices),
                steps(missed.run)
            ))
        };
        begins.iter().find_map(|&start| missing(start))
    }

    /// What is tried after a prefix if one choice is.
    fn reached(&self, prefix: &[Choice], start: Choice) -> BTreeSet<Choice> {
        let place = prefix.len();
        let mut reached = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(choice) = open.pop() {
            let mut classes = BTreeSet::new();
            let after: Vec<Choice> = prefix.iter().copied().chain([choice]).collect();
            let own = self.with(&after).iter().filter(|one| classes.insert(self.class_of(one)));
            for (_, sequence) in own.flat_map(|one| &one.reversals).filter(|one| one.0 == place) {
                for sequence in self.with_options(prefix, sequence) {
                    let seen = |&choice: &Choice| self.covers(prefix, choice, &sequence);
                    let new = !reached.iter().any(seen);
                    let first = Some(sequence[0].choice).filter(|_| new);
                    open.extend(first.filter(|&first| reached.insert(first)));
                }
            }
            // All options of a step are tried.
            let begins = self.with(prefix).iter().map(|one| one.choices[place]);
            let others: Vec<Choice> = begins.filter(|other| other.who == choice.who).collect();
            open.extend(others.into_iter().filter(|&other| reached.insert(other)));
        }
        reached
    }

    /// A sequence with each option that its last step has.
    fn with_options(&self, prefix: &[Choice], sequence: &[Planned]) -> Vec<Vec<Planned>> {
        let Some((last, before)) = sequence.split_last() else { return Vec::new() };
        let choices = before.iter().map(|step| step.choice);
        let start: Vec<Choice> = prefix.iter().copied().chain(choices).collect();
        let next = self.with(&start).iter().filter_map(|one| one.choices.get(start.len()));
        let options: BTreeSet<Choice> =
            next.filter(|choice| choice.who == last.choice.who).copied().collect();
        let with = |choice| {
            let last = Planned { choice, ..last.clone() };
            before.iter().cloned().chain([last]).collect()
        };
        options.into_iter().map(with).collect()
    }

    /// Whether a choice could be the first step of a sequence.
    fn covers(&self, prefix: &[Choice], choice: Choice, sequence: &[Planned]) -> bool {
        let Some(own) = self.taken(prefix, choice) else { return false };
        let place = prefix.len();
        let choices = sequence.iter().map(|step| step.choice);
        let all: Vec<Choice> = prefix.iter().copied().chain(choices).collect();
        let Some(there) = self.with(&all).first() else { return false };
        let next = self.with(prefix).iter().map(|one| one.choices[place]);
        let has_options = next.into_iter().any(|it| it.who == choice.who && it != choice);
        for (step, planned) in (place..).zip(sequence) {
            if planned.choice.who == choice.who {
                return planned.choice == choice;
            }
            if own.last {
                return false;
            }
            let depends = |&one: &Access| own.accesses.iter().any(|&two| one.depends_on(two));
            let last = there.run.ends.is_some() && step + 1 == there.choices.len();
            let last = last || there.run.steps[step].reach == Reach::KeptOut;
            if last || all_accesses(there.run, step).any(depends) {
                return false;
            }
        }
        // Another option may depend on the sequence.
        !has_options
    }

    /// A choice after a prefix, as a step that was taken.
    fn taken(&self, prefix: &[Choice], choice: Choice) -> Option<Planned> {
        let after: Vec<Choice> = prefix.iter().copied().chain([choice]).collect();
        let there = self.with(&after).first()?;
        let accesses = all_accesses(there.run, prefix.len()).copied().collect();
        let last = there.run.steps[prefix.len()].reach == Reach::KeptOut;
        Some(Planned { choice, accesses, last, certain: true, event: 0, base: 0 })
    }
}

/// The classes of schedules: those that become one another by exchanging independent neighbours.
fn classes(orders: &Vec<Kept<'_>>) -> Vec<usize> {
    let mut class: Vec<usize> = (0..orders.len()).collect();
    let find = |class: &[usize], mut one: usize| {
        while class[one] != one {
            one = class[one];
        }
        one
    };
    for (place, one) in orders.iter().enumerate() {
        for first in 0..one.choices.len().saturating_sub(1) {
            if one.before[first + 1].contains(&first) {
                continue;
            }
            let mut choices = one.choices.to_vec();
            choices.swap(first, first + 1);
            if let Ok(other) = orders.binary_search_by(|other| other.choices.cmp(&choices)) {
                let (one, other) = (find(&class, place), find(&class, other));
                class[one.max(other)] = one.min(other);
            }
        }
    }
    (0..orders.len()).map(|one| find(&class, one)).collect()
}

fn all_accesses(run: &Run, step: usize) -> impl Iterator<Item = &Access> {
    let asides = run.asides.iter().filter(move |(of, _)| *of as usize == step);
    run.accesses_of(step).iter().chain(asides.map(|(_, access)| access))
}

/// What a step did, in whatever order. Not whom it woke: that depends on who waits already.
fn doings(run: &Run, step: usize) -> BTreeSet<(u32, u8)> {
    let own_doing = |access: &&Access| !matches!(access.effect, Effect::Signals | Effect::Consumes);
    all_accesses(run, step).filter(own_doing).copied().map(key).collect()
}

fn key(access: Access) -> (u32, u8) {
    let mode = match access.mode {
        Mode::Read => 0,
        Mode::Add => 1,
        Mode::Write => 2,
    };
    (access.object, mode)
}

fn schedule(choices: &[Choice]) -> String {
    let mut text = String::new();
    for choice in choices {
        let space = if text.is_empty() { "" } else { " " };
        let _ = write!(text, "{space}{}", choice.who.0);
        if choice.option > 0 {
            let _ = write!(text, ".{}", choice.option);
        }
    }
    text
}

/// A step in words.
fn told(run: &Run, step: usize) -> String {
    let mut text = schedule(&[run.steps[step].choice]);
    text.push('(');
    for Access { object, mode, effect } in all_accesses(run, step) {
        let _ = write!(text, " {object}:{mode:?}");
        if *effect != crate::step::Effect::None {
            let _ = write!(text, ":{effect:?}");
        }
    }
    text.push_str(" )");
    text
}

/// All steps in words, a line each, and who was left.
fn steps(run: &Run) -> String {
    let mut text = String::new();
    for step in 0..run.steps.len() {
        let (causes, needs) = (run.causes_of(step), run.needs_of(step));
        let _ = write!(text, "\n  {} causes {causes:?} needs {needs:?}", told(run, step));
    }
    for (left, pending) in run.pending.iter().enumerate() {
        let (causes, needs) = (run.pending_causes_of(left), run.pending_needs_of(left));
        let _ = write!(text, "\n  left {pending:?} causes {causes:?} needs {needs:?}");
    }
    text
}
