//! Flow collections over several lines, written so that saphyr reads them.
//!
//! saphyr follows the letter of YAML 1.2: inside a block mapping each line of a flow collection must
//! be indented deeper than the mapping, its closing bracket too. Compose's own parser, libyaml and
//! ours take the bracket below the key, and many files have it there. Blanks at the start of such a
//! line belong to no value (YAML 1.2 §6.9.2 and §7.4; folding takes them out of scalars), so adding some changes none.

use crate::text::source::line_range;
use crate::yaml::document::{Document, Kind, Style};

/// Gives the text with the lines of its flow collections indented, if it has any of several lines.
pub(super) fn indented(doc: &Document) -> Option<String> {
    let text = doc.text();
    let mut out = String::new();
    let mut at = 0;
    for (_, node) in doc.nodes() {
        let (Kind::Mapping { style, .. } | Kind::Sequence { style, .. }) = &node.kind else {
            continue;
        };
        let span = node.span.range();
        // What stands inside of a flow collection is indented with it.
        if *style == Style::Block || span.start < at {
            continue;
        }
        let column = span.start - line_range(text, span.start).start;
        let lines = text.get(span.clone()).unwrap_or_default().split_inclusive('\n');
        out.push_str(text.get(at..span.start).unwrap_or_default());
        for (index, line) in lines.enumerate() {
            if index > 0 {
                out.extend(std::iter::repeat_n(' ', column + 1));
            }
            out.push_str(line);
        }
        at = span.end;
    }
    if out.len() == at {
        return None;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Document, indented};

    #[test]
    fn only_lines_inside_of_flow_collections_move() {
        for (text, expected) in [
            ("a: [b]\nc: d\n", None),
            ("a: [\n  b,\n]\nc: d\n", Some("a: [\n      b,\n    ]\nc: d\n")),
            ("a: {b: [\n1]}\n", Some("a: {b: [\n    1]}\n")),
        ] {
            let (doc, errors) = Document::parse(&Arc::from(text));
            assert!(errors.is_empty(), "{errors:?}");
            assert_eq!(indented(&doc).as_deref(), expected, "{text}");
        }
    }
}
