//! Several threads explore one program, each with an explorer of its own, and find what one would
//! have found.
//!
//! What they share is the tree of what is to be tried (see [`Optimal`]) and who is who in it (see
//! [`Registry`](crate::engine::explorer::Registry)).
//! A program with statics cannot be run twice at a time, since its executions would meet in them; nor
//! can one whose objects were taken for one another, since then everything begins again. Such a program
//! is explored by one.

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::search::{Deciding, Halt, Stop};
use super::{Best, Exploration};
use crate::engine::Explorer;
use crate::program::Ledger;
use crate::schedule::Schedule;
use crate::search::{Crew, Job, Optimal, Search, Spot, Tools};
use crate::verdict::Limit;
use crate::worker::{Pulse, begin};

/// What one of several has found.
struct Part {
    executions: u64,
    failed: u64,
    redundant: u64,
    outcomes: Box<dyn Ledger>,
    firsts: Vec<Schedule>,
    best: Option<Best>,
    tools: Tools,
    halt: Option<Halt>,
}

/// How often whoever waits for others looks whether they still move.
const LOOK: Duration = Duration::from_millis(10);

impl Exploration<'_> {
    /// Searches the whole tree; `None` if the program has things in it that this search cannot order.
    pub(super) fn search_tree(&mut self, search: &mut Optimal) -> Option<Stop> {
        let mut found = self.together(search);
        let mut last = self.last.map(|leaf| self.repeatable(leaf));
        if matches!(found, Err(Halt::Alone)) {
            self.begin_alone();
            *search = Optimal::new(self.check.max_states, &self.crew);
            found = self.try_all(search);
            last = self.last.map(|leaf| self.repeatable(leaf));
        }
        if matches!(found, Err(Halt::Subtle)) {
            self.begin_alone();
            *search = Optimal::careful(self.check.max_states, &self.crew);
            found = self.try_all(search);
            last = self.last.map(|leaf| self.repeatable(leaf));
            if found.is_ok() && !self.is_borne_out(search) {
                return None;
            }
        }
        let stop = match found {
            Ok(()) => self.complete(last),
            Err(Halt::Limit(limit)) => Stop::Early(limit),
            Err(Halt::Intricate | Halt::Subtle | Halt::Alone | Halt::Stopped) => return None,
        };
        // What looks different to a search that foretells nothing is looked at once more by one that
        // orders nothing.
        let differs = matches!(stop, Stop::Early(Limit::Differs { .. }));
        if search.is_careful() && differs {
            return None;
        }
        let expected = match &stop {
            Stop::Early(limit) if limit.is_bound() && !self.check.is_stopped() => {
                self.expected(self.executions, search)
            }
            _ => search.estimate(),
        };
        self.note_estimate(&stop, expected);
        Some(stop)
    }

    /// Whether a few of the schedules that were found do what was found.
    fn is_borne_out(&mut self, search: &Optimal) -> bool {
        let Some(graph) = search.graph() else { return true };
        let (executions, mut spot) = (self.executions, Spot::new(graph));
        let found = loop {
            let mut deciding = Deciding::by(&mut spot);
            let Ok(judged) = self.execute(&mut deciding) else { break false };
            let gives_up = deciding.given_up;
            let same =
                !gives_up && self.explorer.with_run(|run| spot.record(run, judged.leaf)).is_ok();
            if !same {
                break false;
            }
            if !spot.advance() {
                break true;
            }
        };
        self.checked += self.executions - executions;
        self.executions = executions;
        found
    }

    /// Forgets what several have found.
    fn begin_alone(&mut self) {
        self.start_again();
        self.crew = Crew::new(u64::MAX);
        self.company.clear();
        self.outcomes = self.program.ledger();
        self.firsts.clear();
        self.best = None;
    }

    /// Searches the whole tree with as many others as the check may have.
    fn together(&mut self, search: &mut Optimal) -> Result<(), Halt> {
        let (sender, parts) = channel();
        for _ in 1..self.check.jobs {
            self.call(sender.clone());
        }
        drop(sender);
        let mut found = self.try_all(search);
        if found.is_err() {
            self.crew.stop();
        }
        self.crew.end();
        for _ in 0..self.company.len() {
            let part = self.wait_for(&parts);
            found = self.add(part, search, found);
        }
        found
    }

    /// Has somebody else help.
    fn call(&mut self, sender: Sender<Part>) {
        let pulse = Arc::new(Pulse::default());
        self.company.push(Arc::clone(&pulse));
        let (check, program, caller) = (self.check.clone(), Arc::clone(&self.program), self.caller);
        let (crew, registry) = (Arc::clone(&self.crew), Arc::clone(&self.registry));
        begin(Box::new(move || {
            let mut other = Exploration::new(&check, program, &pulse, caller);
            other.explorer = Explorer::new(check.bounds, &pulse, &registry);
            (other.registry, other.crew) = (registry, crew);
            // One guess is enough.
            other.probed = OnceCell::from(None);
            let part = other.help();
            Box::new(move || drop(sender.send(part)))
        }));
    }

    /// Searches what a search has, until nothing is left of it.
    fn try_all(&mut self, search: &mut Optimal) -> Result<(), Halt> {
        loop {
            search.read_mail();
            if self.crew.is_stopped() {
                return Err(Halt::Stopped);
            }
            if search.waits() {
                self.pulse.follow(&self.company);
                if let Some(job) = self.crew.take_unless_mail(search.link()) {
                    let tools = search.lend_tools();
                    search.take_tools(self.do_job(job, tools)?);
                }
            } else if search.has_to_rest() {
                self.crew.rest();
            } else if search.advance() {
                self.try_one(search)?;
            } else if search.send_back() {
                return Ok(());
            }
        }
    }

    /// Runs the execution that comes next, and gives a part of the rest away if somebody is idle.
    fn try_one(&mut self, search: &mut Optimal) -> Result<(), Halt> {
        let (executions, failed) = self.crew.counted();
        if executions > 0 {
            if self.check.observer.is_some() {
                let expected = self.expected(executions, search);
                self.pulse.count(executions, failed, expected);
            }
            if let Some(limit) = self.limit(executions) {
                return Err(Halt::Limit(limit));
            }
        }
        let most = self.check.max_executions.max(1);
        if !self.crew.may_begin(most) {
            return Err(Halt::Limit(Limit::Executions(most)));
        }
        let failed = self.failed;
        let leaf = self.next(search)?;
        self.crew.note(leaf.is_some(), self.failed > failed);
        if !self.explorer.look(|state| state.has_survivors) {
            search.share();
        }
        Ok(())
    }

    /// Searches a part of the tree that somebody has given away.
    fn do_job(&mut self, job: Job, tools: Tools) -> Result<Tools, Halt> {
        let mut part = Optimal::of(job, tools);
        let done = self.try_all(&mut part);
        self.redundant += part.redundant();
        done.map(|()| part.lend_tools())
    }

    /// Searches one part after the other.
    fn help(mut self) -> Part {
        let mut tools = Tools::new(self.check.max_states);
        let mut halt = None;
        while let Some(job) = self.crew.take() {
            match self.do_job(job, tools) {
                Ok(back) => tools = back,
                Err(reason) => {
                    self.crew.stop();
                    (tools, halt) = (Tools::new(0), Some(reason));
                    break;
                }
            }
        }
        let Self { executions, failed, redundant, outcomes, firsts, best, .. } = self;
        Part { executions, failed, redundant, outcomes, firsts, best, tools, halt }
    }

    /// What somebody else has found. While he moves, so does whoever waits for him.
    fn wait_for(&self, parts: &Receiver<Part>) -> Part {
        loop {
            match parts.recv_timeout(LOOK) {
                Ok(part) => return part,
                Err(RecvTimeoutError::Timeout) => self.pulse.follow(&self.company),
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("internal error: a worker ended without a result")
                }
            }
        }
    }

    /// Adds what somebody else has found.
    fn add(
        &mut self,
        part: Part,
        search: &mut Optimal,
        found: Result<(), Halt>,
    ) -> Result<(), Halt> {
        if let (Err(Halt::Alone), _) | (_, Some(Halt::Alone)) = (&found, &part.halt) {
            return Err(Halt::Alone);
        }
        if let (Err(Halt::Subtle), _) | (_, Some(Halt::Subtle)) = (&found, &part.halt) {
            return Err(Halt::Subtle);
        }
        self.executions += part.executions;
        self.failed += part.failed;
        self.redundant += part.redundant;
        if let Some(best) = part.best {
            self.keep_better(best);
        }
        let numbers = self.renumber(part.outcomes, &part.firsts);
        let added = search.add_lattices(part.tools.lattices(), &numbers);
        match (found, part.halt) {
            (Ok(()) | Err(Halt::Stopped), Some(halt)) => Err(halt),
            (Ok(()), None) if added.is_err() => Err(Halt::Limit(Limit::Differs { step: 1 })),
            (found, _) => found,
        }
    }

    /// The numbers of outcomes that somebody else has numbered.
    fn renumber(&mut self, outcomes: Box<dyn Ledger>, firsts: &[Schedule]) -> Vec<u32> {
        let numbers = self.outcomes.add(outcomes);
        let known = self.firsts.len();
        let of = numbers[1..].iter().copied().zip(firsts);
        let mut new: Vec<(u32, &Schedule)> = of.filter(|&(own, _)| own as usize > known).collect();
        new.sort_unstable_by_key(|&(own, _)| own);
        self.firsts.extend(new.into_iter().map(|(_, first)| first.clone()));
        numbers
    }
}
