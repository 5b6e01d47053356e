//! What would have gone before the second of two that race, had it come first?
//!
//! All that does not go back to the first, as it went; and then the second, as far as can be foretold
//! what it does there.

use super::super::{Choice, Need, Reach, Run};
use super::order::Order;
use super::order::{NONE, Race, Second, Touch};
use super::tree::{Accesses, Planned};
use crate::step::{Access, Effect, Mode};

impl Order {
    /// What would have gone before the second of two that race, and where: the first step that would
    /// not have been taken. `None` if the second could not have come first.
    pub(super) fn reversal(
        &self,
        run: &Run,
        race: Race,
        kept: &mut Vec<bool>,
    ) -> Option<(usize, Vec<Planned>)> {
        kept.clear();
        kept.resize(self.steps.len(), true);
        if race.is_kept_out() {
            return self.kept_out(run, race.first, kept);
        }
        let needs = match race.second {
            Second::Step(step) => {
                self.leave_out(kept, step);
                run.needs_of(step as usize)
            }
            Second::Left(left) => run.pending_needs_of(left as usize),
        };
        self.leave_out(kept, race.first);
        if let Second::Left(left) = race.second
            && let Some(dropped_in) = run.pending[left as usize].dropped_in
        {
            self.leave_out(kept, dropped_in);
        }
        let second = match race.second {
            Second::Step(step) => self.steps[step as usize].choice.who,
            Second::Left(left) => run.pending[left as usize].who,
        };
        // The other options are pinned where the first is taken.
        let second = Choice { who: second, option: 0 };
        while let Some(taking) = self.keeper(run, kept, needs, race)? {
            self.leave_out(kept, taking);
        }
        let start = kept.iter().position(|&kept| !kept)?;
        let (own, causes) = self.goes_back_to(run, race.second);
        if own.iter().chain(causes).any(|&step| !kept[step as usize]) {
            return None;
        }
        let before = || (start..kept.len()).filter(|&step| kept[step]);
        let mut sequence = Vec::with_capacity(before().count() + 1);
        sequence.extend(before().map(|step| self.planned(step)));
        sequence.push(self.foretell(run, kept, race, second));
        Some((start, sequence))
    }

    /// What the second of two that race goes back to in any case.
    pub(super) fn goes_back_to<'a>(
        &self,
        run: &'a Run,
        second: Second,
    ) -> (Option<u32>, &'a [u32]) {
        match second {
            Second::Step(step) => (self.before(step), run.causes_of(step as usize)),
            Second::Left(left) => {
                let left = left as usize;
                (self.last_of(&run.pending[left]), run.pending_causes_of(left))
            }
        }
    }

    /// Leaves out a step and all that goes back to it.
    pub(super) fn leave_out(&self, kept: &mut [bool], first: u32) {
        for (number, kept) in (first..).zip(&mut kept[first as usize..]) {
            *kept &= !self.is_before(first, number);
        }
    }

    /// Somebody who has taken what is needed and does not give it back among what is kept; `Some(None)`
    /// if there is none. `None` if what is needed cannot be had.
    #[expect(clippy::option_option, reason = "nobody is in the way, somebody is, or nothing helps")]
    pub(super) fn keeper(
        &self,
        run: &Run,
        kept: &[bool],
        needs: &[Need],
        race: Race,
    ) -> Option<Option<u32>> {
        for need in needs {
            match *need {
                Need::Signalled(object) if !self.is_signalled(run, kept, object, race) => {
                    return None;
                }
                Need::Counted(object) if !self.is_counted(run, kept, object, race) => return None,
                Need::Set(clock) if !self.is_set(run, kept, clock, race) => return None,
                Need::Room(object, most) if !self.has_room(run, kept, (object, most), race) => {
                    return None;
                }
                _ if !need.is_lock() => continue,
                _ if self.is_held_before(run, kept, *need, race) => return None,
                _ => {}
            }
            for (number, touch) in self.history(need.object()) {
                let taken = touch.access.holds().is_some_and(|held| need.is_kept_by(held))
                    && kept[touch.step as usize];
                if !taken {
                    continue;
                }
                let back = self.given_back(number);
                if back.is_none_or(|back| !kept[back as usize]) {
                    return Some(Some(touch.step));
                }
            }
        }
        Some(None)
    }

    /// Whether somebody has taken a lock when he was alone, and does not give it back among what is kept.
    fn is_held_before(&self, run: &Run, kept: &[bool], need: Need, race: Race) -> bool {
        let mut held = 0_usize;
        for access in run.alone_with(need.object(), race.first) {
            if access.lets_go() {
                held = held.saturating_sub(1);
            }
            if access.holds().is_some_and(|held| need.is_kept_by(held)) {
                held += 1;
            }
        }
        let given_back = |(_, touch): &(u32, &Touch)| {
            touch.access.lets_go() && touch.held_since == NONE && kept[touch.step as usize]
        };
        held > 0 && self.history(need.object()).filter(given_back).count() < held
    }

    /// Whether an object is signalled among what is kept, since that was used up.
    fn is_signalled(&self, run: &Run, kept: &[bool], object: u32, race: Race) -> bool {
        let second = race.second;
        for (_, touch) in self.history(object) {
            if matches!(second, Second::Step(step) if touch.step >= step) {
                if touch.access.effect == Effect::Signals && kept[touch.step as usize] {
                    return true;
                }
                continue;
            }
            match touch.access.effect {
                Effect::Consumes => return false,
                Effect::Signals if kept[touch.step as usize] => return true,
                _ => {}
            }
        }
        run.alone_with(object, race.first)
            .rev()
            .find(|access| matches!(access.effect, Effect::Signals | Effect::Consumes))
            .is_some_and(|access| access.effect == Effect::Signals)
    }

    /// Whether an object is signalled more often than that is used up, among what is kept.
    fn is_counted(&self, run: &Run, kept: &[bool], object: u32, race: Race) -> bool {
        self.count(run, kept, object, race) > 0
    }

    /// Whether there is room for one more in an object that holds so many, among what is kept.
    fn has_room(&self, run: &Run, kept: &[bool], (object, most): (u32, u32), race: Race) -> bool {
        let before =
            |touch: &Touch| !matches!(race.second, Second::Step(step) if touch.step >= step);
        let opens = |(_, touch): (u32, &Touch)| {
            touch.access.effect == Effect::Opens && kept[touch.step as usize] && before(touch)
        };
        self.history(object).any(opens)
            || self.count(run, kept, object, race) < i32::try_from(most).unwrap_or(i32::MAX)
    }

    /// How much more often an object is signalled than that is used up, among what is kept.
    fn count(&self, run: &Run, kept: &[bool], object: u32, race: Race) -> i32 {
        let before =
            |touch: &Touch| !matches!(race.second, Second::Step(step) if touch.step >= step);
        let kept = |(_, touch): &(u32, &Touch)| kept[touch.step as usize] && before(touch);
        self.history(object)
            .filter(kept)
            .map(|(_, touch)| touch.access)
            .chain(run.alone_with(object, race.first))
            .map(|access| match access.effect {
                Effect::Signals => 1,
                Effect::Consumes => -1,
                _ => 0,
            })
            .sum()
    }

    /// Whether a timer is set, among what is kept, that has not fired.
    fn is_set(&self, run: &Run, kept: &[bool], clock: u32, race: Race) -> bool {
        let kept = |(_, touch): &(u32, &Touch)| kept[touch.step as usize];
        let accesses = self.history(clock).filter(kept).map(|(_, touch)| touch.access);
        let set: i32 = accesses
            .chain(run.alone_with(clock, race.first))
            .map(|access| match (access.effect, access.mode) {
                (Effect::Sets, _) => 1,
                (Effect::Unsets, _) | (Effect::None, Mode::Write) => -1,
                _ => 0,
            })
            .sum();
        set > 0
    }

    /// A step as it was taken.
    pub(super) fn planned(&self, step: usize) -> Planned {
        let number = u32::try_from(step).unwrap_or(u32::MAX);
        let entry = &self.steps[step];
        let mut accesses = Accesses::new();
        for touch in self.touches_of(number) {
            accesses.push(touch.access);
        }
        let last = entry.reach != Reach::Own;
        let (event, base) = (entry.event, entry.base);
        Planned { choice: entry.choice, accesses, last, certain: true, event, base }
    }

    /// What the second of two that race does if it comes first, as far as that can be foretold.
    fn foretell(&self, run: &Run, kept: &[bool], race: Race, choice: Choice) -> Planned {
        let step = match race.second {
            Second::Left(left) => {
                let pending = &run.pending[left as usize];
                let accesses = std::iter::once(pending.access).collect();
                let base = self.base_of_left(pending, run.pending_causes_of(left as usize));
                let certain = pending.certain;
                return Planned { choice, accesses, last: false, certain, event: 0, base };
            }
            Second::Step(step) => step,
        };
        let mut planned = self.planned(step as usize);
        planned.choice = choice;
        planned.event = 0;
        planned.certain = !run.steps[step as usize].is_poll;
        let entry = &self.steps[step as usize];
        let about = |access: &Access| match entry.attempts {
            Some(need) => access.object == need.object(),
            None => access.effect != Effect::Consumes,
        };
        let Some(access) = planned.accesses.iter_mut().find(|access| about(access)) else {
            return planned;
        };
        if let Some(need) = entry.attempts {
            let free = matches!(self.keeper(run, kept, &[need], race), Some(None));
            *access = need.attempted(free);
        } else if let Some(expected) = entry.expected {
            // The value is the one that the first access had that is left out.
            let mut was = None;
            for (_, touch) in self.history(access.object) {
                if !kept[touch.step as usize] && touch.step != step {
                    was = self.value_before(touch.step);
                }
            }
            if let Some(was) = was {
                access.mode = if was == expected { Mode::Write } else { Mode::Read };
            }
        }
        planned
    }
}
