//! Why did a notification not wake whoever waits for it?
//!
//! It woke another, or it came before the wait, or it never came. What cannot be known is what a waiter
//! looks for: that a notify would have been of use to it is a guess, and so a notify counts as too early
//! only for whoever has not had the lock to look twice since.

use super::timeline::ops_in_steps;
use super::words::Lines;
use crate::step::Kind;
use crate::trace::{Blocked, Op, Trace};

/// Why a strand that waits for a condition variable is not woken.
pub(super) fn missed(trace: &Trace, blocked: &Blocked, lines: &Lines) -> Option<String> {
    let object = blocked.object.filter(|_| blocked.kind == Kind::Wait)?;
    let (waited, wait) = last_wait(trace, object, blocked.strand, usize::MAX)?;
    let who = &trace.strands[blocked.strand].name;
    let name = &trace.objects[object].name;
    let told = |step: usize, op: &Op| {
        let other = &trace.strands[op.strand].name;
        format!("{other} notified {name} at {} (step {})", lines.say(&op.place), step + 1)
    };
    let notifies = || notifies(trace, object);
    let elsewhere = notifies()
        .filter(|(step, _)| *step > waited)
        .find_map(|(step, op)| Some((step, op, woken(trace, object, blocked.strand, step)?)));
    if let Some((step, op, other)) = elsewhere {
        let other_name = &trace.strands[other].name;
        let again = last_wait(trace, object, other, usize::MAX).filter(|(wait, _)| *wait > step);
        let again = again.map_or(String::new(), |(wait, _)| {
            format!(" {other_name} waits again since step {}.", wait + 1)
        });
        return Some(format!("{}, which woke {other_name}, and not {who}.{again}", told(step, op)));
    }
    let early = notifies()
        .filter(|(step, op)| *step < waited && op.strand != blocked.strand)
        .filter(|(step, _)| !is_waiting(trace, object, blocked.strand, *step))
        .find(|(step, _)| looks(trace, blocked.strand, wait.frees, *step, waited) < 2);
    Some(match early {
        Some((step, op)) => format!(
            "{}, and {who} began to wait in step {}. A notify wakes only who waits already.",
            told(step, op),
            waited + 1,
        ),
        None => format!(
            "{who} waits for {name} since step {}, and nobody notifies it after that.",
            waited + 1
        ),
    })
}

fn notifies(trace: &Trace, object: usize) -> impl Iterator<Item = (usize, &Op)> {
    let is_notify = |op: &Op| matches!(op.kind, Kind::NotifyOne | Kind::NotifyAll);
    ops_in_steps(trace).filter(move |(_, op)| op.object == object && is_notify(op))
}

/// A strand's last wait for an object before a step.
fn last_wait(trace: &Trace, object: usize, strand: usize, before: usize) -> Option<(usize, &Op)> {
    ops_in_steps(trace)
        .filter(|(step, op)| {
            *step < before && op.object == object && op.strand == strand && op.kind == Kind::Wait
        })
        .last()
}

/// How often a strand takes a lock between two steps: each time it can look at what has changed.
fn looks(trace: &Trace, strand: usize, lock: Option<usize>, from: usize, to: usize) -> usize {
    ops_in_steps(trace)
        .filter(|(step, op)| {
            *step > from
                && *step < to
                && op.strand == strand
                && Some(op.object) == lock
                && op.takes()
        })
        .count()
}

/// Whether a strand waits for an object when a step is taken.
fn is_waiting(trace: &Trace, object: usize, strand: usize, at: usize) -> bool {
    last_wait(trace, object, strand, at)
        .is_some_and(|(wait, op)| looks(trace, strand, op.frees, wait, at) == 0)
}

/// Whom a notify of one has woken, if that was another than the strand that waits: of those who waited,
/// the one that takes its lock next.
fn woken(trace: &Trace, object: usize, strand: usize, at: usize) -> Option<usize> {
    ops_in_steps(trace).filter(|(step, _)| *step > at).find_map(|(_, op)| {
        let other = op.strand;
        (other != strand && op.takes() && is_waiting(trace, object, other, at)).then_some(other)
    })
}
