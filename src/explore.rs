//! One exhaustive check: the explorer runs, a search says which schedule comes next, and what was
//! found becomes a report.

use std::cell::RefCell;
use std::panic::Location;
use std::sync::Arc;
use std::time::Instant;

use crate::plan::{Check, Outcome, Outcomes};
use crate::engine::Explorer;
use crate::engine::Panicked;
use crate::engine::explorer::{Ending, Moment, State};
use crate::schedule::Schedule;
use crate::source::Sources;
use crate::search::{Choice, Counts, EverySchedule, Graph, Leaf, Run, Search, Stuck};
use crate::step::Kind;
use crate::worker::{Pulse, watched};
use crate::trace::{Place, Trace};
use crate::verdict::{
    Failure, FailureKind, Limit, Listed, OutcomeInfo, Report, Schedules, Verdict,
};

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
    let explored = watched(move |pulse| Exploration::new(&check, program, pulse, caller).run(), silence);
    explored.unwrap_or_else(|place| {
        empty(Verdict::Inconclusive(Limit::Stuck { after: silence, place: place.map(Place::from) }))
    })
}

pub(crate) fn empty<T: Ord>(verdict: Verdict) -> Report<T> {
    Report {
        verdict,
        executions: 0,
        failed_executions: 0,
        schedules: None,
        states: None,
        outcomes: std::collections::BTreeMap::new(),
        listed: Vec::new(),
        replayed: None,
    }
}

struct Exploration<'a, T> {
    check: &'a Check,
    program: Program<T>,
    pulse: &'a Pulse,
    caller: &'static Location<'static>,
    explorer: Explorer,
    outcomes: Outcomes<T>,
    executions: u64,
    failed: u64,
    started: Instant,
    /// The simplest failing schedule seen so far, for a search that does not come to its end.
    best: Option<(usize, Schedule)>,
    /// The first execution, to be run again at the end.
    first: Option<Repeatable>,
}

/// An execution that can be run again and compared.
#[derive(Clone)]
struct Repeatable {
    steps: Vec<(Choice, u64)>,
    leaf: Leaf,
}

/// One execution, judged.
struct Judged {
    leaf: Leaf,
    fault: Option<Fault>,
}

struct Fault {
    kind: FailureKind,
    message: String,
    place: Option<Place>,
}

/// Why a search has stopped.
enum Stop {
    /// Everything was explored.
    Complete,
    Early(Limit),
}

impl<'a, T: Outcome> Exploration<'a, T> {
    fn new(
        check: &'a Check,
        program: Program<T>,
        pulse: &'a Pulse,
        caller: &'static Location<'static>,
    ) -> Self {
        Self {
            check,
            program,
            pulse,
            caller,
            explorer: Explorer::new(check.bounds),
            outcomes: Outcomes::new(),
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
            return self.report(stop, found);
        }
        let mut graph = Graph::new(self.check.max_states);
        let stop = self.search(&mut graph);
        let found = match stop {
            Stop::Complete => self.found(&graph),
            Stop::Early(_) => Found::default(),
        };
        self.report(stop, found)
    }

    /// Runs schedules until the search has no more or a limit is hit.
    fn search(&mut self, search: &mut dyn Search) -> Stop {
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

    fn repeatable(&self, leaf: Leaf) -> Repeatable {
        let steps = |run: &Run| run.steps.iter().map(|step| (step.choice, step.sign)).collect();
        Repeatable { steps: self.explorer.with_run(steps), leaf }
    }

    /// Runs the last and the first execution once more. A program that depends on something outside
    /// may have done so where no other execution came by.
    fn repeats(&mut self, last: Repeatable) -> Result<(), Limit> {
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
    fn complete(&mut self, last: Repeatable) -> Stop {
        if let Err(limit) = self.repeats(last) {
            return Stop::Early(limit);
        }
        let (strands, announced) =
            self.explorer.look(|state| (state.most_strands, state.announced_anything));
        if strands < 2 || announced {
            return Stop::Complete;
        }
        let help = likely_import(self.caller, &self.check.sources);
        Stop::Early(Limit::NothingShared { strands, help })
    }

    /// Runs the program once and judges how it ended.
    fn execute(
        &mut self,
        decide: &mut crate::engine::explorer::Decide<'_>,
    ) -> Result<Judged, Limit> {
        let value = RefCell::new(None);
        let program = &*self.program;
        let explorer = &self.explorer;
        let ending = explorer.drive(|| {
            explorer.run(&|| { let returned = program(); *value.borrow_mut() = Some(returned); }, decide)
        });
        self.executions += 1;
        self.pulse.beat(explorer.look(|state| state.last_place()));
        let fault = match ending {
            Ending::StrandLimit => return Err(Limit::Strands(self.check.bounds.strands)),
            Ending::NoStack => return Err(Limit::Stacks),
            ending => explorer.look(|state| fault_of(ending, state, &self.check.sources)),
        };
        let outcome = match (&fault, value.into_inner()) {
            (None, Some(value)) => self.outcomes.number(value),
            _ => 0,
        };
        let judged = Judged { leaf: Leaf { failing: fault.is_some(), outcome }, fault };
        if judged.leaf.failing {
            self.failed += 1;
            self.keep_best();
        }
        Ok(judged)
    }

    fn keep_best(&mut self) {
        let schedule = self.explorer.look(|state| state.schedule());
        let switches = schedule.switches();
        let better = self.best.as_ref().is_none_or(|(best, held)| {
            (switches, schedule.len(), &schedule) < (*best, held.len(), held)
        });
        if better {
            self.best = Some((switches, schedule));
        }
    }

    /// What a complete graph tells.
    fn found(&self, graph: &Graph) -> Found {
        let counts = graph.counts();
        let start = counts.as_ref().and_then(|counts| counts.first().copied());
        let simplest = graph.simplest(|failing, _| failing);
        let along = counts
            .as_ref()
            .zip(simplest.as_ref())
            .and_then(|(counts, simplest)| graph.along(simplest, counts));
        let examples = (0..=u32::MAX)
            .map_while(|outcome| graph.simplest(|failing, of| !failing && of == outcome + 1))
            .collect();
        Found {
            schedules: start.map(|Counts { all, failing }| Schedules { all, failing }),
            states: Some(graph.states()),
            simplest,
            along,
            outcomes: graph.outcomes(),
            examples,
            listed: graph.list(self.check.list),
        }
    }

    fn report(mut self, stop: Stop, found: Found) -> Report<T> {
        let (executions, failed_executions) = (self.executions, self.failed);
        let complete = matches!(stop, Stop::Complete);
        let failure = self.failure(complete, &found);
        let examples: Vec<Schedule> =
            found.examples.iter().map(|choices| self.numbered(choices)).collect();
        let listed = found
            .listed
            .iter()
            .map(|(choices, leaf)| Listed { schedule: self.numbered(choices), fails: leaf.failing })
            .collect();
        let verdict = match (failure, stop) {
            (Some(failure), _) => Verdict::Failed(Box::new(failure)),
            (None, Stop::Early(limit)) => Verdict::Inconclusive(limit),
            (None, Stop::Complete) => Verdict::Verified,
        };
        let numbers = std::mem::replace(&mut self.outcomes, Outcomes::new()).into_numbers();
        let outcomes = numbers.into_iter().map(|(value, number)| {
            let schedules = found.outcomes.as_ref().and_then(|all| all.get(number as usize).copied());
            let example = examples.get(number as usize - 1).cloned().unwrap_or_default();
            (value, OutcomeInfo { schedules, example })
        });
        Report {
            verdict,
            executions,
            failed_executions,
            schedules: found.schedules,
            states: found.states,
            outcomes: outcomes.collect(),
            listed,
            replayed: None,
        }
    }

    /// Runs the simplest failing schedule once more and writes down what happens.
    fn failure(&mut self, complete: bool, found: &Found) -> Option<Failure> {
        if std::thread::panicking() {
            // Nothing can run on this thread any more: see `Limit::Leftover`.
            let (_, schedule) = self.best.clone()?;
            let check = self.check.clone().replay(schedule);
            let report = explore(&check, Arc::clone(&self.program), self.caller);
            return match report.verdict {
                Verdict::Failed(failure) => Some(*failure),
                _ => None,
            };
        }
        let judged = match (&found.simplest, &self.best) {
            (Some(choices), _) => {
                let choices = choices.clone();
                self.execute(&mut |moment| follow(&choices, moment))
            }
            (None, Some((_, schedule))) => {
                let schedule = schedule.clone();
                self.execute(&mut |moment| match schedule.turns.get(moment.step) {
                    Some(&turn) => moment.turn(turn),
                    None => Some(moment.stay()),
                })
            }
            (None, None) => return None,
        };
        let fault = judged.ok()?.fault?;
        let mut trace = self.explorer.look(|state| state.trace(&self.check.sources));
        if let Some(along) = &found.along {
            trace.counts = along.first().copied();
            for (step, counts) in trace.steps.iter_mut().zip(&along[1..]) {
                step.counts = Some(*counts);
            }
        }
        Some(fault.into_failure(trace, complete))
    }

    /// The strand numbers of a schedule that the search has found.
    fn numbered(&mut self, choices: &[Choice]) -> Schedule {
        let ran = self.execute(&mut |moment| follow(choices, moment));
        if ran.is_err() {
            return Schedule::default();
        }
        self.explorer.look(|state| state.schedule())
    }

    fn replay(mut self, schedule: &Schedule) -> Report<T> {
        let mut unfit = None;
        let judged = self.execute(&mut |moment| {
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
        let mut report = empty(verdict);
        report.executions = self.executions;
        report.replayed = Some(trace);
        report
    }
}

/// What a search has found.
#[derive(Default)]
struct Found {
    schedules: Option<Schedules>,
    states: Option<usize>,
    simplest: Option<Vec<Choice>>,
    along: Option<Vec<Counts>>,
    outcomes: Option<Vec<u128>>,
    examples: Vec<Vec<Choice>>,
    listed: Vec<(Vec<Choice>, Leaf)>,
}

impl Fault {
    fn into_failure(self, trace: Trace, simplest: bool) -> Failure {
        let Self { kind, message, place } = self;
        Failure { kind, message, place, schedule: trace.schedule(), simplest, trace }
    }
}

/// The plan's choice, and behind the plan whoever went last.
fn follow(plan: &[Choice], moment: &Moment<'_>) -> Option<usize> {
    match plan.get(moment.step) {
        Some(&choice) => moment.position(choice),
        None => Some(moment.stay()),
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

/// What went wrong in an execution, if anything did.
fn fault_of(ending: Ending, state: &State, sources: &Sources) -> Option<Fault> {
    let fault = |kind, message: String| Some(Fault { kind, message, place: None });
    match ending {
        Ending::Panicked => state.main_panic().map(panic_fault),
        Ending::Returned => state.unobserved_panic().map(panic_fault),
        Ending::Deadlock => fault(FailureKind::Deadlock, deadlock_message(&state.trace(sources))),
        Ending::Livelock => fault(
            FailureKind::Livelock,
            "every strand that is left goes round for ever and changes nothing".to_owned(),
        ),
        Ending::StepLimit => {
            let most = state.bounds.steps;
            fault(FailureKind::StepLimit, format!("the program does not end within {most} steps"))
        }
        _ => None,
    }
}

fn panic_fault(panicked: &Panicked) -> Fault {
    let Panicked { message, file, line, column } = panicked.clone();
    let place = Place { file: file.replace('\\', "/"), line, column };
    Fault { kind: FailureKind::Panic, message, place: Some(place) }
}

/// `alice waits for fork, held by bob; bob waits for knife, held by alice`.
fn deadlock_message(trace: &Trace) -> String {
    let name = |strand: usize| trace.strands[strand].name.as_str();
    let waits = trace.blocked.iter().map(|blocked| {
        let who = name(blocked.strand);
        let held = blocked.holders.iter().map(|holder| name(holder.strand)).collect::<Vec<_>>();
        let object = blocked.object.map(|object| &trace.objects[object]);
        match (blocked.kind, object) {
            (Kind::IsFinished, _) => format!("{who} waits for the end of {}", held.join(", ")),
            (Kind::Park, _) => format!("{who} is parked, and nobody unparks it"),
            (Kind::Wait, Some(object)) => {
                format!("{who} waits for {}, and nobody notifies it", object.name)
            }
            (_, Some(object)) if held.is_empty() => {
                format!("{who} waits for {}", object.name)
            }
            (_, Some(object)) => {
                format!("{who} waits for {}, held by {}", object.name, held.join(", "))
            }
            (_, None) => format!("{who} waits, and nobody wakes it"),
        }
    });
    waits.collect::<Vec<_>>().join("; ")
}

/// Says which import of the checked file is not the facade's.
fn likely_import(caller: &Location<'_>, sources: &Sources) -> String {
    let lines = sources.lines(&Place::from(caller).file).unwrap_or_default();
    let outside = [
        ("std::sync", "drawloom::sync"),
        ("std::thread", "drawloom::thread"),
        ("std::cell", "drawloom::cell"),
        ("parking_lot::", "drawloom::parking_lot"),
        ("tokio::", "drawloom::tokio"),
    ];
    for (number, line) in (1..).zip(&lines) {
        let import = line.trim();
        let Some(path) = import.strip_prefix("use ") else { continue };
        if let Some((theirs, ours)) = outside.iter().find(|(theirs, _)| path.starts_with(theirs)) {
            let theirs = theirs.trim_end_matches(':');
            return format!("line {number} imports {theirs}: {ours} is the one that is checked");
        }
    }
    "import from drawloom::sync, drawloom::thread, drawloom::cell, drawloom::parking_lot or \
     drawloom::tokio: what comes from elsewhere cannot be seen"
        .to_owned()
}
