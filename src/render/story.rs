//! What does each row of the table say?
//!
//! The same rows are laid out in columns, stacked, or as sentences.

use crate::explain::Explanation;
use crate::explain::timeline::{
    drops_a_wait, holders, is_lock, is_placed_at_birth, ops_in_steps, values,
};
use crate::explain::words::{Lines, list};
use crate::search::Counts;
use crate::step::{Kind, Value, What};
use crate::trace::{Blocked, Effect, Op, Sort, Step, Trace};

/// A trace as rows.
pub(crate) struct Story<'a> {
    pub(crate) trace: &'a Trace,
    pub(crate) lines: Lines,
    /// The strands that have a column.
    pub(crate) strands: Vec<usize>,
    /// The objects that have one.
    pub(crate) objects: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    pub(crate) end: Option<End>,
    /// Whether operations name their object: there are several.
    names_objects: bool,
}

/// An object's column.
pub(crate) struct Column {
    pub(crate) object: usize,
    pub(crate) name: String,
    pub(crate) start: String,
    lock: bool,
    values: Vec<Option<Value>>,
    holders: Vec<Vec<usize>>,
}

/// A row for a step.
pub(crate) struct Row {
    /// The step, counted from 1.
    pub(crate) number: usize,
    pub(crate) strand: usize,
    /// What was done, one line for each operation.
    pub(crate) did: Vec<String>,
    /// What the others do meanwhile, in the order of the columns.
    pub(crate) meanwhile: Vec<String>,
    /// What has changed, in the order of the columns.
    pub(crate) state: Vec<String>,
    /// As `state`, without what was before.
    pub(crate) short: Vec<String>,
    pub(crate) counts: Option<Counts>,
    pub(crate) decided: bool,
    pub(crate) remark: Option<String>,
}

/// The row below the steps.
pub(crate) struct End {
    /// What each strand is stuck at or has failed with, in the order of the columns.
    pub(crate) cells: Vec<String>,
    pub(crate) state: Vec<String>,
    pub(crate) remark: String,
}

/// The most objects that have a column.
const MOST_OBJECTS: usize = 3;

impl<'a> Story<'a> {
    pub(crate) fn new(trace: &'a Trace, told: Option<&Explanation>, spoken: bool) -> Self {
        let lines = Lines::of(trace, spoken);
        let mut strands: Vec<usize> =
            trace.steps.iter().map(|step| usize::from(step.turn.strand)).collect();
        // A strand that was stuck before its first step is part of the picture.
        let waits = told.iter().flat_map(|told| &told.waits).map(|wait| wait.strand);
        strands.extend(waits);
        strands.sort_unstable();
        strands.dedup();
        let mut story = Self {
            trace,
            lines,
            strands,
            objects: objects(trace, told),
            rows: Vec::new(),
            end: None,
            names_objects: several_objects(trace),
        };
        story.rows = (0..trace.steps.len()).map(|step| story.row(step, told)).collect();
        story.end = story.ending(told);
        story
    }

    pub(crate) fn name(&self, strand: usize) -> &str {
        &self.trace.strands[strand].name
    }

    /// The value of an object before a step, if it has a column.
    pub(crate) fn before(&self, object: usize, step: usize) -> Option<Value> {
        self.objects.iter().find(|column| column.object == object)?.values[step]
    }

    fn row(&self, at: usize, told: Option<&Explanation>) -> Row {
        let step = &self.trace.steps[at];
        let strand = usize::from(step.turn.strand);
        let remark = told.and_then(|told| told.remarks.iter().find(|(step, _)| *step == at));
        let idle = |other: &usize| {
            if *other == strand { String::new() } else { self.meanwhile(*other, at) }
        };
        Row {
            number: at + 1,
            strand,
            did: self.did(step),
            meanwhile: self.strands.iter().map(idle).collect(),
            state: self.objects.iter().map(|column| self.state(column, at, false)).collect(),
            short: self.objects.iter().map(|column| self.state(column, at, true)).collect(),
            counts: step.counts.clone(),
            decided: self.trace.decided() == Some(at),
            remark: remark.map(|(_, remark)| remark.clone()),
        }
    }

    fn did(&self, step: &Step) -> Vec<String> {
        let own = || step.ops.iter().filter(|op| op.strand == usize::from(step.turn.strand));
        // That it was polled is only said where nothing else is.
        let more = own().any(|op| op.kind != Kind::Poll);
        let told = own().filter(|op| !more || op.kind != Kind::Poll);
        let mut did: Vec<String> = told.map(|op| self.op(op)).collect();
        did.dedup();
        if did.is_empty() {
            did.push("runs".to_owned());
        }
        did
    }

    /// The strands that have a column of their own: the clock's steps go across.
    pub(crate) fn columns(&self) -> Vec<usize> {
        let is_clock = |strand: &usize| self.trace.strands[*strand].sort == Sort::Clock;
        self.strands.iter().copied().filter(|strand| !is_clock(strand)).collect()
    }

    /// `:14 load -> 0`
    pub(crate) fn op(&self, op: &Op) -> String {
        if is_placed_at_birth(self.trace, op) {
            return self.what(op);
        }
        format!("{} {}", self.lines.say(&op.place), self.what(op))
    }

    fn what(&self, op: &Op) -> String {
        if drops_a_wait(self.trace, op) {
            return "DROPPED while it waited".to_owned();
        }
        let object = &self.trace.objects[op.object];
        let verb = op.kind.verb();
        let nameless = matches!(object.what, What::Clock | What::Program)
            || (matches!(op.kind, Kind::Park | Kind::Cancel | Kind::Poll))
            || (!self.names_objects && !is_lock(object.what) && op.read.or(op.written).is_some());
        let name = if nameless { String::new() } else { format!(" {}", object.name) };
        let failed = verb.starts_with("try_") && op.effect == Effect::Looked;
        let value = match (op.read, op.written) {
            (Some(read), None) if op.kind == Kind::Load => format!(" -> {read}"),
            _ if op.gives_back() => String::new(),
            (Some(read), None) => format!(" finds {read}"),
            (None, Some(written)) => format!(" {written}"),
            (Some(read), Some(written)) => format!(" {read} -> {written}"),
            (None, None) if op.effect == Effect::Waits => ", not yet".to_owned(),
            (None, None) if failed => " in vain".to_owned(),
            (None, None) => String::new(),
        };
        format!("{verb}{name}{value}")
    }

    /// What a strand does while another takes a step.
    fn meanwhile(&self, strand: usize, at: usize) -> String {
        let info = &self.trace.strands[strand];
        if let Some(ended) = info.ended.filter(|ended| at >= *ended) {
            let others = |step: &usize| usize::from(self.trace.steps[*step].turn.strand) != strand;
            let first = (ended..self.trace.steps.len()).find(others);
            let panicked = self.trace.panics.iter().any(|panic| panic.strand == strand);
            let how = if panicked { "(panicked)" } else { "(finished)" };
            return if first == Some(at) { how.to_owned() } else { String::new() };
        }
        let Some(last) = self.last_step(strand, at) else { return String::new() };
        let holds: Vec<&str> = (0..self.trace.objects.len())
            .filter(|&object| is_lock(self.trace.objects[object].what))
            .filter(|&object| holders(self.trace, object)[at + 1].contains(&strand))
            .map(|object| self.trace.objects[object].name.as_str())
            .collect();
        let Some(op) = self.trace.steps[last].ops.last() else { return String::new() };
        if info.sort == Sort::Task && !holds.is_empty() {
            return format!("~ suspended, holds {} ~", list(&holds));
        }
        if info.sort == Sort::Task {
            if is_placed_at_birth(self.trace, op) {
                return "~ suspended ~".to_owned();
            }
            let preposition = if op.effect == Effect::Waits { "at" } else { "after" };
            return format!("~ suspended {preposition} {} ~", self.lines.say(&op.place));
        }
        if op.kind == Kind::Wait {
            return format!("(waits for {})", self.trace.objects[op.object].name);
        }
        if !holds.is_empty() {
            return format!("(holds {})", list(&holds));
        }
        self.found(strand, at).unwrap_or_default()
    }

    /// `(paused, has read 0)`: what a strand has found and not changed since.
    fn found(&self, strand: usize, at: usize) -> Option<String> {
        let last = |column: &Column| {
            let of = |op: &Op| op.strand == strand && op.object == column.object;
            ops_in_steps(self.trace).filter(|(step, op)| *step < at && of(op)).last()
        };
        let (column, (step, op)) = self.objects.iter().find_map(|column| {
            let (step, op) = last(column)?;
            let looked = op.written.is_none() && (op.read.is_some() || op.gives_back());
            looked.then_some((column, (step, op)))
        })?;
        let (has, value) = match op.read {
            Some(value) if !op.gives_back() => ("read", value),
            _ => ("seen", column.values[step + 1]?),
        };
        let of = if self.objects.len() > 1 { format!("{} = ", column.name) } else { String::new() };
        Some(format!("(paused, has {has} {of}{value})"))
    }

    /// A strand's last step before another.
    fn last_step(&self, strand: usize, before: usize) -> Option<usize> {
        (0..before).rev().find(|step| usize::from(self.trace.steps[*step].turn.strand) == strand)
    }

    /// What an object's column says behind a step: what has changed, or who has it.
    fn state(&self, column: &Column, at: usize, short: bool) -> String {
        let (before, after) = (column.values[at], column.values[at + 1]);
        let step = &self.trace.steps[at];
        let touched = |op: &Op| op.object == column.object && op.written.is_some();
        let change = match (before, after) {
            (Some(_), Some(after)) if short && step.ops.iter().any(touched) => after.to_string(),
            (Some(before), Some(after)) if step.ops.iter().any(touched) => {
                format!("{before} -> {after}")
            }
            (None, Some(after)) => after.to_string(),
            _ => String::new(),
        };
        if !column.lock {
            return change;
        }
        let (had, has) = (&column.holders[at], &column.holders[at + 1]);
        match (has.is_empty(), had == has) {
            (true, true) => change,
            (true, false) if change.is_empty() => "free".to_owned(),
            (true, false) => format!("free, {change}"),
            (false, _) => self.names(has),
        }
    }

    fn names(&self, strands: &[usize]) -> String {
        let names: Vec<&str> = strands.iter().map(|strand| self.name(*strand)).collect();
        names.join(", ")
    }

    fn ending(&self, told: Option<&Explanation>) -> Option<End> {
        let nothing = Explanation::default();
        // What was broken off has no end.
        let told = told.or_else(|| self.trace.strands.first()?.ended.map(|_| &nothing))?;
        let waiting = |strand: &usize| told.waits.iter().any(|wait| wait.strand == *strand);
        let cell = |strand: &usize| {
            let blocked = self.trace.blocked.iter().find(|blocked| blocked.strand == *strand);
            let panic = told.panicked.as_ref().filter(|panic| panic.strand == *strand);
            match (blocked.filter(|_| waiting(strand)), panic) {
                (Some(blocked), _) => self.stuck(blocked),
                (None, Some(panic)) => {
                    let what = if told.asserted { "does not hold" } else { "PANICS" };
                    format!("{} {what}", self.lines.say(&panic.place))
                }
                (None, None) => String::new(),
            }
        };
        let main = told.panicked.as_ref().filter(|panic| !self.strands.contains(&panic.strand));
        let remark = match (main, told.waits.is_empty()) {
            (Some(panic), _) => {
                let what = if told.asserted { "does not hold" } else { "panics" };
                format!("{} {what}", self.lines.say(&panic.place))
            }
            (None, false) => "nobody can run".to_owned(),
            (None, true) => String::new(),
        };
        let last = self.trace.steps.len();
        let state = self.objects.iter().map(|column| {
            let has = &column.holders[last];
            match column.values[last] {
                _ if column.lock && !has.is_empty() => self.names(has),
                Some(value) if column.lock => format!("free, {value}"),
                Some(value) => value.to_string(),
                None if column.lock => "free".to_owned(),
                None => String::new(),
            }
        });
        Some(End { cells: self.strands.iter().map(cell).collect(), state: state.collect(), remark })
    }

    /// `:32 lock b  BLOCKED`
    fn stuck(&self, blocked: &Blocked) -> String {
        let place = blocked.place.as_ref().map(|place| self.lines.say(place)).unwrap_or_default();
        let name = blocked.object.map_or("", |object| self.trace.objects[object].name.as_str());
        let what = match blocked.kind {
            Kind::IsFinished => format!("join {name}"),
            Kind::Poll => "suspended".to_owned(),
            Kind::Park => "park".to_owned(),
            kind => format!("{} {name}", kind.verb()),
        };
        format!("{place} {what}  BLOCKED").trim_start().to_owned()
    }
}

/// The objects worth a column: those that the explanation speaks of, then those that most strands use.
fn objects(trace: &Trace, told: Option<&Explanation>) -> Vec<Column> {
    let mut ranked: Vec<(usize, usize, usize)> = (0..trace.objects.len())
        .filter(|&object| {
            is_lock(trace.objects[object].what)
                || trace.objects[object].initial.is_some()
                || ops_in_steps(trace).any(|(_, op)| op.object == object && op.written.is_some())
        })
        .map(|object| {
            let told = told.is_some_and(|told| told.objects.contains(&object));
            let mut users: Vec<usize> = ops_in_steps(trace)
                .filter(|(_, op)| op.object == object)
                .map(|(_, op)| op.strand)
                .collect();
            users.sort_unstable();
            users.dedup();
            (if told { usize::MAX } else { users.len() }, usize::MAX - object, object)
        })
        .filter(|(users, ..)| *users > 0)
        .collect();
    ranked.sort_unstable();
    // What only one strand uses is no news where others meet.
    if ranked.iter().any(|(users, ..)| *users > 1) {
        ranked.retain(|(users, ..)| *users > 1);
    }
    let mut kept: Vec<usize> =
        ranked.iter().rev().take(MOST_OBJECTS).map(|(.., object)| *object).collect();
    kept.sort_unstable();
    kept.into_iter().map(|object| column(trace, object)).collect()
}

fn column(trace: &Trace, object: usize) -> Column {
    let info = &trace.objects[object];
    let lock = is_lock(info.what);
    let (values, holders) = (values(trace, object), holders(trace, object));
    let who: Vec<&str> =
        holders[0].iter().map(|strand| trace.strands[*strand].name.as_str()).collect();
    let start = match (lock, values[0]) {
        (true, _) if !who.is_empty() => who.join(", "),
        (true, Some(value)) => format!("free, {value}"),
        (true, None) => "free".to_owned(),
        (false, Some(value)) => value.to_string(),
        (false, None) => "-".to_owned(),
    };
    Column { object, name: info.name.clone(), start, lock, values, holders }
}

/// Whether operations have to say what they operate on.
fn several_objects(trace: &Trace) -> bool {
    let told = |object: usize| {
        !matches!(trace.objects[object].what, What::Clock | What::Program | What::Strand)
    };
    let used = ops_in_steps(trace).map(|(_, op)| op.object);
    let mut objects: Vec<usize> = used.filter(|object| told(*object)).collect();
    objects.sort_unstable();
    objects.dedup();
    objects.len() > 1
}

/// `4 of 6`
pub(crate) fn of(counts: &Counts) -> String {
    format!("{} of {}", counts.failing.short(), counts.all.short())
}
