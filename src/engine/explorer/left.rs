//! Who is left with something to do, when an execution is over or because somebody drops him?
//!
//! What was about to happen and did not is as much a part of an execution as what did: it could have
//! happened, had others gone later.

use super::identity::Part;
use super::state::{Ending, State, Status, StrandId, StrandKind};
use super::strand::Strand;
use crate::search::{Need, Pending};
use crate::step::{Access, Kind, Mode};

impl State {
    /// Notes who was left at the end, and what with.
    pub(super) fn note_pending(&mut self, ending: Ending) {
        self.run.ends = match ending {
            Ending::Panicked => Some(0),
            Ending::StepLimit | Ending::Livelock | Ending::DataRace if self.anybody_can_go() => {
                Some(self.current)
            }
            _ => None,
        };
        if let Some(strand) = self.run.ends {
            let steps = self.strands[strand].origin.steps();
            self.run.end_causes.extend(steps);
        }
        for strand in 0..self.strands.len() {
            self.note_left(strand, None);
        }
    }

    fn anybody_can_go(&self) -> bool {
        (0..self.strands.len()).any(|id| match self.strands[id].kind {
            StrandKind::Clock => !self.due().is_empty(),
            _ => {
                matches!(self.strands[id].status, Status::Announced | Status::Cold)
                    && self.can_go(id)
            }
        })
    }

    /// A strand that has something to do is left with it: at the end, or because somebody drops it.
    pub(super) fn note_left(&mut self, strand: StrandId, dropped_in: Option<u32>) {
        let Strand { status, kind, .. } = *self.strands[strand];
        let pending = match status {
            Status::Announced | Status::Cold => self.strands[strand].pending,
            _ => None,
        };
        let certain = self.strands[strand].poll.is_none()
            && pending.is_some_and(|pending| {
                !matches!(
                    pending.kind,
                    Kind::Update(_)
                        | Kind::TryLock
                        | Kind::TryReadLock
                        | Kind::TryWriteLock
                        | Kind::Wait
                        | Kind::Fire
                )
            });
        let access = match pending {
            Some(pending)
                if kind != StrandKind::Clock || dropped_in.is_some() || !self.due().is_empty() =>
            {
                let need = self.need_of(pending.kind, pending.object);
                self.run.pending_needs.extend(need);
                let looks = matches!(pending.kind, Kind::Load | Kind::IsFinished | Kind::Poll);
                Access::by(pending.kind, self.things[pending.object as usize].id, !looks)
            }
            // It was not even polled ahead.
            None if status == Status::Silent => {
                Access::of(self.identity_of(self.strands[strand].name, Part::Life), Mode::Read)
            }
            _ => return,
        };
        let poll = self.needs_of_poll(strand);
        self.run.pending_needs.extend(poll.into_iter().flatten());
        let origin = &self.strands[strand].origin;
        self.run.pending_causes.extend(&origin.causes);
        if origin.slept {
            let id = self.identity_of(self.strands[strand].name, Part::Waking);
            self.run.pending_needs.push(Need::Signalled(id));
        }
        if kind == StrandKind::Clock {
            self.run.pending_needs.push(Need::Set(access.object));
        }
        self.run.pending.push(Pending {
            who: self.strands[strand].name,
            access,
            certain,
            dropped_in,
            needs_end: self.run.pending_needs.len(),
            causes_end: self.run.pending_causes.len(),
        });
    }

    /// A task is dropped by the current strand, with whatever it was about to do.
    pub(super) fn note_dropped(&mut self, task: StrandId) {
        self.run.is_intricate = true;
        let step = self.strands[self.current].origin.steps().max();
        if step.is_some() && !self.tearing_down {
            self.note_left(task, step);
            // Had it been woken before, it could have been polled before.
            let id = self.identity_of(self.strands[task].name, Part::Waking);
            self.note_access(Access::of(id, Mode::Write));
        }
    }
}
