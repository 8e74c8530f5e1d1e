//! A graph as JSON.
//!
//! One object: `projects`, each with `name` (or null) and `main`, its first file; `nodes`, each with
//! `id`, `kind` (`service`, `volume`, `external`), `name`, `project` (its place in `projects`, or
//! null) and `answers_to`; `edges`, each with `from` and `to` (ids) and `evidence`. An id is made of
//! the main file, kind and name, so that it stays the same when others come or go. Byte offsets
//! count from 0, lines and columns from 1.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::compose::graph::{AnswerKind, Graph, Means, Node, NodeKind};
use crate::repo::load::Repo;
use crate::report::json::At;

/// Gives the graph as one JSON object.
#[must_use]
pub fn json(graph: &Graph, repo: &Repo) -> String {
    let ids: Vec<String> = graph.nodes.iter().map(|node| id(graph, node)).collect();
    let id = |at: usize| ids.get(at).map(String::as_str).unwrap_or_default();
    let shown = Shown {
        projects: graph
            .projects
            .iter()
            .map(|project| Project { name: project.name.as_deref(), main: &project.main })
            .collect(),
        nodes: graph
            .nodes
            .iter()
            .zip(&ids)
            .map(|(node, id)| ShownNode {
                id,
                kind: node.kind,
                name: &node.name,
                project: node.project,
                answers_to: node
                    .answers
                    .iter()
                    .map(|answer| Answer {
                        name: &answer.name,
                        kind: answer.kind,
                        networks: &answer.networks,
                    })
                    .collect(),
            })
            .collect(),
        edges: graph
            .edges
            .iter()
            .map(|edge| Edge {
                from: id(edge.from),
                to: id(edge.to),
                evidence: edge
                    .evidence
                    .iter()
                    .map(|evidence| Evidence {
                        means: evidence.means,
                        name: &evidence.name,
                        by: &evidence.by,
                        at: evidence.place.as_ref().map(|(path, span)| At::new(repo, path, *span)),
                    })
                    .collect(),
            })
            .collect(),
    };
    // Strings and numbers: nothing here can fail.
    let mut text = serde_json::to_string_pretty(&shown).unwrap_or_default();
    text.push('\n');
    text
}

fn id(graph: &Graph, node: &Node) -> String {
    let kind = match node.kind {
        NodeKind::Service => "service",
        NodeKind::Volume => "volume",
        NodeKind::External => "external",
    };
    match node.project.and_then(|project| graph.projects.get(project)) {
        Some(project) => format!("{}#{kind}:{}", project.main, node.name),
        None => format!("{kind}:{}", node.name),
    }
}

#[derive(Serialize)]
struct Shown<'g> {
    projects: Vec<Project<'g>>,
    nodes: Vec<ShownNode<'g>>,
    edges: Vec<Edge<'g>>,
}

#[derive(Serialize)]
struct Project<'g> {
    name: Option<&'g str>,
    main: &'g str,
}

#[derive(Serialize)]
struct ShownNode<'g> {
    id: &'g str,
    kind: NodeKind,
    name: &'g str,
    project: Option<usize>,
    answers_to: Vec<Answer<'g>>,
}

#[derive(Serialize)]
struct Answer<'g> {
    name: &'g str,
    /// What makes it answer: its key, `container_name` or an alias.
    kind: AnswerKind,
    networks: &'g BTreeSet<String>,
}

#[derive(Serialize)]
struct Edge<'g> {
    from: &'g str,
    to: &'g str,
    evidence: Vec<Evidence<'g>>,
}

#[derive(Serialize)]
struct Evidence<'g> {
    means: Means,
    name: &'g str,
    by: &'g str,
    #[serde(flatten)]
    at: Option<At<'g>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::graph::sample;

    #[test]
    fn json_has_all_of_a_graph() {
        let text = json(&sample::graph(), &Repo::default());
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        let ids: BTreeSet<&str> = read["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|node| node["id"].as_str())
            .collect();
        for edge in read["edges"].as_array().unwrap() {
            for end in ["from", "to"] {
                assert!(ids.contains(edge[end].as_str().unwrap()), "{edge}");
            }
        }
        crate::report::sample::assert_snapshot("graph-json", &text);
    }
}
