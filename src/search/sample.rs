//! Some schedules, drawn at random.
//!
//! Where there are too many schedules to run them all, some are drawn. What is drawn depends on the
//! seed and on the program alone: execution `i` of a sample has the seed `seed + i`, and is the same
//! whether or not others were run before it.
//!
//! What this cannot do: show that a program holds.

use std::collections::HashSet;
use std::fmt;

use super::random::Random;
use super::{Branch, Leaf, Run, Search, Stuck};

/// How schedules are drawn, where not all of them are run.
///
/// One seed is one execution: execution `i` of a sample, counted from 0, is drawn with `seed + i`. So
/// the sample of one execution from there on draws it again, and two samples whose seeds are closer
/// together than they are long have executions in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sampling {
    /// At each step one of the choices there are, each as likely as any other. Every schedule can
    /// come, but a long one with few switches hardly ever does.
    Uniform {
        /// How many executions.
        executions: u64,
        /// Where the random numbers begin.
        seed: u64,
    },
    /// Probabilistic concurrency testing: strands have random priorities, the highest that can goes,
    /// and at `depth - 1` random steps whoever goes falls below all others.
    ///
    /// The *depth* of a bug is how many steps must come in a certain order for it to show: 1 where one
    /// must come before another, 2 where a third must come between. A program of `n` strands (with
    /// main) and `k` steps that has a bug of depth `d` shows it in each execution of this depth with a
    /// probability of at least 1 / (n k^(d-1)), whatever its schedules look like.
    ///
    /// The k that is used is the length of an execution in which nobody is interrupted, which is run
    /// before the sample and on top of it. For a program that can take more steps than that, the
    /// promise holds for bugs that need their changes among the first k. Where a step has options, one
    /// of them is drawn, and the promise is divided by their number.
    Pct {
        /// The depth of the bugs that are looked for, from 1.
        depth: usize,
        /// How many executions.
        executions: u64,
        /// Where the random numbers begin.
        seed: u64,
    },
}

impl Sampling {
    /// The word for it: `uniform` or `pct`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Uniform { .. } => "uniform",
            Self::Pct { .. } => "pct",
        }
    }

    /// How many executions are drawn.
    pub fn executions(self) -> u64 {
        let (Self::Uniform { executions, .. } | Self::Pct { executions, .. }) = self;
        executions
    }

    /// Where the random numbers begin.
    pub fn seed(self) -> u64 {
        let (Self::Uniform { seed, .. } | Self::Pct { seed, .. }) = self;
        seed
    }

    /// The sample that draws one execution of this one again, given which of all those that were run
    /// it was, counted from 0.
    pub(crate) fn only(self, ran: u64) -> Self {
        match self {
            Self::Uniform { seed, .. } => {
                Self::Uniform { executions: 1, seed: seed.wrapping_add(ran) }
            }
            // The one that is run on top comes again with every other.
            Self::Pct { depth, seed, .. } => {
                let seed = seed.wrapping_add(ran.saturating_sub(1));
                Self::Pct { depth, executions: 1, seed }
            }
        }
    }
}

/// `uniform, seed 1`; `pct, depth 2, seed 1`.
impl fmt::Display for Sampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uniform { seed, .. } => write!(f, "uniform, seed {seed}"),
            Self::Pct { depth, seed, .. } => write!(f, "pct, depth {depth}, seed {seed}"),
        }
    }
}

/// The search that draws.
#[derive(Debug)]
pub(crate) struct Sample {
    sampling: Sampling,
    /// How many executions of the sample are over.
    drawn: u64,
    random: Random,
    pct: Option<Pct>,
    /// Fingerprints of the schedules that were run. Two schedules may have the same.
    schedules: HashSet<u64>,
    fingerprint: u64,
    /// The positions of what can be chosen, by strand number: memory that is used again.
    order: Vec<usize>,
}

impl Sample {
    /// A sample of which nothing has been drawn yet.
    pub(crate) fn new(sampling: Sampling) -> Self {
        let pct = match sampling {
            Sampling::Uniform { .. } => None,
            Sampling::Pct { depth, .. } => Some(Pct::new(depth)),
        };
        Self {
            sampling,
            drawn: 0,
            random: Random::new(sampling.seed()),
            pct,
            schedules: HashSet::new(),
            fingerprint: 0,
            order: Vec::new(),
        }
    }

    /// How many different schedules were run, at the least.
    pub(crate) fn schedules(&self) -> usize {
        self.schedules.len()
    }
}

impl Search for Sample {
    fn choose(&mut self, branch: &Branch<'_>) -> Option<usize> {
        // WHY: not in the order of names. They are given in the order in which strands were first met,
        // so what a seed draws would depend on what was run before.
        let by_number = |&at: &usize| (branch.numbers[at], branch.enabled[at].option);
        self.order.clear();
        self.order.extend(0..branch.enabled.len());
        self.order.sort_unstable_by_key(by_number);
        let position = match &mut self.pct {
            None => self.order[self.random.below(self.order.len())],
            Some(pct) => pct.choose(branch, &self.order, &mut self.random),
        };
        let taken = [branch.numbers[position], usize::from(branch.enabled[position].option)];
        for part in taken {
            self.fingerprint = Random::new(self.fingerprint ^ part as u64).draw();
        }
        Some(position)
    }

    fn record(&mut self, run: &Run, _: Leaf) -> Result<(), Stuck> {
        self.schedules.insert(self.fingerprint);
        self.fingerprint = 0;
        if let Some(pct) = &mut self.pct
            && pct.steps.is_none()
        {
            pct.steps = Some(run.steps.len());
        } else {
            self.drawn += 1;
        }
        Ok(())
    }

    fn advance(&mut self) -> bool {
        self.random = Random::new(self.sampling.seed().wrapping_add(self.drawn));
        if let Some(pct) = &mut self.pct {
            pct.begin(&mut self.random);
        }
        self.drawn < self.sampling.executions()
    }

    #[expect(clippy::cast_precision_loss, reason = "so many executions are never run")]
    fn estimate(&self) -> Option<f64> {
        let on_top = u64::from(self.pct.is_some());
        Some(self.sampling.executions().saturating_add(on_top) as f64)
    }
}

/// Priorities, and the steps at which they change.
///
/// PAPER: Burckhardt, Kothari, Musuvathi and Nagarakatte, "A randomized scheduler with probabilistic
/// guarantees of finding bugs", ASPLOS 2010. There the numbers of strands and steps are given. Here a
/// strand gets its priority when it is first seen, at random among those that are there, and the
/// number of steps is measured.
#[derive(Debug)]
struct Pct {
    depth: usize,
    /// How many steps an execution has in which nobody is interrupted, once that is known.
    steps: Option<usize>,
    /// By the strand's number. INVARIANT: a drawn one is at least `depth`, a lowered one is below.
    priorities: Vec<Option<u64>>,
    /// At which steps whoever goes is lowered, and to which priority.
    changes: Vec<(usize, u64)>,
}

impl Pct {
    fn new(depth: usize) -> Self {
        Self { depth: depth.max(1), steps: None, priorities: Vec::new(), changes: Vec::new() }
    }

    /// Draws what is drawn before an execution.
    fn begin(&mut self, random: &mut Random) {
        self.priorities.clear();
        let steps = self.steps.unwrap_or(0).max(1);
        self.changes.clear();
        self.changes.extend((1..self.depth as u64).map(|low| (random.below(steps), low)));
    }

    fn choose(&mut self, branch: &Branch<'_>, order: &[usize], random: &mut Random) -> usize {
        if self.steps.is_none() {
            return Self::first_in(branch, order);
        }
        for &at in order {
            let number = branch.numbers[at];
            if self.priorities.len() <= number {
                self.priorities.resize(number + 1, None);
            }
            self.priorities[number].get_or_insert_with(|| random.draw().max(self.depth as u64));
        }
        let priority = |at: &&usize| self.priorities[branch.numbers[**at]];
        let highest = order.iter().max_by_key(priority).map_or(0, |&at| branch.numbers[at]);
        for &(_, low) in self.changes.iter().filter(|(step, _)| *step == branch.step) {
            self.priorities[highest] = Some(low);
        }
        let options: Vec<usize> =
            order.iter().copied().filter(|&at| branch.numbers[at] == highest).collect();
        options[random.below(options.len())]
    }

    /// Whoever went last goes on if it can, else the first that can, by number.
    fn first_in(branch: &Branch<'_>, order: &[usize]) -> usize {
        let goes_on =
            |at: &&usize| branch.last.is_some_and(|last| last.who == branch.enabled[**at].who);
        *order.iter().find(goes_on).unwrap_or(&order[0])
    }
}

#[cfg(test)]
mod tests {
    use super::super::seen::tests::run;
    use super::super::{Choice, Leaf, Search};
    use super::{Sample, Sampling};

    fn draw(sampling: Sampling, counts: &[usize]) -> Vec<Vec<Choice>> {
        let mut search = Sample::new(sampling);
        let mut drawn = Vec::new();
        loop {
            let run = run(&mut search, counts);
            drawn.push(run.steps.iter().map(|step| step.choice).collect());
            search.record(&run, Leaf { failing: false, outcome: 0 }).expect("room for it");
            if !search.advance() {
                return drawn;
            }
        }
    }

    #[test]
    fn an_execution_is_drawn_again_from_its_own_seed() {
        let samplings = [
            Sampling::Uniform { executions: 20, seed: 3 },
            Sampling::Pct { depth: 3, executions: 20, seed: u64::MAX - 3 },
        ];
        for sampling in samplings {
            let drawn = draw(sampling, &[3, 3, 2]);
            for (ran, schedule) in (0..).zip(&drawn) {
                let again = draw(sampling.only(ran), &[3, 3, 2]);
                assert!(again.contains(schedule), "{sampling:?}: {ran}");
                assert!(again.len() <= 2, "{sampling:?}: {ran}");
            }
        }
    }

    #[test]
    fn a_depth_of_one_interrupts_nobody() {
        for schedule in draw(Sampling::Pct { depth: 1, executions: 50, seed: 1 }, &[4, 4, 4]) {
            let switches = schedule.windows(2).filter(|pair| pair[0].who != pair[1].who).count();
            assert_eq!(switches, 2);
        }
    }

    #[test]
    fn each_change_interrupts_once_at_most() {
        let mut most = 0;
        for schedule in draw(Sampling::Pct { depth: 3, executions: 200, seed: 1 }, &[4, 4]) {
            let switches = schedule.windows(2).filter(|pair| pair[0].who != pair[1].who).count();
            most = most.max(switches);
        }
        // Two changes, and the end of whoever ends first.
        assert_eq!(most, 3);
    }
}
