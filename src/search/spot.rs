//! Is what was found borne out?
//!
//! A search that foretells nothing trusts what it is told of steps. So when it has come to its end, a few
//! schedules are drawn from all that it has found, and run: after each step exactly that must be possible
//! which the state graph says, and each must end as it says.

use super::graph::Graph;
use super::random::Random;
use super::{Branch, Leaf, Run, Search, Stuck};

/// Schedules drawn from a state graph.
#[derive(Debug)]
pub(crate) struct Spot<'a> {
    graph: &'a Graph,
    random: Random,
    node: usize,
    left: u32,
}

/// How many schedules are drawn.
const DRAWN: u32 = 32;

impl<'a> Spot<'a> {
    pub(crate) fn new(graph: &'a Graph) -> Self {
        Self { graph, random: Random::new(0), node: 0, left: DRAWN }
    }
}

impl Search for Spot<'_> {
    fn choose(&mut self, branch: &Branch<'_>) -> Option<usize> {
        let edges = &self.graph.nodes[self.node].edges;
        let same = edges.iter().map(|edge| edge.choice).eq(branch.enabled.iter().copied());
        if !same {
            return None;
        }
        let position = self.random.below(edges.len());
        self.node = edges[position].to;
        Some(position)
    }

    fn record(&mut self, run: &Run, leaf: Leaf) -> Result<(), Stuck> {
        match self.graph.nodes.get(self.node) {
            Some(node) if node.leaf == Some(leaf) => Ok(()),
            _ => Err(Stuck::Differs { step: run.steps.len() }),
        }
    }

    fn advance(&mut self) -> bool {
        self.node = 0;
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }
}
