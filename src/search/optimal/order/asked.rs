//! What can be asked of the order of an execution?

use super::{NONE, Order, Touch};
use crate::search::{Choice, Pending};
use crate::step::Value;

impl Order {
    /// Whether `one` is `two` or happened before it.
    pub(in crate::search) fn is_before(&self, one: u32, two: u32) -> bool {
        self.clock(two)[self.who(one)] >= self.steps[one as usize].nth
    }

    /// For each strand, how many of its steps all steps after the first so many go back to.
    pub(in super::super) fn in_common(&self, first: usize, common: &mut Vec<u32>) {
        common.clear();
        common.resize(self.strands, u32::MAX);
        for clock in self.clocks[first * self.strands..].chunks_exact(self.strands.max(1)) {
            for (least, has) in common.iter_mut().zip(clock) {
                *least = (*least).min(*has);
            }
        }
    }

    /// Whether one of the steps that have so much in common does not go back to `one`.
    pub(in super::super) fn has_beside(&self, one: u32, common: &[u32]) -> bool {
        common[self.who(one)] < self.steps[one as usize].nth
    }

    pub(in super::super) fn who(&self, step: u32) -> usize {
        self.steps[step as usize].choice.who.index()
    }

    /// How many strands there are at the most.
    pub(in crate::search) fn strands(&self) -> usize {
        self.strands
    }

    /// How many steps of each strand a step goes back to, and itself.
    pub(in crate::search) fn clock(&self, step: u32) -> &[u32] {
        let start = step as usize * self.strands;
        &self.clocks[start..start + self.strands]
    }

    /// What a step accessed, in the order of its accesses.
    pub(in super::super) fn touches_of(&self, step: u32) -> &[Touch] {
        let start = match step.checked_sub(1) {
            Some(before) => self.steps[before as usize].touches_end,
            None => 0,
        };
        &self.touches[start..self.steps[step as usize].touches_end]
    }

    /// The last step that somebody has taken who was left, before he was.
    pub(in super::super) fn last_of(&self, left: &Pending) -> Option<u32> {
        let last = self.last_of[left.who.index()];
        let last = self.steps.get(last as usize).map(|_| last);
        std::iter::successors(last, |&step| self.before(step))
            .find(|&step| left.dropped_in.is_none_or(|dropped| step < dropped))
    }

    /// The step before a step, of the same strand.
    pub(in super::super) fn before(&self, step: u32) -> Option<u32> {
        Some(self.steps[step as usize].before).filter(|&before| before != NONE)
    }

    /// The accesses of an object, last one first.
    pub(in super::super) fn history(
        &self,
        object: u32,
    ) -> impl Iterator<Item = (u32, &Touch)> + '_ {
        let mut at = self.heads.get(object as usize).copied().unwrap_or(NONE);
        std::iter::from_fn(move || {
            let here = at;
            let touch = self.touches.get(here as usize)?;
            at = touch.before;
            Some((here, touch))
        })
    }

    /// Where a lock that was taken is let go.
    pub(in super::super) fn given_back(&self, taking: u32) -> Option<u32> {
        let let_go = self.touches[taking as usize].let_go;
        self.touches.get(let_go as usize).map(|touch| touch.step)
    }

    /// The value that an object had before a step accessed it as its last.
    pub(in super::super) fn value_before(&self, step: u32) -> Option<Value> {
        self.steps[step as usize].was
    }

    /// The fingerprint of a step.
    pub(in crate::search) fn event_of(&self, step: u32) -> u64 {
        self.steps[step as usize].event
    }

    /// The steps in an order in which each strand goes on as long as it can, and else the first goes.
    pub(in super::super) fn with_few_switches(&self) -> Vec<Choice> {
        let mut own: Vec<Vec<u32>> = vec![Vec::new(); self.strands];
        for step in (0..).take(self.steps.len()) {
            own[self.who(step)].push(step);
        }
        let mut taken = vec![0_u32; self.strands];
        let mut order: Vec<Choice> = Vec::with_capacity(self.steps.len());
        let mut last = 0;
        while order.len() < self.steps.len() {
            let next_of = |who: usize| {
                let step = *own[who].get(taken[who] as usize)?;
                let clock = self.clock(step).iter().zip(&taken).enumerate();
                let known =
                    clock.filter(|&(other, _)| other != who).all(|(_, (needs, has))| has >= needs);
                known.then_some((who, self.steps[step as usize].choice))
            };
            let next = next_of(last).or_else(|| (0..self.strands).find_map(next_of));
            let Some((who, choice)) = next else { break };
            order.push(choice);
            taken[who] += 1;
            last = who;
        }
        order
    }
}
