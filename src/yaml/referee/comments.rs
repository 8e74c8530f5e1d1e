//! Comments: none is lost or changed, save on lines that are removed.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Objection;
use crate::text::source::line_range;
use crate::yaml::document::{Document, NodeId};
use crate::yaml::patch::{Change, Value};

/// Checks that the comments after are those before, in the same order.
pub(super) fn check(
    before: &Document,
    after: &Document,
    changes: &[Change],
) -> Result<(), Objection> {
    let removed = removed_lines(before, changes);
    let gone = |at: usize| removed.iter().any(|lines| lines.contains(&at));
    let all: Vec<(&str, bool)> = before
        .comments()
        .iter()
        .map(|span| (text(before, span.range()), gone(span.start as usize)))
        .collect();
    let found: Vec<&str> = after.comments().iter().map(|span| text(after, span.range())).collect();

    // A comment that may go stays only where the one found next is the same; of two equal ones,
    // where one may go, the one that must stay is the one found.
    let kept = all.iter().filter(|(_, gone)| !gone).map(|(comment, _)| *comment);
    if kept.eq(found.iter().copied()) {
        return Ok(());
    }
    let mut found = found.into_iter().peekable();
    for (comment, gone) in all {
        if found.next_if_eq(&comment).is_none() && !gone {
            return Err(Objection::Comment { comment: comment.to_owned() });
        }
    }
    match found.next() {
        Some(comment) => Err(Objection::Comment { comment: comment.to_owned() }),
        None => Ok(()),
    }
}

fn text(doc: &Document, range: Range<usize>) -> &str {
    doc.text().get(range).unwrap_or_default()
}

/// The whole lines of each pair or item that is removed, and of each value that nothing replaces.
fn removed_lines(doc: &Document, changes: &[Change]) -> Vec<Range<usize>> {
    let removed: BTreeSet<NodeId> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Remove(id) | Change::Replace(id, Value::Null) => Some(*id),
            _ => None,
        })
        .collect();
    if removed.is_empty() {
        return Vec::new();
    }
    let lines = |start: usize, end: usize| {
        line_range(doc.text(), start).start..line_range(doc.text(), end).end
    };
    let mut ranges = Vec::new();
    for &id in &removed {
        let node = doc.node(id);
        let value = node.parent.and_then(|parent| {
            doc.entries(parent).iter().find(|entry| entry.key == id).map(|entry| entry.value)
        });
        let end = value.map_or(node.span.end, |value| doc.node(value).span.end.max(node.span.end));
        ranges.push(lines(node.span.start as usize, end as usize));
    }
    ranges
}
