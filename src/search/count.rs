//! How many schedules are there, how many fail, and which failing one is the simplest?
//!
//! A schedule is a path through the [`Graph`] from the start to an end. Paths are counted by adding
//! along edges and never by walking them one by one: two strands of thirty steps have more of them
//! than could be walked.

use super::graph::{Edge, Graph};
use super::{Choice, Leaf, Name};
use crate::count::Count;

/// How many schedules lead on from a state, and how many of them fail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub all: Count,
    /// Those that fail.
    pub failing: Count,
}

/// How far a failure is, with the fewest switches and then the fewest steps.
type Distance = (usize, usize);

impl Graph {
    /// The counts from every node on.
    ///
    /// Only for a graph whose edges have all been walked.
    pub(crate) fn counts(&self) -> Vec<Counts> {
        let mut counts = vec![Counts::default(); self.nodes.len()];
        for node in self.ends_first() {
            let mut sum = Counts::default();
            if let Some(leaf) = self.nodes[node].leaf {
                let failing = u128::from(leaf.failing);
                sum = Counts { all: Count::new(1), failing: Count::new(failing) };
            }
            for edge in &self.nodes[node].edges {
                sum.all += &counts[edge.to].all;
                sum.failing += &counts[edge.to].failing;
            }
            counts[node] = sum;
        }
        counts
    }

    /// How many schedules end in each outcome.
    pub(crate) fn outcomes(&self) -> Vec<Count> {
        let mut order = self.ends_first();
        order.reverse();
        let mut paths = vec![Count::ZERO; self.nodes.len()];
        let mut outcomes = Vec::new();
        if let Some(start) = paths.first_mut() {
            *start = Count::new(1);
        }
        for node in order {
            let here = std::mem::take(&mut paths[node]);
            if let Some(leaf) = self.nodes[node].leaf {
                let outcome = leaf.outcome as usize;
                if outcomes.len() <= outcome {
                    outcomes.resize(outcome + 1, Count::ZERO);
                }
                outcomes[outcome] += &here;
            }
            for edge in &self.nodes[node].edges {
                paths[edge.to] += &here;
            }
        }
        outcomes
    }

    /// The schedule with the fewest switches, then the fewest steps, then the smallest, among those
    /// that end in a leaf that `wanted` accepts by its outcome and whether it fails.
    pub(crate) fn simplest(&self, wanted: impl Fn(bool, u32) -> bool) -> Option<Vec<Choice>> {
        let is_wanted = |leaf: Leaf| wanted(leaf.failing, leaf.outcome);
        if !self.nodes.iter().any(|node| node.leaf.is_some_and(is_wanted)) {
            return None;
        }
        let distances = self.distances(&is_wanted);
        let mut choices = Vec::new();
        let mut node = 0;
        let mut last: Option<Name> = None;
        while self.nodes.get(node)?.leaf.is_none() {
            let best = self.nodes[node].edges.iter().filter_map(|edge| {
                let (switches, steps) = distances.after(edge)?;
                let other = usize::from(last.is_some_and(|last| last != edge.choice.who));
                Some((switches + other, steps, edge.choice, edge.to))
            });
            let (_, _, choice, to) = best.min()?;
            choices.push(choice);
            last = Some(choice.who);
            node = to;
        }
        Some(choices)
    }

    /// What could still happen along a path, given the counts of all nodes.
    pub(crate) fn along(&self, choices: &[Choice], counts: &[Counts]) -> Option<Vec<Counts>> {
        let mut node = 0;
        let mut along = vec![counts.first()?.clone()];
        for &choice in choices {
            node = self.follow(node, choice)?;
            along.push(counts[node].clone());
        }
        Some(along)
    }

    /// The schedules in ascending order, `most` of them at the most, with how each ends.
    pub(crate) fn list(&self, most: usize) -> Vec<(Vec<Choice>, Leaf)> {
        let mut listed = Vec::new();
        let mut open: Vec<(usize, Vec<Choice>)> = vec![(0, Vec::new())];
        while let Some((node, choices)) = open.pop() {
            if listed.len() == most || self.nodes.is_empty() {
                break;
            }
            for edge in self.nodes[node].edges.iter().rev() {
                let mut longer = choices.clone();
                longer.push(edge.choice);
                open.push((edge.to, longer));
            }
            if let Some(leaf) = self.nodes[node].leaf {
                listed.push((choices, leaf));
            }
        }
        listed
    }

    /// For each node and each strand that has stepped last, how far a wanted end is.
    fn distances(&self, is_wanted: &impl Fn(Leaf) -> bool) -> Distances {
        let mut distances = Distances { list: Vec::new(), of: vec![(0, 0); self.nodes.len()] };
        // With `who` having stepped last: staying costs nothing, any other strand one switch.
        let mut onward: Vec<(Name, Distance)> = Vec::new();
        for node in self.ends_first() {
            let start = distances.list.len();
            if self.nodes[node].leaf.is_some_and(is_wanted) {
                distances.list.push((ANYONE, (0, 0)));
                distances.of[node] = (start, start + 1);
                continue;
            }
            onward.clear();
            onward.extend(self.nodes[node].edges.iter().filter_map(|edge| {
                let (switches, steps) = distances.after(edge)?;
                Some((edge.choice.who, (switches, steps + 1)))
            }));
            let switching =
                onward.iter().map(|&(_, (switches, steps))| (switches + 1, steps)).min();
            let Some(switching) = switching else { continue };
            distances.list.push((ANYONE, switching));
            for &(who, staying) in &onward {
                match distances.list[start..].iter_mut().find(|(known, _)| *known == who) {
                    Some((_, known)) => *known = staying.min(*known),
                    None => distances.list.push((who, staying.min(switching))),
                }
            }
            distances.of[node] = (start, distances.list.len());
        }
        distances
    }

    /// The nodes so ordered that every edge leads backwards.
    fn ends_first(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.nodes.len());
        let mut entered = vec![false; self.nodes.len()];
        let mut open = Vec::new();
        if !self.nodes.is_empty() {
            entered[0] = true;
            open.push((0, 0));
        }
        while let Some((node, next)) = open.last_mut() {
            let Some(edge) = self.nodes[*node].edges.get(*next) else {
                order.push(*node);
                open.pop();
                continue;
            };
            *next += 1;
            if !entered[edge.to] {
                entered[edge.to] = true;
                open.push((edge.to, 0));
            }
        }
        order
    }
}

/// Stands for every strand that has no entry of its own.
const ANYONE: Name = Name(u32::MAX);

/// How far a wanted end is from each node, by the strand that has stepped last.
struct Distances {
    /// Those of all nodes, one after the other.
    list: Vec<(Name, Distance)>,
    /// For each node, where its own start and end. There are none where no way leads to a wanted end.
    of: Vec<(usize, usize)>,
}

impl Distances {
    /// How far a wanted end is after an edge.
    fn after(&self, edge: &Edge) -> Option<Distance> {
        let (start, end) = self.of[edge.to];
        let distances = &self.list[start..end];
        let own = distances.iter().find(|(who, _)| *who == edge.choice.who);
        own.or_else(|| distances.iter().find(|(who, _)| *who == ANYONE)).map(|&(_, far)| far)
    }
}
