//! Who waits for whom, and why will nobody move?

use super::signal::missed;
use super::timeline::{is_lock, ops_in_steps};
use super::words::{Lines, list, steps};
use super::{Explanation, Mark, Wait};
use crate::step::Kind;
use crate::trace::{Blocked, Holder, Op, Place, Trace};
use crate::verdict::Failure;

pub(super) fn explain(failure: &Failure, lines: &Lines) -> Explanation {
    let trace = &failure.trace;
    let cycle = cycle(trace);
    let news = news(trace, &cycle);
    let mut told = Explanation {
        headline: format!("deadlock: {}", headline(trace, &news, &cycle)),
        place: news.iter().find_map(|blocked| blocked.place.clone()),
        marks: marks(trace, &news),
        waits: news.iter().map(|blocked| wait(trace, blocked, &cycle, lines)).collect(),
        objects: news.iter().filter_map(|blocked| blocked.object).collect(),
        orders: orders(trace, lines),
        ..Explanation::default()
    };
    told.why.extend(stopped(trace, &news, lines));
    for blocked in &news {
        let why = again(trace, blocked, lines).or_else(|| kept_out(trace, blocked));
        told.why.extend(why.or_else(|| missed(trace, blocked, lines)));
    }
    told.fix = fix(trace, &news, &cycle, told.orders.is_some());
    told
}

/// The strands of a circle in which each waits for the next, the lowest first.
fn cycle(trace: &Trace) -> Vec<usize> {
    let next = |strand: usize| {
        let blocked = trace.blocked.iter().find(|blocked| blocked.strand == strand)?;
        Some(blocked.holders.first()?.strand)
    };
    for start in trace.blocked.iter().map(|blocked| blocked.strand) {
        let mut circle = vec![start];
        while let Some(after) = next(circle[circle.len() - 1]) {
            if after == start {
                return circle;
            }
            if circle.contains(&after) {
                break;
            }
            circle.push(after);
        }
    }
    Vec::new()
}

/// The blocked strands that say something: the circle, or else all but those who only wait for the
/// end of another that is blocked itself.
fn news<'a>(trace: &'a Trace, cycle: &[usize]) -> Vec<&'a Blocked> {
    if !cycle.is_empty() {
        let of = |strand: &usize| trace.blocked.iter().find(|blocked| blocked.strand == *strand);
        return cycle.iter().filter_map(of).collect();
    }
    let is_blocked = |holder: &Holder| trace.blocked.iter().any(|of| of.strand == holder.strand);
    let follows = |blocked: &&Blocked| {
        blocked.kind == Kind::IsFinished && blocked.holders.iter().any(is_blocked)
    };
    let all: Vec<&Blocked> = trace.blocked.iter().filter(|blocked| !follows(blocked)).collect();
    // Whoever waits for something with a name explains those who only wait to be woken.
    let named: Vec<&Blocked> =
        all.iter().copied().filter(|blocked| blocked.object.is_some()).collect();
    if named.is_empty() { all } else { named }
}

fn headline(trace: &Trace, news: &[&Blocked], cycle: &[usize]) -> String {
    let name = |strand: usize| trace.strands[strand].name.as_str();
    let names: Vec<&str> = news.iter().map(|blocked| name(blocked.strand)).collect();
    let locks = news.iter().all(|blocked| takes_lock(blocked));
    match (cycle, news) {
        ([one], [blocked]) if locks => {
            format!("{} locks {} and has it already", name(*one), object(trace, blocked))
        }
        ([_, _], [one, two]) if one.kind == Kind::Poll || two.kind == Kind::Poll => {
            let (stops, starved) = if one.kind == Kind::Poll { (two, one) } else { (one, two) };
            format!(
                "{} blocks the event loop while it waits for {}, which {} holds",
                name(stops.strand),
                object(trace, stops),
                name(starved.strand)
            )
        }
        ([_, _], [one, two]) if one.object == two.object => {
            let swaps = one.kind == Kind::Claim || two.kind == Kind::ReadLock;
            let (reader, writer) = if swaps { (two, one) } else { (one, two) };
            format!(
                "{0} waits for {2} behind {1}, who waits until {0} gives it back",
                name(reader.strand),
                name(writer.strand),
                object(trace, reader)
            )
        }
        ([_, _], _) if locks => format!("{} each hold the lock the other needs", list(&names)),
        ([_, _, ..], _) => format!("{} wait for each other in a cycle", list(&names)),
        (_, []) => "nobody can go on".to_owned(),
        (_, news) => {
            let says: Vec<String> = news.iter().map(|blocked| clause(trace, blocked)).collect();
            says.join("; ")
        }
    }
}

fn takes_lock(blocked: &Blocked) -> bool {
    crate::trace::takes(blocked.kind)
}

fn object<'a>(trace: &'a Trace, blocked: &Blocked) -> &'a str {
    blocked.object.map_or("nothing", |object| trace.objects[object].name.as_str())
}

/// `bob waits for full, and nobody is left to notify it`
fn clause(trace: &Trace, blocked: &Blocked) -> String {
    let name = |strand: usize| trace.strands[strand].name.as_str();
    let who = name(blocked.strand);
    let what = object(trace, blocked);
    match (blocked.kind, blocked.holders.as_slice()) {
        (Kind::Wait, _) => format!("{who} waits for {what}, and nobody is left to notify it"),
        (Kind::Park, _) => format!("{who} is parked, and nobody is left to unpark it"),
        (Kind::Poll, [holder, ..]) => {
            format!("{who} cannot be polled while {} blocks its event loop", name(holder.strand))
        }
        (Kind::Poll, _) => format!("{who} waits, and nobody is left to wake it"),
        (Kind::IsFinished, [holder, ..]) => {
            format!("{who} waits for the end of {}", name(holder.strand))
        }
        (_, [holder, ..]) if trace.strands[holder.strand].ended.is_some() => {
            format!("{who} waits for {what}, which {} never gave back", name(holder.strand))
        }
        (_, [holder, ..]) => format!("{who} waits for {what}, held by {}", name(holder.strand)),
        _ => format!("{who} waits for {what}, and nobody is left to give it"),
    }
}

fn wait(trace: &Trace, blocked: &Blocked, cycle: &[usize], lines: &Lines) -> Wait {
    let what = object(trace, blocked);
    let at = blocked.place.as_ref().map(|place| format!(" (at {})", lines.say(place)));
    let at = at.unwrap_or_default();
    let needs = match blocked.kind {
        Kind::Wait => format!("waits for a notify of {what}{at}"),
        Kind::Park => format!("is parked{at}"),
        Kind::Poll if blocked.holders.is_empty() => "waits to be woken".to_owned(),
        Kind::Poll => "needs its loop, held by".to_owned(),
        Kind::IsFinished => format!("needs the end{at} of"),
        kind if crate::trace::takes(kind) => {
            let first = blocked.holders.first();
            let claimed = first.is_some_and(|holder| claims(trace, holder, blocked.object));
            let waits = first.is_some_and(|holder| holder.place.is_none());
            let how = if waits {
                "wanted"
            } else if claimed {
                "claimed"
            } else {
                "held"
            };
            format!("needs {what}, {how} by")
        }
        kind => format!("waits for {what} ({}){at}", kind.verb()),
    };
    let holder = blocked.holders.first().map(|holder| (holder.strand, since(holder, lines)));
    Wait {
        strand: blocked.strand,
        needs,
        holder,
        closes: cycle.len() > 1 && cycle.last() == Some(&blocked.strand),
    }
}

/// Whether whoever keeps others out of a lock waits for its readers, and does not have it yet.
fn claims(trace: &Trace, holder: &Holder, object: Option<usize>) -> bool {
    trace.blocked.iter().any(|blocked| {
        (blocked.strand, blocked.object, blocked.kind) == (holder.strand, object, Kind::Claim)
    })
}

/// `since :31, step 2`
fn since(holder: &Holder, lines: &Lines) -> String {
    match (&holder.place, holder.step) {
        (Some(place), Some(step)) => format!("since {}, step {step}", lines.say(place)),
        (Some(place), None) => format!("since {}, before step 1", lines.say(place)),
        (None, _) => String::new(),
    }
}

/// Where each holds what another needs, and where it waits.
fn marks(trace: &Trace, news: &[&Blocked]) -> Vec<Mark> {
    let name = |strand: usize| trace.strands[strand].name.as_str();
    let mut held: Vec<(&Place, String, usize, Option<usize>)> = Vec::new();
    let mut waits: Vec<(&Place, String, usize)> = Vec::new();
    for blocked in news {
        let what = object(trace, blocked);
        for holder in &blocked.holders {
            if let Some(place) = &holder.place {
                let step = holder.step.map(|step| step - 1);
                let claims = claims(trace, holder, blocked.object);
                let has = if claims { "has claimed" } else { "holds" };
                held.push((
                    place,
                    format!("{} {has} {what}", name(holder.strand)),
                    holder.strand,
                    step,
                ));
            }
        }
        if let Some(place) = &blocked.place {
            let who = name(blocked.strand);
            let label = match blocked.kind {
                Kind::Park => format!("{who} is parked here"),
                Kind::IsFinished => format!("{who} waits here"),
                _ => format!("{who} waits here for {what}"),
            };
            waits.push((place, label, blocked.strand));
        }
    }
    held.sort_by_key(|(.., step)| *step);
    let mut marks: Vec<Mark> = Vec::new();
    for (place, ..) in &held {
        let here: Vec<_> = held.iter().filter(|(other, ..)| other == place).collect();
        let label: Vec<&str> = here.iter().map(|(_, label, ..)| label.as_str()).collect();
        let at: Vec<usize> = here.iter().filter_map(|(.., step)| *step).collect();
        let at = if at.is_empty() { String::new() } else { format!(" ({})", steps(&at)) };
        let strand = (here.len() == 1).then_some(here[0].2);
        let label = format!("{}{at}", label.join(", "));
        marks.push(Mark { place: (*place).clone(), label, main: false, strand });
    }
    for (place, ..) in &waits {
        let here: Vec<_> = waits.iter().filter(|(other, ..)| other == place).collect();
        let label: Vec<&str> = here.iter().map(|(_, label, _)| label.as_str()).collect();
        marks.push(Mark {
            place: (*place).clone(),
            label: label.join(", "),
            main: true,
            strand: None,
        });
    }
    let mut seen: Vec<Mark> = Vec::new();
    marks.retain(|mark| {
        let new = !seen.contains(mark);
        seen.push(mark.clone());
        new
    });
    marks
}

/// A strand that waits for itself.
fn again(trace: &Trace, blocked: &Blocked, lines: &Lines) -> Option<String> {
    let holder = blocked.holders.iter().find(|holder| holder.strand == blocked.strand)?;
    let (held, place) = (holder.place.as_ref()?, blocked.place.as_ref()?);
    Some(format!(
        "{} has {} since {} and locks it again at {}, before it has given it back.",
        trace.strands[blocked.strand].name,
        object(trace, blocked),
        lines.say(held),
        lines.say(place),
    ))
}

/// A reader whom a writer keeps out who has nothing.
fn kept_out(trace: &Trace, blocked: &Blocked) -> Option<String> {
    let writer = blocked.holders.first().filter(|writer| writer.place.is_none())?;
    (blocked.kind == Kind::ReadLock).then(|| {
        format!(
            "Nothing says whether a reader is let in while a writer waits. Here {} is not, because {} waits \
             for {}: so it is on Linux.",
            trace.strands[blocked.strand].name,
            trace.strands[writer.strand].name,
            object(trace, blocked),
        )
    })
}

/// A strand that waits inside a poll for one that only a poll can let go on.
fn stopped(trace: &Trace, news: &[&Blocked], lines: &Lines) -> Option<String> {
    let starved = news.iter().find(|blocked| blocked.kind == Kind::Poll)?;
    let stops = news.iter().find(|blocked| takes_lock(blocked))?;
    let hold = stops.holders.iter().find(|holder| holder.strand == starved.strand)?;
    let (who, other) = (&trace.strands[starved.strand].name, &trace.strands[stops.strand].name);
    let what = object(trace, stops);
    let place =
        hold.place.as_ref().map_or(String::new(), |place| format!(" at {}", lines.say(place)));
    Some(format!(
        "{who} took {what}{place} and was suspended with it at an await. {other} waits for {what} inside \
         a poll, so the event loop stands still and {who} is never polled again."
    ))
}

/// Two locks that are taken in two orders, if there are.
fn orders(trace: &Trace, lines: &Lines) -> Option<String> {
    let nested = nested(trace);
    for one in &nested {
        let other = nested.iter().find(|two| {
            (two.outer, two.inner) == (one.inner, one.outer) && two.strand != one.strand
        });
        let Some(other) = other else { continue };
        let says = |order: &Nested<'_>| {
            format!(
                "{} locks {} then {} ({}, {})",
                trace.strands[order.strand].name,
                trace.objects[order.outer].name,
                trace.objects[order.inner].name,
                lines.say(order.at.0),
                lines.say(order.at.1),
            )
        };
        return Some(format!("{}, {}: the orders disagree.", says(one), says(other)));
    }
    None
}

/// A lock that a strand takes, or waits for, while it has another.
struct Nested<'a> {
    strand: usize,
    outer: usize,
    inner: usize,
    at: (&'a Place, &'a Place),
}

fn nested(trace: &Trace) -> Vec<Nested<'_>> {
    let mut nested = Vec::new();
    let mut held: Vec<(usize, &Op)> = Vec::new();
    let asides = trace.asides.iter().filter(|aside| aside.after == 0).map(|aside| &aside.op);
    for op in asides.chain(ops_in_steps(trace).map(|(_, op)| op)) {
        if op.takes() && is_lock(trace.objects[op.object].what) {
            for (strand, outer) in &held {
                if *strand == op.strand {
                    let at = (&outer.place, &op.place);
                    nested.push(Nested {
                        strand: *strand,
                        outer: outer.object,
                        inner: op.object,
                        at,
                    });
                }
            }
            held.push((op.strand, op));
        } else if op.gives_back() || op.frees.is_some() {
            let freed = op.frees.unwrap_or(op.object);
            held.retain(|(strand, of)| !(of.object == freed && *strand == op.strand));
        }
    }
    for blocked in trace.blocked.iter().filter(|blocked| takes_lock(blocked)) {
        let (Some(inner), Some(place)) = (blocked.object, &blocked.place) else { continue };
        for (strand, outer) in &held {
            if *strand == blocked.strand && outer.object != inner {
                let at = (&outer.place, place);
                nested.push(Nested { strand: *strand, outer: outer.object, inner, at });
            }
        }
    }
    nested
}

fn fix(trace: &Trace, news: &[&Blocked], cycle: &[usize], disagree: bool) -> Option<String> {
    let first = news.first()?;
    let what = object(trace, first);
    if disagree {
        return Some("take the locks in one order everywhere".to_owned());
    }
    let stops = news.iter().find(|blocked| takes_lock(blocked));
    if let Some(stops) = stops.filter(|_| news.iter().any(|blocked| blocked.kind == Kind::Poll)) {
        let what = object(trace, stops);
        return Some(format!(
            "do not hold {what} across an await, or use a lock that is awaited: waiting for it lets \
             other tasks run"
        ));
    }
    Some(match (first.kind, cycle) {
        (Kind::Wait, _) => format!(
            "change what the wait is for under its lock, notify {what} after that, and check it in a \
             loop before each wait"
        ),
        (kind, [_]) if crate::trace::takes(kind) => {
            format!(
                "drop the first guard of {what} before it is locked again, or hand the guard on"
            )
        }
        (Kind::ReadLock | Kind::WriteLock | Kind::Claim, [_, _])
            if news.iter().all(|one| one.object == first.object)
                && news.iter().any(|one| one.kind == Kind::ReadLock) =>
        {
            format!("read {what} once, and hand down what was read")
        }
        (kind, [_, _, ..]) if crate::trace::takes(kind) => {
            "take the locks in one order everywhere".to_owned()
        }
        _ => return None,
    })
}
