//! Changes give what they plan, in the file's own layout, and leave comments alone.

use std::sync::Arc;

use composemod::text::edit::TextEdit;
use composemod::text::span::Span;
use composemod::yaml::document::{Document, Kind, NodeId};
use composemod::yaml::patch::{self, Patch, Refusal, Value};
use proptest::prelude::*;

use crate::corpus::corpus;
use crate::generate::{file, new_value};
use crate::reading::{check_spans, read_by_saphyr, read_by_us};
use crate::tree::{plan, tree};

/// How many kinds of change [`change`] knows.
const CHANGES: usize = 9;

/// The changes that take their comments along.
const REMOVAL: usize = 4;
const CLEARING: usize = 7;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn changes_are_as_planned(
        text in file(),
        at in any::<prop::sample::Index>(),
        which in 0..CHANGES,
        new in new_value(),
    ) {
        let (doc, errors) = Document::parse(&Arc::from(text.as_str()));
        prop_assert_eq!(errors, vec![], "{}", text);
        check_spans(&doc);
        let nodes: Vec<_> = doc.nodes().map(|(id, _)| id).filter(|&id| suits(&doc, id, which)).collect();
        if !nodes.is_empty() {
            let id = nodes[at.index(nodes.len())];
            if let Ok(patch) = change(&doc, id, which, &new) {
                check_change(&doc, patch, which);
            }
        }
    }
}

/// Every change in some places of each real file.
#[test]
fn corpus_changes_are_as_planned() {
    let aliases =
        Value::Map(vec![("aliases".to_owned(), Value::List(vec![Value::String("on".to_owned())]))]);
    let step = std::env::var("EVERY").ok().and_then(|every| every.parse().ok()).unwrap_or(97);
    let (mut made, mut refused) = (0, 0);
    for path in corpus() {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let (doc, errors) = Document::parse(&Arc::from(text));
        // An alias may stand for what is removed, and saphyr is stricter at times.
        let has_alias = doc.nodes().any(|(_, node)| matches!(node.kind, Kind::Alias { .. }));
        if !errors.is_empty() || has_alias || read_by_saphyr(doc.text()).is_err() {
            continue;
        }
        for (id, _) in doc.nodes().step_by(step) {
            for which in (0..CHANGES).filter(|&which| suits(&doc, id, which)) {
                match change(&doc, id, which, &aliases) {
                    Ok(patch) => check_change(&doc, patch, which),
                    Err(_) => refused += 1,
                }
                made += 1;
            }
        }
    }
    println!("{made} changes, {refused} refused");
}

/// Makes one of the changes at a node.
fn change(doc: &Document, id: NodeId, which: usize, new: &Value) -> Result<Patch, Refusal> {
    let items = doc.items(id).len();
    match which {
        0 => patch::add_entry(doc, id, "new key", new),
        1 => patch::add_items(doc, id, &[new.clone(), Value::String("z".to_owned())]),
        2 => patch::list_to_map(doc, id, &vec![new.clone(); items]),
        3 => patch::replace_value(doc, id, new),
        REMOVAL => patch::remove(doc, id),
        5 => patch::rename_key(doc, id, "new: name"),
        6 => patch::set_scalar(doc, id, "new name"),
        CLEARING => patch::clear(doc, id),
        _ => {
            let value = doc.value(id).unwrap_or_default();
            let parts =
                value.match_indices('x').map(|(at, x)| (at..at + x.len(), "new".to_owned()));
            patch::splice_scalar(doc, id, &parts.collect::<Vec<_>>())
        }
    }
}

/// Tells whether a change can be tried at a node.
fn suits(doc: &Document, id: NodeId, which: usize) -> bool {
    let node = doc.node(id);
    let is_item = node.parent.is_some_and(|parent| !doc.items(parent).is_empty());
    let is_key =
        node.parent.is_some_and(|parent| doc.entries(parent).iter().any(|entry| entry.key == id));
    match (which, &node.kind) {
        (0, Kind::Mapping { .. }) | (1 | 2, Kind::Sequence { .. }) => true,
        (3 | CLEARING, _) => !is_key,
        (REMOVAL, _) => is_key || is_item,
        (5, _) => is_key,
        (6 | 8, Kind::Scalar(_)) => true,
        _ => false,
    }
}

/// Checks that a patch gives what it says, and no more.
fn check_change(doc: &Document, patch: Patch, which: usize) {
    let text = doc.text();
    let plans: Vec<_> = doc.roots().iter().map(|&root| plan(doc, root, &patch.changes)).collect();
    let after = TextEdit::new(patch.edits).expect("edits are disjoint").apply(text);
    let (doc_after, errors) = Document::parse(&Arc::from(after.as_str()));
    assert_eq!(errors, [], "{after}");
    let trees: Vec<_> = doc_after.roots().iter().map(|&root| tree(&doc_after, root)).collect();
    assert_eq!(trees, plans, "{after}");
    assert_eq!(read_by_saphyr(&after), Ok(read_by_us(&doc_after)));
    let comments = |doc: &Document| {
        let slice = |span: &Span| doc.text()[span.range()].to_owned();
        doc.comments().iter().map(slice).collect::<Vec<_>>()
    };
    if ![REMOVAL, CLEARING].contains(&which) {
        assert_eq!(comments(doc), comments(&doc_after), "{after}");
        assert_eq!(after.ends_with('\n'), text.ends_with('\n'), "{after}");
    }
    let crlf = text.matches("\r\n").count() == text.matches('\n').count();
    for line in after.split_inclusive('\n').filter(|line| crlf && line.ends_with('\n')) {
        assert!(line.ends_with("\r\n") || !text.contains('\r'), "{after:?}");
    }
}
