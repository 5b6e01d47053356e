//! Which class does a schedule belong to?
//!
//! Straight from the definition, with nothing shared with the search that is held against it: two
//! schedules are in one class if one becomes the other by swapping neighbours that are independent. So
//! take, again and again, the smallest step that depends on none that is left before it. All schedules
//! of a class give the same list.

use super::{Choice, Reach, Run};
use crate::step::{Access, Mode};

/// The first schedule of the class that a run belongs to.
pub(super) fn canonical(run: &Run) -> Box<[Choice]> {
    let before = dependencies(run);
    let steps = run.steps.len();
    let mut taken = vec![false; steps];
    let mut order = Vec::with_capacity(steps);
    while order.len() < steps {
        let open = |&step: &usize| !taken[step] && before[step].iter().all(|&one| taken[one]);
        let next = (0..steps).filter(open).min_by_key(|&step| run.steps[step].choice);
        let Some(next) = next else { break };
        taken[next] = true;
        order.push(run.steps[next].choice);
    }
    order.into()
}

/// For each step, the steps before it that it depends on.
pub(super) fn dependencies(run: &Run) -> Vec<Vec<usize>> {
    let steps = run.steps.len();
    let mut before: Vec<Vec<usize>> =
        (0..steps).map(|two| (0..two).filter(|&one| depends(run, one, two)).collect()).collect();
    if run.ends.is_some() {
        add_the_end(run, &mut before);
    }
    before
}

/// Whether the later of two steps cannot change places with the earlier, were they neighbours.
fn depends(run: &Run, one: usize, two: usize) -> bool {
    let accesses = |step: usize| {
        let asides = run.asides.iter().filter(move |(of, _)| *of as usize == step);
        run.accesses_of(step).iter().copied().chain(asides.map(|&(_, access)| access))
    };
    run.steps[one].choice.who == run.steps[two].choice.who
        || run.causes_of(two).iter().any(|&cause| cause as usize == one)
        || matches!(run.steps[two].reach, Reach::AfterAll | Reach::KeptOut)
        || accesses(one).any(|one| accesses(two).any(|two| conflict(one, two)))
}

/// Whether two accesses conflict: not two that look, nor two that add.
fn conflict(one: Access, two: Access) -> bool {
    let commute = matches!((one.mode, two.mode), (Mode::Read, Mode::Read) | (Mode::Add, Mode::Add));
    one.object == two.object && !commute
}

/// An end that comes while others could go on depends on all that it does not go back to.
fn add_the_end(run: &Run, before: &mut [Vec<usize>]) {
    let Some(last) = before.len().checked_sub(1) else { return };
    let mut reached = vec![false; before.len()];
    let mut open: Vec<usize> = run.end_causes.iter().map(|&cause| cause as usize).collect();
    while let Some(step) = open.pop() {
        if !std::mem::replace(&mut reached[step], true) {
            open.extend(&before[step]);
        }
    }
    if (0..last).any(|step| !reached[step]) {
        before[last] = (0..last).collect();
    }
}
