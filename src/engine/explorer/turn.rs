//! Whose turn is it?

use super::state::{State, StrandId};
use crate::schedule::Turn;
use crate::search::{Choice, Run};

/// A moment at which somebody has to be chosen.
pub(crate) struct Moment<'a> {
    /// How many steps have been taken.
    pub(crate) step: usize,
    /// What they did.
    pub(crate) run: &'a Run,
    /// What can be chosen, in ascending order.
    pub(crate) enabled: &'a [Choice],
    /// The number of the strand that each of them belongs to.
    pub(crate) strands: &'a [StrandId],
    /// What was chosen last.
    pub(crate) last: Option<Choice>,
}

impl State {
    /// The moment at which somebody has to be chosen, given where what can be chosen starts.
    fn moment(&self, start: usize) -> Moment<'_> {
        Moment {
            step: self.run.steps.len(),
            run: &self.run,
            enabled: &self.run.enabled[start..],
            strands: &self.turns,
            last: self.run.steps.last().map(|step| step.choice),
        }
    }

    /// Asks what is chosen at the first steps, as far as that is certain whatever else can go there.
    pub(super) fn foresee(&mut self, decide: &mut dyn Decide) {
        while let Some(choice) = decide.known(self.foreseen.len()) {
            self.foreseen.push(choice);
        }
    }

    /// Whether the strand that has just announced a step takes it at once, since it is known that it is
    /// chosen, and there is nothing to be run before that. It need not stop for that.
    pub(super) fn goes_on(&mut self, strand: StrandId) -> bool {
        let Some(&choice) = self.foreseen.get(self.run.steps.len()) else { return false };
        // What a poll does may have to carry on with the step before.
        let at_once = self.strands[strand].name == choice.who
            && self.silent.is_empty()
            && self.ending.is_none()
            && self.strands[strand].poll.is_none()
            && self.is_free(strand)
            && !(choice.option > 0 && self.is_about_to_read(strand));
        let options = if at_once { self.options(strand) } else { 0 };
        if choice.option >= options {
            return false;
        }
        self.begin_step(choice, strand, options);
        self.grant(strand, choice.option, true);
        true
    }

    /// Who takes a choice that is known beforehand, if he can.
    pub(super) fn can_take(&self, step: usize) -> Option<(Choice, StrandId, u16)> {
        let choice = *self.foreseen.get(step)?;
        let strand = self.number_of(choice.who)?;
        let options = if self.is_ready(strand) { self.options(strand) } else { 0 };
        (choice.option < options).then_some((choice, strand, options))
    }

    /// What is taken of all that can be chosen: as before, or as it is decided.
    pub(super) fn decided(
        &mut self,
        before: &Run,
        decide: &mut dyn Decide,
    ) -> Option<(Choice, StrandId)> {
        let step = self.run.steps.len();
        let start = self.run.steps.last().map_or(0, |step| step.enabled_end);
        let moment = self.moment(start);
        let Some(replayed) = before.steps.get(step).map(|step| step.choice) else {
            let position = decide.choose(&moment)?;
            return Some((self.run.enabled[start + position], self.turns[position]));
        };
        let position = moment.enabled.iter().position(|other| other.who == replayed.who)?;
        let strand = self.turns[position];
        // Who was polled ahead before, and is not now, could not always go.
        self.run.enabled.truncate(start);
        self.run.enabled.extend(before.enabled_at(step));
        Some((replayed, strand))
    }
}

impl Moment<'_> {
    /// The position of a choice.
    pub(crate) fn position(&self, choice: Choice) -> Option<usize> {
        self.enabled.binary_search(&choice).ok()
    }

    /// The position of a strand's option, by the strand's number.
    pub(crate) fn turn(&self, turn: Turn) -> Option<usize> {
        let of = |at: &usize| self.strands[*at] == usize::from(turn.strand);
        (0..self.enabled.len()).filter(of).find(|&at| self.enabled[at].option == turn.option)
    }

    /// The strand that went last goes on if it can, else the first that can.
    pub(crate) fn stay(&self) -> usize {
        let stays = |choice: &Choice| self.last.is_some_and(|last| last.who == choice.who);
        self.enabled.iter().position(stays).unwrap_or(0)
    }
}

/// Decides who goes.
pub(crate) trait Decide {
    /// What is chosen at a step, if that is certain whatever else can go there.
    fn known(&mut self, _step: usize) -> Option<Choice> {
        None
    }

    /// The position of the choice that is taken, or `None` to give up.
    fn choose(&mut self, moment: &Moment<'_>) -> Option<usize>;
}

impl<F: FnMut(&Moment<'_>) -> Option<usize>> Decide for F {
    fn choose(&mut self, moment: &Moment<'_>) -> Option<usize> {
        self(moment)
    }
}
