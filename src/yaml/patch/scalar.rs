//! Scalars with another value, in their own quoting style.

use std::ops::Range;

use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::yaml::decode;
use crate::yaml::document::{Document, Kind, NodeId, ScalarStyle};
use crate::yaml::lines::{is_first_on_line, line_end};
use crate::yaml::patch::layout::{entry_of, is_in_flow};
use crate::yaml::patch::{Change, Patch, Refusal, Value, replace_value};
use crate::yaml::scalar::{Plain, escape, plain, spell};

/// Gives a key another name, in the key's own quoting style.
///
/// # Errors
/// A key that is no scalar, or a block scalar.
pub fn rename_key(doc: &Document, key: NodeId, new: &str) -> Result<Patch, Refusal> {
    let (old, style) = own_value(doc, key)?;
    if old == new {
        return Ok(Patch::default());
    }
    let edits = vec![respell(doc, key, &old, style, new)?];
    Ok(Patch { edits, changes: vec![Change::RenameKey(key, new.to_owned())] })
}

/// Replaces a scalar's whole value, in its own quoting style.
///
/// # Errors
/// A node that is no scalar, or a block scalar.
pub fn set_scalar(doc: &Document, node: NodeId, new: &str) -> Result<Patch, Refusal> {
    let (old, style) = own_value(doc, node)?;
    if old == new {
        return Ok(Patch::default());
    }
    let edits = match doc.node(node).span.is_empty() {
        true => replace_value(doc, node, &Value::String(new.to_owned()))?.edits,
        false => vec![respell(doc, node, &old, style, new)?],
    };
    Ok(Patch { edits, changes: vec![change(doc, node, new)] })
}

/// Replaces parts of a scalar's value, given as byte ranges of the value in order: only those
/// bytes change in the file. Works in every style, block scalars too.
///
/// # Errors
/// A range that does not stand in the file as it does in the value, or a new text that the
/// scalar's style can't hold (it is never re-quoted here unless a plain scalar would change type).
pub fn splice_scalar(
    doc: &Document,
    node: NodeId,
    parts: &[(Range<usize>, String)],
) -> Result<Patch, Refusal> {
    let (old, style) = own_value(doc, node)?;
    if doc.node(node).span.is_empty() && !parts.is_empty() {
        return Err(Refusal::of(doc, node, "nothing stands here that could be changed"));
    }
    let refuse = |reason: &str| Refusal::of(doc, node, reason);
    let mut new = String::with_capacity(old.len());
    let mut edits = Vec::with_capacity(parts.len());
    let mut at = 0;
    for (range, insert) in parts {
        let kept = old.get(at..range.start);
        let kept = kept.ok_or_else(|| refuse("the parts to replace are not in order"))?;
        new.push_str(kept);
        new.push_str(insert);
        at = range.end;
        let span = doc
            .value_span(node, range.clone())
            .ok_or_else(|| refuse("the part to replace is spelled across an escape or a fold"))?;
        let insert = escape(insert, style)
            .ok_or_else(|| refuse("the new text does not fit the scalar's quoting style"))?;
        if is_block(style) && moves_indent(doc, span, &insert) {
            return Err(refuse("the new text would change the block scalar's indentation"));
        }
        edits.push(Edit::replace(span, insert));
    }
    let rest = old.get(at..).ok_or_else(|| refuse("the parts to replace are not in order"))?;
    new.push_str(rest);
    if old == new {
        return Ok(Patch::default());
    }
    let changes = vec![change(doc, node, &new)];
    if style == ScalarStyle::Plain {
        let in_flow = is_in_flow(doc, node);
        match (plain(&one_line(&old), in_flow), plain(&one_line(&new), in_flow)) {
            (_, Plain::Text) | (Plain::Typed, Plain::Typed) => {}
            // A plain scalar that the rule for new ones is too strict for may stay as odd.
            (Plain::Broken, Plain::Broken) if reads_back(&new, in_flow) => {}
            (_, Plain::Typed) if !old.contains('\n') => {
                return Ok(Patch { edits: vec![respell(doc, node, &old, style, &new)?], changes });
            }
            _ => return Err(refuse("the new value can't be written without quotes")),
        }
    }
    if read_after(doc, node, style, &edits) != new {
        return Err(refuse("the new text would change how the scalar's lines are read"));
    }
    Ok(Patch { edits, changes })
}

/// Spells a scalar's new value in its own style, as one edit.
fn respell(
    doc: &Document,
    node: NodeId,
    old: &str,
    style: ScalarStyle,
    new: &str,
) -> Result<Edit, Refusal> {
    if is_block(style) {
        return Err(Refusal::of(doc, node, "a block scalar is not replaced as a whole"));
    }
    if doc.node(node).span.is_empty() {
        return Err(Refusal::of(doc, node, "nothing stands here that could be changed"));
    }
    let in_flow = is_in_flow(doc, node);
    // What was no string to each reader may stay so: a port mapping, a number.
    let stays_typed = style == ScalarStyle::Plain
        && plain(old, in_flow) == Plain::Typed
        && plain(new, in_flow) == Plain::Typed;
    let spelling = if stays_typed { new.to_owned() } else { spell(new, style, in_flow) };
    Ok(Edit::replace(doc.node(node).span, spelling))
}

/// Gives the value and style of a scalar that is no alias.
fn own_value(doc: &Document, id: NodeId) -> Result<(String, ScalarStyle), Refusal> {
    match (&doc.node(id).kind, doc.value(id)) {
        (Kind::Scalar(style), Some(value)) => Ok((value.into_owned(), *style)),
        (Kind::Alias { .. }, _) => {
            Err(Refusal::of(doc, id, "this is an alias: its value stands at the anchor"))
        }
        _ => Err(Refusal::of(doc, id, "this is no scalar")),
    }
}

fn change(doc: &Document, node: NodeId, new: &str) -> Change {
    let is_key = entry_of(doc, node).is_some_and(|entry| entry.key == node);
    match is_key {
        true => Change::RenameKey(node, new.to_owned()),
        false => Change::SetScalar(node, new.to_owned()),
    }
}

fn is_block(style: ScalarStyle) -> bool {
    matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
}

/// Folds a plain scalar's value to what its check takes.
fn one_line(value: &str) -> String {
    value.replace('\n', " ")
}

/// Tells whether our own parser reads a plain spelling as itself.
fn reads_back(plain: &str, in_flow: bool) -> bool {
    let text = if in_flow { format!("[{plain}]") } else { format!("- {plain}\n") };
    let (doc, errors) = Document::parse(&text.into());
    let item = doc.roots().first().and_then(|&root| doc.items(root).first().copied());
    errors.is_empty() && item.and_then(|item| doc.value(item.value)).as_deref() == Some(plain)
}

/// Tells whether a part of a block scalar reaches from the start of its line's content, and
/// what is put there would move that start.
fn moves_indent(doc: &Document, part: Span, insert: &str) -> bool {
    let text = doc.text();
    let at_start = is_first_on_line(text, part.start as usize);
    let whole_line = line_end(text, part.start as usize) == part.end as usize;
    at_start && (insert.starts_with(' ') || (insert.is_empty() && whole_line))
}

/// Gives the value that a scalar would have after edits within it.
fn read_after(doc: &Document, node: NodeId, style: ScalarStyle, edits: &[Edit]) -> String {
    let indent = doc.block_indent(node);
    let span = doc.node(node).span;
    let end = match is_block(style) {
        true => decode::block_tail_end(doc.text(), span.start as usize, indent),
        false => span.end as usize,
    };
    let mut source = String::new();
    let mut at = span.start as usize;
    for edit in edits {
        source.push_str(doc.text().get(at..edit.span.start as usize).unwrap_or_default());
        source.push_str(&edit.insert);
        at = edit.span.end as usize;
    }
    source.push_str(doc.text().get(at..end).unwrap_or_default());
    decode::value(&source, Span::new(0, source.len()), style, indent).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::patch::testing::after;

    #[test]
    fn whole_values() {
        let cases = [
            ("db: 1\n", "db?", "new-db", "new-db: 1\n"),
            ("'db': 1\n", "db?", "it's", "'it''s': 1\n"),
            ("{\"db\":1}", "db?", "x", "{\"x\":1}"),
            ("{db: 1}", "db?", "a,b", "{\"a,b\": 1}"),
            ("k: db # c\n", "k", "on", "k: \"on\" # c\n"),
            ("k: 22:22\n", "k", "23:23", "k: 23:23\n"),
            ("k: db\n", "k", "", "k: \"\"\n"),
            ("k: db\n", "k", "db", "k: db\n"),
            ("k: # c\n", "k", "a", "k: a # c\n"),
            ("- k:\n", "0.k", "", "- k:\n"),
            ("{: 1}\n", "", "a", "refused: this is no scalar"),
            (
                "k: &x db\nl: *x\n",
                "l",
                "a",
                "refused: this is an alias: its value stands at the anchor",
            ),
            ("k: |\n  db\n", "k", "a", "refused: a block scalar is not replaced as a whole"),
            ("k: [db]\n", "k", "a", "refused: this is no scalar"),
        ];
        for (before, path, new, expected) in cases {
            let text = match path.ends_with('?') {
                true => after(before, path, |doc, id| rename_key(doc, id, new)),
                false => after(before, path, |doc, id| set_scalar(doc, id, new)),
            };
            assert_eq!(text, expected, "{before}");
        }
    }

    #[test]
    fn parts() {
        // Each `db` in the value of `k` is replaced.
        let cases = [
            ("k: postgres://db:5432/x # db\n", "new", "k: postgres://new:5432/x # db\n"),
            ("k: \"\\tdb:1\"\n", "a\"b", "k: \"\\ta\\\"b:1\"\n"),
            ("k: 'it''s db'\n", "x'y", "k: 'it''s x''y'\n"),
            ("k: --host=db\n", "new", "k: --host=new\n"),
            ("k: ?db\n", "new", "k: ?new\n"),
            ("k: db\n", "on", "k: \"on\"\n"),
            ("k: one\n  db two\n", "new", "k: one\n  new two\n"),
            ("k: |\n  db x\n\n   - db\n", "new", "k: |\n  new x\n\n   - new\n"),
            ("k: >+\r\n  db\r\n  db\r\n\r\n", "new", "k: >+\r\n  new\r\n  new\r\n\r\n"),
            ("k: \"x\\\n  db\"\n", "new", "k: \"x\\\n  new\"\n"),
            (
                "k: \"\\x64b\"\n",
                "new",
                "refused: the part to replace is spelled across an escape or a fold",
            ),
            ("k: db\n", "a: b", "refused: the new value can't be written without quotes"),
            ("k: 'db'\n", "a\nb", "refused: the new text does not fit the scalar's quoting style"),
            (
                "k: |\n  db\n",
                " x",
                "refused: the new text would change the block scalar's indentation",
            ),
            (
                "k: |\n  db\n    x\n",
                "",
                "refused: the new text would change the block scalar's indentation",
            ),
            (
                "k: 'x\n\n  db\n\n  y'\n",
                "",
                "refused: the new text would change how the scalar's lines are read",
            ),
        ];
        for (before, new, expected) in cases {
            let text = after(before, "k", |doc, id| {
                let value = doc.value(id).unwrap_or_default();
                let part = |(at, found): (usize, &str)| (at..at + found.len(), new.to_owned());
                let parts: Vec<_> = value.match_indices("db").map(part).collect();
                splice_scalar(doc, id, &parts)
            });
            assert_eq!(text, expected, "{before}");
        }
    }
}
