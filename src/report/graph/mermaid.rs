//! A graph as a Mermaid flowchart.

use std::fmt::Write as _;

use crate::compose::graph::{Graph, NodeKind};
use crate::report::graph::{Style, edge_label, node_label, project_label, style};

/// Edges that Mermaid draws; with more it gives up, and no diagram can raise the limit.
pub const MOST_MERMAID_EDGES: usize = 500;

/// Gives the flowchart. Ids are the nodes' places in the graph; every label is quoted.
#[must_use]
pub fn mermaid(graph: &Graph) -> String {
    let mut out = "flowchart LR\n".to_owned();
    let has_frames = graph.projects.len() > 1;
    for project in 0..graph.projects.len() {
        let mut nodes = nodes_of(graph, Some(project)).peekable();
        let indent = if has_frames { "    " } else { "  " };
        if has_frames && nodes.peek().is_some() {
            let label = escaped(&project_label(graph, project));
            let _ = writeln!(out, "  subgraph p{project}[\"{label}\"]");
        }
        let is_framed = has_frames && nodes.peek().is_some();
        for node in nodes {
            let _ = writeln!(out, "{indent}{}", shape(graph, node));
        }
        if is_framed {
            out.push_str("  end\n");
        }
    }
    for node in nodes_of(graph, None) {
        let _ = writeln!(out, "  {}", shape(graph, node));
    }
    let mut aliases = Vec::new();
    for (number, edge) in graph.edges.iter().enumerate() {
        let style = style(graph, edge);
        let arrow = if style == Style::Waits { "-.->" } else { "-->" };
        if style == Style::Alias {
            aliases.push(number.to_string());
        }
        let label = lines(&edge_label(graph, edge));
        let _ = writeln!(out, "  n{} {arrow}|\"{label}\"| n{}", edge.from, edge.to);
    }
    if !aliases.is_empty() {
        let _ = writeln!(out, "  linkStyle {} stroke:#d97706,stroke-width:2px", aliases.join(","));
    }
    out
}

fn nodes_of(graph: &Graph, project: Option<usize>) -> impl Iterator<Item = usize> + '_ {
    let nodes = graph.nodes.iter().enumerate();
    nodes.filter(move |(_, node)| node.project == project).map(|(at, _)| at)
}

fn shape(graph: &Graph, at: usize) -> String {
    let Some(node) = graph.nodes.get(at) else { return String::new() };
    let label = lines(&node_label(node));
    match node.kind {
        NodeKind::Service => format!("n{at}[\"{label}\"]"),
        NodeKind::Volume => format!("n{at}[(\"{label}\")]"),
        NodeKind::External => format!("n{at}([\"{label}\"])"),
    }
}

fn lines(label: &[String]) -> String {
    label.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br/>")
}

/// Writes what means something to Mermaid, or to HTML, by its code.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '#' | '&' | '<' | '>' | '`' | ';' | '\\' | '$' => {
                let _ = write!(out, "#{};", u32::from(character));
            }
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::graph::sample;

    #[test]
    fn a_flowchart_has_all_of_a_graph() {
        crate::report::sample::assert_snapshot("graph-mermaid", &mermaid(&sample::graph()));
    }

    #[test]
    fn what_means_something_is_written_by_its_code() {
        assert_eq!(escaped("a_b \"x\" <b> #1;"), "a_b #34;x#34; #60;b#62; #35;1#59;");
    }
}
