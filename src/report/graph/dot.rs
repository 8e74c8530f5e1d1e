//! A graph in Graphviz's language.

use std::fmt::Write as _;

use crate::compose::graph::{Graph, NodeKind};
use crate::report::graph::{Style, edge_label, node_label, project_label, style};

/// Gives the graph; each project is a cluster where there are several.
#[must_use]
pub fn dot(graph: &Graph) -> String {
    let mut out = "digraph composemod {\n  rankdir=LR;\n  node [shape=box, style=rounded, \
                   fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n"
        .to_owned();
    let has_frames = graph.projects.len() > 1;
    for project in 0..graph.projects.len() {
        let indent = if has_frames { "    " } else { "  " };
        if has_frames {
            let label = quoted(&[project_label(graph, project)]);
            let _ = writeln!(out, "  subgraph cluster_{project} {{\n    label={label};");
        }
        write_nodes(&mut out, graph, Some(project), indent);
        if has_frames {
            out.push_str("  }\n");
        }
    }
    write_nodes(&mut out, graph, None, "  ");
    for edge in &graph.edges {
        let style = match style(graph, edge) {
            Style::Plain => "",
            Style::Alias => ", color=\"#d97706\", penwidth=2",
            Style::Waits => ", style=dashed",
        };
        let label = quoted(&edge_label(graph, edge));
        let _ = writeln!(out, "  n{} -> n{} [label={label}{style}];", edge.from, edge.to);
    }
    out.push_str("}\n");
    out
}

fn write_nodes(out: &mut String, graph: &Graph, project: Option<usize>, indent: &str) {
    let nodes = graph.nodes.iter().enumerate().filter(|(_, node)| node.project == project);
    for (at, node) in nodes {
        let shape = match node.kind {
            NodeKind::Service => "",
            NodeKind::Volume => ", shape=cylinder, style=solid",
            NodeKind::External => ", shape=ellipse, style=dashed",
        };
        let _ = writeln!(out, "{indent}n{at} [label={}{shape}];", quoted(&node_label(node)));
    }
}

/// A string of the language: lines end with `\n`, and quotes and backslashes stand for themselves.
fn quoted(lines: &[String]) -> String {
    let lines = lines.iter().map(|line| line.replace('\\', "\\\\").replace('"', "\\\""));
    format!("\"{}\"", lines.collect::<Vec<_>>().join("\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::graph::sample;

    #[test]
    fn a_digraph_has_all_of_a_graph() {
        crate::report::sample::assert_snapshot("graph-dot", &dot(&sample::graph()));
    }
}
