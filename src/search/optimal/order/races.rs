//! Which two steps could have come the other way round?

use super::{Back, NONE, Order, Race, Second};
use crate::fingerprint::mix;
use crate::search::{Need, Reach, Run};
use crate::step::{Access, Mode};

/// Whoever could have come before others.
#[derive(Debug)]
pub(super) struct Later<'a> {
    second: Second,
    /// What he was about to access, if he was left with it.
    access: Option<Access>,
    needs: &'a [Need],
    /// The last step before which he could have come.
    until: u32,
}

impl<'a> Later<'a> {
    pub(super) fn step(step: u32, needs: &'a [Need]) -> Self {
        Self { second: Second::Step(step), access: None, needs, until: NONE }
    }
}

impl Order {
    /// Which of the steps that a step goes back to directly, and which takings of what it needs, could
    /// have come after it?
    ///
    /// Not those that it goes back to in any case, and not those that another of them goes back to. (That
    /// a lock was given back in between is no reason: then that goes back to its taking.)
    pub(super) fn find_races(&mut self, later: &Later<'_>, back: &[Back]) {
        let second = later.second;
        let mut firsts = std::mem::take(&mut self.scratch.firsts);
        firsts.clear();
        firsts.extend(back.iter().filter(|one| !one.firm).map(|one| one.step));
        for need in later.needs.iter().filter(|need| need.is_lock()) {
            for (_, touch) in self.history(need.object()) {
                let Some(held) = touch.access.holds().filter(|_| !second.is(touch.step)) else {
                    continue;
                };
                if need.is_kept_by(held) && !firsts.contains(&touch.step) {
                    firsts.push(touch.step);
                }
                if touch.access.mode == Mode::Write {
                    break;
                }
            }
        }
        for &first in &firsts {
            let kept = self.scratch.base[self.who(first)] >= self.steps[first as usize].nth
                || firsts.iter().any(|&other| other != first && self.is_before(first, other));
            if !kept {
                self.races.push(Race { first, second });
            }
        }
        if self.careful {
            let start = self.races.iter().rposition(|race| race.second != second);
            let start = start.map_or(0, |before| before + 1);
            firsts.clear();
            self.find_all(later, &mut firsts);
            for &first in &firsts {
                let kept = self.scratch.base[self.who(first)] >= self.steps[first as usize].nth;
                if !kept && !self.races[start..].iter().any(|race| race.first == first) {
                    self.races.push(Race { first, second });
                }
            }
        }
        self.scratch.firsts = firsts;
    }

    /// Finds all steps that access what somebody accesses or needs who can be kept from going on: which of
    /// them have kept him from it, and for how long, is not known.
    fn find_all(&self, later: &Later<'_>, firsts: &mut Vec<u32>) {
        let own = later.access.map(|access| (access, false));
        let needed = later.needs.iter().map(|need| {
            // Other readers are nothing to a reader.
            let reads = matches!(need, Need::Shareable(_) | Need::Open(_));
            (Access::of(need.object(), Mode::Write), reads)
        });
        for (access, reads) in own.into_iter().chain(needed) {
            for (_, touch) in self.history(access.object) {
                let other = touch.step <= later.until
                    && !later.second.is(touch.step)
                    && touch.access.depends_on(access)
                    && (!reads || touch.access.mode == Mode::Write);
                if other && !firsts.contains(&touch.step) {
                    firsts.push(touch.step);
                }
            }
        }
    }

    /// If the execution was ended while others could go on, its end cannot change places with what it
    /// does not go back to.
    pub(super) fn ends(&mut self, run: &Run) {
        let (Some(_), Some(last)) = (run.ends, self.steps.len().checked_sub(1)) else { return };
        let last = u32::try_from(last).unwrap_or(NONE);
        self.begin_base(NONE, &run.end_causes);
        let ahead = |order: &Self, who: usize| {
            let step = order.last_of[who];
            step != NONE && step != last && order.scratch.base[who] < order.steps[step as usize].nth
        };
        if !(0..self.strands).any(|who| ahead(self, who)) {
            return;
        }
        let back: Vec<Back> = (0..self.strands)
            .filter(|&who| self.last_of[who] != NONE && self.last_of[who] != last)
            .map(|who| Back { step: self.last_of[who], firm: false })
            .collect();
        self.steps[last as usize].reach = Reach::Last;
        let all = back.iter().map(|one| mix(self.event_of(one.step), 3));
        self.steps[last as usize].event = mix(self.event_of(last), all.fold(0, u64::wrapping_add));
        // What it goes back to in any case: all that it did without being the last.
        self.scratch.base.fill(0);
        let own = self.clock(last).to_vec();
        self.scratch.base.copy_from_slice(&own);
        self.find_races(&Later::step(last, &[]), &back);
        let mut clock = own;
        for other in &back {
            self.join(&mut clock, other.step);
        }
        let start = last as usize * self.strands;
        self.clocks[start..start + self.strands].copy_from_slice(&clock);
    }

    /// One who was left at the end could have come before whoever kept him from it.
    pub(super) fn left(&mut self, run: &Run, left: usize) {
        let second = Second::Left(u32::try_from(left).unwrap_or(NONE));
        let before = self.last_of(&run.pending[left]);
        self.begin_base(before.unwrap_or(NONE), run.pending_causes_of(left));
        let later = Later {
            second,
            access: Some(run.pending[left].access),
            needs: run.pending_needs_of(left),
            until: run.pending[left].dropped_in.unwrap_or(NONE),
        };
        self.find_races(&later, &[]);
        let last = u32::try_from(self.steps.len()).ok().and_then(|steps| steps.checked_sub(1));
        let first = run.pending[left].dropped_in.or(last.filter(|_| run.ends.is_some()));
        if let Some(first) = first {
            let who = self.who(first);
            let known =
                self.races.iter().any(|race| race.first == first && race.second.is_left(left));
            if self.scratch.base[who] < self.steps[first as usize].nth && !known {
                self.races.push(Race { first, second });
            }
        }
    }
}
