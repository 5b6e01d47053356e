//! What does a step access that has not been taken in this order yet?
//!
//! Whoever plans a sequence has to know what its last step will do, to tell whether something that was
//! tried leads to the same executions. Most steps can be foretold. One that cannot may be known: a
//! strand does the same once more if it goes back to the same as before, and finds in everything that
//! it accessed what it found before. And if it is not known, it was never taken: then nothing that was
//! tried leads to executions with that step.

use smallvec::SmallVec;

use super::super::Choice;
use super::order::{NONE, Order};
use super::tree::{Accesses, Planned};
use crate::fingerprint::{Table, mix};
use crate::step::{Access, Mode};

/// What steps were seen to access, by what they go back to whatever they access.
#[derive(Debug, Default)]
pub(super) struct Lore {
    known: Table<u64, SmallVec<[Seen; 1]>>,
}

/// A step that was taken.
#[derive(Debug)]
struct Seen {
    accesses: Accesses,
    /// A fingerprint of what it found.
    found: u64,
}

/// What comes before a step.
struct Before<'a> {
    order: &'a Order,
    /// So many steps of the execution at hand,
    prefix: usize,
    /// and these.
    sequence: &'a [Planned],
}

impl Lore {
    /// Learns what the steps of an execution have accessed, but for those that are known. False if one of
    /// them has done something else once, behind the same.
    pub(super) fn learn(&mut self, order: &Order, known: usize) -> bool {
        let mut same = true;
        for step in known..order.steps.len() {
            let number = u32::try_from(step).unwrap_or(NONE);
            let accesses: Accesses =
                order.touches_of(number).iter().map(|touch| touch.access).collect();
            let before = Before { order, prefix: step, sequence: &[] };
            let found = before.found(&accesses);
            let key = key(order.steps[step].choice, order.steps[step].base);
            let all = self.known.entry(key).or_default();
            if all.iter().any(|seen| seen.found == found && seen.accesses == accesses) {
                continue;
            }
            same &= !all.iter().any(|seen| before.found(&seen.accesses) == seen.found);
            all.push(Seen { accesses, found });
        }
        same
    }

    /// Makes the last step of a sequence certain if it is known what it does after so many steps of the
    /// execution at hand and the rest of the sequence.
    pub(super) fn tell(&self, order: &Order, prefix: usize, sequence: &mut [Planned]) {
        let Some((last, rest)) = sequence.split_last_mut() else { return };
        let Some(all) = self.known.get(&key(last.choice, last.base)) else { return };
        let before = Before { order, prefix, sequence: rest };
        let mut same = all.iter().filter(|seen| before.found(&seen.accesses) == seen.found);
        if let (Some(seen), None) = (same.next(), same.next()) {
            last.accesses.clone_from(&seen.accesses);
            last.certain = true;
        }
    }
}

fn key(choice: Choice, base: u64) -> u64 {
    mix(base, u64::from(choice.who.0) << 16 | u64::from(choice.option))
}

impl Before<'_> {
    /// A fingerprint of all that a step with these accesses would go back to because of them.
    fn found(&self, accesses: &[Access]) -> u64 {
        accesses.iter().fold(0, |found, &access| mix(found, self.found_by(access)))
    }

    /// What one access finds: the last write, and what has come since then and cannot change places
    /// with it.
    fn found_by(&self, access: Access) -> u64 {
        let mut found = 0_u64;
        let planned = self
            .sequence
            .iter()
            .rev()
            .flat_map(|step| step.accesses.iter().rev().map(|&access| (access, step.event)));
        let taken = self.order.history(access.object).filter_map(|(_, touch)| {
            let before = (touch.step as usize) < self.prefix;
            before.then(|| (touch.access, self.order.event_of(touch.step)))
        });
        let mut last = 0;
        for (other, event) in
            planned.filter(|(other, _)| other.object == access.object).chain(taken)
        {
            if other.depends_on(access) && event != last {
                found = found.wrapping_add(mix(event, 1));
                last = event;
            }
            if other.mode == Mode::Write {
                break;
            }
        }
        found
    }
}
