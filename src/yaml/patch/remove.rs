//! Pairs and items that go.

use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::yaml::document::{Document, Kind, NodeId, Style};
use crate::yaml::lines::{
    after_break, column, is_first_on_line, line_end, line_start, skip_trivia,
};
use crate::yaml::patch::layout::{
    comment_in, has_brackets, kept_tail, last_block_scalar, outer_start, style,
};
use crate::yaml::patch::{Change, Patch, Refusal, Value, replace_value};

/// Removes a mapping's pair (given by its key) or a sequence's item with its own line and its
/// trailing comment. Where it is the last one left, the empty collection that remains is written
/// as `{}` or `[]`. Comments on lines above stay.
///
/// # Errors
/// A place where it can't be removed without touching something else.
pub fn remove(doc: &Document, key_or_item: NodeId) -> Result<Patch, Refusal> {
    let refuse = |reason: &str| Refusal::of(doc, key_or_item, reason);
    let parent = doc.node(key_or_item).parent.ok_or_else(|| refuse("this is a whole document"))?;
    let children = children(doc, parent);
    let mut from = children.iter().skip_while(|child| child.id != key_or_item);
    let child = from.next().ok_or_else(|| refuse("this is neither a key nor an item"))?;
    let next = from.next();
    let previous = children.iter().take_while(|child| child.id != key_or_item).last();
    let edits = match style(doc, parent) {
        _ if children.len() == 1 => empty(doc, parent)?,
        Some(Style::Block) => vec![remove_lines(doc, previous, child, next)?],
        _ => vec![remove_in_flow(doc, previous, child, next)?],
    };
    Ok(Patch { edits, changes: vec![Change::Remove(key_or_item)] })
}

/// Leaves nothing behind a mapping's key or a dash: the value goes with its own lines and the comments
/// on them. Comments between it and its key stay, and so do its tag and anchor.
///
/// # Errors
/// A place where the value can't go without touching something else.
pub fn clear(doc: &Document, value: NodeId) -> Result<Patch, Refusal> {
    if doc.node(value).parent.is_none() {
        return Err(Refusal::of(doc, value, "this is a whole document"));
    }
    let children = children(doc, value);
    let lines = match (style(doc, value), children.first(), children.last()) {
        (Some(Style::Block), Some(first), Some(last))
            if is_first_on_line(doc.text(), first.start) =>
        {
            Child { id: value, start: first.start, end: last.end, last: last.last }
        }
        _ => return replace_value(doc, value, &Value::Null),
    };
    let edit = remove_lines(doc, None, &lines, None)?;
    Ok(Patch { edits: vec![edit], changes: vec![Change::Replace(value, Value::Null)] })
}

/// A pair or an item, as it stands in the text.
struct Child {
    /// The key, or the item's value.
    id: NodeId,
    /// Its first byte, dash or `?` included.
    start: usize,
    /// Behind its last byte.
    end: usize,
    /// The node that it ends with.
    last: NodeId,
}

fn children(doc: &Document, parent: NodeId) -> Vec<Child> {
    let end = |id| doc.node(id).span.end as usize;
    let entries = doc.entries(parent).iter().map(|entry| Child {
        id: entry.key,
        start: key_start(doc, parent, entry.key),
        end: end(entry.value),
        last: entry.value,
    });
    let items = doc.items(parent).iter().map(|item| Child {
        id: item.value,
        start: outer_start(doc, item.value).min(item.start as usize),
        end: end(item.value),
        last: item.value,
    });
    entries.chain(items).collect()
}

/// Gives the start of a pair: its key with the properties, or the `?` before.
fn key_start(doc: &Document, mapping: NodeId, key: NodeId) -> usize {
    let start = outer_start(doc, key);
    let before = doc.text().get(doc.node(mapping).span.start as usize..start).unwrap_or_default();
    let trimmed = before.trim_end();
    let is_explicit = trimmed.len() < before.len() && trimmed.ends_with('?');
    if is_explicit { start - (before.len() - trimmed.len()) - 1 } else { start }
}

fn remove_lines(
    doc: &Document,
    previous: Option<&Child>,
    child: &Child,
    next: Option<&Child>,
) -> Result<Edit, Refusal> {
    let text = doc.text();
    if !is_first_on_line(text, child.start) {
        // The first pair of a mapping on its dash's line: the next one takes its place.
        let next = next.map_or(child.end, |next| next.start);
        let own = line_end(text, child.end);
        return match comment_in(doc, own..next) {
            Some(comment) => Err(Refusal::new(comment, "a comment stands before the next entry")),
            None => Ok(Edit::replace(Span::new(child.start, next), "")),
        };
    }
    let end = line_end(text, child.end);
    let start = line_start(text, child.start);
    let behind = kept_tail(doc, child.last).unwrap_or_else(|| after_break(text, end));
    let scalar = previous.and_then(|previous| last_block_scalar(doc, previous.last));
    if scalar.is_some_and(|scalar| would_join(doc, scalar, behind)) {
        let reason = "the lines below would become part of the block scalar above";
        return Err(Refusal::new(Span::new(start, end), reason));
    }
    if behind > end || start == 0 || scalar.is_some() {
        return Ok(Edit::replace(Span::new(start, behind), ""));
    }
    // The last line of a file without a final line end: the end of the line before goes instead,
    // unless it is part of a block scalar's value.
    let before = text.get(..start).unwrap_or_default();
    let before = before.strip_suffix('\n').unwrap_or(before);
    let before = before.strip_suffix('\r').unwrap_or(before);
    Ok(Edit::replace(Span::new(before.len(), behind), ""))
}

/// Tells whether the lines from `below` on would be read as a block scalar's if they followed it.
fn would_join(doc: &Document, scalar: NodeId, below: usize) -> bool {
    let text = doc.text();
    let rest = text.get(below..).unwrap_or_default();
    let first = below + (rest.len() - rest.trim_start().len());
    let has_blank_line = line_start(text, first) > below;
    let is_comment = text.as_bytes().get(first) == Some(&b'#');
    (has_blank_line && kept_tail(doc, scalar).is_some())
        || (is_comment && column(text, first) >= doc.block_indent(scalar))
}

fn remove_in_flow(
    doc: &Document,
    previous: Option<&Child>,
    child: &Child,
    next: Option<&Child>,
) -> Result<Edit, Refusal> {
    let text = doc.text();
    let span = match (previous, next) {
        (_, Some(next)) => child.start..next.start,
        (Some(previous), None) => previous.end..child.end,
        (None, None) => child.start..child.end,
    };
    let Some(comment) = comment_in(doc, span.clone()) else {
        return Ok(Edit::replace(Span::new(span.start, span.end), ""));
    };
    // With comments between, only a child that has its lines to itself can go.
    let end = line_end(text, child.end);
    let comma = skip_trivia(text, child.end);
    let rest_start = if text.as_bytes().get(comma) == Some(&b',') { comma + 1 } else { child.end };
    let alone = is_first_on_line(text, child.start) && skip_trivia(text, rest_start) > end;
    match alone {
        true => {
            let span = Span::new(line_start(text, child.start), after_break(text, end));
            Ok(Edit::replace(span, ""))
        }
        false => Err(Refusal::new(comment, "a comment stands beside what is to be removed")),
    }
}

/// Gives the edits that leave an empty collection.
fn empty(doc: &Document, collection: NodeId) -> Result<Vec<Edit>, Refusal> {
    let node = doc.node(collection);
    if style(doc, collection) == Some(Style::Block) {
        let new = match node.kind {
            Kind::Mapping { .. } => Value::Map(Vec::new()),
            _ => Value::List(Vec::new()),
        };
        return Ok(replace_value(doc, collection, &new)?.edits);
    }
    let (start, end) = (node.span.start as usize + 1, (node.span.end as usize).saturating_sub(1));
    if !has_brackets(doc, collection) {
        return Err(Refusal::of(doc, collection, "a pair in a flow sequence has no braces"));
    }
    match comment_in(doc, start..end) {
        Some(comment) => {
            Err(Refusal::new(comment, "a comment stands beside what is to be removed"))
        }
        None => Ok(vec![Edit::replace(Span::new(start, end), "")]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::patch::testing::after;

    #[test]
    fn removals() {
        let cases = [
            ("a: 1\n# c\nb: # d\n  - 2 # e\n# f\nc: 3\n", "b?", "a: 1\n# c\n# f\nc: 3\n"),
            ("a: 1\nb: 2", "b?", "a: 1"),
            ("a: 1\r\nb: 2", "b?", "a: 1"),
            ("a: 1\nb: 2\n", "a?", "b: 2\n"),
            ("s:\n  - a: 1 # c\n    b: 2\n", "s.0.a?", "s:\n  - b: 2\n"),
            (
                "s:\n  - a: 1\n    # c\n    b: 2\n",
                "s.0.a?",
                "refused: a comment stands before the next entry",
            ),
            ("a: |+\n  x\n\nb: 1\n", "a?", "b: 1\n"),
            ("a: |+\n  x\n\nb: 1", "b?", "a: |+\n  x\n\n"),
            (
                "a: |+\n  x\nb: 1\n\nc: 1\n",
                "b?",
                "refused: the lines below would become part of the block scalar above",
            ),
            (
                "- >\n  x\n- b\n   # c\n- d\n",
                "1",
                "refused: the lines below would become part of the block scalar above",
            ),
            ("s:\n- a\n- b # c\n", "s.1", "s:\n- a\n"),
            ("s:\n- a\n", "s.0", "s: []\n"),
            ("s: # c\n  a: 1\n", "s.a?", "s: {} # c\n"),
            ("a: 1\n", "a?", "{}\n"),
            ("? a\n: 1\n? b\n: 2\n", "b?", "? a\n: 1\n"),
            ("s: [a, b, c]\n", "s.1", "s: [a, c]\n"),
            ("s: [a, b, ]\n", "s.1", "s: [a, ]\n"),
            ("s: [a]\n", "s.0", "s: []\n"),
            ("s: {a: 1, b: 2}\n", "s.b?", "s: {a: 1}\n"),
            ("s: {\n  a: 1,\n  b: 2\n}\n", "s.b?", "s: {\n  a: 1\n}\n"),
            ("s: [\n  a, # c\n  b # d\n]\n", "s.1", "s: [\n  a, # c\n]\n"),
            ("s: [\n  a, # c\n  b # d\n]\n", "s.0", "s: [\n  b # d\n]\n"),
            ("s: [a, # c\n  b]\n", "s.0", "refused: a comment stands beside what is to be removed"),
            ("a: 1\n", "", "refused: this is a whole document"),
            ("a: 1\n", "a", "refused: this is neither a key nor an item"),
        ];
        for (before, path, expected) in cases {
            assert_eq!(after(before, path, remove), expected, "{before}");
        }
    }

    #[test]
    fn values_that_go() {
        let cases = [
            ("a:\n  b: 1\nc: 2\n", "a", "a:\nc: 2\n"),
            (
                "a: # c\n  # d\n  b: # e\n    - 1\n    # f\n    - 2 # g\n  # h\nc: 2\n",
                "a",
                "a: # c\n  # d\n  # h\nc: 2\n",
            ),
            ("a: &x !t\n  b: 1\n", "a", "a: &x !t\n"),
            ("a:\r\n- 1\r\n- 2", "a", "a:"),
            ("a:\n  b: |+\n    x\n\nc: 2\n", "a", "a:\nc: 2\n"),
            ("a: x # c\nb: 1\n", "a", "a: # c\nb: 1\n"),
            ("s:\n  -\n    a: 1\n  - b\n", "s.0", "s:\n  -\n  - b\n"),
            (
                "s:\n  - a: 1\n    # c\n    b: 2\n",
                "s.0",
                "refused: a comment stands in the way of the new value",
            ),
        ];
        for (before, path, expected) in cases {
            assert_eq!(after(before, path, clear), expected, "{before}");
        }
    }
}
