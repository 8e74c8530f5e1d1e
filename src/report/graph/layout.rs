//! Where boxes, lines and labels of a drawing go: a layered layout from left to right
//! (Sugiyama, Tagawa, Toda 1981).
//!
//! A line's label is an item of a column of its own, like a box, so that no label can lie on
//! another or on a box. Invariants: items of one column never overlap; a line bends only between
//! columns; the same sketch gives the same layout. The time is near-linear in items and lines.

use std::collections::{BTreeSet, VecDeque};

/// What is to be laid out. Sizes are pixels.
#[derive(Debug, Default)]
pub(super) struct Sketch {
    /// Boxes.
    pub(super) boxes: Vec<Size>,
    /// Lines between boxes.
    pub(super) lines: Vec<Line>,
}

/// A size in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Size {
    /// From left to right.
    pub(super) width: f64,
    /// From top to bottom.
    pub(super) height: f64,
}

/// A line with its label.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// The box that it leaves.
    pub(super) from: usize,
    /// The box that it enters.
    pub(super) to: usize,
    /// The label's size.
    pub(super) label: Size,
}

/// A point in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Point {
    /// From the left.
    pub(super) x: f64,
    /// From the top.
    pub(super) y: f64,
}

/// Where all goes.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Each box's upper left corner.
    pub(super) boxes: Vec<Point>,
    /// Each line's route.
    pub(super) routes: Vec<Route>,
    /// The whole.
    pub(super) size: Size,
}

/// Where a line goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Route {
    /// Pairs of points: straight within a column, bent from one column to the next.
    pub(super) points: Vec<Point>,
    /// The label's middle.
    pub(super) label: Point,
}

/// Space between columns, and between the items of one.
const COLUMN_GAP: f64 = 52.0;
const ROW_GAP: f64 = 12.0;

/// The straight part of a line at a box: an arrow's head needs a direction.
const STUB: f64 = 9.0;

/// The width up to which boxes without lines stand in one row, where the rest is narrower.
const ROW_WIDTH: f64 = 900.0;

const SWEEPS: usize = 12;

/// Lays out a sketch.
pub(super) fn layout(sketch: &Sketch) -> Layout {
    let mut plan = Plan::new(sketch);
    plan.order();
    plan.place(sketch)
}

/// A thing in a column: a box, a label, or a line passing through.
#[derive(Clone, Debug)]
struct Item {
    column: usize,
    size: Size,
    /// Items of the column before and after that it is joined to.
    before: Vec<usize>,
    after: Vec<usize>,
    /// Its middle, from the top.
    y: f64,
}

struct Plan {
    /// The boxes first, in their order.
    items: Vec<Item>,
    /// The items of each column from top to bottom. Boxes stand in even columns, labels in odd ones.
    columns: Vec<Vec<usize>>,
    /// The items of each line from left to right, and the place of its label among them.
    chains: Vec<(Vec<usize>, usize)>,
    /// Boxes without lines.
    alone: Vec<usize>,
}

impl Plan {
    fn new(sketch: &Sketch) -> Self {
        let number = sketch.boxes.len();
        let mut arcs: Vec<(usize, usize)> =
            sketch.lines.iter().map(|line| (line.from, line.to)).collect();
        turn_back_arcs(number, &mut arcs);
        let layers = layers(number, &arcs);
        let mut has_line = vec![false; number];
        for &(from, to) in &arcs {
            has_line[from] = true;
            has_line[to] = true;
        }
        let width = layers.iter().max().map_or(0, |most| most * 2 + 1);
        let item = |column, size| Item { column, size, before: vec![], after: vec![], y: 0.0 };
        let mut plan = Self {
            items: (0..number).map(|at| item(layers[at] * 2, sketch.boxes[at])).collect(),
            columns: vec![Vec::new(); width],
            chains: Vec::new(),
            alone: (0..number).filter(|at| !has_line[*at]).collect(),
        };
        for (at, _) in has_line.iter().enumerate().filter(|(_, has_line)| **has_line) {
            plan.columns[layers[at] * 2].push(at);
        }
        for (line, &(left, right)) in sketch.lines.iter().zip(&arcs) {
            let columns = layers[left] * 2 + 1..layers[right] * 2;
            // Beside the box that the line leaves, where it is read.
            let label = if line.from == left { 1 } else { columns.len() };
            let mut chain = vec![left];
            for column in columns {
                let size = if chain.len() == label { line.label } else { Size::default() };
                plan.columns[column].push(plan.items.len());
                chain.push(plan.items.len());
                plan.items.push(item(column, size));
            }
            chain.push(right);
            for pair in chain.windows(2) {
                plan.items[pair[0]].after.push(pair[1]);
                plan.items[pair[1]].before.push(pair[0]);
            }
            plan.chains.push((chain, label));
        }
        plan
    }

    /// Brings the items of each column into an order with few crossings.
    fn order(&mut self) {
        let mut best = (self.crossings(), self.columns.clone());
        let mut rows = self.rows();
        for sweep in 0..SWEEPS {
            let places = self.columns.len();
            for step in 1..places {
                let (column, side) = match sweep % 2 {
                    0 => (step, Side::Before),
                    _ => (places - 1 - step, Side::After),
                };
                self.sort_column(column, side, &mut rows);
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.columns.clone());
            }
        }
        self.columns = best.1;
    }

    /// Sorts a column by the middle of what its items are joined to on one side.
    fn sort_column(&mut self, column: usize, side: Side, rows: &mut [usize]) {
        let items = &self.items;
        let middle = |at: usize| {
            let joined = match side {
                Side::After => &items[at].after,
                Side::Before | Side::Both => &items[at].before,
            };
            let sum: usize = joined.iter().map(|other| rows[*other]).sum();
            if joined.is_empty() { rows[at] as f64 } else { sum as f64 / joined.len() as f64 }
        };
        let mut sorted: Vec<(f64, usize)> =
            self.columns[column].iter().map(|&at| (middle(at), at)).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.columns[column] = sorted.into_iter().map(|(_, at)| at).collect();
        for (row, &at) in self.columns[column].iter().enumerate() {
            rows[at] = row;
        }
    }

    /// Each item's place in its column.
    fn rows(&self) -> Vec<usize> {
        let mut rows = vec![0; self.items.len()];
        for column in &self.columns {
            for (row, &at) in column.iter().enumerate() {
                rows[at] = row;
            }
        }
        rows
    }

    /// Counts the crossings between all columns.
    fn crossings(&self) -> usize {
        let rows = self.rows();
        let mut crossings = 0;
        for pair in self.columns.windows(2) {
            // A Fenwick tree of the right ends so far.
            let mut tree = vec![0_usize; pair[1].len() + 1];
            let mut seen = 0;
            for &left in &pair[0] {
                let mut ends: Vec<usize> =
                    self.items[left].after.iter().map(|right| rows[*right]).collect();
                ends.sort_unstable();
                for &end in &ends {
                    let (mut at, mut below) = (end + 1, 0);
                    while at > 0 {
                        below += tree[at];
                        at &= at - 1;
                    }
                    crossings += seen - below;
                }
                for &end in &ends {
                    let mut at = end + 1;
                    while at < tree.len() {
                        tree[at] += 1;
                        at += at & at.wrapping_neg();
                    }
                }
                seen += ends.len();
            }
        }
        crossings
    }

    /// Gives all items their places.
    fn place(mut self, sketch: &Sketch) -> Layout {
        for column in 0..self.columns.len() {
            self.settle(column, Side::Both);
        }
        for sweep in 0..SWEEPS {
            let places = self.columns.len();
            let is_forward = sweep % 2 == 0;
            let side = match (sweep + 2 < SWEEPS, is_forward) {
                (true, true) => Side::Before,
                (true, false) => Side::After,
                (false, _) => Side::Both,
            };
            for step in 0..places {
                let column = if is_forward { step } else { places - 1 - step };
                self.settle(column, side);
            }
        }
        let highest = |item: &Item| item.y - item.size.height / 2.0;
        let joined = || self.columns.iter().flatten().map(|at| &self.items[*at]);
        let top = joined().map(highest).fold(f64::INFINITY, f64::min);
        let top = if top.is_finite() { top } else { 0.0 };
        for item in &mut self.items {
            item.y -= top;
        }
        let lefts = self.lefts();
        let mut layout =
            Layout { boxes: vec![Point::default(); sketch.boxes.len()], ..Layout::default() };
        for &at in self.columns.iter().flatten().filter(|at| **at < sketch.boxes.len()) {
            let item = &self.items[at];
            layout.boxes[at] = Point { x: lefts[item.column], y: highest(item) };
        }
        layout.routes = self.routes(sketch, &lefts);
        let joined = self.columns.iter().flatten().map(|at| &self.items[*at]);
        layout.size = Size {
            width: lefts.last().map_or(0.0, |last| last - COLUMN_GAP),
            height: joined.map(|item| item.y + item.size.height / 2.0).fold(0.0, f64::max),
        };
        self.place_alone(sketch, &mut layout);
        layout
    }

    /// Moves a column's items as near to the middle of what they are joined to as they can be
    /// without one lying on another: the least squares of an ordered regression, by pooling
    /// neighbours that press on each other.
    fn settle(&mut self, column: usize, side: Side) {
        let mut pools: Vec<(f64, usize)> = Vec::new();
        let mut offsets = Vec::new();
        let mut offset = 0.0;
        let mut last: Option<f64> = None;
        for &at in &self.columns[column] {
            let item = &self.items[at];
            let half = item.size.height / 2.0;
            offset += last.map_or(0.0, |last| last + ROW_GAP + half);
            last = Some(half);
            offsets.push(offset);
            let wanted = self.wanted(item, side).unwrap_or(item.y);
            pools.push((wanted - offset, 1));
            while let [.., before, after] = pools.as_slice()
                && before.0 > after.0
            {
                let number = before.1 + after.1;
                let sum = before.0 * before.1 as f64 + after.0 * after.1 as f64;
                let pool = (sum / number as f64, number);
                pools.truncate(pools.len() - 2);
                pools.push(pool);
            }
        }
        let places =
            pools.into_iter().flat_map(|(place, number)| std::iter::repeat_n(place, number));
        for ((at, place), offset) in self.columns[column].iter().zip(places).zip(offsets) {
            self.items[*at].y = place + offset;
        }
    }

    /// Gives the middle of what an item is joined to.
    fn wanted(&self, item: &Item, side: Side) -> Option<f64> {
        let joined: Vec<usize> = match side {
            Side::Before if !item.before.is_empty() => item.before.clone(),
            Side::After if !item.after.is_empty() => item.after.clone(),
            _ => item.before.iter().chain(&item.after).copied().collect(),
        };
        let sum: f64 = joined.iter().map(|other| self.items[*other].y).sum();
        (!joined.is_empty()).then(|| sum / joined.len() as f64)
    }

    /// Gives where each column starts, and where one behind the last would.
    fn lefts(&self) -> Vec<f64> {
        let mut left = 0.0;
        let mut lefts = vec![left];
        for column in &self.columns {
            let widths = column.iter().map(|at| self.items[*at].size.width);
            left += widths.fold(0.0, f64::max) + COLUMN_GAP;
            lefts.push(left);
        }
        lefts
    }

    fn routes(&self, sketch: &Sketch, lefts: &[f64]) -> Vec<Route> {
        let right = |column: usize| lefts[column + 1] - COLUMN_GAP;
        let leaving = self.ports(|chain| (chain[0], chain[1]));
        let entering = self.ports(|chain| (chain[chain.len() - 1], chain[chain.len() - 2]));
        let routes = self.chains.iter().enumerate().map(|(line, (chain, label))| {
            let (first, last) = (&self.items[chain[0]], &self.items[chain[chain.len() - 1]]);
            let (out, into) = (leaving[line], entering[line]);
            let mut points = vec![
                Point { x: lefts[first.column] + first.size.width, y: out },
                Point { x: right(first.column) + STUB, y: out },
            ];
            for &at in &chain[1..chain.len() - 1] {
                let Item { column, y, .. } = self.items[at];
                points.push(Point { x: lefts[column], y });
                points.push(Point { x: right(column), y });
            }
            points.push(Point { x: lefts[last.column] - STUB, y: into });
            points.push(Point { x: lefts[last.column], y: into });
            if sketch.lines[line].from != chain[0] {
                points.reverse();
            }
            let Item { column, y, .. } = self.items[chain[*label]];
            Route { points, label: Point { x: (lefts[column] + right(column)) / 2.0, y } }
        });
        routes.collect()
    }

    /// Spreads the lines that meet a box over its side, in the order in which they come.
    fn ports(&self, ends: impl Fn(&[usize]) -> (usize, usize)) -> Vec<f64> {
        let mut meeting: Vec<Vec<(f64, usize)>> = vec![Vec::new(); self.items.len()];
        for (line, (chain, _)) in self.chains.iter().enumerate() {
            let (at, next) = ends(chain);
            meeting[at].push((self.items[next].y, line));
        }
        let mut ports = vec![0.0; self.chains.len()];
        for (item, meeting) in self.items.iter().zip(&mut meeting) {
            meeting.sort_by(|a, b| a.0.total_cmp(&b.0));
            let share = item.size.height / (meeting.len() + 1) as f64;
            for (place, (_, line)) in meeting.iter().enumerate() {
                ports[*line] = item.y - item.size.height / 2.0 + share * (place + 1) as f64;
            }
        }
        ports
    }

    /// Puts boxes without lines in rows under all others.
    fn place_alone(&self, sketch: &Sketch, layout: &mut Layout) {
        let most = layout.size.width.max(ROW_WIDTH);
        let (mut x, mut row) = (0.0, 0.0_f64);
        let mut y = if layout.size.height > 0.0 { layout.size.height + 2.0 * ROW_GAP } else { 0.0 };
        for &at in &self.alone {
            let size = sketch.boxes[at];
            if x > 0.0 && x + size.width > most {
                (x, y, row) = (0.0, y + row + ROW_GAP, 0.0);
            }
            layout.boxes[at] = Point { x, y };
            row = row.max(size.height);
            layout.size.width = layout.size.width.max(x + size.width);
            layout.size.height = layout.size.height.max(y + row);
            x += size.width + ROW_GAP;
        }
    }
}

/// Which neighbours an item is moved towards.
#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
    Both,
}

/// Turns arcs around until there is no circle: those that lead back in an order in which few do
/// (Eades, Lin, Smyth 1993). What reaches nobody comes last, what nobody reaches first, and of the
/// rest whatever reaches more than reaches it.
fn turn_back_arcs(number: usize, arcs: &mut [(usize, usize)]) {
    let (mut after, mut before) = (vec![Vec::new(); number], vec![Vec::new(); number]);
    for &(from, to) in arcs.iter() {
        after[from].push(to);
        before[to].push(from);
    }
    let mut out: Vec<usize> = after.iter().map(Vec::len).collect();
    let mut into: Vec<usize> = before.iter().map(Vec::len).collect();
    let mut left: BTreeSet<usize> = (0..number).collect();
    let (mut first, mut last) = (Vec::new(), Vec::new());
    while !left.is_empty() {
        let sink = left.iter().copied().find(|at| out[*at] == 0);
        let source = || left.iter().copied().find(|at| into[*at] == 0);
        // The earliest of the best, so that the order is that of the input.
        let best =
            || left.iter().copied().rev().max_by_key(|at| out[*at] as i64 - into[*at] as i64);
        let Some(at) = sink.or_else(source).or_else(best) else { break };
        left.remove(&at);
        if sink.is_some() { &mut last } else { &mut first }.push(at);
        for &to in &after[at] {
            into[to] -= 1;
        }
        for &from in &before[at] {
            out[from] -= 1;
        }
    }
    let mut ranks = vec![0; number];
    for (rank, &at) in first.iter().chain(last.iter().rev()).enumerate() {
        ranks[at] = rank;
    }
    for arc in arcs.iter_mut().filter(|(from, to)| ranks[*from] > ranks[*to]) {
        *arc = (arc.1, arc.0);
    }
}

/// Gives each box its layer: right of all that reaches it, and what nobody reaches as near to what
/// it reaches as can be.
fn layers(number: usize, arcs: &[(usize, usize)]) -> Vec<usize> {
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); number];
    let mut open = vec![0_usize; number];
    for &(from, to) in arcs {
        after[from].push(to);
        open[to] += 1;
    }
    let mut layers = vec![0_usize; number];
    let first: Vec<usize> = (0..number).filter(|at| open[*at] == 0).collect();
    let mut ready: VecDeque<usize> = first.iter().copied().collect();
    while let Some(at) = ready.pop_front() {
        for &to in &after[at] {
            layers[to] = layers[to].max(layers[at] + 1);
            open[to] -= 1;
            if open[to] == 0 {
                ready.push_back(to);
            }
        }
    }
    for at in first {
        let nearest = after[at].iter().map(|to| layers[*to]).min();
        layers[at] = nearest.map_or(0, |nearest| nearest - 1);
    }
    layers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketch(number: usize, lines: &[(usize, usize)]) -> Sketch {
        let size = |seed: usize| Size {
            width: 40.0 + (seed * 37 % 90) as f64,
            height: 20.0 + (seed * 13 % 30) as f64,
        };
        let line = |(at, &(from, to)): (usize, &(usize, usize))| Line { from, to, label: size(at) };
        Sketch {
            boxes: (0..number).map(size).collect(),
            lines: lines.iter().enumerate().map(line).collect(),
        }
    }

    /// Tells whether two rectangles share more than an edge.
    fn overlap(a: (Point, Size), b: (Point, Size)) -> bool {
        let apart = |a: f64, length: f64, b: f64| a + length <= b + 1e-6;
        !(apart(a.0.x, a.1.width, b.0.x)
            || apart(b.0.x, b.1.width, a.0.x)
            || apart(a.0.y, a.1.height, b.0.y)
            || apart(b.0.y, b.1.height, a.0.y))
    }

    #[test]
    fn no_box_and_no_label_lies_on_another() {
        let circle = vec![(0, 1), (1, 2), (2, 0), (1, 0)];
        let hub: Vec<(usize, usize)> = (1..30).map(|at| (at, 0)).collect();
        let mixed: Vec<(usize, usize)> =
            (0..60).map(|at| (at * 7 % 31, at * 11 % 29)).filter(|(a, b)| a != b).collect();
        for (number, lines) in
            [(0, vec![]), (1, vec![]), (40, vec![]), (4, circle), (32, hub), (35, mixed)]
        {
            let sketch = sketch(number, &lines);
            let made = layout(&sketch);
            let boxes = made.boxes.iter().copied().zip(sketch.boxes.iter().copied());
            let labels = made.routes.iter().zip(&sketch.lines).map(|(route, line)| {
                let Size { width, height } = line.label;
                let corner =
                    Point { x: route.label.x - width / 2.0, y: route.label.y - height / 2.0 };
                (corner, line.label)
            });
            let all: Vec<(Point, Size)> = boxes.chain(labels).collect();
            for (at, one) in all.iter().enumerate() {
                let whole = (Point::default(), made.size);
                assert!(one.0.x >= -1e-6 && one.0.y >= -1e-6, "{one:?}");
                assert!(one.0.x + one.1.width <= whole.1.width + 1e-6, "{one:?} {:?}", made.size);
                assert!(one.0.y + one.1.height <= whole.1.height + 1e-6, "{one:?}");
                for other in all.iter().skip(at + 1) {
                    assert!(!overlap(*one, *other), "{one:?} {other:?}");
                }
            }
        }
    }

    #[test]
    fn lines_end_at_their_boxes() {
        let sketch = sketch(3, &[(0, 1), (1, 2), (2, 0)]);
        let made = layout(&sketch);
        for (line, route) in sketch.lines.iter().zip(&made.routes) {
            for (at, point) in [(line.from, route.points.first()), (line.to, route.points.last())] {
                let (corner, size, point) = (made.boxes[at], sketch.boxes[at], point.unwrap());
                let is_side = point.x == corner.x || point.x == corner.x + size.width;
                let is_beside = point.y > corner.y && point.y < corner.y + size.height;
                assert!(is_side && is_beside, "{point:?} {corner:?} {size:?}");
            }
        }
    }

    #[test]
    fn a_large_sketch_takes_no_long_time() {
        let lines: Vec<(usize, usize)> =
            (1..1000).flat_map(|at| [(at, at / 2), (at, at / 3)]).filter(|(a, b)| a != b).collect();
        let made = layout(&sketch(1000, &lines));
        assert_eq!(made.routes.len(), lines.len());
    }
}
