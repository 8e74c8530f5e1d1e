//! Another value in the place of one.

use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::yaml::document::{Document, Kind, NodeId, Style};
use crate::yaml::lines::{break_near, column, is_first_on_line, line_end};
use crate::yaml::patch::layout::{behind_colon, column_of, comment_in, is_in_flow, item_of};
use crate::yaml::patch::render::{Lines, Renderer};
use crate::yaml::patch::{Change, Patch, Refusal, Value};

/// Replaces a value (an empty one, `~`, `{}`, an alias, a scalar or a whole collection) by a new
/// one, in block style where the surroundings are block style. The value's own tag and anchor
/// stay, and so does a comment on the key's line.
///
/// # Errors
/// A place where the value can't be written, or where a comment inside the old value would go.
pub fn replace_value(doc: &Document, value: NodeId, new: &Value) -> Result<Patch, Refusal> {
    let edits = match is_in_flow(doc, value) {
        true => in_flow(doc, value, new)?,
        false => in_block(doc, value, new)?,
    };
    Ok(Patch { edits, changes: vec![Change::Replace(value, new.clone())] })
}

fn in_flow(doc: &Document, value: NodeId, new: &Value) -> Result<Vec<Edit>, Refusal> {
    let inline = Renderer::near(doc, value).inline(new, Style::Flow)?;
    let span = doc.node(value).span;
    refuse_comments(doc, span.start as usize, span.end as usize)?;
    if !span.is_empty() {
        return Ok(vec![Edit::replace(span, inline)]);
    }
    // `{a}` has no colon yet.
    let colon = if behind_colon(doc, value).is_none() { ":" } else { "" };
    Ok(vec![Edit::insert(span.start as usize, format!("{colon} {inline}"))])
}

fn in_block(doc: &Document, value: NodeId, new: &Value) -> Result<Vec<Edit>, Refusal> {
    let text = doc.text();
    let span = doc.node(value).span;
    let (start, end) = (span.start as usize, span.end as usize);
    let (behind, lines) = rendered(doc, value, new)?;
    let line_break = break_near(text, end);
    let rest: String = lines.rest.iter().map(|line| format!("{line_break}{line}")).collect();
    let first = lines.first;

    let starts_below = text.get(behind..start).is_some_and(|it| it.contains(['\n', '\r']));
    if starts_below {
        let from = line_end(text, behind);
        refuse_comments(doc, from, end)?;
        if rest.is_empty() && from != behind {
            // What stands behind the old value would join the comment on the key's line.
            refuse_comments(doc, end, line_end(text, end))?;
        }
        return Ok(match from == behind {
            true => vec![Edit::replace(Span::new(from, end), format!("{first}{rest}"))],
            false => vec![Edit::insert(behind, first), Edit::replace(Span::new(from, end), rest)],
        });
    }
    // Blanks before the value stay where a value stays behind them.
    let (from, first) = match first.strip_prefix(' ') {
        Some(first) if start > behind => (start, first.to_owned()),
        _ => (behind, first),
    };
    refuse_comments(doc, from, end)?;
    let tail = line_end(text, end);
    Ok(match rest.is_empty() || tail == end {
        true => vec![Edit::replace(Span::new(from, end), format!("{first}{rest}"))],
        // A comment behind the old value stays on its line.
        false => vec![Edit::replace(Span::new(from, end), first), Edit::insert(tail, rest)],
    })
}

/// Writes the new value, and gives the offset behind what announces the old one: its properties,
/// its colon or its dash.
fn rendered(doc: &Document, value: NodeId, new: &Value) -> Result<(usize, Lines), Refusal> {
    let text = doc.text();
    let node = doc.node(value);
    let start = node.span.start as usize;
    let properties = [&node.anchor, &node.tag].into_iter().flatten();
    let properties = properties.map(|named| named.span.end as usize).max();
    let renderer = Renderer::near(doc, value);
    let (behind, first_column) = match node.parent.map(|parent| (parent, &doc.node(parent).kind)) {
        Some((parent, Kind::Mapping { .. })) => {
            let Some(colon) = behind_colon(doc, value) else {
                return Err(Refusal::of(doc, value, "this is no value behind a colon"));
            };
            let lines = renderer.under_key(new, column_of(doc, parent))?;
            return Ok((properties.unwrap_or(colon), lines));
        }
        Some((_, Kind::Sequence { .. })) => {
            let dash = item_of(doc, value).map_or(start, |item| item.start as usize);
            let same_line = text.get(dash..start).is_some_and(|it| !it.contains(['\n', '\r']));
            let inside = if same_line && start > dash + 1 && properties.is_none() {
                column(text, start)
            } else {
                column(text, dash) + 2
            };
            (properties.unwrap_or(dash + 1), inside)
        }
        None if *new == Value::Null => {
            return Err(Refusal::of(doc, value, "a document without a value is not written"));
        }
        _ if is_first_on_line(text, start) && properties.is_none() => (start, 0),
        _ => return Err(Refusal::of(doc, value, "the document's value does not start its line")),
    };
    let mut rest = renderer.block(new, first_column)?;
    if properties.is_some() && rest.len() > 1 {
        return Err(Refusal::of(doc, value, "a tag or an anchor stands before the item"));
    }
    let first = rest.remove(0);
    let first = first.trim_start_matches(' ');
    let blank = if first.is_empty() || behind == start && node.parent.is_none() { "" } else { " " };
    Ok((behind, Lines { first: format!("{blank}{first}"), rest }))
}

fn refuse_comments(doc: &Document, start: usize, end: usize) -> Result<(), Refusal> {
    match comment_in(doc, start..end) {
        Some(comment) => Err(Refusal::new(comment, "a comment stands in the way of the new value")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::patch::testing::{after, list, map, string};

    #[test]
    fn values() {
        let nested = map(&[("aliases", list(&["old"]))]);
        let one = string("v");
        let cases = [
            (
                "a:\n  h: # c\nb: 1\n",
                "a.h",
                &nested,
                "a:\n  h: # c\n    aliases:\n      - old\nb: 1\n",
            ),
            ("a:\n  h:", "a.h", &nested, "a:\n  h:\n    aliases:\n      - old"),
            ("h: ~ # c\n", "h", &nested, "h: # c\n  aliases:\n    - old\n"),
            ("h: {}\r\n", "h", &nested, "h:\r\n  aliases:\r\n    - old\r\n"),
            ("b: &x [a]\nh: *x\n", "h", &nested, "b: &x [a]\nh:\n  aliases:\n    - old\n"),
            ("h: [a,\n  b] # c\n", "h", &nested, "h: # c\n  aliases:\n    - old\n"),
            (
                "h: &x # c\n  - a # d\nb: 1\n",
                "h",
                &nested,
                "h: &x # c\n  aliases:\n    - old # d\nb: 1\n",
            ),
            ("h:\n- a\n- b\nb: 1\n", "h", &nested, "h:\n  aliases:\n  - old\nb: 1\n"),
            ("h: |\n  a\n\nb: 1\n", "h", &nested, "h:\n  aliases:\n    - old\n\nb: 1\n"),
            ("h:   a # c\n", "h", &one, "h:   v # c\n"),
            ("h: # c\n", "h", &one, "h: v # c\n"),
            ("h:\n  a: 1\n", "h", &one, "h: v\n"),
            ("h: # c\n  a: 1\n", "h", &one, "h: v # c\n"),
            ("h:\n  a: 1 # c\n", "h", &one, "h: v # c\n"),
            (
                "h: # c\n  a: 1 # d\n",
                "h",
                &one,
                "refused: a comment stands in the way of the new value",
            ),
            ("h: a\n", "h", &Value::Null, "h:\n"),
            ("h:\n  - a # c\n  -\n", "h.0", &nested, "h:\n  - aliases: # c\n      - old\n  -\n"),
            ("h:\n  - a\n  -\n", "h.1", &nested, "h:\n  - a\n  - aliases:\n      - old\n"),
            ("h:\n  - a: 1\n    b: 2\n  - c\n", "h.0", &one, "h:\n  - v\n  - c\n"),
            ("h:\n  -\n    a: 1\n", "h.0", &one, "h:\n  - v\n"),
            ("a: 1\n", "", &nested, "aliases:\n  - old\n"),
            ("--- a\n", "", &nested, "refused: the document's value does not start its line"),
            ("h: {a: 1}\n", "h.a", &nested, "h: {a: {aliases: [old]}}\n"),
            ("h: {a: }\n", "h.a", &one, "h: {a: v }\n"),
            ("h: {a}\n", "h.a", &one, "h: {a: v}\n"),
            ("h: [a, b]\n", "h.1", &one, "h: [a, v]\n"),
            (
                "h:\n  # c\n  a: 1\n",
                "h",
                &one,
                "refused: a comment stands in the way of the new value",
            ),
        ];
        for (before, path, new, expected) in cases {
            let text = after(before, path, |doc, id| replace_value(doc, id, new));
            assert_eq!(text, expected, "{before}");
        }
    }

    /// Where a file breaks off, its tree may end with a value that is not written.
    #[test]
    fn a_file_that_breaks_off_is_no_panic() {
        for text in ["volumes:\n  a\0b:\n  c:\n", "a:\n  b: [c\nd:", "- a:\n   - 'b", "? a"] {
            let (doc, _) = Document::parse(&std::sync::Arc::from(text));
            for (id, _) in doc.nodes() {
                if let Ok(patch) = replace_value(&doc, id, &map(&[("k", string("v"))])) {
                    let edits = crate::text::edit::TextEdit::new(patch.edits).unwrap();
                    assert!(edits.apply(text).contains("k: v"), "{text:?}");
                }
            }
        }
    }
}
