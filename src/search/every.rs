//! Every schedule, one execution each.
//!
//! Picture a car's odometer. Each wheel is one choice. After every execution the last wheel that can
//! still turn moves on by one, and the wheels after it start again from zero. Nothing is merged and
//! nothing is left out, so this is what every cleverer search is compared with.

use super::{Choice, Leaf, Run, Search, Stuck};

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
    all: u128,
    failing: u128,
    outcomes: Vec<u128>,
    simplest: Option<(usize, Vec<Choice>)>,
}

impl EverySchedule {
    /// A search that has tried nothing yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// How many schedules were tried, and how many of them failed.
    pub(crate) fn counts(&self) -> (u128, u128) {
        (self.all, self.failing)
    }

    /// How many schedules ended in each outcome.
    pub(crate) fn outcomes(&self) -> &[u128] {
        &self.outcomes
    }

    /// The failing schedule with the fewest switches, then the fewest steps, then the smallest.
    pub(crate) fn simplest(&self) -> Option<&[Choice]> {
        self.simplest.as_ref().map(|(_, choices)| choices.as_slice())
    }

    fn consider(&mut self, run: &Run) {
        let choices: Vec<Choice> = run.steps.iter().map(|step| step.choice).collect();
        let switches = choices.windows(2).filter(|pair| pair[0].who != pair[1].who).count();
        let better = self.simplest.as_ref().is_none_or(|(best, held)| {
            (switches, choices.len(), &choices) < (*best, held.len(), held)
        });
        if better {
            self.simplest = Some((switches, choices));
        }
    }
}

impl Search for EverySchedule {
    fn plan(&self) -> &[Choice] {
        &self.plan
    }

    fn record(&mut self, run: &Run, leaf: Leaf) -> Result<(), Stuck> {
        self.all += 1;
        let outcome = leaf.outcome as usize;
        if self.outcomes.len() <= outcome {
            self.outcomes.resize(outcome + 1, 0);
        }
        self.outcomes[outcome] += 1;
        if leaf.failing {
            self.failing += 1;
            self.consider(run);
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
}

#[cfg(test)]
mod tests {
    use super::super::{Choice, Leaf, Name, Run, RunStep, Search};
    use super::EverySchedule;

    /// Runs `counts[i]` steps of strand `i` in the order that the plan and then `pick` choose.
    fn run(plan: &[Choice], counts: &[usize], pick: impl Fn(&[Choice]) -> usize) -> Run {
        let mut left = counts.to_vec();
        let mut run = Run::default();
        while left.iter().any(|&steps| steps > 0) {
            let enabled: Vec<Choice> = (0_u32..)
                .zip(&left)
                .filter(|&(_, &steps)| steps > 0)
                .map(|(who, _)| Choice { who: Name(who), option: 0 })
                .collect();
            let choice =
                plan.get(run.steps.len()).copied().unwrap_or_else(|| enabled[pick(&enabled)]);
            left[choice.who.index()] -= 1;
            run.enabled.extend(&enabled);
            let enabled_end = run.enabled.len();
            run.steps.push(RunStep { choice, sign: 0, enabled_end, accesses_end: 0 });
        }
        run
    }

    #[test]
    fn visits_every_schedule_exactly_once_whatever_an_execution_chooses() {
        for pick in [|_: &[Choice]| 0, |enabled: &[Choice]| enabled.len() - 1] {
            let mut search = EverySchedule::new();
            let mut seen = std::collections::BTreeSet::new();
            loop {
                let run = run(search.plan(), &[2, 2, 1], pick);
                let order: Vec<u32> = run.steps.iter().map(|step| step.choice.who.0).collect();
                assert!(seen.insert(order), "a schedule was run twice");
                search.record(&run, Leaf { failing: false, outcome: 0 }).expect("room for it");
                if !search.advance() {
                    break;
                }
            }
            // 5! / (2! 2! 1!)
            assert_eq!(seen.len(), 30);
            assert_eq!(search.counts(), (30, 0));
        }
    }
}
