//! Running schedules until the search has no more, or a limit is hit.

use super::{Best, Exploration, follow, imports};
use crate::engine::explorer::{Decide, Moment, State};
use crate::plan::Which;
use crate::progress::whole;
use crate::search::{Branch, Choice, Leaf, Run, Search, Stuck};
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

/// How often a search starts again because objects were taken for others. A program that still confuses
/// them behaves differently each time, and is told so if that makes a difference.
const MOST_RESTARTS: usize = 100;

/// Why there is no next execution.
pub(super) enum Halt {
    Limit(Limit),
    /// The program has things in it that this search cannot order.
    Intricate,
    /// The program has steps in it that this search cannot foretell.
    Subtle,
    /// What was found by several is worth nothing: see [`Exploration::together`].
    Alone,
    /// Somebody else has come to a halt.
    Stopped,
}

/// A search that decides who goes.
pub(super) struct Deciding<'a> {
    search: &'a mut dyn Search,
    pub(super) given_up: bool,
}

impl<'a> Deciding<'a> {
    pub(super) fn by(search: &'a mut dyn Search) -> Self {
        Self { search, given_up: false }
    }
}

impl Decide for Deciding<'_> {
    fn known(&mut self, step: usize) -> Option<Choice> {
        self.search.known(step)
    }

    fn choose(&mut self, moment: &Moment<'_>) -> Option<usize> {
        let &Moment { step, run, enabled, strands, last } = moment;
        let branch = Branch { step, run, enabled, numbers: strands, last };
        let position = self.search.choose(&branch);
        self.given_up |= position.is_none();
        position
    }
}

impl Exploration<'_> {
    /// Runs schedules until the search has no more or a limit is hit.
    pub(super) fn search(&mut self, search: &mut dyn Search) -> Stop {
        let stop = self.search_on(search);
        self.note_estimate(&stop, search.estimate());
        stop
    }

    /// How many executions there would have been, if the search has not come to its end.
    pub(super) fn note_estimate(&mut self, stop: &Stop, expected: Option<f64>) {
        if matches!(stop, Stop::Early(_)) {
            self.estimate = expected.map(whole).filter(|&all| all > self.executions);
        }
    }

    fn search_on(&mut self, search: &mut dyn Search) -> Stop {
        loop {
            let last = match self.next(search) {
                Ok(last) => last,
                Err(Halt::Limit(limit)) => return Stop::Early(limit),
                Err(Halt::Intricate | Halt::Subtle | Halt::Alone | Halt::Stopped) => {
                    return Stop::Complete;
                }
            };
            if !search.advance() {
                let last = last.map(|leaf| self.repeatable(leaf));
                return self.complete(last);
            }
            self.tell(search);
            if let Some(limit) = self.limit(self.executions) {
                return Stop::Early(limit);
            }
        }
    }

    /// Tells how far the check is, if anybody wants to know.
    fn tell(&self, search: &dyn Search) {
        if self.check.observer.is_some() {
            self.pulse.count(self.executions, self.failed, search.estimate());
        }
    }

    /// Runs the schedule that comes next. Without a leaf it was given up on the way.
    pub(super) fn next(&mut self, search: &mut dyn Search) -> Result<Option<Leaf>, Halt> {
        let (mut given_up, mut ending);
        loop {
            let mut deciding = Deciding::by(search);
            ending = self.execute(&mut deciding);
            given_up = deciding.given_up;
            let confused = self.explorer.was_confused() && self.restarts < MOST_RESTARTS;
            let meets_itself = self.explorer.look(|state| state.has_survivors);
            if self.crew.has_given() && (confused || meets_itself) {
                return Err(Halt::Alone);
            }
            if !(confused && search.start_again()) {
                break;
            }
            self.start_again();
            self.crew.forget();
        }
        let halt = |stuck| match stuck {
            Stuck::Differs { step } => Halt::Limit(Limit::Differs { step: step + 1 }),
            Stuck::Full => Halt::Limit(Limit::States(self.check.max_states)),
            Stuck::Intricate => Halt::Intricate,
            Stuck::Subtle => Halt::Subtle,
        };
        self.last = None;
        if given_up {
            self.executions -= 1;
            self.explorer.with_run(|run| search.give_up(run)).map_err(halt)?;
            return Ok(None);
        }
        let leaf = ending.map_err(Halt::Limit)?.leaf;
        self.last = Some(leaf);
        let recorded = self.explorer.with_run(|run| search.record(run, leaf));
        if leaf.failing {
            let choices = self.explorer.with_run(|run| search.representative(run));
            let schedule = self.explorer.look(State::schedule);
            self.keep_better(Best::new(choices, schedule, self.executions - 1));
        }
        if self.first.is_none() {
            self.first = Some(self.repeatable(leaf));
        }
        recorded.map_err(halt)?;
        if std::thread::panicking() {
            return Err(Halt::Limit(Limit::Leftover));
        }
        Ok(Some(leaf))
    }

    /// Why there may not be one more execution, if so.
    pub(super) fn limit(&self, executions: u64) -> Option<Limit> {
        let check = self.check;
        // A sample is as long as it was asked for.
        let is_sample = matches!(check.which, Which::Sample(_));
        if check.is_stopped() {
            return Some(Limit::Stopped);
        }
        if executions >= check.max_executions && !is_sample {
            return Some(Limit::Executions(check.max_executions));
        }
        check.max_time.filter(|&most| self.started.elapsed() >= most).map(Limit::Time)
    }

    /// Forgets what was spent so far, but for that it was.
    pub(super) fn start_again(&mut self) {
        self.restarted += self.executions;
        self.restarts += 1;
        (self.executions, self.failed, self.first) = (0, 0, None);
    }

    pub(super) fn repeatable(&self, leaf: Leaf) -> Repeatable {
        let steps = |run: &Run| run.steps.iter().map(|step| (step.choice, step.sign)).collect();
        Repeatable { steps: self.explorer.with_run(steps), leaf }
    }

    /// Runs the last and the first execution once more. A program that depends on something outside
    /// may have done so where no other execution came by.
    pub(super) fn repeats(&mut self, last: Option<Repeatable>) -> Result<(), Limit> {
        let counted = (self.executions, self.failed);
        for before in [last, self.first.clone()].into_iter().flatten() {
            let plan: Vec<Choice> = before.steps.iter().map(|&(choice, _)| choice).collect();
            let judged = self.execute(&mut |moment: &Moment<'_>| follow(&plan, moment))?;
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
    pub(super) fn complete(&mut self, last: Option<Repeatable>) -> Stop {
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
