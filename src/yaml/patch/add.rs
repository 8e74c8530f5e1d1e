//! Pairs and items at the end of a collection.

use crate::text::edit::Edit;
use crate::yaml::decode;
use crate::yaml::document::{Document, Kind, NodeId, ScalarStyle, Style};
use crate::yaml::lines::{break_near, column, is_first_on_line, line_end};
use crate::yaml::patch::layout::{
    column_of, comment_in, has_brackets, kept_tail, last_block_scalar, outer_start,
};
use crate::yaml::patch::render::Renderer;
use crate::yaml::patch::{Change, Patch, Refusal, Value};

/// Adds a pair at the end of a mapping (block or flow), in the mapping's own indent and line end.
///
/// A block mapping's pair goes after the last line of its last descendant, with that line's own
/// comment (a comment on a later line belongs to what follows, however it is indented; a `|+`
/// scalar's blank run stays with the scalar).
///
/// # Errors
/// A place where the pair can't be written without moving something else.
pub fn add_entry(
    doc: &Document,
    mapping: NodeId,
    key: &str,
    value: &Value,
) -> Result<Patch, Refusal> {
    add_entries(doc, mapping, &[(key.to_owned(), value.clone())])
}

/// Adds pairs at the end of a mapping, in order.
///
/// # Errors
/// As for [`add_entry`].
pub fn add_entries(
    doc: &Document,
    mapping: NodeId,
    pairs: &[(String, Value)],
) -> Result<Patch, Refusal> {
    if pairs.is_empty() {
        return Ok(Patch::default());
    }
    let renderer = Renderer::near(doc, mapping);
    let edits = match &doc.node(mapping).kind {
        Kind::Mapping { style: Style::Block, entries } => {
            let mut lines = Vec::new();
            for (key, value) in pairs {
                lines.extend(renderer.entry(key, value, column_of(doc, mapping))?);
            }
            let last = entries.last().map_or(mapping, |last| last.value);
            vec![append_lines(doc, last, &lines)?]
        }
        Kind::Mapping { style: Style::Flow, entries } => {
            let last = entries.last().map(|last| (last.key, last.value));
            let new: Result<Vec<_>, _> =
                pairs.iter().map(|(key, value)| renderer.flow_entry(key, value)).collect();
            append_flow(doc, mapping, last, &new?)?
        }
        Kind::Alias { .. } => return Err(Refusal::of(doc, mapping, "the mapping is an alias")),
        _ => return Err(Refusal::of(doc, mapping, "this is no mapping")),
    };
    let change =
        |(key, value): &(String, Value)| Change::AddEntry(mapping, key.clone(), value.clone());
    Ok(Patch { edits, changes: pairs.iter().map(change).collect() })
}

/// Adds items at the end of a sequence (block or flow), in the style of the items before.
///
/// # Errors
/// As for [`add_entry`].
pub fn add_items(doc: &Document, sequence: NodeId, values: &[Value]) -> Result<Patch, Refusal> {
    if values.is_empty() {
        return Ok(Patch::default());
    }
    let mut renderer = Renderer::near(doc, sequence);
    if let Some(style) = common_quotes(doc, sequence) {
        renderer = renderer.with_strings(style);
    }
    let edits = match &doc.node(sequence).kind {
        Kind::Sequence { style: Style::Block, items } => {
            let gap = items.last().and_then(|item| {
                let after_dash = item.start as usize + 1;
                let between = doc.text().get(after_dash..outer_start(doc, item.value))?;
                (!between.is_empty() && between.bytes().all(|b| b == b' ')).then_some(between.len())
            });
            let mut lines = Vec::new();
            for value in values {
                let column = column_of(doc, sequence);
                lines.extend(renderer.item(value, column, gap.unwrap_or(1))?);
            }
            let last = items.last().map_or(sequence, |last| last.value);
            vec![append_lines(doc, last, &lines)?]
        }
        Kind::Sequence { style: Style::Flow, items } => {
            let values: Result<Vec<_>, _> =
                values.iter().map(|value| renderer.inline(value, Style::Flow)).collect();
            let last = items.last().map(|last| (last.value, last.value));
            append_flow(doc, sequence, last, &values?)?
        }
        Kind::Alias { .. } => return Err(Refusal::of(doc, sequence, "the list is an alias")),
        _ => return Err(Refusal::of(doc, sequence, "this is no list")),
    };
    let changes = values.iter().map(|value| Change::AddItem(sequence, value.clone())).collect();
    Ok(Patch { edits, changes })
}

/// Writes lines below the last line of a block collection's last child.
fn append_lines(doc: &Document, last: NodeId, new: &[String]) -> Result<Edit, Refusal> {
    let text = doc.text();
    let end = doc.node(last).span.end as usize;
    if let Some(scalar) = last_block_scalar(doc, last)
        && is_cut_short(doc, scalar)
    {
        let reason = "the file ends within this block scalar, whose value would gain a line feed; end its last line first";
        return Err(Refusal::of(doc, scalar, reason));
    }
    let line_break = break_near(text, end);
    // Blank lines below a block scalar that keeps them are part of its value.
    if let Some(tail) = kept_tail(doc, last).filter(|&tail| column(text, tail) == 0) {
        let new: String = new.iter().map(|line| format!("{line}{line_break}")).collect();
        return Ok(Edit::insert(tail, new));
    }
    let new: String = new.iter().map(|line| format!("{line_break}{line}")).collect();
    Ok(Edit::insert(line_end(text, end), new))
}

/// Tells whether a block scalar that minds its last line end has none, as the file ends in it.
fn is_cut_short(doc: &Document, scalar: NodeId) -> bool {
    let text = doc.text();
    let span = doc.node(scalar).span;
    decode::chomping(text, span.start as usize) != decode::Chomping::Strip
        && !text.ends_with(['\n', '\r'])
        && text.get(span.end as usize..).is_some_and(|rest| rest.trim_ascii().is_empty())
}

/// Writes children into a flow collection, after its last one (given by the nodes with which it
/// starts and ends).
fn append_flow(
    doc: &Document,
    collection: NodeId,
    last: Option<(NodeId, NodeId)>,
    new: &[String],
) -> Result<Vec<Edit>, Refusal> {
    let text = doc.text();
    let span = doc.node(collection).span;
    let source = text.get(span.range()).unwrap_or_default();
    if !has_brackets(doc, collection) {
        return Err(Refusal::of(doc, collection, "a pair in a flow sequence has no braces"));
    }
    let close = span.end as usize - 1;
    let Some((first, last)) = last else {
        let padding = text.get(span.start as usize + 1..close).unwrap_or_default();
        let padding = if padding == " " { " " } else { "" };
        let new = format!("{padding}{}", new.join(", "));
        return Ok(vec![Edit::insert(span.start as usize + 1, new)]);
    };
    let start = outer_start(doc, first);
    let end = doc.node(last).span.end as usize;
    // `{a: }`: a comma right after the colon is no comma for every reader.
    let is_bare_colon =
        end > 0 && doc.node(last).span.is_empty() && text.get(end - 1..end) == Some(":");
    let comma = if is_bare_colon { " ," } else { "," };
    let own_line = is_first_on_line(text, start) && source.contains(['\n', '\r']);
    if !own_line {
        let new: String = new.iter().map(|new| format!(" {new}")).collect::<Vec<_>>().join(",");
        return Ok(vec![Edit::insert(end, format!("{comma}{new}"))]);
    }
    let indent = " ".repeat(column(text, start));
    let line_break = break_near(text, start);
    let new: Vec<_> = new.iter().map(|new| format!("{line_break}{indent}{new}")).collect();
    let tail_end = line_end(text, end);
    if tail_end > close {
        // The bracket closes on the last child's line.
        return Ok(vec![Edit::insert(end, format!("{comma}{}", new.join(",")))]);
    }
    let tail = end..comment_in(doc, end..tail_end).map_or(tail_end, |it| it.start as usize);
    let has_comma = text.get(tail).is_some_and(|tail| tail.contains(','));
    Ok(match has_comma {
        true => vec![Edit::insert(tail_end, format!("{},", new.join(",")))],
        false if tail_end == end => vec![Edit::insert(end, format!("{comma}{}", new.join(",")))],
        false => vec![Edit::insert(end, comma), Edit::insert(tail_end, new.join(","))],
    })
}

/// Gives the quotes that all strings of a sequence share, if they do.
fn common_quotes(doc: &Document, sequence: NodeId) -> Option<ScalarStyle> {
    let mut styles =
        doc.items(sequence).iter().filter_map(|item| match doc.node(item.value).kind {
            Kind::Scalar(style) => Some(style),
            _ => None,
        });
    let first = styles.next()?;
    let is_quoted = matches!(first, ScalarStyle::Single | ScalarStyle::Double);
    (is_quoted && styles.all(|style| style == first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::patch::testing::{after, list, map, node, string};

    #[test]
    fn entries() {
        let aliases = map(&[("default", map(&[("aliases", list(&["old"]))]))]);
        let one = string("v");
        let cases = [
            ("s:\n  a: 1 # c\n\n# d\nt: 2\n", "s", &one, "s:\n  a: 1 # c\n  k: v\n\n# d\nt: 2\n"),
            ("s:\n  a: 1\n    # c\nt: 2\n", "s", &one, "s:\n  a: 1\n  k: v\n    # c\nt: 2\n"),
            ("s:\n  a: 1", "s", &one, "s:\n  a: 1\n  k: v"),
            ("s:\n  a: 1\nt:\n", "", &one, "s:\n  a: 1\nt:\nk: v\n"),
            ("\u{feff}s: 1\n", "", &one, "\u{feff}s: 1\nk: v\n"),
            ("s: 1\n...\n", "", &one, "s: 1\nk: v\n...\n"),
            ("s:\r\n  a: 1\r\nt: 2\r\n", "s", &one, "s:\r\n  a: 1\r\n  k: v\r\nt: 2\r\n"),
            ("s:\r\n  a: 1", "s", &one, "s:\r\n  a: 1\r\n  k: v"),
            ("- a: 1\n- b: 2\n", "0", &one, "- a: 1\n  k: v\n- b: 2\n"),
            // Block scalars at the end.
            ("s:\n  a: |\n    x\n\nt: 2\n", "s", &one, "s:\n  a: |\n    x\n  k: v\n\nt: 2\n"),
            ("s:\n  a: |+\n    x\n\nt: 2\n", "s", &one, "s:\n  a: |+\n    x\n\n  k: v\nt: 2\n"),
            ("s:\n  a: |+\n    x\n\n", "s", &one, "s:\n  a: |+\n    x\n\n  k: v\n"),
            ("s:\n  a: >-\n    x", "s", &one, "s:\n  a: >-\n    x\n  k: v"),
            (
                "s:\n  a: >\n    x",
                "s",
                &one,
                "refused: the file ends within this block scalar, whose value would gain a line feed; end its last line first",
            ),
            (
                "s:\n  a: |+\n   ",
                "s",
                &one,
                "refused: the file ends within this block scalar, whose value would gain a line feed; end its last line first",
            ),
            // The file's own indentation.
            (
                "s:\n    web:\n        image: x\n",
                "s.web",
                &aliases,
                "s:\n    web:\n        image: x\n        k:\n            default:\n                \
                 aliases:\n                    - old\n",
            ),
            (
                "s:\n  web:\n    ports:\n    - 1\n",
                "s.web",
                &aliases,
                "s:\n  web:\n    ports:\n    - 1\n    k:\n      default:\n        aliases:\n        \
                 - old\n",
            ),
            (
                "s:\n  db:\n    ports:\n      - 1\n  web:\n    ports:\n    - 1\n",
                "s.db",
                &list(&["x", "y"]),
                "s:\n  db:\n    ports:\n      - 1\n    k:\n      - x\n      - \"y\"\n  web:\n    \
                 ports:\n    - 1\n",
            ),
            ("s: 1\n", "", &map(&[]), "s: 1\nk: {}\n"),
            ("s: 1\n", "", &Value::Null, "s: 1\nk:\n"),
            (
                "s: 1\n",
                "",
                &Value::List(vec![map(&[("a", string("x")), ("b", list(&["z"]))]), list(&["w"])]),
                "s: 1\nk:\n  - a: x\n    b:\n      - z\n  - - w\n",
            ),
            // Flow mappings.
            ("s: {a: b}\n", "s", &aliases, "s: {a: b, k: {default: {aliases: [old]}}}\n"),
            ("s: { a: b }\n", "s", &one, "s: { a: b, k: v }\n"),
            ("s: {}\n", "s", &Value::Null, "s: {k: null}\n"),
            ("s: { }\n", "s", &one, "s: { k: v }\n"),
            ("s: {a: b,}\n", "s", &one, "s: {a: b, k: v,}\n"),
            ("s: {a}\n", "s", &one, "s: {a, k: v}\n"),
            ("s: {a: }\n", "s", &one, "s: {a: , k: v }\n"),
            (
                "s: {\n  a: b, # c\n  d: e # f\n}\n",
                "s",
                &one,
                "s: {\n  a: b, # c\n  d: e, # f\n  k: v\n}\n",
            ),
            ("s: {\n  a: b\n}\n", "s", &one, "s: {\n  a: b,\n  k: v\n}\n"),
            ("s: {\n  a: b, # , c\n}\n", "s", &one, "s: {\n  a: b, # , c\n  k: v,\n}\n"),
            ("s: {a: b,\n  c: d }\n", "s", &one, "s: {a: b,\n  c: d,\n  k: v }\n"),
            ("{\"s\": {\"a\": 1}}", "s", &one, "{\"s\": {\"a\": 1, \"k\": \"v\"}}"),
            ("{\"s\": {}}", "s", &list(&["v"]), "{\"s\": {\"k\": [\"v\"]}}"),
            (
                "{\r\n  \"s\": {\r\n    \"a\": 1\r\n  }\r\n}\r\n",
                "s",
                &one,
                "{\r\n  \"s\": {\r\n    \"a\": 1,\r\n    \"k\": \"v\"\r\n  }\r\n}\r\n",
            ),
            // Refusals.
            ("s: [a: b]\n", "s.0", &one, "refused: a pair in a flow sequence has no braces"),
            ("a: &a {}\ns: *a\n", "s", &one, "refused: the mapping is an alias"),
            ("s: 1\n", "s", &one, "refused: this is no mapping"),
        ];
        for (before, path, value, expected) in cases {
            let text = after(before, path, |doc, id| add_entry(doc, id, "k", value));
            assert_eq!(text, expected, "{before}");
        }
    }

    #[test]
    fn items() {
        let cases: &[(&str, &str, &[&str], &str)] = &[
            ("s:\n- a # c\nt:\n", "s", &["b", "on"], "s:\n- a # c\n- b\n- \"on\"\nt:\n"),
            ("s:\n  -   a\n", "s", &["b"], "s:\n  -   a\n  -   b\n"),
            ("s:\n  - 'a'\n  - 'b'\n", "s", &["c"], "s:\n  - 'a'\n  - 'b'\n  - 'c'\n"),
            ("s:\n  - \"a\"\n  - b\n", "s", &["c"], "s:\n  - \"a\"\n  - b\n  - c\n"),
            ("s:\n  -\n", "s", &["c"], "s:\n  -\n  - c\n"),
            ("s:\n  - a: 1\n    b: 2", "s", &["c"], "s:\n  - a: 1\n    b: 2\n  - c"),
            ("s: [a]\n", "s", &["b", "c"], "s: [a, b, c]\n"),
            ("s: []\n", "s", &["b", "c"], "s: [b, c]\n"),
            ("s: [\"a\",]\n", "s", &["b"], "s: [\"a\", \"b\",]\n"),
            (
                "s: [\n  a,\n  b, # c\n]\n",
                "s",
                &["d", "e"],
                "s: [\n  a,\n  b, # c\n  d,\n  e,\n]\n",
            ),
            ("s: [\n  a,\n  b # c\n]\n", "s", &["d", "e"], "s: [\n  a,\n  b, # c\n  d,\n  e\n]\n"),
            ("s: [a,\n  b, c,\n]\n", "s", &["d"], "s: [a,\n  b, c, d,\n]\n"),
            ("s: {a: 1}\n", "s", &["d"], "refused: this is no list"),
        ];
        for (before, path, values, expected) in cases {
            let values: Vec<_> = values.iter().map(|value| string(value)).collect();
            let text = after(before, path, |doc, id| add_items(doc, id, &values));
            assert_eq!(text, *expected, "{before}");
        }
    }

    #[test]
    fn copies_keep_their_spelling() {
        let before =
            "a: {x: 0440, y: !t 'q', z: , w: \"b\n c\", u: [1]}\nk: &k on\nt: [*k]\nb:\n  c: 1\n";
        let cases =
            [("a.x", "0440"), ("a.y", "!t 'q'"), ("a.z", ""), ("a.w", "\"b c\""), ("t.0", "on")];
        for (path, spelling) in cases {
            let text = after(before, "b", |doc, id| {
                add_entry(doc, id, "k", &Value::Verbatim(node(doc, path)))
            });
            let expected = format!("{before}  k: {spelling}").trim_end().to_owned() + "\n";
            assert_eq!(text, expected, "{path}");
        }
        let text = after(before, "b", |doc, id| {
            add_entry(doc, id, "k", &Value::Verbatim(node(doc, "a.u")))
        });
        assert_eq!(text, "refused: only a scalar can be copied as it is spelled");
    }
}
