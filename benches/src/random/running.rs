//! How does a random program run on a library?

use std::sync::Arc;

use super::program::{Line, Outcome, Program, TAKEN};
use crate::library::{Atomic, Library, Lock};

/// What the threads of a running program share.
struct Shared<L: Library> {
    atomics: [L::Atomic; 2],
    locks: [L::Lock; 2],
}

/// Runs the program on a library.
pub(super) fn run<L: Library>(program: &Program) -> Outcome {
    let zeros = || [L::Atomic::new(0), L::Atomic::new(0)];
    let shared = Arc::new(Shared::<L> { atomics: zeros(), locks: [0, 0].map(L::Lock::new) });
    let spawn = |lines: &Vec<Line>| {
        let (lines, shared) = (lines.clone(), Arc::clone(&shared));
        L::spawn(move || run_thread(&lines, &shared))
    };
    let own = usize::from(program.main_takes_part);
    let (others, own) = program.threads.split_at(program.threads.len() - own);
    let others: Vec<_> = others.iter().map(spawn).collect();
    let own: Vec<_> = own.iter().map(|lines| run_thread(lines, &shared)).collect();
    let mut seen: Outcome = others.into_iter().map(L::join).chain(own).collect();
    let atomics = shared.atomics.iter().map(Atomic::load);
    seen.push(atomics.chain(shared.locks.iter().map(|lock| *lock.lock())).collect());
    seen
}

fn run_thread<L: Library>(lines: &[Line], shared: &Shared<L>) -> Vec<u32> {
    let mut seen = Vec::new();
    let mut held = [None, None];
    for &line in lines {
        match line {
            Line::Load(x) => seen.push(shared.atomics[x].load()),
            Line::Store(x, value) => shared.atomics[x].store(value),
            Line::FetchAdd(x) => seen.push(shared.atomics[x].fetch_add(1)),
            Line::Swap(x, value) => seen.push(shared.atomics[x].swap(value)),
            Line::CompareExchange(x, current, new) => {
                let swapped = shared.atomics[x].compare_exchange(current, new);
                seen.push(swapped.unwrap_or_else(|other| 10 + other));
            }
            Line::Lock(_) | Line::TryLock(_) => {
                let (m, guard) = match line {
                    Line::Lock(m) => (m, Some(shared.locks[m].lock())),
                    Line::TryLock(m) => (m, shared.locks[m].try_lock()),
                    _ => unreachable!("the outer match"),
                };
                held[m] = guard;
                seen.push(held[m].as_mut().map_or(TAKEN, |value| {
                    **value += 1;
                    **value
                }));
            }
            Line::Unlock(m) => drop(held[m].take()),
        }
    }
    seen
}
