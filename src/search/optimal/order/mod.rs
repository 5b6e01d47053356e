//! What happened before what in one execution, and which pairs of steps race?
//!
//! Every step has a *clock*: for each strand, how many of its steps this step goes back to. A step goes
//! back to the step before it of its own strand, to its causes, and to whatever it depends on. Two
//! steps of two strands *race* if they depend on each other directly, with nothing between them that
//! keeps them in order; then the second could have come first.
//!
//! A lock that is taken goes back to its being given back, and those two can never change places. It
//! races with the earlier *taking* of the lock instead.

mod asked;
mod races;

use self::races::Later;
use super::super::{Choice, Need, Pending, Reach, Run};
use crate::fingerprint::mix;
use crate::step::{Access, Effect, Held, Mode, Value};

/// "None" for an index.
pub(super) const NONE: u32 = u32::MAX;

/// A step of the execution at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) choice: Choice,
    /// Which of its strand's steps it is, counted from 1.
    pub(super) nth: u32,
    /// The step before it of the same strand.
    before: u32,
    /// A fingerprint of the step and of everything it goes back to. Two steps of two executions are the
    /// same event exactly if these are equal.
    pub(super) event: u64,
    /// A fingerprint of what it goes back to whatever it accesses.
    pub(super) base: u64,
    /// Where its accesses in [`Order::touches`] end.
    touches_end: usize,
    /// Where the races of which it is the second end in [`Order::races`].
    races_end: usize,
    pub(super) reach: Reach,
    /// What it expects and attempts: to foretell what it would have done earlier.
    pub(super) expected: Option<Value>,
    pub(super) attempts: Option<Need>,
    was: Option<Value>,
}

/// An access in its object's history.
#[derive(Clone, Copy, Debug)]
pub(super) struct Touch {
    pub(super) access: Access,
    pub(super) step: u32,
    /// The access of the same object before it.
    before: u32,
    /// For a lock that is held from then on, where it is let go.
    let_go: u32,
    /// For a lock that is let go, since when it was held.
    pub(super) held_since: u32,
}

/// Two steps that could have come the other way round; or one with itself, if whoever took it could have been
/// kept out of a lock: see [`kept_out`](super::kept_out).
#[derive(Clone, Copy, Debug)]
pub(super) struct Race {
    pub(super) first: u32,
    pub(super) second: Second,
}

/// The later of two that race.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Second {
    Step(u32),
    /// One that was left at the end, by its place in [`Run::pending`].
    Left(u32),
}

/// The order of the execution at hand.
#[derive(Debug, Default)]
pub(crate) struct Order {
    pub(super) steps: Vec<Entry>,
    pub(super) touches: Vec<Touch>,
    /// For each object, its last access.
    heads: Vec<u32>,
    /// For each strand, its last step.
    last_of: Vec<u32>,
    /// The clocks of all steps, one after the other, `strands` numbers each.
    clocks: Vec<u32>,
    strands: usize,
    pub(super) races: Vec<Race>,
    scratch: Scratch,
    /// Whether a step that can be kept from happening races with all that it depends on, not only with
    /// the last.
    careful: bool,
}

#[derive(Debug, Default)]
struct Scratch {
    /// What a step goes back to directly, with the touch that makes it so.
    back: Vec<Back>,
    /// The steps that a step could have come before.
    firsts: Vec<u32>,
    /// The clock of what a step goes back to whatever comes first of those that race.
    base: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Back {
    step: u32,
    /// The object, if the step is kept from changing places with it by a need.
    firm: bool,
}

impl Order {
    /// An order in which a step that can be kept from happening races with all that it depends on.
    pub(super) fn careful() -> Self {
        Self { careful: true, ..Self::default() }
    }

    /// Forgets all steps from one on.
    pub(super) fn rewind(&mut self, to: usize) {
        while self.steps.len() > to {
            let Some(entry) = self.steps.pop() else { return };
            self.last_of[entry.choice.who.index()] = entry.before;
            let start = self.steps.last().map_or(0, |step| step.touches_end);
            while self.touches.len() > start {
                let Some(touch) = self.touches.pop() else { break };
                self.heads[touch.access.object as usize] = touch.before;
                if let Some(taking) = self.touches.get_mut(touch.held_since as usize) {
                    taking.let_go = NONE;
                }
            }
        }
        self.clocks.truncate(self.steps.len() * self.strands);
        self.races.truncate(self.steps.last().map_or(0, |step| step.races_end));
    }

    /// Learns the steps of an execution of which the first ones are known.
    pub(in crate::search) fn learn(&mut self, run: &Run) {
        let names = run.steps[self.steps.len()..].iter().map(|step| step.choice.who);
        let names = names.chain(run.pending.iter().map(|pending| pending.who));
        let most = names.map(|who| who.index() + 1).max().unwrap_or(0);
        if most > self.strands {
            self.widen(most);
        }
        for step in self.steps.len()..run.steps.len() {
            self.push(run, step);
        }
        self.ends(run);
        for left in 0..run.pending.len() {
            self.left(run, left);
        }
        self.may_be_kept_out(run);
    }

    fn widen(&mut self, strands: usize) {
        let mut clocks = Vec::with_capacity(self.steps.len() * strands);
        for clock in self.clocks.chunks(self.strands.max(1)) {
            clocks.extend_from_slice(clock);
            clocks.resize(clocks.len() + strands - self.strands, 0);
        }
        self.clocks = clocks;
        self.strands = strands;
        self.last_of.resize(strands, NONE);
    }

    /// Adds a step.
    fn push(&mut self, run: &Run, index: usize) {
        let step = u32::try_from(index).unwrap_or(NONE);
        let made = &run.steps[index];
        let who = made.choice.who.index();
        let before = self.last_of[who];
        self.begin_base(before, run.causes_of(index));
        let mut back = std::mem::take(&mut self.scratch.back);
        back.clear();
        let asides = run.asides.iter().filter(|(of, _)| *of == step).map(|(_, access)| access);
        for &access in run.accesses_of(index).iter().chain(asides) {
            let about = |need: &&Need| need.is_lock() && need.object() == access.object;
            let needed = run.needs_of(index).iter().find(about).copied();
            self.find_back(access, who, needed, &mut back);
            self.touch(step, access, who);
        }
        if matches!(made.reach, Reach::AfterAll | Reach::KeptOut) {
            for other in 0..self.strands {
                if self.last_of[other] != NONE {
                    back.push(Back { step: self.last_of[other], firm: true });
                }
            }
        }
        let clock_at = self.clocks.len();
        self.clocks.extend_from_slice(&self.scratch.base);
        for &Back { step: other, .. } in &back {
            let from = other as usize * self.strands;
            for at in 0..self.strands {
                let theirs = self.clocks[from + at];
                let own = &mut self.clocks[clock_at + at];
                *own = (*own).max(theirs);
            }
        }
        let nth = match before {
            NONE => 1,
            before => self.steps[before as usize].nth + 1,
        };
        self.clocks[clock_at + who] = nth;
        let event = self.event(run, index, before, &back);
        let base = self.base_of(before, run.causes_of(index));
        self.last_of[who] = step;
        self.steps.push(Entry {
            choice: made.choice,
            nth,
            before,
            event,
            base,
            touches_end: self.touches.len(),
            races_end: self.races.len(),
            reach: made.reach,
            expected: made.expected,
            attempts: made.attempts,
            was: made.was,
        });
        if made.reach == Reach::Own {
            self.find_races(&Later::step(step, run.needs_of(index)), &back);
            self.steps[index].races_end = self.races.len();
        }
        self.scratch.back = back;
    }

    /// The fingerprint of a step: what it is, and what it goes back to directly.
    fn event(&self, run: &Run, step: usize, before: u32, back: &[Back]) -> u64 {
        let choice = run.steps[step].choice;
        let own = u64::from(choice.who.0) << 16 | u64::from(choice.option);
        let event = |step: u32| self.steps.get(step as usize).map_or(0, |entry| entry.event);
        // How much of a poll one step is depends on who else is there; whom it wakes, on who waits.
        let own_doing =
            |access: &&Access| !matches!(access.effect, Effect::Signals | Effect::Consumes);
        let accesses = run.accesses_of(step).iter().filter(own_doing).count() as u64;
        let own = mix(mix(own, accesses), event(before));
        let firm = run.causes_of(step).iter().map(|&cause| mix(event(cause), 1));
        let direct = back
            .iter()
            .enumerate()
            .filter(|&(place, one)| !back[..place].iter().any(|known| known.step == one.step))
            .map(|(_, one)| mix(event(one.step), 2));
        mix(own, firm.chain(direct).fold(0, u64::wrapping_add))
    }

    /// A fingerprint of what a step goes back to whatever its accesses are.
    fn base_of(&self, before: u32, causes: &[u32]) -> u64 {
        let event = |step: u32| self.steps.get(step as usize).map_or(0, |entry| entry.event);
        let firm = causes.iter().map(|&cause| mix(event(cause), 1));
        mix(event(before), firm.fold(0, u64::wrapping_add))
    }

    /// As [`Order::base_of`], for one who was left.
    pub(super) fn base_of_left(&self, left: &Pending, causes: &[u32]) -> u64 {
        self.base_of(self.last_of(left).unwrap_or(NONE), causes)
    }

    /// The clock of what a step goes back to whatever its accesses are.
    fn begin_base(&mut self, before: u32, causes: &[u32]) {
        let mut base = std::mem::take(&mut self.scratch.base);
        base.clear();
        base.resize(self.strands, 0);
        if before != NONE {
            self.join(&mut base, before);
        }
        for &cause in causes {
            self.join(&mut base, cause);
        }
        self.scratch.base = base;
    }

    fn join(&self, clock: &mut [u32], step: u32) {
        for (own, theirs) in clock.iter_mut().zip(self.clock(step)) {
            *own = (*own).max(*theirs);
        }
    }

    /// Adds an access to its object's history.
    fn touch(&mut self, step: u32, access: Access, who: usize) {
        let object = access.object as usize;
        if self.heads.len() <= object {
            self.heads.resize(object + 1, NONE);
        }
        let number = u32::try_from(self.touches.len()).unwrap_or(NONE);
        let held_since = if access.lets_go() { self.taking_of(access.object, who) } else { NONE };
        if let Some(taking) = self.touches.get_mut(held_since as usize) {
            taking.let_go = number;
        }
        let before = self.heads[object];
        self.touches.push(Touch { access, step, before, let_go: NONE, held_since });
        self.heads[object] = number;
    }

    /// The taking of a lock that is given back: the strand's own, or else the first, since a guard may
    /// be dropped by another strand than the one that took it.
    fn taking_of(&self, lock: u32, who: usize) -> u32 {
        let open = |touch: &Touch| touch.access.holds().is_some() && touch.let_go == NONE;
        let mut taking = NONE;
        for (number, touch) in self.history(lock).filter(|(_, touch)| open(touch)) {
            taking = number;
            if touch.step as usize == self.steps.len() || self.who(touch.step) == who {
                break;
            }
        }
        taking
    }

    /// Whether somebody lets go what was in the way of a need.
    fn lets_have(&self, need: Need, touch: &Touch) -> bool {
        let before = self.touches.get(touch.held_since as usize);
        let unknown = if touch.access.mode == Mode::Add { Held::Shared } else { Held::Alone };
        let before = before.map_or(Some(unknown), |taking| taking.access.holds());
        touch.access.lets_go()
            && before.is_some_and(|held| need.is_kept_by(held))
            && !touch.access.holds().is_some_and(|held| need.is_kept_by(held))
    }

    /// Finds what an access of a strand goes back to directly.
    fn find_back(&self, access: Access, who: usize, needed: Option<Need>, back: &mut Vec<Back>) {
        for (_, touch) in self.history(access.object) {
            let other = touch.step;
            if other as usize == self.steps.len() {
                continue;
            }
            // Who only needs that nobody writes does not wait for readers.
            let firm = needed.is_some_and(|need| self.lets_have(need, touch));
            if touch.access.depends_on(access)
                && self.who(other) != who
                && !back.iter().any(|known| known.step == other && known.firm == firm)
            {
                back.push(Back { step: other, firm });
            }
            if touch.access.mode == Mode::Write {
                break;
            }
        }
    }
}

impl Race {
    /// Whether it is about somebody who could have been kept out.
    pub(super) fn is_kept_out(self) -> bool {
        self.second.is(self.first)
    }
}

impl Second {
    fn is_left(self, left: usize) -> bool {
        matches!(self, Self::Left(own) if own as usize == left)
    }

    /// Whether it is one of the first steps.
    pub(super) fn is_among(self, first: usize) -> bool {
        matches!(self, Self::Step(own) if (own as usize) < first)
    }

    fn is(self, step: u32) -> bool {
        matches!(self, Self::Step(own) if own == step)
    }
}
