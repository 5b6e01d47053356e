//! From what the engine has noted to a [`Trace`] with names: only for the execution that is shown.

use std::collections::HashMap;
use std::panic::Location;

use super::state::{State, Status, StrandId, StrandKind, Thing};
use crate::source::Sources;
use crate::step::{Kind, Mode, What};
use crate::trace::{Blocked, Holder, ObjectInfo, Op, Place, Sort, Step, StrandInfo, Trace};

impl State {
    /// What happened in the execution that has just ended.
    pub(crate) fn trace(&self, sources: &Sources) -> Trace {
        let strands = self.strand_infos(sources);
        let objects = self.object_infos(sources, &strands);
        let (steps, last) = self.steps();
        let blocked = self.blocked();
        Trace { strands, objects, steps, counts: None, blocked, last }
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
            StrandInfo { name, sort, birth }
        });
        let mut infos: Vec<StrandInfo> = infos.collect();
        let names = infos.iter().map(|info| info.name.clone()).collect();
        for (info, name) in infos.iter_mut().zip(tell_apart(names)) {
            info.name = name;
        }
        infos
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
        let names = infos.iter().map(|info| info.name.clone()).collect();
        for (info, name) in infos.iter_mut().zip(tell_apart(names)) {
            if info.strand.is_none() {
                info.name = name;
            }
        }
        infos
    }

    fn steps(&self) -> (Vec<Step>, Vec<Option<crate::step::Value>>) {
        let mut steps: Vec<Step> = Vec::new();
        for (index, turn) in self.schedule().turns.into_iter().enumerate() {
            let choices = self.run.enabled_at(index).len();
            steps.push(Step { turn, ops: Vec::new(), choices, counts: None });
        }
        let mut last = vec![None; self.things.len()];
        let mut writer: Vec<Option<usize>> = vec![None; self.things.len()];
        for (value, thing) in last.iter_mut().zip(&self.things) {
            *value = thing.initial;
        }
        for done in &self.done {
            let object = done.object as usize;
            let op = Op {
                kind: done.kind,
                object,
                place: Place::from(done.at),
                read: done.read,
                written: done.written,
                from: done.read.and(writer[object]),
                changed: done.mode == Mode::Write,
            };
            if let Some(value) = done.written {
                last[object] = Some(value);
                writer[object] = done.step.map(|step| step + 1);
            }
            if let Some(step) = done.step {
                steps[step].ops.push(op);
            }
        }
        (steps, last)
    }

    /// Who cannot go on, and who would have to move first.
    fn blocked(&self) -> Vec<Blocked> {
        let ids = 0..self.strands.len();
        ids.filter_map(|strand| self.blocked_strand(strand)).collect()
    }

    fn blocked_strand(&self, strand: StrandId) -> Option<Blocked> {
        let state = &self.strands[strand];
        let pending = state.pending;
        let object = pending.map(|pending| pending.object as usize);
        let kind = match (state.status, state.kind) {
            (Status::Ended, _) | (_, StrandKind::Clock) => return None,
            (Status::Idle, _) => Kind::Poll,
            (Status::Sleeping, _) => Kind::Fire,
            _ => pending.map_or(Kind::Poll, |pending| pending.kind),
        };
        let holders = match state.status {
            Status::Joining(target) => vec![Holder { strand: target, place: None, step: None }],
            Status::Announced => object.map(|object| self.holders(object)).unwrap_or_default(),
            _ => Vec::new(),
        };
        let waits_in_poll = matches!(state.status, Status::Idle);
        let object = object.filter(|_| !waits_in_poll);
        let place = pending.filter(|_| !waits_in_poll).map(|pending| Place::from(pending.at));
        Some(Blocked { strand, kind, object, place, holders })
    }

    fn holders(&self, object: usize) -> Vec<Holder> {
        let thing = &self.things[object];
        let holds = thing.holder.iter().chain(&thing.readers);
        holds
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
fn tell_apart(names: Vec<String>) -> Vec<String> {
    let mut total: HashMap<&str, usize> = HashMap::new();
    for name in &names {
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
