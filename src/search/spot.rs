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

#[cfg(test)]
mod tests {
    use super::super::graph::{Edge, Graph, Node};
    use super::super::{Branch, Choice, Leaf, Name, Run, Search};
    use super::Spot;

    const LEAF: Leaf = Leaf { failing: false, outcome: 1 };

    fn choice(who: u32) -> Choice {
        Choice { who: Name(who), option: 0 }
    }

    /// Main takes the only step there is.
    fn graph() -> Graph {
        let edges = vec![Edge { choice: choice(0), to: 1, sign: 0 }].into();
        Graph {
            nodes: vec![Node { edges, leaf: None }, Node { leaf: Some(LEAF), ..Node::default() }],
        }
    }

    /// What is chosen where these can go.
    fn chosen(spot: &mut Spot<'_>, enabled: &[Choice]) -> Option<usize> {
        let numbers = [0, 1];
        spot.choose(&Branch {
            step: 0,
            run: &Run::default(),
            enabled,
            numbers: &numbers,
            last: None,
        })
    }

    #[test]
    fn what_the_graph_says_is_borne_out() {
        let graph = graph();
        let mut spot = Spot::new(&graph);
        assert_eq!(chosen(&mut spot, &[choice(0)]), Some(0));
        assert_eq!(spot.record(&Run::default(), LEAF), Ok(()));
    }

    #[test]
    fn somebody_who_can_go_and_is_not_in_the_graph_is_found() {
        let graph = graph();
        assert_eq!(chosen(&mut Spot::new(&graph), &[choice(0), choice(1)]), None);
    }

    #[test]
    fn another_end_than_the_graph_says_is_found() {
        let graph = graph();
        let mut spot = Spot::new(&graph);
        assert_eq!(chosen(&mut spot, &[choice(0)]), Some(0));
        assert!(spot.record(&Run::default(), Leaf { failing: true, ..LEAF }).is_err());
    }
}
