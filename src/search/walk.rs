//! The walk of the state graph: which prefixes are the same, and what is still to be tried?
//!
//! Two prefixes that differ only in the order of independent steps lead to the same state, so they
//! share a node. An *event* is a step together with what it goes back to: the strand's step before it,
//! and for each object it accessed the last write. (Which reads a write comes after need not be said:
//! those reads do not go back to it.) A strand that is deterministic does the same after the same
//! events, so a set of events *is* a state, and nothing of the program's memory has to be compared.
//! Events and nodes are interned, not hashed: two are equal exactly if their numbers are.
//!
//! The walk is depth first. A node is left only when all its edges have been walked, so an execution
//! that runs into a known node has nothing more to tell.
//!
//! What this cannot see: a strand that reads something which is no access. Such a program is caught
//! where a choice that was there before is missing, and not always.

use std::collections::HashMap;

use super::graph::{Edge, Graph, Node, UNKNOWN};
use super::{Branch, Choice, Leaf, Run, Search, Stuck};
use crate::step::Mode;

/// A number for "no event yet".
const NONE: u32 = 0;

/// What an event is made of: see the module's text.
type EventKey = Box<[u32]>;

/// The last event of each strand, by name, without trailing [`NONE`].
type StateKey = Box<[u32]>;

/// The search that merges equal prefixes.
#[derive(Debug)]
pub(crate) struct Walk {
    graph: Graph,
    states: HashMap<StateKey, usize>,
    events: HashMap<EventKey, u32>,
    /// The nodes and the edges taken, from the start to the first node that was known before.
    path: Vec<(usize, usize)>,
    plan: Vec<Choice>,
    most_nodes: usize,
    scratch: Scratch,
}

/// Memory that is used again for each execution.
#[derive(Debug, Default)]
struct Scratch {
    /// For each object of the execution at hand, the event that wrote it last.
    writes: Vec<u32>,
    last: Vec<u32>,
    key: Vec<u32>,
}

impl Walk {
    /// A graph that holds the start only, with room for so many nodes.
    pub(crate) fn new(most_nodes: usize) -> Self {
        Self {
            graph: Graph::default(),
            states: HashMap::new(),
            events: HashMap::new(),
            path: Vec::new(),
            plan: Vec::new(),
            most_nodes,
            scratch: Scratch::default(),
        }
    }

    /// The graph, whose edges have all been walked if the search has come to its end.
    pub(crate) fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The number of the event that a step is.
    fn event(&mut self, run: &Run, step: usize) -> u32 {
        let choice = run.steps[step].choice;
        let Scratch { writes, last, key } = &mut self.scratch;
        if last.len() <= choice.who.index() {
            last.resize(choice.who.index() + 1, NONE);
        }
        key.clear();
        for access in run.glued_to(step) {
            let object = access.object as usize;
            if writes.len() <= object {
                writes.resize(object + 1, NONE);
            }
            key.push(writes[object]);
        }
        key.sort_unstable();
        key.dedup();
        // How much of a poll one step is depends on who else is there: see the explorer's `carries_on`.
        let accesses = u32::try_from(run.glued_to(step).len()).unwrap_or(u32::MAX);
        key.extend([accesses, choice.who.0, u32::from(choice.option), last[choice.who.index()]]);
        let next = u32::try_from(self.events.len() + 1).unwrap_or(u32::MAX);
        let event = match self.events.get(key.as_slice()) {
            Some(&event) => event,
            None => *self.events.entry(key.as_slice().into()).or_insert(next),
        };
        last[choice.who.index()] = event;
        for access in run.glued_to(step) {
            if access.mode != Mode::Read {
                writes[access.object as usize] = event;
            }
        }
        event
    }

    /// The node for the events so far, and whether it is new.
    fn state(&mut self) -> Result<(usize, bool), Stuck> {
        let last = &self.scratch.last;
        let length = last.iter().rposition(|&event| event != NONE).map_or(0, |at| at + 1);
        if let Some(&node) = self.states.get(&last[..length]) {
            return Ok((node, false));
        }
        if self.graph.nodes.len() >= self.most_nodes {
            return Err(Stuck::Full);
        }
        let node = self.graph.nodes.len();
        self.graph.nodes.push(Node::default());
        self.states.insert(last[..length].into(), node);
        Ok((node, true))
    }

    /// Gives a node its edges the first time, and compares them every other time.
    fn meet(&mut self, node: usize, enabled: &[Choice], new: bool) -> bool {
        let edges = &mut self.graph.nodes[node].edges;
        if new {
            let fresh = |&choice: &Choice| Edge { choice, to: UNKNOWN, sign: 0 };
            edges.extend(enabled.iter().map(fresh));
            return true;
        }
        edges.len() == enabled.len()
            && edges.iter().zip(enabled).all(|(edge, choice)| edge.choice == *choice)
    }
}

impl Search for Walk {
    fn choose(&mut self, branch: &Branch<'_>) -> Option<usize> {
        branch.follow(&self.plan)
    }

    fn record(&mut self, run: &Run, leaf: Leaf) -> Result<(), Stuck> {
        self.scratch.last.clear();
        self.scratch.writes.fill(NONE);
        self.path.clear();
        let (mut node, mut new) = self.state()?;
        for (index, step) in run.steps.iter().enumerate() {
            let differs = Stuck::Differs { step: index };
            if !self.meet(node, run.enabled_at(index), new) {
                return Err(differs);
            }
            let edge = self.graph.nodes[node]
                .edges
                .binary_search_by_key(&step.choice, |edge| edge.choice)
                .map_err(|_| differs)?;
            self.event(run, index);
            let (to, fresh) = self.state()?;
            let walked = &mut self.graph.nodes[node].edges[edge];
            if walked.to != UNKNOWN && (walked.to != to || walked.sign != step.sign) {
                return Err(differs);
            }
            let unwalked = walked.to == UNKNOWN;
            walked.to = to;
            walked.sign = step.sign;
            self.path.push((node, edge));
            // A known node behind an unwalked edge was left for good: see the module's text.
            if unwalked && !fresh {
                return Ok(());
            }
            (node, new) = (to, fresh);
        }
        let ends = &mut self.graph.nodes[node];
        if ends.leaf.is_some_and(|known| known != leaf) || !ends.edges.is_empty() {
            return Err(Stuck::Differs { step: run.steps.len() });
        }
        ends.leaf = Some(leaf);
        Ok(())
    }

    fn start_again(&mut self) -> bool {
        *self = Self::new(self.most_nodes);
        true
    }

    fn advance(&mut self) -> bool {
        while let Some((node, _)) = self.path.pop() {
            let edges = &self.graph.nodes[node].edges;
            if let Some(next) = edges.iter().position(|edge| edge.to == UNKNOWN) {
                let taken =
                    self.path.iter().map(|&(node, edge)| self.graph.nodes[node].edges[edge].choice);
                self.plan = taken.chain([edges[next].choice]).collect();
                return true;
            }
        }
        false
    }
}
