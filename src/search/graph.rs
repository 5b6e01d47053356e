//! The state graph: which schedules are there, and where do they meet?
//!
//! A node is a state: a set of steps that can have been taken while others have not, in whatever order.
//! Prefixes that differ only in the order of independent steps lead to the same node, and each way from
//! the first node to one without edges is a schedule. What can be asked of it is in [`count`](super::count).

use smallvec::SmallVec;

use super::{Choice, Leaf, Name};

#[derive(Debug)]
pub(super) struct Edge {
    pub(super) choice: Choice,
    /// The node it leads to.
    pub(super) to: usize,
    /// What the step announced, where that is known.
    pub(super) sign: u64,
}

#[derive(Debug, Default)]
pub(super) struct Node {
    /// In ascending order of choice. Empty where an execution ends.
    pub(super) edges: SmallVec<[Edge; 1]>,
    /// How the execution ends here.
    pub(super) leaf: Option<Leaf>,
}

/// All states, the first one first.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(super) nodes: Vec<Node>,
}

/// An edge that has not been walked.
pub(super) const UNKNOWN: usize = usize::MAX;

impl Graph {
    /// How many states were found.
    pub(crate) fn states(&self) -> usize {
        self.nodes.len()
    }

    /// The node that `choice` leads to from `node`.
    pub(super) fn follow(&self, node: usize, choice: Choice) -> Option<usize> {
        let edges = &self.nodes[node].edges;
        let position = edges.binary_search_by_key(&choice, |edge| edge.choice).ok()?;
        Some(edges[position].to).filter(|&to| to != UNKNOWN)
    }
}

/// Names are dense: the start of every execution is the same.
impl Name {
    /// Main's name.
    pub(crate) const MAIN: Self = Self(0);
}
