//! Spans are sound, and values are what saphyr reads.

use std::sync::Arc;

use composemod::text::span::Span;
use composemod::yaml::document::{
    Document, Kind, Node, NodeId, ScalarStyle, Style, SyntaxErrorKind,
};
use proptest::prelude::*;
use saphyr_parser::{Event, Parser};

use crate::corpus::corpus;
use crate::generate::yaml_like;

#[test]
fn corpus_is_read_as_saphyr_reads_it() {
    let mut unreadable = Vec::new();
    for path in corpus() {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let (doc, errors) = Document::parse(&Arc::from(text.as_str()));
        for error in &errors {
            println!("{}: {:?} {error}", path.display(), error.kind);
        }
        check_spans(&doc);
        if errors.is_empty() {
            check_spellings(&doc);
        }
        match read_by_saphyr(&text) {
            Ok(theirs) => {
                let ours = read_by_us(&doc);
                let differing = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs);
                assert_eq!(differing, None, "{}", path.display());
                assert_eq!(ours.len(), theirs.len(), "{}", path.display());
            }
            Err(error) => unreadable.push((path, error)),
        }
    }
    for (path, error) in unreadable {
        println!("saphyr can't read {}: {error}", path.display());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_text_gives_a_tree_with_sound_spans(text in prop_oneof![yaml_like(), ".{0,40}"]) {
        let text: Arc<str> = Arc::from(text);
        let (doc, errors) = Document::parse(&text);
        prop_assert_eq!(doc.text(), &text);
        check_spans(&doc);
        if errors.iter().all(|error| error.kind != SyntaxErrorKind::Malformed) {
            check_spellings(&doc);
        }
    }
}

/// What a reader makes of a file: one line a node, in order.
pub(crate) fn read_by_saphyr(text: &str) -> Result<Vec<String>, String> {
    let mut seen = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| error.to_string())?;
        match event {
            Event::Scalar(value, style, ..) => {
                let absent = style == saphyr_parser::ScalarStyle::Plain && value == "~";
                seen.push(if absent { "scalar ".to_owned() } else { format!("scalar {value}") });
            }
            Event::Alias(_) => seen.push("alias".to_owned()),
            Event::SequenceStart(..) => seen.push("sequence".to_owned()),
            Event::MappingStart(..) => seen.push("mapping".to_owned()),
            _ => {}
        }
    }
    Ok(seen)
}

pub(crate) fn read_by_us(doc: &Document) -> Vec<String> {
    let tell = |(id, node): (NodeId, &Node)| match &node.kind {
        Kind::Scalar(style) => {
            let value = doc.value(id).unwrap_or_default();
            let absent = *style == ScalarStyle::Plain && value == "~";
            format!("scalar {}", if absent { "" } else { &value })
        }
        Kind::Alias { .. } => "alias".to_owned(),
        Kind::Sequence { .. } => "sequence".to_owned(),
        Kind::Mapping { .. } => "mapping".to_owned(),
    };
    doc.nodes().map(tell).collect()
}

/// Checks what the doc comments say of the spans of a well-formed file's nodes.
pub(crate) fn check_spellings(doc: &Document) {
    let text = doc.text();
    for (_, node) in doc.nodes() {
        let source = &text[node.span.range()];
        let starts = |start: &str| assert!(source.starts_with(start), "{source:?}");
        let whole = |open: char, close: char| {
            assert!(source.starts_with(open) && source.ends_with(close), "{source:?}");
            assert!(source.len() > 1, "{source:?}");
        };
        match &node.kind {
            Kind::Scalar(ScalarStyle::Single) => whole('\'', '\''),
            Kind::Scalar(ScalarStyle::Double) => whole('"', '"'),
            Kind::Scalar(ScalarStyle::Literal) => starts("|"),
            Kind::Scalar(ScalarStyle::Folded) => starts(">"),
            Kind::Scalar(ScalarStyle::Plain) => {
                assert_eq!(source, source.trim_matches([' ', '\t', '\r', '\n']));
            }
            Kind::Sequence { style: Style::Flow, .. } => whole('[', ']'),
            Kind::Sequence { style: Style::Block, items } => {
                for item in items {
                    let dash = item.start as usize;
                    assert_eq!(text.as_bytes().get(dash), Some(&b'-'));
                }
                assert_eq!(items.first().map(|item| item.start), Some(node.span.start));
            }
            Kind::Mapping { .. } => {}
            Kind::Alias { .. } => starts("*"),
        }
    }
}

/// Checks that spans are in the text, nested and in order, and that values are where they say.
pub(crate) fn check_spans(doc: &Document) {
    let slice = |span: Span| doc.text().get(span.range()).expect("a span fits the text");
    for (id, node) in doc.nodes() {
        for (named, sigil) in [(&node.anchor, '&'), (&node.tag, '!')] {
            if let Some(named) = named {
                assert_eq!(slice(named.span), format!("{sigil}{}", named.name));
                assert!(named.span.end <= node.span.start);
            }
        }
        let mut children = Vec::new();
        if let Kind::Mapping { entries, .. } = &node.kind {
            children.extend(entries.iter().flat_map(|entry| [entry.key, entry.value]));
        }
        if let Kind::Sequence { items, .. } = &node.kind {
            children.extend(items.iter().map(|item| item.value));
        }
        let mut before = node.span.start;
        for child in children {
            let span = doc.node(child).span;
            assert!(node.span.contains(span), "{span:?} in {:?} {:?}", node.span, slice(node.span));
            assert!(before <= span.start, "children overlap in {:?}", slice(node.span));
            before = span.end;
            assert_eq!(doc.node(child).parent, Some(id));
        }
        if let Some(value) = doc.value(id).filter(|_| matches!(node.kind, Kind::Scalar(_))) {
            check_value_spans(doc, id, &value);
        }
    }
    for &comment in doc.comments() {
        assert!(slice(comment).starts_with('#'));
    }
}

/// Every character of a value is where `value_span` says, or nowhere.
pub(crate) fn check_value_spans(doc: &Document, id: NodeId, value: &str) {
    let node = doc.node(id);
    for (at, char) in value.char_indices().take(200) {
        if let Some(span) = doc.value_span(id, at..at + char.len_utf8()) {
            assert_eq!(doc.text().get(span.range()), Some(char.to_string().as_str()));
            assert!(node.span.contains(span));
        } else {
            let folded = matches!(char, ' ' | '\n');
            let quoted =
                matches!(node.kind, Kind::Scalar(ScalarStyle::Single | ScalarStyle::Double));
            assert!(folded || quoted, "{value:?} at {at}");
        }
    }
}
