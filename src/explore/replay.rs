//! Running one schedule that somebody has asked for.

use super::{Exploration, Judged};
use crate::engine::explorer::Moment;
use crate::schedule::Schedule;
use crate::verdict::{Limit, Report, Verdict};

impl Exploration<'_> {
    pub(super) fn replay(&mut self, schedule: &Schedule) -> Report<u32> {
        let mut unfit = None;
        let judged = self.execute(&mut |moment: &Moment<'_>| {
            let turn = schedule.turns.get(moment.step);
            let position = turn.and_then(|&turn| moment.turn(turn));
            if position.is_none() {
                unfit = Some((moment.step, moment.strands.to_vec()));
            }
            position
        });
        let trace = self.explorer.look(|state| state.trace(&self.check.sources));
        let taken = trace.steps.len();
        let verdict = match (unfit, judged) {
            (Some((step, who)), _) => Verdict::Inconclusive(misfit(schedule, step, &who)),
            (None, Err(limit)) => Verdict::Inconclusive(limit),
            (None, Ok(_)) if taken < schedule.len() => {
                Verdict::Inconclusive(misfit(schedule, taken, &[]))
            }
            (None, Ok(Judged { fault: Some(fault), .. })) => {
                Verdict::Failed(Box::new(fault.into_failure(trace.clone(), false)))
            }
            (None, Ok(_)) => Verdict::Inconclusive(Limit::OneSchedule),
        };
        let mut report = Report::of(verdict);
        report.executions = self.executions;
        report.replayed = Some(trace);
        report
    }
}

/// At which step a schedule leaves the program, and who could go there.
fn misfit(schedule: &Schedule, step: usize, strands: &[usize]) -> Limit {
    let mut able: Vec<String> = strands.iter().map(ToString::to_string).collect();
    able.dedup();
    let why = match (schedule.turns.get(step), able.as_slice()) {
        (Some(_), []) => "the program has ended by then".to_owned(),
        (Some(turn), able) => {
            format!("strand {} cannot go there, only {}", turn.strand, able.join(" or "))
        }
        (None, able) => {
            format!("the schedule ends there, and the program goes on with {}", able.join(" or "))
        }
    };
    Limit::Unfit { step: step + 1, why }
}
