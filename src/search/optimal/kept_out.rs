//! Who could have been kept out of a lock for ever?
//!
//! Nothing says whether a reader is let in while readers have the lock and a writer waits for them. If he is
//! let in, that is a step like any other. If he is not and the writer comes to his turn, the reader might as
//! well have come later. So it is only told apart where the writer's turn never comes: all the others stand
//! still, and the readers who could still go are kept out. That is one step, the second option of the first
//! of them, and it comes after everything.
//!
//! Whether that could have happened in place of a step that was taken is asked of the step alone: leave it
//! out with all that goes back to it, and see who could go then. Where more than one reader is kept out, one
//! such question leads to the next: what is asked about is an execution in which the others are kept out
//! already.

use super::super::{Choice, Name, Need, Run};
use super::order::{Order, Race, Second};
use super::tree::{Accesses, Planned};

/// The option of a reader's step by which he is kept out.
const KEPT_OUT: u16 = 1;

/// Who could go, and who waits for whom, when a step was left out.
#[derive(Default)]
struct Standing {
    /// Readers who could go, and their locks.
    readers: Vec<(Name, u32)>,
    /// The locks that somebody waits for to have them alone.
    wanted: Vec<u32>,
}

impl Order {
    /// Finds the steps whose strand could have been kept out instead.
    pub(super) fn may_be_kept_out(&mut self, run: &Run) {
        let shared = |need: &Need| matches!(need, Need::Open(_));
        if !run.needs.iter().any(shared) {
            return;
        }
        for step in (0..).take(run.steps.len()) {
            if run.needs_of(step as usize).iter().any(shared) {
                self.races.push(Race { first: step, second: Second::Step(step) });
            }
        }
    }

    /// What would have gone before a reader is kept out, and where: the first step that would not have been
    /// taken. `None` if somebody else could go on.
    pub(super) fn kept_out(
        &self,
        run: &Run,
        reader: u32,
        kept: &mut [bool],
    ) -> Option<(usize, Vec<Planned>)> {
        self.leave_out(kept, reader);
        let lock = run.needs_of(reader as usize).iter().find_map(|need| match need {
            Need::Open(lock) => Some(*lock),
            _ => None,
        })?;
        // Most often the lock is free again by then, and that is quickly seen.
        let race = Race { first: reader, second: Second::Step(reader) };
        if matches!(self.keeper(run, kept, &[Need::Free(lock)], race), Some(None)) {
            return None;
        }
        let standing = self.standing(run, kept, reader)?;
        if !standing.readers.iter().all(|(_, lock)| standing.wanted.contains(lock)) {
            return None;
        }
        let (who, _) = standing.readers.into_iter().min()?;
        let start = kept.iter().position(|&kept| !kept)?;
        let before = (start..kept.len()).filter(|&step| kept[step]);
        let mut sequence: Vec<Planned> = before.map(|step| self.planned(step)).collect();
        sequence.push(Planned {
            choice: Choice { who, option: KEPT_OUT },
            accesses: Accesses::new(),
            last: true,
            certain: true,
            event: 0,
            base: 0,
        });
        Some((start, sequence))
    }

    /// How all stand after the steps that are kept, or `None` if somebody could go who is no reader.
    fn standing(&self, run: &Run, kept: &[bool], reader: u32) -> Option<Standing> {
        let mut standing = Standing::default();
        let mut seen = vec![false; self.strands()];
        let steps = (0..).take(self.steps.len()).filter(|&step: &u32| !kept[step as usize]);
        let steps = steps.map(|step| (self.who(step), Second::Step(step)));
        let left = (0..).zip(&run.pending).filter(|(_, left)| left.dropped_in.is_none());
        let left = left.map(|(at, left)| (left.who.index(), Second::Left(at)));
        for (who, next) in steps.chain(left) {
            if !std::mem::replace(&mut seen[who], true) {
                let race = Race { first: reader, second: next };
                self.stands(run, kept, race, &mut standing)?;
            }
        }
        Some(standing)
    }

    /// How somebody stands who would take the second of two steps next, were the first left out. `None` if he
    /// could go and is no reader.
    fn stands(&self, run: &Run, kept: &[bool], race: Race, standing: &mut Standing) -> Option<()> {
        let (_, causes) = self.goes_back_to(run, race.second);
        if causes.iter().any(|&cause| !kept[cause as usize]) {
            return Some(());
        }
        let (who, needs) = match race.second {
            Second::Step(step) => {
                (self.steps[step as usize].choice.who, run.needs_of(step as usize))
            }
            Second::Left(left) => {
                (run.pending[left as usize].who, run.pending_needs_of(left as usize))
            }
        };
        let (mut open, mut free) = (None, None);
        for need in needs {
            match *need {
                Need::Open(lock) => open = Some(lock),
                Need::Free(lock) => free = Some(lock),
                _ => {}
            }
        }
        if matches!(self.keeper(run, kept, needs, race), Some(None)) {
            standing.readers.push((who, open?));
        } else {
            standing.wanted.extend(free);
        }
        Some(())
    }
}
