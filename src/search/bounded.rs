//! Every schedule with at most so many preemptions, one execution each.
//!
//! A *preemption* takes the turn from a strand that could still go on. Passing on from one that waits
//! or has ended is free, so even no preemption at all leaves many schedules, and all of them are run.
//! Most bugs need one or two.
//!
//! PAPER: Musuvathi and Qadeer, "Iterative context bounding for systematic testing of multithreaded
//! programs", PLDI 2007. There the bound is raised round by round; here it is said once, and reached
//! by an odometer as in [`super::EverySchedule`] whose wheels leave out what would go beyond it.

use super::{Branch, Choice, Leaf, Run, Search, Seen, Stuck};

/// One wheel of the odometer.
#[derive(Debug)]
struct Wheel {
    /// What could be chosen, in ascending order.
    enabled: Vec<Choice>,
    /// What of it is within the bound, in the order in which it is tried.
    within: Vec<Choice>,
    /// How often it has turned. INVARIANT: `turned < within.len()`.
    turned: usize,
    /// What the chosen step announced.
    sign: u64,
}

/// The search within a bound on preemptions.
#[derive(Debug)]
pub(crate) struct Bounded {
    most: usize,
    wheels: Vec<Wheel>,
    plan: Vec<Choice>,
    seen: Seen,
    /// Whether the bound has left anything out.
    cut: bool,
}

impl Bounded {
    /// A search that has tried nothing yet.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, wheels: Vec::new(), plan: Vec::new(), seen: Seen::default(), cut: false }
    }

    /// What the schedules that were tried had to show.
    pub(crate) fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Whether there are schedules beyond the bound.
    pub(crate) fn has_cut(&self) -> bool {
        self.cut
    }

    /// The wheel for a step that was taken after `spent` preemptions.
    fn wheel(
        &mut self,
        enabled: &[Choice],
        last: Option<Choice>,
        spent: usize,
        sign: u64,
    ) -> Wheel {
        let allowed = |&choice: &Choice| spent < self.most || !preempts(enabled, last, choice);
        let mut within: Vec<Choice> = enabled.iter().copied().filter(allowed).collect();
        self.cut |= within.len() < enabled.len();
        // What is taken behind a plan comes first.
        let stays =
            within.iter().position(|choice| last.is_some_and(|last| last.who == choice.who));
        within[..=stays.unwrap_or(0)].rotate_right(1);
        Wheel { enabled: enabled.to_vec(), within, turned: 0, sign }
    }
}

/// Whether a choice takes the turn from a strand that could go on.
fn preempts(enabled: &[Choice], last: Option<Choice>, choice: Choice) -> bool {
    last.is_some_and(|last| {
        last.who != choice.who && enabled.iter().any(|other| other.who == last.who)
    })
}

impl Search for Bounded {
    fn choose(&mut self, branch: &Branch<'_>) -> Option<usize> {
        // Whoever went last goes on behind the plan, which is no preemption.
        branch.follow(&self.plan)
    }

    fn record(&mut self, run: &Run, leaf: Leaf) -> Result<(), Stuck> {
        self.seen.count(run, leaf);
        let mut spent = 0;
        let mut last = None;
        for (depth, step) in run.steps.iter().enumerate() {
            let enabled = run.enabled_at(depth);
            if let Some(wheel) = self.wheels.get_mut(depth) {
                let turned = depth + 1 == self.plan.len();
                if wheel.enabled != enabled || (!turned && wheel.sign != step.sign) {
                    return Err(Stuck::Differs { step: depth });
                }
                wheel.sign = step.sign;
            } else {
                let wheel = self.wheel(enabled, last, spent, step.sign);
                self.wheels.push(wheel);
            }
            spent += usize::from(preempts(enabled, last, step.choice));
            last = Some(step.choice);
        }
        Ok(())
    }

    fn advance(&mut self) -> bool {
        while let Some(wheel) = self.wheels.last_mut() {
            if wheel.turned + 1 < wheel.within.len() {
                wheel.turned += 1;
                self.plan.clear();
                self.plan.extend(self.wheels.iter().map(|wheel| wheel.within[wheel.turned]));
                return true;
            }
            self.wheels.pop();
        }
        false
    }

    fn estimate(&self) -> Option<f64> {
        self.seen.extrapolate(self.wheels.iter().map(|wheel| (wheel.turned, wheel.within.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::super::seen::tests::run;
    use super::super::{Leaf, Search};
    use super::Bounded;

    /// How many schedules there are within a bound, and whether there are more.
    fn within(most: usize, counts: &[usize]) -> (u64, bool) {
        let mut search = Bounded::new(most);
        loop {
            let run = run(&mut search, counts);
            search.record(&run, Leaf { failing: false, outcome: 0 }).expect("room for it");
            if !search.advance() {
                return (search.seen().all, search.has_cut());
            }
        }
    }

    #[test]
    fn two_strands_of_two_steps_by_their_preemptions() {
        // None: 1122, 2211. One: 1221, 2112, and not the way back that is free. Two: 1212, 2121.
        assert_eq!(within(0, &[2, 2]), (2, true));
        assert_eq!(within(1, &[2, 2]), (4, true));
        assert_eq!(within(2, &[2, 2]), (6, false));
        assert_eq!(within(9, &[2, 2]), (6, false));
    }

    #[test]
    fn a_bound_that_nothing_reaches_cuts_nothing() {
        assert_eq!(within(0, &[1, 1]), (2, false));
        assert_eq!(within(0, &[1, 1, 1]), (6, false));
    }
}
