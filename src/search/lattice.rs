//! From executions to the state graph: which schedules does each stand for, and where do they meet?
//!
//! An execution stands for all schedules that differ from it only in the order of independent steps.
//! They are the ways through its *lattice*: its states are the sets of steps that can have been taken
//! while others have not, and each way from the empty set to the full one is a schedule. The state graph
//! is what the lattices of all executions are together. Nothing is run for it.
//!
//! A step is known by its fingerprint, which says what it did and what that goes back to, and a state
//! by the fingerprints of its steps. So the states of two executions are the same where everything that
//! has happened is the same, and nothing of the program's memory has to be compared.
//!
//! Two executions that begin in the same way have that part of their lattices in common. Only the
//! states are gone through that the coming steps add.

use crate::fingerprint::Table;

use super::graph::{Edge, Graph, Node};
use super::optimal::Order;
use super::{Choice, Leaf, Run};

/// The state graph of the executions so far.
#[derive(Debug)]
pub(crate) struct Lattices {
    graph: Graph,
    known: Table<u128, usize>,
    most_nodes: usize,
    /// Whether there are more states than there may be. Then none is kept.
    full: bool,
    /// How much of the lattices was gone through.
    work: usize,
    lattice: Lattice,
}

/// The lattice of the execution at hand.
#[derive(Debug, Default)]
struct Lattice {
    states: Vec<State>,
    /// For each state, how many steps of each strand have been taken.
    taken: Vec<u32>,
    strands: usize,
    /// The edges that lead to each state: from which state, and with which choice.
    into: Vec<(u32, Choice)>,
    /// How many states there are after each step.
    ends: Vec<usize>,
    /// For each state that the step at hand could be taken in, the state that it leads to from there.
    onward: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    key: u128,
    node: usize,
    into_end: usize,
}

/// How often a state may be gone through, in the mean.
const WORK: usize = 64;

/// No state.
const NONE: u32 = u32::MAX;

impl Lattices {
    /// A graph that holds the start only, with room for so many nodes.
    pub(super) fn new(most_nodes: usize) -> Self {
        Self {
            graph: Graph { nodes: vec![Node::default()] },
            known: Table::from_iter([(0, 0)]),
            most_nodes,
            full: false,
            work: 0,
            lattice: Lattice::default(),
        }
    }

    /// The graph, if all states are there.
    pub(super) fn whole(&self) -> Option<&Graph> {
        (!self.full).then_some(&self.graph)
    }

    /// What is there, and nothing is left.
    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(self, Self::new(self.most_nodes))
    }

    /// Adds the schedules that others have found, whose outcomes have other numbers.
    ///
    /// An error says that the program ends differently after the same steps.
    pub(super) fn add_all(&mut self, others: &Self, outcomes: &[u32]) -> Result<(), ()> {
        if self.full || others.full {
            self.give_up();
            return Ok(());
        }
        let mut nodes = vec![0; others.graph.nodes.len()];
        for (&key, &node) in &others.known {
            let next = self.graph.nodes.len();
            nodes[node] = *self.known.entry(key).or_insert(next);
            if nodes[node] == next {
                self.graph.nodes.push(Node::default());
            }
        }
        if self.graph.nodes.len() > self.most_nodes {
            self.give_up();
            return Ok(());
        }
        for (node, others) in nodes.iter().zip(&others.graph.nodes) {
            let own = &mut self.graph.nodes[*node];
            for &Edge { choice, to, sign } in &others.edges {
                if let Err(at) = own.edges.binary_search_by_key(&choice, |edge| edge.choice) {
                    own.edges.insert(at, Edge { choice, to: nodes[to], sign });
                }
            }
            let outcome = |leaf: Leaf| outcomes.get(leaf.outcome as usize).copied().unwrap_or(0);
            let leaf = others.leaf.map(|leaf| Leaf { outcome: outcome(leaf), ..leaf });
            if own.leaf.is_some() && leaf.is_some() && own.leaf != leaf {
                return Err(());
            }
            own.leaf = own.leaf.or(leaf);
        }
        Ok(())
    }

    /// There are too many states: nothing is added any more.
    fn give_up(&mut self) {
        self.full = true;
        self.graph.nodes = Vec::new();
        self.known = Table::default();
        self.lattice = Lattice::default();
    }

    /// How many states there may be.
    pub(super) fn most_states(&self) -> usize {
        self.most_nodes
    }

    /// Adds the schedules of an execution whose first steps are those of the execution before.
    ///
    /// An error says that the program ends differently after the same steps.
    pub(super) fn add(
        &mut self,
        order: &Order,
        run: &Run,
        common: usize,
        leaf: Leaf,
    ) -> Result<(), ()> {
        if self.full {
            return Ok(());
        }
        self.lattice.rewind(common, order.strands());
        for step in self.lattice.ends.len() - 1..run.steps.len() {
            if !self.extend(order, run, step) {
                self.give_up();
                return Ok(());
            }
        }
        let Some(end) = self.lattice.states.last() else { return Ok(()) };
        let end = &mut self.graph.nodes[end.node];
        if end.leaf.is_some_and(|known| known != leaf) || !end.edges.is_empty() {
            return Err(());
        }
        end.leaf = Some(leaf);
        Ok(())
    }

    /// Adds the states that a step leads to, or says that there are too many.
    fn extend(&mut self, order: &Order, run: &Run, step: usize) -> bool {
        let made = &run.steps[step];
        let number = u32::try_from(step).unwrap_or(NONE);
        let (who, clock) = (made.choice.who.index(), order.clock(number));
        let print = spread(order.event_of(number));
        let states = self.lattice.states.len();
        // A state with all that the step goes back to is no older than the last of that.
        let oldest = (0..number).rev().find(|&before| order.is_before(before, number));
        let oldest = oldest.map_or(0, |before| self.lattice.ends[before as usize]);
        self.lattice.onward.clear();
        self.lattice.onward.resize(states - oldest, NONE);
        self.work += states - oldest;
        for from in oldest..states {
            if self.graph.nodes.len() > self.most_nodes || self.work > WORK * self.most_nodes {
                return false;
            }
            if !self.lattice.allows(from, who, clock) {
                continue;
            }
            let to = self.lattice.states.len();
            let key = self.lattice.states[from].key.wrapping_add(print);
            let next = self.graph.nodes.len();
            let node = *self.known.entry(key).or_insert(next);
            if node == next {
                self.graph.nodes.push(Node::default());
            }
            self.lattice.onward[from - oldest] = u32::try_from(to).unwrap_or(NONE);
            self.lattice.take(from, who);
            self.work += self.lattice.edges_to(from).len();
            for at in self.lattice.edges_to(from) {
                let (source, choice) = self.lattice.into[at];
                // From an older state it cannot be taken.
                let Some(source) = (source as usize).checked_sub(oldest) else { continue };
                let source = self.lattice.onward[source];
                if source != NONE {
                    self.lattice.into.push((source, choice));
                    self.connect(source as usize, choice, node);
                }
            }
            self.lattice.into.push((u32::try_from(from).unwrap_or(NONE), made.choice));
            self.connect(from, made.choice, node);
            let into_end = self.lattice.into.len();
            self.lattice.states.push(State { key, node, into_end });
        }
        self.lattice.ends.push(self.lattice.states.len());
        true
    }

    fn connect(&mut self, from: usize, choice: Choice, to: usize) {
        let edges = &mut self.graph.nodes[self.lattice.states[from].node].edges;
        if let Err(at) = edges.binary_search_by_key(&choice, |edge| edge.choice) {
            edges.insert(at, Edge { choice, to, sign: 0 });
        }
    }
}

impl Lattice {
    /// Forgets all but the states of the first steps.
    fn rewind(&mut self, steps: usize, strands: usize) {
        if strands != self.strands || self.states.is_empty() {
            *self = Self { strands, ends: vec![1], ..Self::default() };
            self.states.push(State { key: 0, node: 0, into_end: 0 });
            self.taken.resize(strands, 0);
            return;
        }
        self.ends.truncate(steps + 1);
        let states = self.ends.last().copied().unwrap_or(1);
        self.states.truncate(states);
        self.taken.truncate(states * self.strands);
        self.into.truncate(self.states.last().map_or(0, |state| state.into_end));
    }

    /// Whether a step can be taken in a state.
    fn allows(&self, state: usize, who: usize, clock: &[u32]) -> bool {
        let taken = &self.taken[state * self.strands..(state + 1) * self.strands];
        taken[who] + 1 == clock[who]
            && taken
                .iter()
                .zip(clock)
                .enumerate()
                .all(|(strand, (has, needs))| strand == who || has >= needs)
    }

    /// A strand takes a step.
    fn take(&mut self, state: usize, who: usize) {
        let start = state * self.strands;
        let to = self.taken.len();
        self.taken.extend_from_within(start..start + self.strands);
        self.taken[to + who] += 1;
    }

    /// The places of the edges that lead to a state.
    fn edges_to(&self, state: usize) -> std::ops::Range<usize> {
        let start = state.checked_sub(1).map_or(0, |before| self.states[before].into_end);
        start..self.states[state].into_end
    }
}

/// A fingerprint so spread that sums of different ones are different.
fn spread(print: u64) -> u128 {
    let one = u128::from(print ^ 0x9e37_79b9_7f4a_7c15)
        .wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645);
    let two = one ^ (one >> 67);
    two.wrapping_mul(0x5851_f42d_4c95_7f2d_1405_7b7e_f767_814f) ^ (two >> 59)
}
