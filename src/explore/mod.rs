//! One exhaustive check: the explorer runs, a search says which schedule comes next, and what was
//! found becomes a report.

mod fault;
mod imports;
mod probe;
mod replay;
mod report;
mod search;
mod together;

use std::cell::{OnceCell, RefCell};
use std::panic::Location;
use std::sync::Arc;
use std::time::Instant;

use self::fault::Fault;
use self::report::Found;
use self::search::{Repeatable, Stop};
use crate::engine::Explorer;
use crate::engine::explorer::{Decide, Ending, Moment, Registry, State, StrandId};
use crate::plan::{Check, Which};
use crate::program::{Checked, Ledger, Program, Returned};
use crate::schedule::Schedule;
use crate::search::{
    Bounded, Choice, Crew, EverySchedule, Leaf, Optimal, Sample, Sampling, Seen, Walk,
};
use crate::trace::Place;
use crate::verdict::{Limit, Report, Schedules, Verdict};
use crate::worker::{Lost, Pulse, observed};

/// Why a program is given up whose runtime ends in the middle of everything.
const TOO_MANY_WAYS: &str = "a runtime is dropped while more than ten of its tasks are about to be \
    polled: any of these polls may have begun or not, and those are too many ways\n\
    help: join the tasks before the runtime is dropped, or check the program with fewer";

/// Explores a program on a thread of its own.
pub(crate) fn explore(
    check: &Check,
    program: &Arc<dyn Program>,
    caller: &'static Location<'static>,
) -> Checked {
    let after = check.max_silence;
    let (own, run) = (check.clone(), Arc::clone(program));
    let work = move |pulse: &Arc<Pulse>| Exploration::new(&own, run, pulse, caller).run();
    let explored = observed(work, after, check.observer.as_ref());
    explored.unwrap_or_else(|lost| {
        let limit = match lost {
            Lost::Still(place) => Limit::Stuck { after, place: place.map(Place::from) },
            Lost::Overflowed(overflow) => fault::overflowed(&overflow, check),
        };
        Checked::of(Verdict::Inconclusive(limit), &**program)
    })
}

struct Exploration<'a> {
    check: &'a Check,
    program: Arc<dyn Program>,
    caller: &'static Location<'static>,
    explorer: Explorer,
    /// Which strand and which object is which, for all who explore this program.
    registry: Arc<Registry>,
    pulse: Arc<Pulse>,
    /// Those who explore it together.
    crew: Arc<Crew>,
    outcomes: Box<dyn Ledger>,
    /// For each outcome, by its number less one, the first schedule that ended with it.
    firsts: Vec<Schedule>,
    executions: u64,
    /// Executions of a search that had to start again.
    restarted: u64,
    /// How many executions were spent on whether what was found is borne out.
    checked: u64,
    /// How many executions of others led nowhere new.
    redundant: u64,
    /// How often it had to.
    restarts: usize,
    failed: u64,
    /// About how many executions there would have been, for a search that does not come to its end.
    estimate: Option<u64>,
    /// The same, judged by executions that were drawn at random, once those were drawn.
    probed: OnceCell<Option<f64>>,
    started: Instant,
    /// The simplest failing schedule seen so far, for a search that does not come to its end.
    best: Option<Best>,
    /// The first execution, to be run again at the end.
    first: Option<Repeatable>,
    /// How the last execution has ended, if it has.
    last: Option<Leaf>,
    /// The pulses of those who help.
    company: Vec<Arc<Pulse>>,
}

/// The simplest failing schedule seen so far.
struct Best {
    switches: usize,
    choices: Vec<Choice>,
    /// The one that was run, of which the choices are another order.
    schedule: Schedule,
    /// Which execution it was, counted from 0.
    execution: u64,
}

/// One execution, judged.
struct Judged {
    leaf: Leaf,
    fault: Option<Fault>,
}

impl<'a> Exploration<'a> {
    fn new(
        check: &'a Check,
        program: Arc<dyn Program>,
        pulse: &Arc<Pulse>,
        caller: &'static Location<'static>,
    ) -> Self {
        let registry = Arc::default();
        let outcomes = program.ledger();
        Self {
            check,
            program,
            caller,
            explorer: Explorer::new(check.bounds, pulse, &registry),
            registry,
            pulse: Arc::clone(pulse),
            crew: Crew::new(check.smallest_job),
            outcomes,
            firsts: Vec::new(),
            executions: 0,
            restarted: 0,
            checked: 0,
            redundant: 0,
            restarts: 0,
            failed: 0,
            estimate: None,
            probed: OnceCell::new(),
            started: Instant::now(),
            best: None,
            first: None,
            last: None,
            company: Vec::new(),
        }
    }

    fn run(mut self) -> Checked {
        let report = match self.check.replay.clone() {
            Some(schedule) => self.replay(&schedule),
            None => self.searched(),
        };
        Checked { report, values: self.outcomes }
    }

    fn searched(&mut self) -> Report<u32> {
        match self.check.which {
            Which::All => self.all(),
            Which::Merged => self.merged(),
            Which::Every => self.every(EverySchedule::new()),
            Which::Audit => self.every(EverySchedule::audited()),
            Which::Preemptions(most) => self.bounded(most),
            Which::Sample(sampling) => self.sampled(sampling),
        }
    }

    fn all(&mut self) -> Report<u32> {
        let most_states = self.check.max_states;
        let mut search = Optimal::new(most_states, &self.crew);
        let mut walk = Walk::new(most_states);
        let optimal = self.search_tree(&mut search);
        let minimal = matches!(optimal, Some(Stop::Complete));
        let (stop, graph) = if let Some(stop) = optimal {
            (stop, search.graph())
        } else {
            self.start_again();
            (self.search(&mut walk), Some(walk.graph()))
        };
        let mut found = match (&stop, graph) {
            (Stop::Complete, Some(graph)) => self.found(graph),
            (Stop::Complete, None) => Found { uncounted: Some(most_states), ..Found::default() },
            (Stop::Early(_), _) => Found::default(),
        };
        found.minimal = minimal;
        found.redundant = search.redundant() + self.redundant;
        found.restarted = self.restarted + self.checked;
        self.report(&stop, &found)
    }

    fn merged(&mut self) -> Report<u32> {
        let mut walk = Walk::new(self.check.max_states);
        let stop = self.search(&mut walk);
        let complete = matches!(stop, Stop::Complete);
        let found = if complete { self.found(walk.graph()) } else { Found::default() };
        self.report(&stop, &found)
    }

    fn every(&mut self, mut search: EverySchedule) -> Report<u32> {
        let stop = self.search(&mut search);
        let classes = Some(search.classes());
        let found = Found { classes, ..Found::one_by_one(search.seen(), &stop) };
        let complete = matches!(stop, Stop::Complete);
        let contradictions = if complete { search.contradictions() } else { Vec::new() };
        Report { contradictions, ..self.report(&stop, &found) }
    }

    fn bounded(&mut self, most: usize) -> Report<u32> {
        let mut search = Bounded::new(most);
        let stop = match self.search(&mut search) {
            Stop::Complete if search.has_cut() => Stop::Early(Limit::Preemptions(most)),
            stop => stop,
        };
        let found = Found::one_by_one(search.seen(), &stop);
        self.report(&stop, &found)
    }

    fn sampled(&mut self, sampling: Sampling) -> Report<u32> {
        let mut search = Sample::new(sampling);
        let stop = match self.search(&mut search) {
            Stop::Complete => {
                Stop::Early(Limit::Sampled { sampling, schedules: search.schedules() })
            }
            stop @ Stop::Early(_) => stop,
        };
        let again = self.best.as_ref().map(|best| sampling.only(best.execution));
        Report { again, ..self.report(&stop, &Found::default()) }
    }

    /// Runs the program once and judges how it ended.
    fn execute(&mut self, decide: &mut dyn Decide) -> Result<Judged, Limit> {
        let value = RefCell::<Option<Returned>>::new(None);
        let program = &*self.program;
        let explorer = &self.explorer;
        let ending = explorer.drive(|| {
            explorer.run(
                &|| {
                    let returned = program.run();
                    *value.borrow_mut() = Some(returned);
                },
                decide,
            )
        });
        self.executions += 1;
        let fault = match ending {
            Ending::TooManyWays => return Err(Limit::Refused(TOO_MANY_WAYS.to_owned())),
            Ending::Refused(why) => return Err(Limit::Refused(why.to_owned())),
            Ending::StrandLimit => return Err(Limit::Strands(self.check.bounds.strands)),
            Ending::NoStack => return Err(Limit::Stacks),
            Ending::Overflow { strand, at } => return Err(self.no_room(strand, at)),
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
        }
        Ok(judged)
    }

    /// A strand has no room left on its stack for the operation in a line.
    fn no_room(&self, strand: StrandId, at: &'static Location<'static>) -> Limit {
        let mut trace = self.explorer.look(|state| state.trace(&self.check.sources));
        Limit::StackOverflow {
            strand: trace.strands.swap_remove(strand).name,
            stack: self.check.bounds.stack,
            place: Some(Place::from(at)),
        }
    }

    /// Keeps the simplest failing schedule so far.
    fn keep_better(&mut self, other: Best) {
        let key = |best: &Best| (best.switches, best.choices.len());
        let better = self
            .best
            .as_ref()
            .is_none_or(|best| (key(&other), &other.choices) < (key(best), &best.choices));
        if better {
            self.best = Some(other);
        }
    }
}

impl Best {
    fn new(choices: Vec<Choice>, schedule: Schedule, execution: u64) -> Self {
        let switches = choices.windows(2).filter(|pair| pair[0].who != pair[1].who).count();
        Self { switches, choices, schedule, execution }
    }
}

impl Found {
    /// What a search tells that runs each schedule by itself.
    fn one_by_one(seen: &Seen, stop: &Stop) -> Self {
        let complete = matches!(stop, Stop::Complete);
        let (all, failing) = (seen.all.into(), seen.failing.into());
        Self {
            schedules: complete.then_some(Schedules { all, failing }),
            simplest: seen.simplest().map(<[Choice]>::to_vec),
            outcomes: complete.then(|| seen.outcomes.iter().map(|&many| many.into()).collect()),
            ..Self::default()
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
