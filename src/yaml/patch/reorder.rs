//! The children of a collection in another order: pairs of a mapping, items of a sequence.
//!
//! A child takes along its own lines and the comments that belong to it; blank lines between
//! children are separators and keep their places. A comment belongs
//! - to the child before it, where it is indented deeper than the children (settings that are
//!   commented out), or stands right below that child with a blank line after it;
//! - to the child after it else: a service that is commented out between two others goes with the
//!   one below it.
//!
//! The comment that opens a document is the document's, and what stands below the last child at its
//! indentation stays there. Where it is not sure what belongs to what, nothing is moved.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::yaml::document::{Document, Kind, NodeId, Style};
use crate::yaml::lines::{after_break, break_near, column, is_first_on_line, line_end, line_start};
use crate::yaml::patch::Refusal;
use crate::yaml::patch::layout::{
    comment_in, has_brackets, kept_tail, last_block_scalar, outer_start, style,
};

/// Gives the order of a collection's children that `compare` asks for, by their places now. What
/// holds an alias comes after what bears the anchor, and equal ones stay as they are.
#[must_use]
pub fn sorted(
    doc: &Document,
    collection: NodeId,
    compare: impl Fn(usize, usize) -> Ordering,
) -> Vec<usize> {
    let children = children(doc, collection);
    let mut order: Vec<usize> = (0..children.len()).collect();
    order.sort_by(|&a, &b| compare(a, b));
    let needs = needs(doc, &children);
    if needs.is_empty() {
        return order;
    }
    let mut free = Vec::with_capacity(order.len());
    while !order.is_empty() {
        // What an alias needs stands before it now, so there always is one that needs no more.
        let is_free =
            |child: &usize| !needs.iter().any(|(of, on)| of == child && order.contains(on));
        let at = order.iter().position(is_free).unwrap_or(0);
        free.push(order.remove(at));
    }
    free
}

/// Puts a collection's children into another order, given by their places now.
///
/// # Errors
/// A collection whose text can't be taken apart without doubt, and an order in which an alias would
/// stand for something else.
pub fn reorder(doc: &Document, collection: NodeId, order: &[usize]) -> Result<Vec<Edit>, Refusal> {
    let refuse = |reason: &str| Refusal::of(doc, collection, reason);
    let children = children(doc, collection);
    let mut all: Vec<usize> = order.to_vec();
    all.sort_unstable();
    if all.iter().copied().ne(0..children.len()) {
        return Err(refuse("the order does not name each child once"));
    }
    let moves = |(slot, child): (usize, &usize)| (slot != *child).then_some(slot);
    let Some(first) = order.iter().enumerate().find_map(moves) else { return Ok(Vec::new()) };
    let last = order.iter().enumerate().rev().find_map(moves).unwrap_or(first);
    if has_duplicates(doc, collection) {
        return Err(refuse("a key stands twice, and their order may matter"));
    }
    if !keeps_anchors(doc, &children, order) {
        return Err(refuse("an alias would stand for another anchor"));
    }
    let moved = Moved { doc, children: &children, order, slots: first..last + 1 };
    match style(doc, collection) {
        Some(Style::Flow) => moved.in_flow(collection),
        _ => moved.in_block(),
    }
}

/// A pair or an item.
struct Child {
    /// Where its key, its dash or, in a flow sequence, its value begins.
    start: usize,
    /// The key, where it is a pair.
    key: Option<NodeId>,
    value: NodeId,
    /// Its nodes in the arena.
    nodes: Range<u32>,
}

fn children(doc: &Document, collection: NodeId) -> Vec<Child> {
    let mut children: Vec<Child> = match &doc.node(collection).kind {
        Kind::Mapping { entries, .. } => entries
            .iter()
            .map(|entry| Child {
                start: outer_start(doc, entry.key),
                key: Some(entry.key),
                value: entry.value,
                nodes: entry.key.0..entry.key.0,
            })
            .collect(),
        Kind::Sequence { items, .. } => items
            .iter()
            .map(|item| Child {
                start: (item.start as usize).min(outer_start(doc, item.value)),
                key: None,
                value: item.value,
                nodes: item.value.0..item.value.0,
            })
            .collect(),
        _ => Vec::new(),
    };
    let is_outside = |id: u32| doc.node(NodeId(id)).parent.is_none_or(|parent| parent < collection);
    let mut end = collection.0 + 1;
    while end < doc.next_id().0 && !is_outside(end) {
        end += 1;
    }
    for child in children.iter_mut().rev() {
        child.nodes.end = end;
        end = child.nodes.start;
    }
    children
}

/// Gives the pairs of children of which the first holds an alias of what stands in the second.
fn needs(doc: &Document, children: &[Child]) -> BTreeSet<(usize, usize)> {
    let mut needs = BTreeSet::new();
    for (at, child) in children.iter().enumerate() {
        for id in child.nodes.clone() {
            let Kind::Alias { target: Some(target), .. } = doc.node(NodeId(id)).kind else {
                continue;
            };
            let on = children.iter().position(|child| child.nodes.contains(&target.0));
            needs.extend(on.filter(|on| *on != at).map(|on| (at, on)));
        }
    }
    needs
}

fn has_duplicates(doc: &Document, collection: NodeId) -> bool {
    let mut seen = BTreeSet::new();
    doc.entries(collection).iter().any(|entry| !seen.insert(doc.value(entry.key)))
}

/// Tells whether each alias of the file stands for the same node in the new order: an anchor's name
/// may be given again, and the last one before the alias counts.
fn keeps_anchors(doc: &Document, children: &[Child], order: &[usize]) -> bool {
    let (Some(first), Some(last)) = (children.first(), children.last()) else { return true };
    let moved = order.iter().filter_map(|&at| children.get(at));
    let ids = (0..first.nodes.start)
        .chain(moved.flat_map(|child| child.nodes.clone()))
        .chain(last.nodes.end..doc.next_id().0)
        .map(NodeId);
    let mut anchors: BTreeMap<&str, NodeId> = BTreeMap::new();
    for id in ids {
        let node = doc.node(id);
        if let Some(anchor) = &node.anchor {
            anchors.insert(&anchor.name, id);
        }
        if let Kind::Alias { name, target } = &node.kind
            && anchors.get(&**name) != target.as_ref()
        {
            return false;
        }
    }
    true
}

/// Children that change places.
struct Moved<'d> {
    doc: &'d Document,
    children: &'d [Child],
    order: &'d [usize],
    /// From the first place that changes to the last.
    slots: Range<usize>,
}

/// The text of a child with what belongs to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Chunk {
    /// Its comments above, its own lines, its comments below.
    range: Range<usize>,
    /// Where its own lines end.
    own_end: usize,
}

/// A line between children.
struct Line {
    range: Range<usize>,
    /// The column of the comment in it, if it is not blank.
    comment: Option<usize>,
}

impl Moved<'_> {
    fn refuse(&self, child: &Child, reason: &str) -> Refusal {
        Refusal::new(Span::empty(child.start), reason)
    }

    /// Each place gets another child's text; brackets, commas and line breaks stay.
    fn in_flow(&self, collection: NodeId) -> Result<Vec<Edit>, Refusal> {
        let (doc, text) = (self.doc, self.doc.text());
        let whole = doc.node(collection).span.range();
        if comment_in(doc, whole).is_some() {
            return Err(Refusal::of(doc, collection, "a comment stands between the brackets"));
        }
        let range = |child: &Child| {
            let value = doc.node(child.value);
            let is_pair = matches!(value.kind, Kind::Mapping { style: Style::Flow, .. })
                && !has_brackets(doc, child.value);
            let is_sure = !value.span.is_empty()
                && !is_pair
                && child.key.is_none_or(|key| !doc.node(key).span.is_empty());
            is_sure
                .then_some(child.start..value.span.end as usize)
                .ok_or_else(|| self.refuse(child, "it is not sure where this begins and ends"))
        };
        let ranges = self.children.iter().map(range).collect::<Result<Vec<_>, _>>()?;
        let slots = self.slots.clone().filter(|&slot| self.order[slot] != slot);
        let edit = |slot: usize| {
            let other = text.get(ranges[self.order[slot]].clone()).unwrap_or_default();
            Edit::replace(Span::new(ranges[slot].start, ranges[slot].end), other)
        };
        Ok(slots.map(edit).collect())
    }

    fn in_block(&self) -> Result<Vec<Edit>, Refusal> {
        let text = self.doc.text();
        let chunks = self.chunks()?;
        let (from, to) = (self.slots.start, self.slots.end - 1);
        let region = chunks[from].range.start..chunks[to].range.end;
        let ends_open = line_end(text, region.end.saturating_sub(1)) == region.end;
        let mut new = String::with_capacity(region.len() + 2);
        for slot in self.slots.clone() {
            let (at, child) = (self.order[slot], &self.children[self.order[slot]]);
            if kept_tail(self.doc, child.value).is_some() {
                return Err(self.refuse(child, "blank lines after this are part of its value"));
            }
            let is_at_end = ends_open && (slot == to || at == to);
            if is_at_end && last_block_scalar(self.doc, child.value).is_some() {
                return Err(self.refuse(child, "this ends with the file, without a line break"));
            }
            new.push_str(text.get(chunks[at].range.clone()).unwrap_or_default());
            if slot == to {
                break;
            }
            if !new.ends_with(['\n', '\r']) {
                new.push_str(break_near(text, region.end));
            }
            let separator = chunks[slot].range.end..chunks[slot + 1].range.start;
            new.push_str(text.get(separator).unwrap_or_default());
        }
        if ends_open {
            new.truncate(new.trim_end_matches(['\n', '\r']).len());
        }
        Ok(vec![Edit::replace(Span::new(region.start, region.end), new)])
    }

    /// Takes the text apart: what stands between two chunks are blank lines.
    fn chunks(&self) -> Result<Vec<Chunk>, Refusal> {
        let text = self.doc.text();
        let mut chunks = Vec::with_capacity(self.children.len());
        for child in self.children {
            if !is_first_on_line(text, child.start) {
                return Err(self.refuse(child, "this does not begin its line"));
            }
            let end = after_break(text, line_end(text, self.last_byte(child)));
            chunks.push(Chunk { range: line_start(text, child.start)..end, own_end: end });
        }
        if let Some((first, child)) = chunks.first_mut().zip(self.children.first()) {
            first.range.start = self.above_first(child);
        }
        for at in 0..chunks.len() {
            let child = &self.children[at];
            let next = self.children.get(at + 1);
            let until = next.map_or(text.len(), |next| line_start(text, next.start));
            let lines = self.lines(chunks[at].own_end..until);
            if let (Some(next), true) =
                (next, lines.last().map_or(chunks[at].own_end, |line| line.range.end) != until)
            {
                return Err(self.refuse(next, "something unknown stands before this"));
            }
            let own = self.below(child, &lines, next.is_some());
            if let Some(line) = own.checked_sub(1).and_then(|last| lines.get(last)) {
                chunks[at].range.end = line.range.end;
            }
            let lead = lines.iter().skip(own).find(|line| line.comment.is_some());
            if let (Some(line), Some(next)) = (lead, chunks.get_mut(at + 1)) {
                next.range.start = line.range.start;
            }
        }
        Ok(chunks)
    }

    /// The end of all that a child consists of.
    fn last_byte(&self, child: &Child) -> usize {
        let nodes =
            [child.key, Some(child.value)].into_iter().flatten().map(|id| self.doc.node(id));
        let ends = nodes.flat_map(|node| {
            let properties = [&node.anchor, &node.tag].into_iter().flatten();
            properties.map(|named| named.span.end).chain([node.span.end])
        });
        ends.max().map_or(child.start, |end| end as usize)
    }

    /// Gives the blank lines and comment lines at the start of a range.
    fn lines(&self, range: Range<usize>) -> Vec<Line> {
        let text = self.doc.text();
        let mut lines = Vec::new();
        let mut at = range.start;
        while at < range.end {
            let end = after_break(text, line_end(text, at)).min(range.end);
            let content = text.get(at..end).unwrap_or_default();
            let inside = content.trim_start_matches([' ', '\t']);
            let comment =
                inside.starts_with('#').then(|| column(text, at + content.len() - inside.len()));
            if comment.is_none() && !inside.trim().is_empty() {
                break;
            }
            lines.push(Line { range: at..end, comment });
            at = end;
        }
        lines
    }

    /// Gives how many of the lines below a child belong to it.
    fn below(&self, child: &Child, lines: &[Line], is_between: bool) -> usize {
        let text = self.doc.text();
        let own_column = column(text, child.start);
        // An item may stand right below its key; commented out, it is no comment of the next key.
        let has_items_here =
            matches!(self.doc.node(child.value).kind, Kind::Sequence { style: Style::Block, .. })
                && column(text, self.doc.node(child.value).span.start as usize) == own_column;
        let is_deeper = |line: &Line| {
            line.comment.is_some_and(|column| {
                let content = text.get(line.range.clone()).unwrap_or_default().trim_start();
                let comment = content.trim_start_matches('#').trim_start();
                // Editors put the `#` at the start of the line, and the text stays where it was.
                let text_column = column + content.len() - comment.len();
                column > own_column
                    || (column < own_column && text_column > own_column + "# ".len())
                    || (has_items_here && column == own_column && comment.starts_with("- "))
            })
        };
        let deeper = lines.iter().take_while(|line| line.comment.is_none() || is_deeper(line));
        let own = deeper.collect::<Vec<_>>().iter().rposition(|line| line.comment.is_some());
        let own = own.map_or(0, |last| last + 1);
        let touching = lines.iter().skip(own).take_while(|line| line.comment.is_some()).count();
        match lines.get(own + touching) {
            Some(_) if is_between => own + touching,
            _ => own,
        }
    }

    /// Gives where the comments that belong to the first child begin.
    fn above_first(&self, child: &Child) -> usize {
        let text = self.doc.text();
        let own = line_start(text, child.start);
        let own_column = column(text, child.start);
        let mut start = own;
        while let Some(above) = line_before(text, start) {
            let line = text.get(above..start).unwrap_or_default();
            let inside = line.trim_start_matches([' ', '\t']);
            if !inside.starts_with('#') {
                // What opens the document is about all of it.
                let opens =
                    self.doc.node(child.key.unwrap_or(child.value)).parent.is_some_and(|parent| {
                        self.doc.node(parent).parent.is_none() && inside.starts_with("---")
                    });
                return if opens { own } else { start };
            }
            if column(text, above + line.len() - inside.len()) > own_column {
                return start;
            }
            start = above;
        }
        // The file opens with it.
        own
    }
}

/// Gives the start of the line before the one that starts at an offset.
fn line_before(text: &str, start: usize) -> Option<usize> {
    let before = text.get(..start)?;
    let before = before.strip_suffix('\n').or_else(|| before.strip_suffix('\r'))?;
    let before = if text.get(before.len()..start) == Some("\n") {
        before.strip_suffix('\r').unwrap_or(before)
    } else {
        before
    };
    Some(line_start(text, before.len()))
}
