//! What have the executions had to show so far?
//!
//! For searches that run each schedule by itself: the count is the number of executions, and nothing
//! is kept of a schedule but the simplest that fails.

use super::{Choice, Leaf, Run};

/// What was seen in the executions so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// How many schedules were run.
    pub(crate) all: u64,
    /// How many of them failed.
    pub(crate) failing: u64,
    /// How many ended in each outcome.
    pub(crate) outcomes: Vec<u64>,
    simplest: Option<(usize, Vec<Choice>)>,
}

impl Seen {
    /// The failing schedule with the fewest switches, then the fewest steps, then the smallest.
    pub(crate) fn simplest(&self) -> Option<&[Choice]> {
        self.simplest.as_ref().map(|(_, choices)| choices.as_slice())
    }

    /// One more.
    pub(super) fn count(&mut self, run: &Run, leaf: Leaf) {
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

    /// About how many schedules there are, given how far each wheel of an odometer has turned, and of
    /// how many positions.
    ///
    /// A wheel that has done two positions of three has done two thirds of what its predecessors have
    /// left it, as if the schedules behind each position were equally many. They are not, so this is
    /// a guess; it gets better as the odometer turns, and is the truth in the end.
    pub(super) fn extrapolate(&self, turns: impl Iterator<Item = (usize, usize)>) -> Option<f64> {
        let (mut done, mut share) = (0.0, 1.0);
        for (turned, positions) in turns {
            share /= real(positions as u64);
            done += share * real(turned as u64);
        }
        (done > 0.0).then(|| real(self.all) / done)
    }
}

#[expect(clippy::cast_precision_loss, reason = "it goes into a guess")]
fn real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::{Branch, Choice, Name, Reach, Run, RunStep, Search};

    /// Runs `counts[i]` steps of strand `i` in the order that a search chooses.
    pub(in crate::search) fn run(search: &mut dyn Search, counts: &[usize]) -> Run {
        let mut left = counts.to_vec();
        let mut run = Run::default();
        while left.iter().any(|&steps| steps > 0) {
            let enabled: Vec<Choice> = (0_u32..)
                .zip(&left)
                .filter(|&(_, &steps)| steps > 0)
                .map(|(who, _)| Choice { who: Name(who), option: 0 })
                .collect();
            let numbers: Vec<usize> = enabled.iter().map(|choice| choice.who.index()).collect();
            let (step, last) = (run.steps.len(), run.steps.last().map(|step| step.choice));
            let branch = Branch { step, run: &run, enabled: &enabled, numbers: &numbers, last };
            let choice = enabled[search.choose(&branch).expect("a choice")];
            left[choice.who.index()] -= 1;
            run.enabled.extend(&enabled);
            let enabled_end = run.enabled.len();
            run.steps.push(RunStep {
                choice,
                sign: 0,
                enabled_end,
                accesses_end: 0,
                glued_end: 0,
                causes_end: 0,
                needs_end: 0,
                was: None,
                expected: None,
                attempts: None,
                is_poll: false,
                options: 1,
                options_are_alike: false,
                reach: Reach::Own,
            });
        }
        run
    }
}
