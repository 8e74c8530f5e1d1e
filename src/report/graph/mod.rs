//! Who reaches whom, as Mermaid, Graphviz's dot, JSON and SVG.
//!
//! Invariants: output is a function of the graph; no value of a variable is shown, only its name.

use std::collections::BTreeMap;

use crate::compose::graph::{AnswerKind, Edge, Graph, Means, Node, NodeKind};
use crate::report::excerpt::harmless;

mod dot;
mod json;
mod layout;
mod mermaid;
#[cfg(test)]
mod sample;
mod svg;

pub use dot::dot;
pub use json::json;
pub use mermaid::{MOST_MERMAID_EDGES, mermaid};
pub use svg::svg;

/// Settings that an edge's label lists for one name, and names that it lists.
const SETTINGS: usize = 2;
const NAMES: usize = 3;

/// Bytes of settings that a line of a label takes.
const LINE: usize = 36;

/// How an edge is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// It reaches by the name that the other bears.
    Plain,
    /// It reaches by an alias: the name that would be missed if the alias went.
    Alias,
    /// It only waits for the other.
    Waits,
}

fn style(graph: &Graph, edge: &Edge) -> Style {
    let is_alias = |name: &str| {
        let answers = graph.nodes.get(edge.to).map(|node| node.answers.as_slice());
        let mut answers = answers.unwrap_or_default().iter();
        answers.any(|answer| answer.name == name && answer.kind == AnswerKind::Alias)
    };
    if edge.only_waits() {
        Style::Waits
    } else if edge.evidence.iter().any(|evidence| is_alias(&evidence.name)) {
        Style::Alias
    } else {
        Style::Plain
    }
}

/// The lines of a node's label: its name, then the other names that it answers to.
fn node_label(node: &Node) -> Vec<String> {
    let mut lines = vec![shown(&node.name)];
    let others = node.answers.iter().filter(|answer| answer.name != node.name);
    lines.extend(others.map(|answer| match answer.kind {
        AnswerKind::Container => format!("container {}", shown(&answer.name)),
        AnswerKind::Service | AnswerKind::Alias => format!("alias {}", shown(&answer.name)),
    }));
    lines
}

/// The lines of an edge's label: the settings that hold the other's name, and by which name it is
/// reached where that is not its own.
fn edge_label(graph: &Graph, edge: &Edge) -> Vec<String> {
    if edge.only_waits() {
        return vec!["depends_on".to_owned()];
    }
    let own = graph.nodes.get(edge.to).filter(|node| node.kind != NodeKind::Volume);
    let own = own.map(|node| node.name.as_str());
    let mut by_name: BTreeMap<(bool, &str), Vec<&str>> = BTreeMap::new();
    for evidence in edge.evidence.iter().filter(|evidence| evidence.means != Means::DependsOn) {
        let is_other = own.is_some_and(|own| own != evidence.name);
        let name = if is_other { evidence.name.as_str() } else { "" };
        let settings = by_name.entry((is_other, name)).or_default();
        if !settings.contains(&evidence.by.as_str()) {
            settings.push(&evidence.by);
        }
    }
    let more = by_name.len().saturating_sub(NAMES);
    let mut lines: Vec<String> = by_name
        .into_iter()
        .take(NAMES)
        .map(|((is_other, name), settings)| {
            let number = listed_settings(&settings);
            let listed: Vec<String> =
                settings.iter().take(number).map(|setting| shown(setting)).collect();
            let listed = listed.join(", ");
            let rest = match settings.len() - number {
                0 => String::new(),
                rest => format!(" +{rest}"),
            };
            if is_other { format!("as {}: {listed}{rest}", shown(name)) } else { listed + &rest }
        })
        .collect();
    if more > 0 {
        lines.push(format!("+{more} more names"));
    }
    lines
}

/// Gives how many of some settings are listed: one at least, and no more than a line takes.
fn listed_settings(settings: &[&str]) -> usize {
    let mut length = 0;
    let fitting = settings.iter().take(SETTINGS).take_while(|setting| {
        length += setting.len() + 2;
        length <= LINE
    });
    fitting.count().max(1).min(settings.len())
}

/// What a project is called in a drawing.
fn project_label(graph: &Graph, project: usize) -> String {
    let Some(project) = graph.projects.get(project) else { return String::new() };
    match &project.name {
        Some(name) => format!("{} ({})", shown(name), shown(&project.main)),
        None => shown(&project.main),
    }
}

/// Gives text as one line without control characters.
fn shown(text: &str) -> String {
    harmless(text).replace('\n', " ")
}
