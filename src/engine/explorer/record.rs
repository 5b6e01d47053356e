//! From what the engine has noted to a [`Trace`] with names: only for the execution that is shown.

use std::collections::HashMap;
use std::panic::Location;

use super::state::{Ending, State, Status, StrandId, StrandKind};
use super::thing::{Done, Hold, Pending, Thing};
use crate::source::Sources;
use crate::step::{Access, Kind, Mode, What};
use crate::trace::{
    Aside, Blocked, Effect, Holder, ObjectInfo, Op, Panicked, Place, Sort, Step, StrandInfo, Trace,
    gives_back, takes,
};

/// How things stood when an execution was over. What is left of the program is cleared away after
/// that, which takes more operations and ends every strand: none of it happened in the program.
#[derive(Debug, Default)]
pub(super) struct AtEnd {
    /// How many operations had been done.
    done: usize,
    stood: Vec<Stood>,
}

/// How a strand stood when an execution was over.
#[derive(Clone, Copy, Debug)]
struct Stood {
    status: Status,
    /// What it was about to do.
    pending: Option<Pending>,
    /// The strand in whose poll its event loop stands still.
    starved_by: Option<StrandId>,
}

impl State {
    /// Notes how things stand, before what is left is cleared away.
    pub(super) fn note_end(&mut self, ending: Ending) {
        self.note_pending(ending);
        self.at_end.done = self.done.len();
        self.at_end.stood.clear();
        for (id, strand) in self.strands.iter().enumerate() {
            let starved_by = self.starved_by(id);
            let (status, pending) = (strand.status, strand.pending);
            self.at_end.stood.push(Stood { status, pending, starved_by });
        }
    }

    /// The strand in whose poll a strand's event loop stands still, if it does.
    fn starved_by(&self, strand: StrandId) -> Option<StrandId> {
        let own = self.strands[strand].poll.as_ref()?.event_loop;
        if self.has_worker(strand) {
            return None;
        }
        (0..self.strands.len()).find(|&other| {
            let poll = self.strands[other].poll.as_ref();
            other != strand && poll.is_some_and(|poll| poll.under_way && poll.event_loop == own)
        })
    }

    /// What happened in the execution that has just ended.
    pub(crate) fn trace(&self, sources: &Sources) -> Trace {
        let strands = self.strand_infos(sources);
        let mut objects = self.object_infos(sources, &strands);
        let (panics, blocked) = (self.panics_told(), self.blocked());
        let raced = self.data_race();
        let mut trace = Trace { panics, blocked, raced, ..Trace::default() };
        for (index, turn) in self.schedule().turns.into_iter().enumerate() {
            let choices = self.run.enabled_at(index).len();
            trace.steps.push(Step { turn, ops: Vec::new(), choices, counts: None });
        }
        self.add_first_values(&mut objects);
        trace.strands = strands;
        trace.objects = objects;
        self.add_ops(&mut trace);
        trace
    }

    fn strand_infos(&self, sources: &Sources) -> Vec<StrandInfo> {
        let infos = self.strands.iter().enumerate().map(|(id, strand)| {
            let birth = Place::from(strand.birth);
            let (sort, noun) = match strand.kind {
                StrandKind::Thread => (Sort::Thread, "thread"),
                StrandKind::Task => (Sort::Task, "task"),
                StrandKind::Clock => (Sort::Clock, "clock"),
            };
            let name = match (id, sort) {
                (0, _) => Some("main".to_owned()),
                (_, Sort::Clock) => Some("clock".to_owned()),
                _ => strand
                    .given_name
                    .clone()
                    .or_else(|| sources.name_made_at(&birth))
                    .or_else(|| sources.name_of_callee(&birth)),
            };
            let name = name.unwrap_or_else(|| noun.to_owned());
            StrandInfo { name, sort, birth, ended: self.ended_after(id) }
        });
        let mut infos: Vec<StrandInfo> = infos.collect();
        let names: Vec<String> = infos.iter().map(|info| info.name.clone()).collect();
        for (info, name) in infos.iter_mut().zip(tell_apart(&names)) {
            info.name = name;
        }
        infos
    }

    /// How many steps had been taken when a strand ended, if it did.
    fn ended_after(&self, strand: StrandId) -> Option<usize> {
        if self.at_end.stood.get(strand)?.status != Status::Ended {
            return None;
        }
        let steps = 0..self.run.steps.len();
        let own = |step: &usize| self.run.steps[*step].choice.who == self.strands[strand].name;
        let last = steps.clone().rev().find(own);
        // Its end is something it does to the object that stands for it, in whatever step that was.
        let thing = self.strands[strand].thing;
        let ends = |step: &usize| {
            let id = thing.map(|thing| self.things[thing as usize].id);
            let ends_it = |access: &Access| Some(access.object) == id && access.mode == Mode::Write;
            // What was done is asked last: a strand without a step has every step asked.
            self.run.glued_to(*step).iter().any(ends_it)
                && !self
                    .done_at_end()
                    .iter()
                    .any(|done| done.step == Some(*step) && Some(done.object) == thing)
        };
        let end = steps.skip(last.unwrap_or(0)).find(ends).or(last);
        Some(end.map_or(0, |step| step + 1))
    }

    fn object_infos(&self, sources: &Sources, strands: &[StrandInfo]) -> Vec<ObjectInfo> {
        let infos = self.things.iter().map(|thing| {
            let place = Place::from(thing.birth.unwrap_or(thing.first_use));
            let name = match thing.strand {
                Some(strand) => Some(strands[strand].name.clone()),
                None => name_of(thing, sources),
            };
            let name = name.unwrap_or_else(|| format!("{}@:{}", thing.what.noun(), place.line));
            let Thing { what, initial, strand, .. } = *thing;
            ObjectInfo { name, what, place, initial, strand }
        });
        let mut infos: Vec<ObjectInfo> = infos.collect();
        let names: Vec<String> = infos.iter().map(|info| info.name.clone()).collect();
        for (info, name) in infos.iter_mut().zip(tell_apart(&names)) {
            if info.strand.is_none() {
                info.name = name;
            }
        }
        infos
    }

    /// What a lock guards is told only when it changes; what it was before is what it was at first.
    fn add_first_values(&self, objects: &mut [ObjectInfo]) {
        for done in self.done_at_end().iter().filter(|done| done.written.is_some()) {
            let object = &mut objects[done.object as usize];
            object.initial = object.initial.or(done.read);
        }
    }

    fn add_ops(&self, trace: &mut Trace) {
        trace.last = trace.objects.iter().map(|object| object.initial).collect();
        let mut writer: Vec<Option<usize>> = vec![None; self.things.len()];
        let mut after = 0;
        for (index, done) in self.done_at_end().iter().enumerate() {
            let object = done.object as usize;
            let op = Op {
                strand: done.strand,
                kind: done.kind,
                object,
                place: Place::from(done.at),
                read: done.read,
                written: done.written,
                from: done.read.and(writer[object]),
                effect: match done.mode {
                    _ if self.waits(index) => Effect::Waits,
                    Mode::Add | Mode::Write => Effect::Changed,
                    Mode::Read => Effect::Looked,
                },
                frees: self.freed_by(index).map(|lock| lock as usize),
            };
            if let Some(value) = done.written {
                trace.last[object] = Some(value);
                writer[object] = done.step.map(|step| step + 1);
            }
            match done.step {
                Some(step) => {
                    after = step + 1;
                    trace.steps[step].ops.push(op);
                }
                None => trace.asides.push(Aside { after, op }),
            }
        }
    }

    /// What the program did, without what was done to clear it away.
    fn done_at_end(&self) -> &[Done] {
        &self.done[..self.at_end.done.min(self.done.len())]
    }

    /// Whether an operation found that it has to wait, and has had nothing of it. An asynchronous lock that is
    /// not asked for again is handed to a future that nobody polls any more, when it is given back.
    fn waits(&self, index: usize) -> bool {
        let done = self.done_at_end();
        let asked = &done[index];
        if !asked.waits || !takes(asked.kind) || !matches!(asked.kind, Kind::Async(_)) {
            return asked.waits;
        }
        let mut later = done[index + 1..].iter().filter(|later| later.object == asked.object);
        let again = later.clone().any(|own| (own.strand, own.at) == (asked.strand, asked.at));
        again || !later.any(|other| gives_back(other.kind))
    }

    /// The lock that a wait for a condition variable gives back: the one it takes next.
    fn freed_by(&self, index: usize) -> Option<u32> {
        let done = self.done_at_end();
        let wait = done.get(index).filter(|wait| wait.kind == Kind::Wait)?;
        let mut later = done[index + 1..].iter().filter(|later| later.strand == wait.strand);
        if let Some(again) = later.next() {
            return (again.kind == Kind::Lock).then_some(again.object);
        }
        let stood = self.at_end.stood[wait.strand];
        match (stood.status, stood.pending) {
            (Status::Waiting { mutex, .. }, _) => Some(mutex),
            (_, Some(pending)) if pending.kind == Kind::Lock => Some(pending.object),
            _ => None,
        }
    }

    fn panics_told(&self) -> Vec<Panicked> {
        let told = self.panics.iter().map(|panic| {
            let crate::engine::Panicked { message, file, line, column } = panic.panicked.clone();
            let place = Place { file: file.replace('\\', "/"), line, column };
            Panicked { strand: panic.strand, after: panic.step, message, place }
        });
        told.collect()
    }

    /// Who cannot go on, and who would have to move first.
    fn blocked(&self) -> Vec<Blocked> {
        let ids = 0..self.strands.len().min(self.at_end.stood.len());
        ids.filter_map(|strand| self.blocked_strand(strand)).collect()
    }

    fn blocked_strand(&self, strand: StrandId) -> Option<Blocked> {
        let Stood { status, pending, starved_by } = self.at_end.stood[strand];
        if status == Status::Ended || self.strands[strand].kind == StrandKind::Clock {
            return None;
        }
        let nothing =
            Blocked { strand, kind: Kind::Poll, object: None, place: None, holders: Vec::new() };
        if let Some(by) = starved_by {
            let holders = vec![Holder { strand: by, place: None, step: None }];
            return Some(Blocked { holders, ..nothing });
        }
        let at = |object: u32, kind: Kind, at: &'static Location<'static>| {
            let (object, place) = (object as usize, Some(Place::from(at)));
            let mut holders = self.holders(object);
            // Who reads again is kept out by the writer that has claimed the lock, and the writer by who
            // reads.
            let shares = matches!(kind, Kind::ReadLock | Kind::Claim);
            if shares && holders.iter().any(|holder| holder.strand != strand) {
                holders.retain(|holder| holder.strand != strand);
            }
            if kind == Kind::ReadLock {
                let writers = self.waiting_writers(object);
                holders = if writers.is_empty() { holders } else { writers };
            }
            Blocked { kind, object: Some(object), place, holders, ..nothing.clone() }
        };
        let last =
            (0..self.done_at_end().len()).rev().find(|&done| self.done[done].strand == strand);
        let asked = last.filter(|&done| self.waits(done)).map(|done| self.done[done]);
        Some(match (status, pending, asked) {
            (Status::Idle, _, Some(asked)) => at(asked.object, asked.kind, asked.at),
            (Status::Idle | Status::Spinning, ..) | (_, None, _) => nothing,
            (Status::Joining(target), Some(pending), _) => {
                let holders = vec![Holder { strand: target, place: None, step: None }];
                Blocked { holders, ..at(pending.object, pending.kind, pending.at) }
            }
            (_, Some(pending), _) => at(pending.object, pending.kind, pending.at),
        })
    }

    /// Who keeps readers out of a lock, without having it.
    fn waiting_writers(&self, object: usize) -> Vec<Holder> {
        let barred = self.things[object].barred;
        let stood = self.at_end.stood.iter().enumerate().filter(|_| barred);
        let writes = stood.filter(|(_, stood)| {
            let pending = stood.pending.filter(|pending| pending.kind == Kind::WriteLock);
            pending.is_some_and(|pending| pending.object as usize == object)
        });
        writes.map(|(strand, _)| Holder { strand, place: None, step: None }).collect()
    }

    /// Who had a lock when the execution was over.
    fn holders(&self, object: usize) -> Vec<Holder> {
        let mut holds: Vec<Hold> = Vec::new();
        for (index, done) in self.done_at_end().iter().enumerate() {
            if self.freed_by(index).is_some_and(|lock| lock as usize == object) {
                holds.clear();
            }
            if done.object as usize != object {
                continue;
            }
            let hold = Hold { strand: done.strand, at: done.at, step: done.step };
            if takes(done.kind) && done.mode == Mode::Write && !self.waits(index) {
                holds.push(hold);
            } else if gives_back(done.kind) {
                // A guard may be dropped by another strand than the one that took it.
                let own = holds.iter().position(|hold| hold.strand == done.strand).unwrap_or(0);
                holds = [&holds[..own], holds.get(own + 1..).unwrap_or_default()].concat();
            }
        }
        holds
            .into_iter()
            .map(|hold| Holder {
                strand: hold.strand,
                place: Some(Place::from(hold.at)),
                step: hold.step.map(|step| step + 1),
            })
            .collect()
    }
}

fn name_of(thing: &Thing, sources: &Sources) -> Option<String> {
    if thing.what == What::Clock {
        return Some("clock".to_owned());
    }
    let birth = |at: &'static Location<'static>| sources.name_made_at(&Place::from(at));
    let used = || sources.name_used_at(&Place::from(thing.first_use));
    thing.birth.and_then(birth).or_else(used)
}

/// Adds `-1`, `-2` to names that stand more than once.
fn tell_apart(names: &[String]) -> Vec<String> {
    let mut total: HashMap<&str, usize> = HashMap::new();
    for name in names {
        *total.entry(name).or_default() += 1;
    }
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let apart = names.iter().map(|name| {
        let count = seen.entry(name).or_default();
        *count += 1;
        if total[name.as_str()] > 1 { format!("{name}-{count}") } else { name.clone() }
    });
    apart.collect()
}
