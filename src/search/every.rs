//! Every schedule, one execution each.
//!
//! Picture a car's odometer. Each wheel is one choice. After every execution the last wheel that can
//! still turn moves on by one, and the wheels after it start again from zero. Nothing is merged and
//! nothing is left out, so this is what every cleverer search is compared with.

use std::collections::HashSet;

use super::class::canonical;
use super::optimal::Audit;
use super::{Branch, Choice, Leaf, Run, Search, Seen, Stuck};

/// One wheel of the odometer.
#[derive(Debug)]
struct Wheel {
    /// What could be chosen, in ascending order.
    choices: Vec<Choice>,
    /// The position at which the wheel started: an execution may choose as it likes behind its plan.
    start: usize,
    /// How often it has turned. INVARIANT: `turned < choices.len()`.
    turned: usize,
    /// What the chosen step announced.
    sign: u64,
}

impl Wheel {
    /// The starting position comes first, then all others in ascending order.
    fn choice(&self) -> Choice {
        match self.turned {
            0 => self.choices[self.start],
            turned if turned <= self.start => self.choices[turned - 1],
            turned => self.choices[turned],
        }
    }
}

/// The search without any reduction.
#[derive(Debug, Default)]
pub(crate) struct EverySchedule {
    wheels: Vec<Wheel>,
    plan: Vec<Choice>,
    seen: Seen,
    classes: HashSet<Box<[Choice]>>,
    /// All executions, if they are to be looked at together.
    audit: Option<Audit>,
}

impl EverySchedule {
    /// A search that has tried nothing yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A search that keeps all executions, to look at them together.
    pub(crate) fn audited() -> Self {
        Self { audit: Some(Audit::default()), ..Self::default() }
    }

    /// Where the executions contradict what they say of their steps, if they were kept, and how many classes
    /// they are then.
    pub(crate) fn contradictions(&self) -> (Vec<String>, Option<usize>) {
        self.audit.as_ref().map(Audit::contradictions).unwrap_or_default()
    }

    /// What the schedules that were tried had to show.
    pub(crate) fn seen(&self) -> &Seen {
        &self.seen
    }

    /// How many classes the schedules fall into that differ in more than the order of independent steps.
    pub(crate) fn classes(&self) -> usize {
        self.classes.len()
    }
}

impl Search for EverySchedule {
    fn choose(&mut self, branch: &Branch<'_>) -> Option<usize> {
        branch.follow(&self.plan)
    }

    fn record(&mut self, run: &Run, leaf: Leaf) -> Result<(), Stuck> {
        self.seen.count(run, leaf);
        self.classes.insert(canonical(run));
        if let Some(audit) = &mut self.audit {
            audit.keep(run, leaf);
        }
        for (depth, step) in run.steps.iter().enumerate() {
            let enabled = run.enabled_at(depth);
            if let Some(wheel) = self.wheels.get_mut(depth) {
                let turned = depth + 1 == self.plan.len();
                if wheel.choices != enabled || (!turned && wheel.sign != step.sign) {
                    return Err(Stuck::Differs { step: depth });
                }
                wheel.sign = step.sign;
            } else {
                let start = enabled.iter().position(|&choice| choice == step.choice).unwrap_or(0);
                let choices = enabled.to_vec();
                self.wheels.push(Wheel { choices, start, turned: 0, sign: step.sign });
            }
        }
        Ok(())
    }

    fn start_again(&mut self) -> bool {
        // To run every schedule nobody has to know which objects are the same; to count classes, somebody has.
        *self = if self.audit.is_some() { Self::audited() } else { Self::new() };
        true
    }

    fn advance(&mut self) -> bool {
        while let Some(wheel) = self.wheels.last_mut() {
            if wheel.turned + 1 < wheel.choices.len() {
                wheel.turned += 1;
                self.plan.clear();
                self.plan.extend(self.wheels.iter().map(Wheel::choice));
                return true;
            }
            self.wheels.pop();
        }
        false
    }

    fn estimate(&self) -> Option<f64> {
        let turns = self.wheels.iter().map(|wheel| (wheel.turned, wheel.choices.len()));
        self.seen.extrapolate(turns)
    }
}

#[cfg(test)]
mod tests {
    use super::super::seen::tests::run;
    use super::super::{Branch, Leaf, Search};
    use super::EverySchedule;

    /// An odometer that chooses `pick` behind its plan.
    struct Picking(EverySchedule, fn(usize) -> usize);

    impl Search for Picking {
        fn choose(&mut self, branch: &Branch<'_>) -> Option<usize> {
            let planned = branch.step < self.0.plan.len();
            if planned { self.0.choose(branch) } else { Some((self.1)(branch.enabled.len())) }
        }

        fn record(&mut self, run: &super::Run, leaf: Leaf) -> Result<(), super::Stuck> {
            self.0.record(run, leaf)
        }

        fn advance(&mut self) -> bool {
            self.0.advance()
        }
    }

    #[test]
    fn visits_every_schedule_exactly_once_whatever_an_execution_chooses() {
        for pick in [|_| 0, |enabled| enabled - 1] {
            let mut search = Picking(EverySchedule::new(), pick);
            let mut seen = std::collections::BTreeSet::new();
            loop {
                let run = run(&mut search, &[2, 2, 1]);
                let order: Vec<u32> = run.steps.iter().map(|step| step.choice.who.0).collect();
                assert!(seen.insert(order), "a schedule was run twice");
                search.record(&run, Leaf { failing: false, outcome: 0 }).expect("room for it");
                if !search.advance() {
                    break;
                }
            }
            // 5! / (2! 2! 1!)
            assert_eq!(seen.len(), 30);
            assert_eq!((search.0.seen().all, search.0.seen().failing), (30, 0));
        }
    }

    #[test]
    fn the_estimate_is_nothing_at_first_and_the_truth_in_the_end() {
        let mut search = EverySchedule::new();
        assert_eq!(search.estimate(), None);
        let mut last = None;
        loop {
            let run = run(&mut search, &[3, 3]);
            search.record(&run, Leaf { failing: false, outcome: 0 }).expect("room for it");
            if !search.advance() {
                break;
            }
            last = search.estimate();
        }
        // 6! / (3! 3!), and one is left when the last estimate is made.
        let last = last.expect("there is one by now");
        assert!((18.0..=22.0).contains(&last), "{last}");
    }
}
