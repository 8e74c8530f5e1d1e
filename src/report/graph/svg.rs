//! A graph as a drawing that needs nothing else: no font, script or style from elsewhere.
//!
//! It has a ground of its own, so that it is readable on light and dark pages; where the viewer asks
//! for dark ones it turns dark. Each project is drawn for itself in a frame: what it reaches in
//! another stands in it as a name outside.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar as _;

use crate::compose::graph::{Edge, Graph, Means, NodeKind};
use crate::report::graph::layout::{Layout, Line, Point, Size, Sketch, layout};
use crate::report::graph::{Style, edge_label, node_label, project_label, shown, style};

/// Pixels of a character in a box and in a label; the font is one of equal widths.
const BOX_CELL: f64 = 7.9;
const LABEL_CELL: f64 = 6.7;

/// Pixels from line to line.
const BOX_LINE: f64 = 17.0;
const LABEL_LINE: f64 = 14.0;

/// Characters that a line shows; the whole text is in the title.
const MOST_CELLS: usize = 44;

const PAD: f64 = 12.0;
const MARGIN: f64 = 20.0;

/// Space at a frame's top for its name.
const TITLE: f64 = 26.0;

const LEGEND: &str = "solid: names it in a setting, command or link · dashed: only waits for it \
                      (depends_on) · thick: uses an alias";

/// Gives the drawing.
#[must_use]
pub fn svg(graph: &Graph) -> String {
    let panels: Vec<Panel> = (0..graph.projects.len())
        .map(|project| Panel::new(graph, project))
        .filter(|panel| !panel.nodes.is_empty())
        .collect();
    let has_frames = panels.len() > 1;
    let (inset, head) = if has_frames { (PAD, TITLE) } else { (0.0, 0.0) };
    let mut body = String::new();
    let (mut y, mut width) = (MARGIN, cells(LEGEND) as f64 * LABEL_CELL);
    for panel in &panels {
        let Size { width: inner, height } = panel.layout.size;
        if has_frames {
            let label = escaped(&cut(&panel.label));
            let _ = writeln!(
                body,
                "<rect class=\"frame\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"8\"/>\n\
                 <text class=\"title\" x=\"{}\" y=\"{}\">{label}</text>",
                MARGIN,
                px(y),
                px(inner.max(cells(&panel.label) as f64 * BOX_CELL) + 2.0 * inset),
                px(height + head + 2.0 * inset),
                px(MARGIN + inset),
                px(y + 20.0),
            );
        }
        panel.draw(&mut body, graph, Point { x: MARGIN + inset, y: y + head + inset });
        width = width.max(inner.max(cells(&panel.label) as f64 * BOX_CELL) + 2.0 * inset);
        y += height + head + 2.0 * inset + MARGIN;
    }
    let (width, height) = (px(width + 2.0 * MARGIN), px(y + LABEL_LINE + MARGIN / 2.0));
    let _ = writeln!(
        body,
        "<text class=\"label\" x=\"{MARGIN}\" y=\"{}\">{}</text>",
        px(y + LABEL_LINE / 2.0),
        escaped(LEGEND)
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>Who reaches whom</title>\n{STYLE}\
         <rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n{body}</svg>\n"
    )
}

const STYLE: &str = "<style>
text { font-family: ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #1f2328; }
.name { font-size: 13px; }
.also { font-size: 11px; fill: #59636e; }
.label { font-size: 11px; fill: #59636e; }
.title { font-size: 13px; font-weight: bold; }
.ground, .behind { fill: #ffffff; }
.frame { fill: none; stroke: #d1d9e0; }
.box { fill: #f6f8fa; stroke: #818b98; }
.volume { fill: #fff8c5; stroke: #9a6700; }
.external { fill: none; stroke: #818b98; stroke-dasharray: 4 3; }
.line { fill: none; stroke: #59636e; stroke-width: 1.2; }
.waits { stroke-dasharray: 5 4; }
.alias { stroke: #bc4c00; stroke-width: 2.2; }
.head { fill: #59636e; }
.alias-head { fill: #bc4c00; }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc; }
.also, .label { fill: #9198a1; }
.ground, .behind { fill: #0d1117; }
.frame { stroke: #3d444d; }
.box { fill: #151b23; stroke: #656c76; }
.volume { fill: #272115; stroke: #d29922; }
.external { stroke: #656c76; }
.line { stroke: #9198a1; }
.alias { stroke: #db6d28; }
.head { fill: #9198a1; }
.alias-head { fill: #db6d28; }
}
</style>
<defs>
<marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head\" d=\"M0 0 8 4 0 8z\"/></marker>
<marker id=\"alias-head\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"9\" markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"alias-head\" d=\"M0 0 8 4 0 8z\"/></marker>
</defs>
";

/// One project's drawing.
struct Panel<'g> {
    label: String,
    /// What is drawn: nodes of the project, and those outside that it reaches.
    nodes: Vec<Shown>,
    /// Edges in the order of the layout's routes, with their labels.
    edges: Vec<(&'g Edge, Vec<String>)>,
    layout: Layout,
}

/// A node as it is drawn.
struct Shown {
    kind: NodeKind,
    lines: Vec<String>,
    size: Size,
}

impl<'g> Panel<'g> {
    fn new(graph: &'g Graph, project: usize) -> Self {
        let of = |at: usize| graph.nodes.get(at).and_then(|node| node.project);
        let own = graph.edges.iter().filter(|edge| of(edge.from) == Some(project));
        let own: Vec<&Edge> = own.collect();
        let nodes = (0..graph.nodes.len()).filter(|at| of(*at) == Some(project));
        let mut places: BTreeMap<usize, usize> = nodes.map(|at| (at, 0)).collect();
        places.extend(own.iter().map(|edge| (edge.to, 0)));
        for (place, at) in places.values_mut().enumerate() {
            *at = place;
        }
        let shown: Vec<Shown> =
            places.keys().filter_map(|&at| Shown::new(graph, project, at)).collect();
        let edges: Vec<(&Edge, Vec<String>)> =
            own.iter().map(|edge| (*edge, edge_label(graph, edge))).collect();
        let line = |(edge, label): &(&Edge, Vec<String>)| {
            let widest = label.iter().map(|line| cells(&cut(line))).max().unwrap_or_default();
            let label = Size {
                width: widest as f64 * LABEL_CELL + PAD,
                height: label.len() as f64 * LABEL_LINE + 4.0,
            };
            Some(Line { from: *places.get(&edge.from)?, to: *places.get(&edge.to)?, label })
        };
        let sketch = Sketch {
            boxes: shown.iter().map(|node| node.size).collect(),
            lines: edges.iter().filter_map(line).collect(),
        };
        let layout = layout(&sketch);
        Self { label: project_label(graph, project), nodes: shown, edges, layout }
    }

    fn draw(&self, out: &mut String, graph: &Graph, at: Point) {
        for ((edge, _), route) in self.edges.iter().zip(&self.layout.routes) {
            let (class, head) = match style(graph, edge) {
                Style::Plain => ("line", "head"),
                Style::Alias => ("line alias", "alias-head"),
                Style::Waits => ("line waits", "head"),
            };
            let _ = writeln!(
                out,
                "<path class=\"{class}\" marker-end=\"url(#{head})\" d=\"{}\"><title>{}</title></path>",
                path(&route.points, at),
                escaped(&told(graph, edge))
            );
        }
        for ((edge, label), route) in self.edges.iter().zip(&self.layout.routes) {
            let middle = Point { x: at.x + route.label.x, y: at.y + route.label.y };
            draw_label(out, label, middle, &told(graph, edge));
        }
        for (node, corner) in self.nodes.iter().zip(&self.layout.boxes) {
            node.draw(out, Point { x: at.x + corner.x, y: at.y + corner.y });
        }
    }
}

impl Shown {
    fn new(graph: &Graph, project: usize, at: usize) -> Option<Self> {
        let node = graph.nodes.get(at)?;
        let mut lines = node_label(node);
        let mut kind = node.kind;
        if let Some(other) = node.project.filter(|other| *other != project) {
            lines = vec![shown(&node.name), format!("of {}", project_label(graph, other))];
            if kind == NodeKind::Service {
                kind = NodeKind::External;
            }
        }
        let widest = lines.iter().map(|line| cells(&cut(line))).max().unwrap_or_default();
        let size = Size {
            width: widest as f64 * BOX_CELL + 2.0 * PAD,
            height: lines.len() as f64 * BOX_LINE + PAD,
        };
        Some(Self { kind, lines, size })
    }

    fn draw(&self, out: &mut String, at: Point) {
        let (class, round) = match self.kind {
            NodeKind::Service => ("box", 4.0),
            NodeKind::Volume => ("volume", 12.0),
            NodeKind::External => ("external", 12.0),
        };
        let Size { width, height } = self.size;
        let _ = writeln!(
            out,
            "<g><title>{}</title><rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" \
             height=\"{}\" rx=\"{round}\"/>",
            escaped(&self.lines.join("\n")),
            px(at.x),
            px(at.y),
            px(width),
            px(height)
        );
        for (number, line) in self.lines.iter().enumerate() {
            let class = if number == 0 { "name" } else { "also" };
            let y = at.y + PAD / 2.0 + BOX_LINE * (number as f64 + 0.75);
            let _ = writeln!(
                out,
                "<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>",
                px(at.x + PAD),
                px(y),
                escaped(&cut(line))
            );
        }
        out.push_str("</g>\n");
    }
}

fn draw_label(out: &mut String, label: &[String], middle: Point, title: &str) {
    let widest = label.iter().map(|line| cells(&cut(line))).max().unwrap_or_default();
    let width = widest as f64 * LABEL_CELL + 6.0;
    let height = label.len() as f64 * LABEL_LINE;
    let top = middle.y - height / 2.0;
    let _ = writeln!(
        out,
        "<g><title>{}</title><rect class=\"behind\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
        escaped(title),
        px(middle.x - width / 2.0),
        px(top),
        px(width),
        px(height)
    );
    for (number, line) in label.iter().enumerate() {
        let _ = writeln!(
            out,
            "<text class=\"label\" text-anchor=\"middle\" x=\"{}\" y=\"{}\">{}</text>",
            px(middle.x),
            px(top + LABEL_LINE * (number as f64 + 0.75)),
            escaped(&cut(line))
        );
    }
    out.push_str("</g>\n");
}

/// A route as a path: straight within columns, bent between them.
fn path(points: &[Point], at: Point) -> String {
    let mut out = String::new();
    for (number, point) in points.iter().enumerate() {
        let (x, y) = (at.x + point.x, at.y + point.y);
        match (number, number.checked_sub(1).and_then(|before| points.get(before))) {
            (_, None) => {
                let _ = write!(out, "M{} {}", px(x), px(y));
            }
            (number, Some(before)) if number % 2 == 0 => {
                let middle = (at.x + before.x + x) / 2.0;
                let from = at.y + before.y;
                let _ = write!(
                    out,
                    "C{} {} {} {} {} {}",
                    px(middle),
                    px(from),
                    px(middle),
                    px(y),
                    px(x),
                    px(y)
                );
            }
            _ => {
                let _ = write!(out, "L{} {}", px(x), px(y));
            }
        }
    }
    out
}

/// All the evidence of an edge, a line each.
fn told(graph: &Graph, edge: &Edge) -> String {
    let name = |at: usize| graph.nodes.get(at).map(|node| shown(&node.name)).unwrap_or_default();
    let mut lines = vec![format!("{} → {}", name(edge.from), name(edge.to))];
    lines.extend(edge.evidence.iter().map(|evidence| match evidence.means {
        Means::DependsOn => "depends_on".to_owned(),
        _ => format!("{}: {}", shown(&evidence.by), shown(&evidence.name)),
    }));
    lines.join("\n")
}

/// Gives what is shown of a text that is too long.
fn cut(text: &str) -> String {
    if cells(text) <= MOST_CELLS {
        return text.to_owned();
    }
    let mut width = 0;
    let kept = text.chars().take_while(|character| {
        width += character.width().unwrap_or_default();
        width < MOST_CELLS
    });
    kept.chain(['…']).collect()
}

/// Counts the cells of a font of equal widths that a text takes.
fn cells(text: &str) -> usize {
    text.chars().map(|character| character.width().unwrap_or_default()).sum()
}

fn px(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::graph::sample;

    #[test]
    fn a_drawing_has_all_of_a_graph() {
        let drawing = svg(&sample::graph());
        for text in
            ["größe-服务", "as old-db: DATABASE_URL", "A_HOST, B_HOST +1", "&quot;odd&quot;"]
        {
            assert!(drawing.contains(text), "{text}");
        }
        crate::report::sample::assert_snapshot("graph-svg", &drawing);
    }

    #[test]
    fn long_text_is_cut_by_its_width() {
        assert_eq!(cut("short"), "short");
        assert_eq!(cut(&"a".repeat(50)), format!("{}…", "a".repeat(43)));
        assert_eq!(cut(&"服".repeat(50)), format!("{}…", "服".repeat(21)));
    }
}
