//! Running schedules until the search has no more, or a limit is hit.

use super::{Exploration, follow, imports};
use crate::plan::Outcome;
use crate::search::{Choice, Leaf, Run, Search, Stuck};
use crate::verdict::Limit;

/// An execution that can be run again and compared.
#[derive(Clone)]
pub(super) struct Repeatable {
    steps: Vec<(Choice, u64)>,
    leaf: Leaf,
}

/// Why a search has stopped.
pub(super) enum Stop {
    /// Everything was explored.
    Complete,
    Early(Limit),
}

impl<T: Outcome> Exploration<'_, T> {
    /// Runs schedules until the search has no more or a limit is hit.
    pub(super) fn search(&mut self, search: &mut dyn Search) -> Stop {
        loop {
            let mut missing = None;
            let ending = self.execute(&mut |moment| {
                let position = follow(search.plan(), moment);
                if position.is_none() {
                    missing = Some(moment.step);
                }
                position
            });
            if let Some(step) = missing {
                return Stop::Early(Limit::Differs { step: step + 1 });
            }
            let judged = match ending {
                Ok(judged) => judged,
                Err(limit) => return Stop::Early(limit),
            };
            let recorded = self.explorer.with_run(|run| search.record(run, judged.leaf));
            if self.first.is_none() {
                self.first = Some(self.repeatable(judged.leaf));
            }
            match recorded {
                Ok(()) => {}
                Err(Stuck::Full) => return Stop::Early(Limit::States(self.check.max_states)),
                Err(Stuck::Differs { step }) => {
                    return Stop::Early(Limit::Differs { step: step + 1 });
                }
            }
            if std::thread::panicking() {
                return Stop::Early(Limit::Leftover);
            }
            if !search.advance() {
                let last = self.repeatable(judged.leaf);
                return self.complete(last);
            }
            if self.executions >= self.check.max_executions {
                return Stop::Early(Limit::Executions(self.check.max_executions));
            }
            if let Some(most) = self.check.max_time
                && self.started.elapsed() >= most
            {
                return Stop::Early(Limit::Time(most));
            }
        }
    }

    pub(super) fn repeatable(&self, leaf: Leaf) -> Repeatable {
        let steps = |run: &Run| run.steps.iter().map(|step| (step.choice, step.sign)).collect();
        Repeatable { steps: self.explorer.with_run(steps), leaf }
    }

    /// Runs the last and the first execution once more. A program that depends on something outside
    /// may have done so where no other execution came by.
    pub(super) fn repeats(&mut self, last: Repeatable) -> Result<(), Limit> {
        let counted = (self.executions, self.failed);
        for before in [Some(last), self.first.clone()].into_iter().flatten() {
            let plan: Vec<Choice> = before.steps.iter().map(|&(choice, _)| choice).collect();
            let judged = self.execute(&mut |moment| follow(&plan, moment))?;
            let again = self.repeatable(judged.leaf);
            let same = before.steps.iter().zip(&again.steps).take_while(|(one, two)| one == two);
            let same = same.count();
            if same < before.steps.len() || same < again.steps.len() || before.leaf != again.leaf {
                return Err(Limit::Differs { step: same + 1 });
            }
        }
        (self.executions, self.failed) = counted;
        Ok(())
    }

    /// Everything was explored: unless there was nothing to explore, or something else each time.
    pub(super) fn complete(&mut self, last: Repeatable) -> Stop {
        if let Err(limit) = self.repeats(last) {
            return Stop::Early(limit);
        }
        let (strands, steps) = self.explorer.look(|state| (state.most_strands, state.steps_in_all));
        if strands < 2 || steps > 0 {
            return Stop::Complete;
        }
        let help = imports::likely_import(self.caller, &self.check.sources);
        Stop::Early(Limit::NothingShared { strands, help })
    }
}
