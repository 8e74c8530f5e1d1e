//! A YAML file: spans are where they say, and two other readers read the same.

use std::sync::Arc;

use composemod::text::span::Span;
use composemod::yaml::document::{Document, Kind, NodeId};
use composemod::yaml::referee::{self, Objection};

pub fn holds(text: &str) {
    let text: Arc<str> = Arc::from(text);
    let (doc, errors) = Document::parse(&text);
    for error in &errors {
        assert!(text.get(error.span.range()).is_some(), "{error:?}");
        assert!(!error.message.is_empty());
    }
    if errors.is_empty() {
        check_spans(&doc);
        // Nothing is changed: a reader that sees a change reads the file otherwise than we do, which
        // is a reason to refuse, but not to be silent about.
        let objection = referee::check(&doc, &text, &[]);
        assert!(
            matches!(objection, Ok(()) | Err(Objection::UnreadableBefore { .. })),
            "{objection:?} in {text:?}"
        );
    }
}

/// Checks that all spans lie in the text, in each other and in order.
pub fn check_spans(doc: &Document) {
    let slice = |span: Span| doc.text().get(span.range()).expect("a span fits the text");
    for (id, node) in doc.nodes() {
        slice(node.span);
        for (named, sigil) in [(&node.anchor, '&'), (&node.tag, '!')] {
            if let Some(named) = named {
                assert!(slice(named.span).starts_with(sigil));
                assert!(named.span.end <= node.span.start);
            }
        }
        let mut before = node.span.start;
        for child in children(doc, id) {
            let span = doc.node(child).span;
            assert!(node.span.contains(span), "{span:?} in {:?}", node.span);
            assert!(before <= span.start, "children overlap in {:?}", slice(node.span));
            before = span.end;
            assert_eq!(doc.node(child).parent, Some(id));
        }
        let Some(value) = doc.value(id).filter(|_| matches!(node.kind, Kind::Scalar(_))) else {
            continue;
        };
        for (at, char) in value.char_indices().take(64) {
            if let Some(span) = doc.value_span(id, at..at + char.len_utf8()) {
                assert_eq!(slice(span), char.to_string());
                assert!(node.span.contains(span));
            }
        }
    }
    for &comment in doc.comments() {
        assert!(slice(comment).starts_with('#'));
    }
}

/// Gives the keys and values, or items, of a node.
pub fn children(doc: &Document, id: NodeId) -> Vec<NodeId> {
    match &doc.node(id).kind {
        Kind::Mapping { entries, .. } => {
            entries.iter().flat_map(|entry| [entry.key, entry.value]).collect()
        }
        Kind::Sequence { items, .. } => items.iter().map(|item| item.value).collect(),
        _ => Vec::new(),
    }
}
