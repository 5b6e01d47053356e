//! How many classes of schedules are there, judged by a few drawn at random?
//!
//! Picture somebody who wants to know how many fish are in a lake, and catches a few of known kinds. Each
//! schedule is drawn with a chance that is known: one in as many as could be chosen, at each step. So one
//! that was drawn stands for as many schedules as its chance is small; and divided by how many schedules
//! its class has, for so many classes. The mean of that is the number of classes, whatever they are like.
//!
//! PAPER: Knuth, "Estimating the efficiency of backtrack programs", Mathematics of Computation 1975. His
//! tree has no classes; to count a class once, each of its schedules counts for its share.
//!
//! What this cannot tell: anything where an order has so many states that the schedules of its class
//! cannot be counted, or where an execution has things in it that no pair of steps orders.

use std::collections::BTreeMap;

use super::optimal::Order;
use super::random::Random;
use super::{Choice, Run};

/// Executions that were drawn at random.
#[derive(Debug)]
pub(crate) struct Probes {
    random: Random,
    /// As how many schedules the one at hand counts.
    weight: f64,
    /// As how many classes those before count together.
    sum: f64,
    drawn: u32,
}

/// So many states the order of one execution may have.
const MOST_STATES: usize = 4_096;

impl Probes {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), weight: 1.0, sum: 0.0, drawn: 0 }
    }

    /// The position of what is chosen among so many.
    #[expect(clippy::cast_precision_loss, reason = "it goes into a guess")]
    pub(crate) fn choose(&mut self, enabled: &[Choice]) -> usize {
        self.weight *= enabled.len() as f64;
        self.random.below(enabled.len())
    }

    /// Learns what the execution did. `None` if that says nothing of the classes.
    pub(crate) fn record(&mut self, run: &Run) -> Option<()> {
        if run.is_intricate {
            return None;
        }
        let mut order = Order::default();
        order.learn(run);
        self.sum += std::mem::replace(&mut self.weight, 1.0) / schedules_like(&order, run)?;
        self.drawn += 1;
        Some(())
    }

    /// About how many classes there are.
    pub(crate) fn mean(&self) -> f64 {
        self.sum / f64::from(self.drawn)
    }
}

/// How many schedules differ from an execution only in the order of independent steps: the ways through
/// the states that lie between nothing and all of its steps.
fn schedules_like(order: &Order, run: &Run) -> Option<f64> {
    let mut own: Vec<Vec<u32>> = vec![Vec::new(); order.strands()];
    for (step, made) in (0..).zip(&run.steps) {
        own[made.choice.who.index()].push(step);
    }
    // How many steps of each strand were taken, and how many ways lead there.
    let mut here = BTreeMap::from([(vec![0_u32; own.len()], 1.0)]);
    let mut states = 0;
    for _ in &run.steps {
        let mut next: BTreeMap<Vec<u32>, f64> = BTreeMap::new();
        for (taken, ways) in here {
            for (who, own) in own.iter().enumerate() {
                let Some(&step) = own.get(taken[who] as usize) else { continue };
                let mut clock = order.clock(step).iter().zip(&taken).enumerate();
                if clock.all(|(other, (needs, has))| other == who || has >= needs) {
                    let mut then = taken.clone();
                    then[who] += 1;
                    *next.entry(then).or_default() += ways;
                }
            }
        }
        states += next.len();
        if states > MOST_STATES {
            return None;
        }
        here = next;
    }
    here.into_values().next()
}
