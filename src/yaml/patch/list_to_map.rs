//! A list of names as a mapping.

use std::collections::HashSet;

use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::yaml::document::{Document, Item, Kind, NodeId, ScalarStyle, Style};
use crate::yaml::lines::{break_near, column, line_end};
use crate::yaml::patch::layout::outer_start;
use crate::yaml::patch::render::Renderer;
use crate::yaml::patch::{Change, Patch, Refusal, Value};

/// Turns a list of plain names into a mapping in place (`- a # c` becomes `a: # c`, `[a, b]`
/// becomes `{a: …, b: …}`): comments, indent and order stay. `values` holds one value an item.
///
/// # Errors
/// An item that is no one-line scalar.
pub fn list_to_map(doc: &Document, sequence: NodeId, values: &[Value]) -> Result<Patch, Refusal> {
    let Kind::Sequence { style, items } = &doc.node(sequence).kind else {
        return Err(Refusal::of(doc, sequence, "this is no list"));
    };
    if items.len() != values.len() {
        return Err(Refusal::of(doc, sequence, "each item of the list needs one value"));
    }
    let names = names(doc, items)?;
    let edits = match style {
        Style::Block => block(doc, sequence, items, values)?,
        Style::Flow => flow(doc, sequence, items, values)?,
    };
    let pairs = names.into_iter().zip(values.iter().cloned()).collect();
    Ok(Patch { edits, changes: vec![Change::ListToMap(sequence, pairs)] })
}

/// Gives the items' values, which must be able to be keys.
fn names(doc: &Document, items: &[Item]) -> Result<Vec<String>, Refusal> {
    let mut seen = HashSet::new();
    for item in items {
        let node = doc.node(item.value);
        let refuse = |reason: &str| Refusal::of(doc, item.value, reason);
        let source = doc.text().get(node.span.range()).unwrap_or_default();
        let is_key = match node.kind {
            Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded) => false,
            Kind::Scalar(_) => !source.is_empty() && !source.contains(['\n', '\r']),
            _ => false,
        };
        if !is_key {
            return Err(refuse("an item is no name on one line"));
        }
        if !seen.insert(doc.value(item.value)) {
            return Err(refuse("a name stands twice in the list"));
        }
    }
    let name = |item: &Item| doc.value(item.value).unwrap_or_default().into_owned();
    Ok(items.iter().map(name).collect())
}

fn block(
    doc: &Document,
    sequence: NodeId,
    items: &[Item],
    values: &[Value],
) -> Result<Vec<Edit>, Refusal> {
    let text = doc.text();
    let renderer = Renderer::near(doc, sequence);
    // All keys stand where the first item stands.
    let key_column = items.first().map_or(0, |item| column(text, outer_start(doc, item.value)));
    let mut edits = Vec::with_capacity(items.len() * 3);
    for (item, value) in items.iter().zip(values) {
        let dash = item.start as usize;
        let start = outer_start(doc, item.value);
        let end = doc.node(item.value).span.end as usize;
        let between = text.get(dash + 1..start).unwrap_or_default();
        if between.contains(['\n', '\r']) {
            return Err(Refusal::of(
                doc,
                item.value,
                "an item stands on another line than its dash",
            ));
        }
        let width = key_column.saturating_sub(column(text, dash));
        let is_aligned = between.len() + 1 == width && between.bytes().all(|byte| byte == b' ');
        let dash_end = if is_aligned { dash + 1 } else { start };
        let blank = if is_aligned { " ".to_owned() } else { " ".repeat(width) };
        edits.push(Edit::replace(Span::new(dash, dash_end), blank));

        let lines = renderer.under_key(value, key_column)?;
        let line_break = break_near(text, end);
        let rest: String = lines.rest.iter().map(|line| format!("{line_break}{line}")).collect();
        let behind = format!(":{}", lines.first);
        let line_end = line_end(text, end);
        if line_end == end || rest.is_empty() {
            edits.push(Edit::insert(end, format!("{behind}{rest}")));
        } else {
            edits.push(Edit::insert(end, behind));
            edits.push(Edit::insert(line_end, rest));
        }
    }
    Ok(edits)
}

fn flow(
    doc: &Document,
    sequence: NodeId,
    items: &[Item],
    values: &[Value],
) -> Result<Vec<Edit>, Refusal> {
    let renderer = Renderer::near(doc, sequence);
    let span = doc.node(sequence).span;
    let (open, close) = (span.start as usize, (span.end as usize).saturating_sub(1));
    let mut edits = vec![Edit::replace(Span::new(open, open + 1), "{")];
    for (item, value) in items.iter().zip(values) {
        let end = doc.node(item.value).span.end as usize;
        edits.push(Edit::insert(end, format!(": {}", renderer.inline(value, Style::Flow)?)));
    }
    edits.push(Edit::replace(Span::new(close, close + 1), "}"));
    Ok(edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::patch::testing::{after, list, map};

    #[test]
    fn lists() {
        let aliases = map(&[("aliases", list(&["old"]))]);
        let (one, none) = (std::slice::from_ref(&aliases), std::slice::from_ref(&Value::Null));
        let both = [aliases.clone(), Value::Null];
        let cases = [
            ("n:\n  - a # c\n", one, "n:\n    a: # c\n      aliases:\n        - old\n"),
            ("n:\n- a\nt: 1\n", one, "n:\n  a:\n    aliases:\n    - old\nt: 1\n"),
            ("n:\n- a", none, "n:\n  a:"),
            (
                "n:\r\n  - a  \r\n\r\n  # d\r\n  - \"b\"\r\n",
                &both,
                "n:\r\n    a:  \r\n      aliases:\r\n        - old\r\n\r\n  # d\r\n    \"b\":\r\n",
            ),
            (
                "n:\n  -  a\n  - b\n",
                &both,
                "n:\n     a:\n       aliases:\n         - old\n     b:\n",
            ),
            ("n: [a]\n", one, "n: {a: {aliases: [old]}}\n"),
            ("n: [ a, 'b', ] # c\n", &both, "n: { a: {aliases: [old]}, 'b': null, } # c\n"),
            ("n: [\n  a, # c\n  b\n]\n", &both, "n: {\n  a: {aliases: [old]}, # c\n  b: null\n}\n"),
            ("{\"n\": [\"a\"]}", one, "{\"n\": {\"a\": {\"aliases\": [\"old\"]}}}"),
            ("n:\n  - &x a\nt: *x\n", none, "n:\n    &x a:\nt: *x\n"),
            ("n:\n  - a: 1\n", none, "refused: an item is no name on one line"),
            ("n:\n  - |\n    a\n", none, "refused: an item is no name on one line"),
            ("n: [a, a]\n", &both, "refused: a name stands twice in the list"),
            ("n: [a, b]\n", none, "refused: each item of the list needs one value"),
            ("n:\n  -\n    a\n", none, "refused: an item stands on another line than its dash"),
            ("n: a\n", none, "refused: this is no list"),
        ];
        for (before, values, expected) in cases {
            let text = after(before, "n", |doc, id| list_to_map(doc, id, values));
            assert_eq!(text, expected, "{before}");
        }
    }
}
