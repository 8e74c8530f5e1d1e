//! How a file is laid out around a node: what new text must look like to fit in.

use crate::text::span::Span;
use crate::yaml::decode;
use crate::yaml::document::{Document, Entry, Item, Kind, Node, NodeId, ScalarStyle, Style};
use crate::yaml::lines::{column, is_first_on_line, skip_trivia};

/// Indentation of a mapping in a mapping where a file shows none.
const DEFAULT_STEP: usize = 2;

/// Gives the offset at which a node starts with its tag and anchor.
pub(super) fn outer_start(doc: &Document, id: NodeId) -> usize {
    let node = doc.node(id);
    let properties = [&node.anchor, &node.tag].into_iter().flatten();
    let start = properties.map(|named| named.span.start).min();
    start.unwrap_or(u32::MAX).min(node.span.start) as usize
}

/// Tells whether a node stands in a flow collection.
pub(super) fn is_in_flow(doc: &Document, id: NodeId) -> bool {
    doc.node(id).parent.is_some_and(|parent| style(doc, parent) == Some(Style::Flow))
}

/// Gives a collection's style; nothing for another node.
pub(super) fn style(doc: &Document, id: NodeId) -> Option<Style> {
    match &doc.node(id).kind {
        Kind::Mapping { style, .. } | Kind::Sequence { style, .. } => Some(*style),
        _ => None,
    }
}

/// Gives the column at which a node starts, without its tag and anchor.
pub(super) fn column_of(doc: &Document, id: NodeId) -> usize {
    column(doc.text(), doc.node(id).span.start as usize)
}

/// Gives how much deeper than its key's column a mapping in a mapping is indented, as near to
/// `id` as the file shows it.
pub(super) fn mapping_step(doc: &Document, id: NodeId) -> usize {
    let is_mapping = |id: &NodeId| matches!(doc.node(*id).kind, Kind::Mapping { .. });
    let mut above = ancestors(doc, id);
    above
        .find_map(|id| {
            let mut values = doc.entries(id).iter().map(|entry| entry.value).filter(is_mapping);
            values.find_map(|value| nested(doc, value))
        })
        .or_else(|| {
            let mut all = doc.nodes().map(|(id, _)| id).filter(is_mapping);
            all.find_map(|id| nested(doc, id))
        })
        .filter(|&step| step > 0)
        .unwrap_or(DEFAULT_STEP)
}

/// Gives how much deeper than its key's column a sequence in a mapping is indented, as near to
/// `id` as the file shows it: often not at all.
pub(super) fn sequence_step(doc: &Document, id: NodeId) -> usize {
    let is_sequence = |node: &Node| matches!(node.kind, Kind::Sequence { .. });
    ancestors(doc, id)
        .find_map(|above| {
            let mut inside = descendants(doc, above).filter(|id| is_sequence(doc.node(*id)));
            inside.find_map(|sequence| nested(doc, sequence))
        })
        .unwrap_or_else(|| mapping_step(doc, id))
}

/// Tells whether a mapping's keys are all in double quotes, as JSON has them; for a mapping
/// without keys and for a sequence the next mapping above tells.
pub(super) fn is_json(doc: &Document, id: NodeId) -> bool {
    let is_double =
        |entry: &Entry| matches!(doc.node(entry.key).kind, Kind::Scalar(ScalarStyle::Double));
    ancestors(doc, id)
        .map(|id| doc.entries(id))
        .find(|entries| !entries.is_empty())
        .is_some_and(|entries| entries.iter().all(is_double))
}

/// Gives the first comment that touches a range.
pub(super) fn comment_in(doc: &Document, range: std::ops::Range<usize>) -> Option<Span> {
    let comments = doc.comments();
    let at = comments.partition_point(|comment| (comment.end as usize) <= range.start);
    comments.get(at).copied().filter(|comment| (comment.start as usize) < range.end)
}

/// Walks from a node up to its root, itself included.
pub(super) fn ancestors(doc: &Document, id: NodeId) -> impl Iterator<Item = NodeId> {
    std::iter::successors(Some(id), |id| doc.node(*id).parent)
}

/// Walks through all nodes inside a node.
fn descendants(doc: &Document, id: NodeId) -> impl Iterator<Item = NodeId> {
    let inside = move |(_, node): &(NodeId, &Node)| node.parent.is_some_and(|parent| parent >= id);
    doc.nodes().skip(id.0 as usize + 1).take_while(inside).map(|(id, _)| id)
}

/// Gives how much deeper than its mapping a block collection that is a mapping's value starts.
fn nested(doc: &Document, id: NodeId) -> Option<usize> {
    let parent = doc.node(id).parent?;
    let is_block = |id| style(doc, id) == Some(Style::Block);
    let in_mapping = matches!(doc.node(parent).kind, Kind::Mapping { .. });
    let own_line = is_first_on_line(doc.text(), doc.node(id).span.start as usize);
    if !(is_block(id) && is_block(parent) && in_mapping && own_line) {
        return None;
    }
    column_of(doc, id).checked_sub(column_of(doc, parent))
}

/// Gives the offset behind the colon of a mapping's value; nothing where the value has no colon
/// (`{a}`), is none, or where the file breaks off before its colon is read.
pub(super) fn behind_colon(doc: &Document, value: NodeId) -> Option<usize> {
    let entry = entry_of(doc, value).filter(|entry| entry.value == value)?;
    let colon = skip_trivia(doc.text(), doc.node(entry.key).span.end as usize);
    let is_read = colon < doc.node(value).span.start as usize;
    (is_read && doc.text().as_bytes().get(colon) == Some(&b':')).then_some(colon + 1)
}

/// Gives the pair that a node is the key or the value of.
pub(super) fn entry_of(doc: &Document, id: NodeId) -> Option<Entry> {
    let entries = doc.entries(doc.node(id).parent?);
    // Keys and values stand in order of the arena.
    let at = entries.partition_point(|entry| entry.value < id);
    entries.get(at).copied().filter(|entry| entry.key == id || entry.value == id)
}

/// Gives the sequence's item that a node is.
pub(super) fn item_of(doc: &Document, id: NodeId) -> Option<Item> {
    let items = doc.items(doc.node(id).parent?);
    let at = items.partition_point(|item| item.value < id);
    items.get(at).copied().filter(|item| item.value == id)
}

/// Gives the block scalar at the end of a node, if its text ends with one.
pub(super) fn last_block_scalar(doc: &Document, last: NodeId) -> Option<NodeId> {
    let leaf = std::iter::successors(Some(last), |id| match &doc.node(*id).kind {
        Kind::Mapping { style: Style::Block, entries } => Some(entries.last()?.value),
        Kind::Sequence { style: Style::Block, items } => Some(items.last()?.value),
        _ => None,
    });
    let is_block = |leaf: &NodeId| {
        matches!(doc.node(*leaf).kind, Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded))
    };
    leaf.last().filter(is_block)
}

/// Gives the end of the blank run that belongs to the `|+` scalar at the end of a node, if there
/// is one.
pub(super) fn kept_tail(doc: &Document, last: NodeId) -> Option<usize> {
    let leaf = last_block_scalar(doc, last)?;
    let header = doc.node(leaf).span.start as usize;
    (decode::chomping(doc.text(), header) == decode::Chomping::Keep)
        .then(|| decode::block_tail_end(doc.text(), header, doc.block_indent(leaf)))
}

/// Tells whether a flow collection stands in brackets: a pair in a flow sequence (`[a: b]`) does
/// not.
pub(super) fn has_brackets(doc: &Document, collection: NodeId) -> bool {
    let node = doc.node(collection);
    let first = match &node.kind {
        Kind::Mapping { entries, .. } => entries.first().map(|entry| entry.key),
        Kind::Sequence { items, .. } => items.first().map(|item| item.value),
        _ => None,
    };
    first.is_none_or(|first| outer_start(doc, first) > node.span.start as usize)
        && doc.text().get(node.span.range()).is_some_and(|source| source.ends_with(['}', ']']))
}
