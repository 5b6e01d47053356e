//! From what a search has found to a report.

use super::search::Stop;
use super::{Exploration, explore, follow};
use crate::count::Count;
use crate::engine::explorer::{Moment, State};
use crate::schedule::Schedule;
use crate::search::{Choice, Counts, Graph, Leaf};
use crate::verdict::{Failure, Limit, Listed, OutcomeInfo, Report, Schedules, Verdict};

/// For so many outcomes the simplest schedule is looked for; the others show the first that was seen.
const MOST_EXAMPLES: u32 = 64;

/// What a search has found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) schedules: Option<Schedules>,
    pub(super) uncounted: Option<usize>,
    pub(super) classes: Option<usize>,
    pub(super) minimal: bool,
    pub(super) redundant: u64,
    pub(super) restarted: u64,
    pub(super) states: Option<usize>,
    pub(super) simplest: Option<Vec<Choice>>,
    pub(super) along: Option<Vec<Counts>>,
    pub(super) outcomes: Option<Vec<Count>>,
    pub(super) examples: Vec<Vec<Choice>>,
    pub(super) listed: Vec<(Vec<Choice>, Leaf)>,
}

impl Exploration<'_> {
    /// What a complete graph tells.
    pub(super) fn found(&self, graph: &Graph) -> Found {
        let counts = graph.counts();
        let start = counts.first().cloned();
        let simplest = graph.simplest(|failing, _| failing);
        let along = simplest.as_ref().and_then(|simplest| graph.along(simplest, &counts));
        let simplest_with = |outcome| graph.simplest(|failing, of| !failing && of == outcome);
        let examples = (1..=MOST_EXAMPLES).map_while(simplest_with).collect();
        Found {
            schedules: start.map(|Counts { all, failing }| Schedules { all, failing }),
            states: Some(graph.states()),
            simplest,
            along,
            outcomes: Some(graph.outcomes()),
            examples,
            listed: graph.list(self.check.list),
            ..Found::default()
        }
    }

    pub(super) fn report(&mut self, stop: &Stop, found: &Found) -> Report<u32> {
        let (executions, failed_executions) = (self.executions, self.failed);
        let complete = matches!(stop, Stop::Complete);
        let failure = self.failure(complete, found);
        let limit = match (stop, &self.best) {
            (Stop::Early(limit), _) if !limit.is_bound() => Some(limit.clone()),
            // What has failed holds when it is run again, so nothing can be said of the rest either.
            (_, Some(best)) if failure.is_none() => {
                Some(Limit::Differs { step: best.schedule.len() + 1 })
            }
            (Stop::Early(limit), _) => Some(limit.clone()),
            (Stop::Complete, _) => None,
        };
        let examples: Vec<Schedule> =
            found.examples.iter().map(|choices| self.numbered(choices)).collect();
        let listed = found
            .listed
            .iter()
            .map(|(choices, leaf)| Listed { schedule: self.numbered(choices), fails: leaf.failing })
            .collect();
        let verdict = match (failure, &limit) {
            (Some(failure), _) => Verdict::Failed(Box::new(failure)),
            (None, Some(limit)) => Verdict::Inconclusive(limit.clone()),
            (None, None) => Verdict::Verified,
        };
        let seen = u32::try_from(self.firsts.len()).unwrap_or(u32::MAX);
        let outcomes = (1..=seen).map(|number| {
            let schedules =
                found.outcomes.as_ref().and_then(|all| all.get(number as usize).cloned());
            let place = number as usize - 1;
            let example =
                examples.get(place).or(self.firsts.get(place)).cloned().unwrap_or_default();
            (number, OutcomeInfo { schedules, example })
        });
        Report {
            verdict,
            limit,
            executions,
            failed_executions,
            estimate: self.estimate,
            again: None,
            schedules: found.schedules.clone(),
            uncounted: found.uncounted,
            classes: found.classes,
            contradictions: Vec::new(),
            minimal: found.minimal,
            redundant: found.redundant,
            restarted: found.restarted,
            states: found.states,
            outcomes: outcomes.collect(),
            listed,
            replayed: None,
        }
    }

    /// Runs the simplest failing schedule once more and writes down what happens.
    pub(super) fn failure(&mut self, complete: bool, found: &Found) -> Option<Failure> {
        if std::thread::panicking() {
            // Nothing can run on this thread any more: see `Limit::Leftover`.
            let schedule = self.best.as_ref()?.schedule.clone();
            let check = self.check.clone().replay(schedule);
            let checked = explore(&check, &self.program, self.caller);
            return match checked.report.verdict {
                Verdict::Failed(failure) => Some(*failure),
                _ => None,
            };
        }
        let best = self.best.as_ref().map(|best| &best.choices);
        let choices = found.simplest.as_ref().or(best)?.clone();
        let judged = self.execute(&mut |moment: &Moment<'_>| follow(&choices, moment));
        let fault = judged.ok()?.fault?;
        let mut trace = self.explorer.look(|state| state.trace(&self.check.sources));
        if let Some(along) = &found.along {
            trace.counts = along.first().cloned();
            for (step, counts) in trace.steps.iter_mut().zip(&along[1..]) {
                step.counts = Some(counts.clone());
            }
        }
        Some(fault.into_failure(trace, complete && found.simplest.is_some()))
    }

    /// The strand numbers of a schedule that the search has found.
    pub(super) fn numbered(&mut self, choices: &[Choice]) -> Schedule {
        let ran = self.execute(&mut |moment: &Moment<'_>| follow(choices, moment));
        if ran.is_err() {
            return Schedule::default();
        }
        self.explorer.look(State::schedule)
    }
}
