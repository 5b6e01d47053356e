//! What is a search told of a step?
//!
//! What it accessed, what it needed, and what it goes back to. Most of what a strand does belongs to
//! its own last step, since it runs from there to its next announcement. But a strand that was woken
//! or has joined another runs between two steps. What it accesses then is an *aside*: it goes back to
//! its own last step and to the steps that have let it run.

use super::identity::Part;
use super::state::{State, StrandId};
use super::strand::Strand;
use super::thing::{Done, Pending, Thing};
use crate::fingerprint::mix;
use crate::search::{Choice, Need, Reach, RunStep};
use crate::step::{Access, Effect, Kind, Mode, Value};

/// What a strand goes back to.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each can be true whatever the others are")]
pub(crate) struct Origin {
    /// A fingerprint of all that it has done and of what that goes back to.
    pub(super) past: u64,
    /// How many objects it has spoken of.
    pub(super) spoken_of: u32,
    last_step: Option<u32>,
    /// The steps since then without which it could not go on: where it was spawned, the end of what it
    /// has joined, the notify.
    pub(super) causes: Vec<u32>,
    /// The steps since then that have woken it. One would have been enough.
    woken_by: Vec<u32>,
    /// Whether it was woken since that was last used up, and whether it would not have gone on without.
    signalled: bool,
    pub(super) slept: bool,
    /// Whether it goes on because nobody else could.
    pub(super) after_all: bool,
}

impl Origin {
    /// The steps that what it does now goes back to.
    pub(super) fn steps(&self) -> impl Iterator<Item = u32> + '_ {
        self.last_step.iter().chain(&self.causes).chain(&self.woken_by).copied()
    }

    /// The steps that let it do what it does now: those that have woken it, or else its own.
    fn triggers(&self) -> impl Iterator<Item = u32> + '_ {
        let since = self.causes.iter().chain(&self.woken_by);
        let own =
            self.last_step.iter().filter(|_| self.causes.is_empty() && self.woken_by.is_empty());
        since.chain(own).copied()
    }

    /// What it does from now on goes back to what another has done up to now, too.
    fn goes_back_to(&mut self, other: &Self) {
        other.last_step.into_iter().for_each(|step| self.is_caused_by(step));
        other.causes.iter().for_each(|&step| self.is_caused_by(step));
        other.woken_by.iter().for_each(|&step| self.is_caused_by(step));
        self.past = mix(self.past, other.past);
    }

    fn is_caused_by(&mut self, step: u32) {
        if self.last_step != Some(step) && !self.causes.contains(&step) {
            self.causes.push(step);
        }
    }

    /// Whoever has it accesses an object.
    fn accesses(&mut self, thing: &mut Thing, mode: Mode) {
        let id = u64::from(thing.id) << 2 | mode as u64;
        let seen = match mode {
            Mode::Read | Mode::Write => mix(thing.written_by, thing.added_by),
            Mode::Add => thing.written_by,
        };
        self.past = mix(self.past, mix(id, seen));
        match mode {
            Mode::Read => {}
            Mode::Add => thing.added_by = thing.added_by.wrapping_add(mix(self.past, id)),
            Mode::Write => (thing.written_by, thing.added_by) = (self.past, 0),
        }
    }

    /// Forgets everything but the memory.
    pub(super) fn clear(&mut self) {
        let Self { mut causes, mut woken_by, .. } = std::mem::take(self);
        causes.clear();
        woken_by.clear();
        *self = Self { causes, woken_by, ..Self::default() };
    }
}

/// A fingerprint of what is announced, to notice a program that behaves differently.
fn sign(pending: &Pending) -> u64 {
    let file = pending.at.file().as_ptr() as usize as u64;
    let place = u64::from(pending.at.line()) << 32 | u64::from(pending.at.column());
    file.rotate_left(17) ^ place ^ pending.kind.verb().len() as u64
}

impl State {
    /// Opens a step, which has so many options.
    pub(super) fn begin_step(&mut self, choice: Choice, strand: StrandId, options: u16) {
        self.steps_in_all += 1;
        self.current = strand;
        self.in_step = true;
        let step = u32::try_from(self.run.steps.len()).ok();
        let Strand { pending, origin, poll, .. } = &mut *self.strands[strand];
        let sign = pending.as_ref().map_or(0, sign);
        // Whether a reader is kept out is seen when all is over: that is no way to take a step earlier.
        let reads = pending.is_some_and(|pending| pending.kind == Kind::ReadLock);
        let options = if reads { 1 } else { options };
        let options_are_alike = pending.is_some_and(|pending| pending.kind == Kind::NotifyOne);
        if !origin.causes.is_empty() {
            self.run.causes.append(&mut origin.causes);
        }
        origin.woken_by.clear();
        origin.last_step = step;
        origin.past = mix(origin.past, u64::from(choice.option) + 1);
        let after_all = std::mem::take(&mut origin.after_all);
        let (is_poll, was_woken) = (poll.is_some(), origin.signalled || origin.slept);
        self.run.steps.push(RunStep {
            choice,
            sign,
            enabled_end: self.run.enabled.len(),
            accesses_end: self.run.accesses.len(),
            glued_end: self.run.glued.len(),
            causes_end: self.run.causes.len(),
            needs_end: self.run.needs.len(),
            was: None,
            expected: None,
            attempts: None,
            is_poll,
            options,
            options_are_alike,
            reach: if after_all { Reach::AfterAll } else { Reach::Own },
        });
        if !is_poll && was_woken {
            self.use_up_signals(strand);
        }
    }

    /// The current strand accesses an object.
    pub(super) fn access(&mut self, object: u32, mode: Mode) {
        self.glue(object, mode);
        self.access_unglued(object, mode);
    }

    /// What is accessed, whoever does it, is glued to the last step.
    pub(super) fn glue(&mut self, object: u32, mode: Mode) {
        self.glue_part(self.things[object as usize].id, mode);
    }

    /// As [`State::glue`], by the identity of what is accessed.
    fn glue_part(&mut self, id: u32, mode: Mode) {
        if let Some(step) = self.run.steps.last_mut()
            && !self.tearing_down
        {
            self.run.glued.push(Access::of(id, mode));
            step.glued_end = self.run.glued.len();
        }
    }

    /// The current strand accesses an object, as was said before.
    pub(super) fn access_unglued(&mut self, object: u32, mode: Mode) {
        let id = self.things[object as usize].id;
        self.account(object, Access::of(id, mode));
        if mode == Mode::Write {
            self.wrote(object);
        }
    }

    /// The current strand gives a lock back as part of something else.
    pub(super) fn gives_back(&mut self, lock: u32) {
        self.happens.happened(Kind::Unlock, lock, self.current, Mode::Write);
        self.lets_go_of(lock);
    }

    /// As [`State::gives_back`], by whoever has found nothing to be done and tells nobody anything.
    pub(super) fn lets_go_of(&mut self, lock: u32) {
        let id = self.things[lock as usize].id;
        self.glue(lock, Mode::Write);
        self.account(lock, Access::by(Kind::Unlock, id, true));
        self.wrote(lock);
    }

    /// The current strand has accessed an object: what follows from that for it and for others.
    fn account(&mut self, object: u32, access: Access) {
        let thing = &mut self.things[object as usize];
        self.strands[self.current].origin.accesses(thing, access.mode);
        self.note_access(access);
    }

    /// Tells the search of an access of the current strand.
    pub(super) fn note_access(&mut self, access: Access) {
        if self.tearing_down {
            return;
        }
        let alone = !self.in_step && (self.is_alone() || self.began_alone(self.current));
        let origin = &self.strands[self.current].origin;
        match self.run.steps.last_mut() {
            Some(step) if self.in_step => {
                self.run.accesses.push(access);
                step.accesses_end = self.run.accesses.len();
            }
            // Whoever is alone comes after everything before and before everything after.
            _ if alone => self.run.note_alone(access),
            _ => {
                // What happens once is told once.
                let last = origin.steps().max();
                if last.is_none() && matches!(access.effect, Effect::Sets | Effect::Unsets) {
                    self.run.note_alone(access);
                }
                let effect = |step| match access.effect {
                    Effect::Signals | Effect::Consumes => access.effect,
                    effect if last == Some(step) => effect,
                    _ => Effect::None,
                };
                let aside = |step| (step, Access { effect: effect(step), ..access });
                // It follows the later of two that do not follow each other, whichever that is.
                self.run.is_intricate |= origin.triggers().nth(1).is_some();
                self.run.asides.extend(origin.triggers().map(aside));
            }
        }
    }

    /// The step that is under way needed something.
    pub(super) fn note_need(&mut self, need: Need) {
        if let Some(step) = self.run.steps.last_mut()
            && self.in_step
        {
            self.run.needs.push(need);
            step.needs_end = self.run.needs.len();
        }
    }

    /// The step that is under way only attempts to have what it needs.
    pub(super) fn note_attempt(&mut self, kind: Kind, object: u32) {
        let id = || self.things[object as usize].id;
        let attempts = match kind {
            Kind::TryLock | Kind::TryWriteLock => Some(Need::Free(id())),
            Kind::TryReadLock => Some(Need::Shareable(id())),
            _ => None,
        };
        if let Some(step) = self.run.steps.last_mut()
            && self.in_step
        {
            step.attempts = attempts;
        }
    }

    /// What an operation on an object needs, if it can be kept from happening.
    pub(super) fn need_of(&self, kind: Kind, object: u32) -> Option<Need> {
        let id = || self.things[object as usize].id;
        match kind {
            Kind::Lock | Kind::WriteLock | Kind::CallOnce => Some(Need::Free(id())),
            Kind::ReadLock if self.things[object as usize].may_bar => Some(Need::Open(id())),
            Kind::ReadLock => Some(Need::Shareable(id())),
            Kind::Claim | Kind::UpgradableLock => Some(Need::Claimable(id())),
            Kind::Park => Some(Need::Signalled(id())),
            Kind::Recv => Some(Need::Counted(id())),
            Kind::Send if self.things[object as usize].gate.room < u32::MAX => {
                Some(Need::Room(id(), self.things[object as usize].gate.room))
            }
            _ => None,
        }
    }

    /// The operation that is about to happen compares its object with a value.
    pub(crate) fn expects(&mut self, value: Value) {
        if let Some(step) = self.run.steps.last_mut()
            && self.in_step
        {
            step.expected = Some(value);
        }
    }

    /// Says what the operation that was granted last has read and written.
    pub(crate) fn done(&mut self, mode: Mode, read: Option<Value>, written: Option<Value>) {
        let Some(done) = self.done.last_mut() else { return };
        done.mode = mode;
        done.read = read;
        done.written = written;
        let Done { object, strand, kind, .. } = *done;
        // For the search the two ways of a step do the same.
        let weak = mode == Mode::Read && self.fails_for_no_reason();
        let thing = &mut self.things[object as usize];
        if thing.initial.is_none() && thing.version == 0 {
            thing.initial = read;
        }
        let was = read.or(thing.value).or(thing.initial);
        let access = Access::by(kind, thing.id, mode != Mode::Read || weak);
        thing.value = written.or(was.filter(|_| mode == Mode::Read));
        if self.tearing_down {
            return;
        }
        self.happens.happened(kind, object, strand, mode);
        let own = &mut *self.strands[strand];
        match mode {
            Mode::Read => own.spin.read(object, thing.version),
            Mode::Add | Mode::Write => own.spin.wrote(),
        }
        let glued = Access::of(thing.id, if weak { Mode::Write } else { mode });
        match self.run.steps.last_mut() {
            Some(step) if self.in_step => {
                step.was = was;
                own.origin.accesses(thing, access.mode);
                self.run.glued.push(glued);
                step.glued_end = self.run.glued.len();
                self.run.accesses.push(access);
                step.accesses_end = self.run.accesses.len();
            }
            _ => {
                self.glue(object, glued.mode);
                self.account(object, access);
            }
        }
        if mode != Mode::Read {
            self.wrote(object);
        }
    }

    /// The current strand wakes another, which has `slept` or was awake.
    pub(super) fn note_wake(&mut self, strand: StrandId, slept: bool) {
        if self.tearing_down || strand == self.current {
            // Nobody waits for himself. In a poll that is no step he goes on with what has woken him.
            let strand = &mut self.strands[strand];
            strand.origin.slept &= strand.poll.as_ref().is_some_and(|poll| !poll.under_way);
            return;
        }
        let id = self.identity_of(self.strands[strand].name, Part::Waking);
        let access = Access { object: id, mode: Mode::Add, effect: Effect::Signals };
        self.glue_part(id, Mode::Add);
        self.note_access(access);
        let both = self.strands.get_disjoint_mut([strand, self.current]);
        let Ok([woken, waker]) = both else { return };
        let (Strand { origin: woken, .. }, Strand { origin: waker, .. }) = (&mut **woken, &**waker);
        if waker.steps().next().is_some() {
            woken.signalled = true;
            woken.slept |= slept;
        }
        woken.woken_by.extend(waker.steps());
    }

    /// A strand that was woken was polled for it, and that was no step.
    pub(super) fn use_up_signals_unseen(&mut self, strand: StrandId) {
        let origin = &mut self.strands[strand].origin;
        let signalled = std::mem::take(&mut origin.signalled);
        origin.slept = false;
        let last = origin.woken_by.iter().max().copied();
        if let (Some(step), true, false) = (last, signalled && self.is_told_all, self.tearing_down)
        {
            let object = self.identity_of(self.strands[strand].name, Part::Waking);
            let access = Access { object, mode: Mode::Add, effect: Effect::Consumes };
            self.run.asides.push((step, access));
        }
    }

    /// A strand that was woken takes a step for it.
    pub(super) fn use_up_signals(&mut self, strand: StrandId) {
        let origin = &mut self.strands[strand].origin;
        let (signalled, slept) =
            (std::mem::take(&mut origin.signalled), std::mem::take(&mut origin.slept));
        if signalled {
            let id = self.identity_of(self.strands[strand].name, Part::Waking);
            self.glue_part(id, Mode::Write);
            self.note_access(Access { object: id, mode: Mode::Write, effect: Effect::Consumes });
            if slept {
                self.note_need(Need::Signalled(id));
            }
        }
    }

    /// The current strand has started another.
    pub(super) fn is_born(&mut self, strand: StrandId) {
        self.strands[strand].origin.past = u64::from(self.strands[strand].name.0);
        self.happens.hears_of(strand, self.current);
        self.let_go_on(strand);
    }

    /// What a strand does from now on goes back to what the current strand does now.
    pub(super) fn let_go_on(&mut self, strand: StrandId) {
        self.comes_after(strand, self.current);
    }

    /// What the current strand does from now on goes back to all that another has done.
    pub(super) fn goes_back_to(&mut self, strand: StrandId) {
        self.comes_after(self.current, strand);
        if self.in_step && self.is_as_if_ahead(self.current) {
            let causes = &mut self.strands[self.current].origin.causes;
            self.run.causes.append(causes);
            if let Some(step) = self.run.steps.last_mut() {
                step.causes_end = self.run.causes.len();
            }
        }
    }

    /// What a strand does from now on goes back to what another has done up to now.
    fn comes_after(&mut self, strand: StrandId, other: StrandId) {
        // Everybody goes back to himself anyway.
        if let Ok([strand, other]) = self.strands.get_disjoint_mut([strand, other]) {
            strand.origin.goes_back_to(&other.origin);
        }
    }
}
