//! Where is the search, and where does it go from there?
//!
//! The execution at hand is a stack of places, one before each step. Going on adds a place; going back
//! takes places away until there is one with something left to be tried.

use super::super::{Choice, Reach, Run};
use super::Optimal;
use super::tree::{Branch, Planned};

/// So many executions it takes until it can be guessed how many there are.
const FEWEST: u32 = 100;

/// A place in the execution at hand: what goes before a step.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// What could be chosen.
    pub(super) enabled: Vec<Choice>,
    /// What must not be taken, until something wakes it.
    pub(super) sleeping: Vec<Planned>,
    /// What is still to be tried, the next one last.
    pub(super) branches: Vec<Branch>,
    /// How many branches have been tried.
    pub(super) done: u32,
    /// What was chosen, and what that announced.
    pub(super) choice: Option<Choice>,
    pub(super) sign: u64,
}

impl Optimal {
    /// The place before the next step, made if it is new.
    pub(super) fn arrive(&mut self, run: &Run, enabled: &[Choice]) {
        let step = run.steps.len();
        if step < self.frames.len() {
            return;
        }
        let mut frame = Frame { enabled: enabled.to_vec(), ..Frame::default() };
        frame.branches = std::mem::take(&mut self.then);
        if let Some(before) = step.checked_sub(1) {
            let taken = planned(run, before);
            let awake = |sleeper: &&Planned| {
                sleeper.choice.who != taken.choice.who && sleeper.is_independent_of(&taken)
            };
            frame.sleeping.extend(self.frames[before].sleeping.iter().filter(awake).cloned());
        }
        self.frames.push(frame);
    }

    /// What to choose at the place that was reached.
    pub(super) fn pick(&mut self, step: usize, last: Option<Choice>) -> Option<Choice> {
        let frame = &mut self.frames[step];
        // A step of which only this execution could tell that it cannot be taken promises nothing, and
        // whatever was taken to be promised by it is still to be found.
        while !frame.branches.is_empty() {
            let Branch { step, then } = frame.branches.remove(0);
            if frame.is_open(step.choice) {
                self.then = then;
                return Some(step.choice);
            }
        }
        let stay = |choice: &&Choice| last.is_some_and(|last| last.who == choice.who);
        let open = || frame.enabled.iter().filter(|&&choice| frame.is_open(choice));
        open().find(stay).or(open().next()).copied()
    }

    /// Pins the options that were not taken.
    pub(super) fn pin_options(&mut self, step: usize, taken: Choice) {
        let frame = &mut self.frames[step];
        let others: Vec<Choice> = frame
            .enabled
            .iter()
            .filter(|choice| choice.who == taken.who && **choice != taken)
            .filter(|&&choice| frame.is_open(choice))
            .filter(|&&choice| !frame.branches.iter().any(|branch| branch.step.choice == choice))
            .copied()
            .collect();
        for choice in others {
            frame.branches.insert(0, Branch::unknown(choice));
        }
    }

    /// Goes back to the last place with something left to be tried.
    pub(super) fn go_back(&mut self, run: &Run) {
        self.more = false;
        self.then.clear();
        while let Some(step) = self.frames.len().checked_sub(1) {
            let frame = &mut self.frames[step];
            if frame.choice.is_some() && step < run.steps.len() {
                let mut taken = planned(run, step);
                taken.last = run.ends.is_some() && step + 1 == run.steps.len();
                frame.choice = None;
                frame.done += 1;
                if !frame.branches.is_empty() {
                    frame.sleeping.push(taken);
                }
            }
            let asleep = |frame: &Frame, choice: Choice| !frame.is_open(choice);
            while frame.branches.first().is_some_and(|next| asleep(frame, next.step.choice)) {
                frame.branches.remove(0);
            }
            if !frame.branches.is_empty() {
                self.common = step;
                self.more = true;
                return;
            }
            self.frames.pop();
        }
    }

    /// About how many executions there are, as if every branch of a place had as many behind it, and
    /// no more branches came.
    ///
    /// Neither is true, so this is rough. Mostly it is too low at first: promises are pinned as the
    /// races come to light.
    pub(super) fn guess(&self) -> Option<f64> {
        if self.executions < FEWEST {
            return None;
        }
        let (mut done, mut share) = (0.0, 1.0);
        for frame in &self.frames {
            let under_way = usize::from(frame.choice.is_some());
            let open = u32::try_from(frame.branches.len() + under_way).unwrap_or(u32::MAX);
            share /= f64::from(frame.done.saturating_add(open).max(1));
            done += share * f64::from(frame.done);
        }
        (done > 0.0).then(|| f64::from(self.executions) / done)
    }
}

impl Frame {
    /// Whether something can be chosen, and was not tried.
    pub(super) fn is_open(&self, choice: Choice) -> bool {
        self.enabled.binary_search(&choice).is_ok()
            && !self.sleeping.iter().any(|sleeper| sleeper.choice == choice)
    }
}

/// A step of the execution at hand.
fn planned(run: &Run, step: usize) -> Planned {
    let number = u32::try_from(step).unwrap_or(u32::MAX);
    let asides = run.asides.iter().filter(|(of, _)| *of == number).map(|(_, access)| access);
    Planned {
        choice: run.steps[step].choice,
        accesses: run.accesses_of(step).iter().chain(asides).copied().collect(),
        last: run.steps[step].reach != Reach::Own,
        certain: true,
    }
}
