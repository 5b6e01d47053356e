//! One exhaustive check: the explorer runs, a search says which schedule comes next, and what was
//! found becomes a report.

mod fault;
mod imports;
mod replay;
mod report;
mod search;

use std::cell::RefCell;
use std::panic::Location;
use std::sync::Arc;
use std::time::Instant;

use self::fault::Fault;
use self::report::Found;
use self::search::{Repeatable, Stop};
use crate::engine::Explorer;
use crate::engine::explorer::{Decide, Ending, Moment, State};
use crate::plan::{Check, Outcome, Outcomes};
use crate::schedule::Schedule;
use crate::search::{Choice, EverySchedule, Graph, Leaf};
use crate::trace::Place;
use crate::verdict::{Limit, Report, Schedules, Verdict};
use crate::worker::{Pulse, watched};

/// Why a program is given up whose runtime ends in the middle of everything.
const TOO_MANY_WAYS: &str = "a runtime is dropped while more than ten of its tasks are about to be \
    polled: any of these polls may have begun or not, and those are too many ways\n\
    help: join the tasks before the runtime is dropped, or check the program with fewer";

/// The program under check.
type Program<T> = Arc<dyn Fn() -> T + Send + Sync>;

/// Explores a program on a thread of its own.
pub(crate) fn explore<T: Outcome>(
    check: &Check,
    program: Program<T>,
    caller: &'static Location<'static>,
) -> Report<T> {
    let silence = check.max_silence;
    let check = check.clone();
    let explored =
        watched(move |pulse| Exploration::new(&check, program, pulse, caller).run(), silence);
    explored.unwrap_or_else(|place| {
        Report::of(Verdict::Inconclusive(Limit::Stuck {
            after: silence,
            place: place.map(Place::from),
        }))
    })
}

struct Exploration<'a, T> {
    check: &'a Check,
    program: Program<T>,
    caller: &'static Location<'static>,
    explorer: Explorer,
    outcomes: Outcomes<T>,
    /// For each outcome, by its number less one, the first schedule that ended with it.
    firsts: Vec<Schedule>,
    executions: u64,
    failed: u64,
    started: Instant,
    /// The simplest failing schedule seen so far, for a search that does not come to its end.
    best: Option<(usize, Schedule)>,
    /// The first execution, to be run again at the end.
    first: Option<Repeatable>,
}

/// One execution, judged.
struct Judged {
    leaf: Leaf,
    fault: Option<Fault>,
}

impl<'a, T: Outcome> Exploration<'a, T> {
    fn new(
        check: &'a Check,
        program: Program<T>,
        pulse: &Arc<Pulse>,
        caller: &'static Location<'static>,
    ) -> Self {
        Self {
            check,
            program,
            caller,
            explorer: Explorer::new(check.bounds, pulse),
            outcomes: Outcomes::new(),
            firsts: Vec::new(),
            executions: 0,
            failed: 0,
            started: Instant::now(),
            best: None,
            first: None,
        }
    }

    fn run(mut self) -> Report<T> {
        if let Some(schedule) = self.check.replay.clone() {
            return self.replay(&schedule);
        }
        if self.check.every_schedule {
            let mut search = EverySchedule::new();
            let stop = self.search(&mut search);
            let (all, failing) = search.counts();
            let found = Found {
                schedules: matches!(stop, Stop::Complete).then_some(Schedules { all, failing }),
                simplest: search.simplest().map(<[Choice]>::to_vec),
                outcomes: Some(search.outcomes().to_vec()),
                ..Found::default()
            };
            return self.report(&stop, &found);
        }
        let mut graph = Graph::new(self.check.max_states);
        let stop = self.search(&mut graph);
        let found = match stop {
            Stop::Complete => self.found(&graph),
            Stop::Early(_) => Found::default(),
        };
        self.report(&stop, &found)
    }

    /// Runs the program once and judges how it ended.
    fn execute(&mut self, decide: &mut Decide<'_>) -> Result<Judged, Limit> {
        let value = RefCell::new(None);
        let program = &*self.program;
        let explorer = &self.explorer;
        let ending = explorer.drive(|| {
            explorer.run(
                &|| {
                    let returned = program();
                    *value.borrow_mut() = Some(returned);
                },
                decide,
            )
        });
        self.executions += 1;
        let fault = match ending {
            Ending::TooManyWays => return Err(Limit::Refused(TOO_MANY_WAYS.to_owned())),
            Ending::StrandLimit => return Err(Limit::Strands(self.check.bounds.strands)),
            Ending::NoStack => return Err(Limit::Stacks),
            ending => explorer.look(|state| fault::fault_of(ending, state)),
        };
        let outcome = match (&fault, value.into_inner()) {
            (None, Some(value)) => self.outcomes.number(value),
            _ => 0,
        };
        if outcome as usize > self.firsts.len() {
            self.firsts.push(self.explorer.look(State::schedule));
        }
        let judged = Judged { leaf: Leaf { failing: fault.is_some(), outcome }, fault };
        if judged.leaf.failing {
            self.failed += 1;
            self.keep_best();
        }
        Ok(judged)
    }

    fn keep_best(&mut self) {
        let schedule = self.explorer.look(State::schedule);
        let switches = schedule.switches();
        let better = self.best.as_ref().is_none_or(|(best, held)| {
            (switches, schedule.len(), &schedule) < (*best, held.len(), held)
        });
        if better {
            self.best = Some((switches, schedule));
        }
    }
}

/// The plan's choice, and behind the plan whoever went last.
fn follow(plan: &[Choice], moment: &Moment<'_>) -> Option<usize> {
    match plan.get(moment.step) {
        Some(&choice) => moment.position(choice),
        None => Some(moment.stay()),
    }
}
