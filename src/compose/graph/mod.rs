//! Who reaches whom: services, the volumes that they share, and what they reach outside.
//!
//! Each edge has its evidence: the place that makes one service reach the other, and the name that
//! it uses for it, so that it can be told who still uses an old one. A variable is given by its
//! name, never by its value.
//!
//! Invariants: nodes are sorted by project, kind and name, edges by their nodes; no edge leads from
//! a node to itself. Deliberately absent: `extends` and build contexts, which reach nothing when
//! the services run.

use std::collections::{BTreeMap, BTreeSet};

use crate::text::span::Span;

mod build;
mod names;
mod outside;
mod reach;
#[cfg(test)]
mod tests;
mod texts;

pub use build::{Part, graph};
pub use reach::{Reach, Reader, private_names, reaches};

/// Services, shared volumes and names outside, with who reaches whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// The projects, in order.
    pub projects: Vec<ProjectLabel>,
    /// Invariant: sorted, what belongs to no project last.
    pub nodes: Vec<Node>,
    /// Invariant: sorted by `from` and `to`, one for each pair.
    pub edges: Vec<Edge>,
}

/// What a project is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectLabel {
    /// Its name, where a file or its folder tells it.
    pub name: Option<String>,
    /// Its main file.
    pub main: String,
}

/// A thing that reaches or is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The project that it is of, by its place in the graph; none for what is outside of all.
    pub project: Option<usize>,
    /// What it is.
    pub kind: NodeKind,
    /// A service's or volume's key, or the name outside.
    pub name: String,
    /// The host names that it answers to; none for what is no service.
    pub answers: Vec<Answer>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    /// A service.
    Service,
    /// A named volume that several services mount.
    Volume,
    /// A host or container that no project here defines.
    External,
}

/// A host name that a service answers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    /// The name.
    pub name: String,
    /// What makes it answer.
    pub kind: AnswerKind,
    /// Keys of the networks on which it does.
    pub networks: BTreeSet<String>,
}

/// What makes a service answer to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerKind {
    /// The service's key.
    Service,
    /// `container_name`.
    Container,
    /// A network alias.
    Alias,
}

/// One node reaches another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Who reaches, by its place in the graph.
    pub from: usize,
    /// Who is reached.
    pub to: usize,
    /// Why. Invariant: sorted, each once, never empty.
    pub evidence: Vec<Evidence>,
}

/// A place that makes one node reach another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// How it reaches.
    pub means: Means,
    /// The name that is used.
    pub name: String,
    /// The setting or attribute that holds it: `DATABASE_URL`, `command`; a mount's target.
    pub by: String,
    /// The file and the bytes of the value, where it stands in one.
    pub place: Option<(String, Span)>,
}

/// How one node reaches another. Ordered: a firmer one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// A host in a setting, a command or inline content.
    Host,
    /// A container or service that a command names.
    Command,
    /// `links`, `external_links`.
    Link,
    /// `network_mode`, `ipc`, `pid` of another.
    Namespace,
    /// `volumes_from`.
    VolumesFrom,
    /// A named volume.
    Volume,
    /// `depends_on`: it waits for the other, and may not talk to it.
    DependsOn,
}

impl Graph {
    /// Finds a node of a project.
    #[must_use]
    pub fn find(&self, project: usize, kind: NodeKind, name: &str) -> Option<usize> {
        self.nodes.iter().position(|node| {
            node.project == Some(project) && node.kind == kind && node.name == name
        })
    }

    /// Gives the part of the graph around some nodes: them, and their neighbours with the edges
    /// between the two, at most `most` neighbours; and how many are left out.
    #[must_use]
    pub fn around(&self, focus: &BTreeSet<usize>, most: usize) -> (Self, usize) {
        let touches = |edge: &&Edge| focus.contains(&edge.from) || focus.contains(&edge.to);
        let ends = self.edges.iter().filter(touches).flat_map(|edge| [edge.from, edge.to]);
        let neighbours: BTreeSet<usize> = ends.filter(|end| !focus.contains(end)).collect();
        let left_out = neighbours.len().saturating_sub(most);
        let kept: BTreeSet<usize> =
            neighbours.into_iter().take(most).chain(focus.iter().copied()).collect();
        let places: BTreeMap<usize, usize> =
            kept.iter().enumerate().map(|(new, &old)| (old, new)).collect();
        let edges = self.edges.iter().filter(touches).filter_map(|edge| {
            let (from, to) = (*places.get(&edge.from)?, *places.get(&edge.to)?);
            Some(Edge { from, to, evidence: edge.evidence.clone() })
        });
        let nodes = kept.iter().filter_map(|&node| self.nodes.get(node).cloned());
        let part = Self {
            projects: self.projects.clone(),
            nodes: nodes.collect(),
            edges: edges.collect(),
        };
        (part, left_out)
    }
}

impl Edge {
    /// Tells whether all that is known is that one waits for the other.
    #[must_use]
    pub fn only_waits(&self) -> bool {
        self.evidence.iter().all(|evidence| evidence.means == Means::DependsOn)
    }
}
