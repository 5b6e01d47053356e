//! What can a program do?
//!
//! Every step of every thread is taken in every order, one after the other. It knows nothing of
//! drawloom: a step is an assignment here.

use std::collections::BTreeSet;

use super::program::{Line, Outcome, Program, TAKEN};

/// The interpreter: a program in the middle of one of its schedules.
#[derive(Clone)]
struct State {
    next: Vec<usize>,
    atomics: [u32; 2],
    /// What is in each lock, and who has it.
    locks: [(u32, Option<usize>); 2],
    seen: Outcome,
}

impl State {
    fn of(program: &Program) -> Self {
        let threads = program.threads.len();
        Self {
            next: vec![0; threads],
            atomics: [0; 2],
            locks: [(0, None); 2],
            seen: vec![Vec::new(); threads],
        }
    }

    /// Every way to go on from here.
    fn explore(&self, program: &Program, outcomes: &mut BTreeSet<Outcome>) {
        let mut over = true;
        for (me, lines) in program.threads.iter().enumerate() {
            let Some(&line) = lines.get(self.next[me]) else { continue };
            over = false;
            if !matches!(line, Line::Lock(m) if self.locks[m].1.is_some()) {
                let mut after = self.clone();
                after.step(me, line);
                after.explore(program, outcomes);
            }
        }
        if over {
            let mut outcome = self.seen.clone();
            outcome
                .push(self.atomics.into_iter().chain(self.locks.map(|(value, _)| value)).collect());
            outcomes.insert(outcome);
        }
    }

    fn step(&mut self, me: usize, line: Line) {
        self.next[me] += 1;
        let seen = match line {
            Line::Load(x) => self.atomics[x],
            Line::Store(x, value) => return self.atomics[x] = value,
            Line::FetchAdd(x) => {
                self.atomics[x] += 1;
                self.atomics[x] - 1
            }
            Line::Swap(x, value) => std::mem::replace(&mut self.atomics[x], value),
            Line::CompareExchange(x, current, new) if self.atomics[x] == current => {
                std::mem::replace(&mut self.atomics[x], new)
            }
            Line::CompareExchange(x, ..) => 10 + self.atomics[x],
            Line::TryLock(m) if self.locks[m].1.is_some() => TAKEN,
            Line::Lock(m) | Line::TryLock(m) => {
                self.locks[m] = (self.locks[m].0 + 1, Some(me));
                self.locks[m].0
            }
            Line::Unlock(m) => {
                let (value, holder) = self.locks[m];
                self.locks[m] = (value, holder.filter(|&holder| holder != me));
                return;
            }
        };
        self.seen[me].push(seen);
    }
}

/// Everything that the program can do.
pub(super) fn outcomes(program: &Program) -> BTreeSet<Outcome> {
    let mut outcomes = BTreeSet::new();
    State::of(program).explore(program, &mut outcomes);
    outcomes
}
