//! A change of a YAML file: it is refused, or the file reads as planned, and bytes elsewhere stay.

use std::sync::Arc;

use composemod::text::edit::TextEdit;
use composemod::yaml::document::{Document, Kind, NodeId};
use composemod::yaml::patch::{self, Patch, Refusal, Value};
use composemod::yaml::referee::{self, Objection};

use crate::{choose, decisions};

pub fn holds(text: &str) {
    let (mut line, text) = decisions(text);
    let (doc, errors) = Document::parse(&Arc::from(text));
    let count = doc.nodes().count();
    // A tag makes a value what it is not for other readers: what they object to then is refused.
    let has_tag = doc.nodes().any(|(_, node)| node.tag.is_some());
    if count == 0 || has_tag {
        return;
    }
    let at = choose(&mut line, 256) * 256 + choose(&mut line, 256);
    let (id, _) = doc.nodes().nth(at % count).expect("there are so many");
    let Ok(patch) = change(&doc, id, &mut line) else { return };
    let edit = TextEdit::new(patch.edits).expect("edits are disjoint");
    let after = edit.apply(text);
    assert_eq!(naive(text, &edit), after);
    if !errors.is_empty() {
        return;
    }
    let objection = referee::check(&doc, &after, &patch.changes);
    // What goes may be what an alias stands for: that is for the referee to see.
    let has_alias = doc.nodes().any(|(_, node)| matches!(node.kind, Kind::Alias { .. }));
    let is_alias_lost = has_alias && matches!(objection, Err(Objection::UnreadableAfter { .. }));
    assert!(
        is_alias_lost || matches!(objection, Ok(()) | Err(Objection::UnreadableBefore { .. })),
        "{objection:?}\nchanges {:?}\nbefore {text:?}\nafter {after:?}",
        patch.changes
    );
}

/// Makes one of the changes that suit a node.
fn change(doc: &Document, id: NodeId, line: &mut &[u8]) -> Result<Patch, Refusal> {
    let node = doc.node(id);
    let parent = node.parent;
    let is_key =
        parent.is_some_and(|parent| doc.entries(parent).iter().any(|entry| entry.key == id));
    let is_item = parent.is_some_and(|parent| !doc.items(parent).is_empty());
    let new = value(line, 2);
    match &node.kind {
        _ if is_key && choose(line, 2) == 0 => patch::rename_key(doc, id, word(line)),
        _ if is_key || is_item && choose(line, 2) == 0 => patch::remove(doc, id),
        Kind::Mapping { .. } if choose(line, 2) == 0 => patch::add_entry(doc, id, word(line), &new),
        Kind::Sequence { items, .. } if choose(line, 2) == 0 => match choose(line, 2) {
            // Equal changes count once, so the second is never equal to the first.
            0 => patch::add_items(doc, id, &[new, Value::String("another".to_owned())]),
            _ => patch::list_to_map(doc, id, &vec![new; items.len()]),
        },
        Kind::Scalar(_) if choose(line, 2) == 0 => match choose(line, 2) {
            0 => patch::set_scalar(doc, id, word(line)),
            _ => {
                let value = doc.value(id).unwrap_or_default();
                let parts =
                    value.match_indices('d').map(|(at, d)| (at..at + d.len(), "new".to_owned()));
                patch::splice_scalar(doc, id, &parts.collect::<Vec<_>>())
            }
        },
        _ if choose(line, 4) == 0 => patch::clear(doc, id),
        _ => patch::replace_value(doc, id, &new),
    }
}

fn word(line: &mut &[u8]) -> &'static str {
    let words = [
        "new", "a: b", "", "on", "1", "it's", "- x", "é", "#no", "a #b", "null", "\"q\"", "x\ny",
        " lead", "trail ", "{", "*a", "&a", "!t", "%", "@", "`", "\t", "0x1f", "1e3", "<<", "=",
        "?", "\u{feff}", "\u{85}", "\u{2028}", "\0", "a\\b", "---", "...",
    ];
    words[choose(line, words.len())]
}

fn value(line: &mut &[u8], depth: usize) -> Value {
    match choose(line, if depth == 0 { 2 } else { 4 }) {
        0 => Value::String(word(line).to_owned()),
        1 => Value::Null,
        2 => Value::List((0..choose(line, 3)).map(|_| value(line, depth - 1)).collect()),
        _ => {
            let keys = ["default", "other key", "on"].iter().take(choose(line, 4));
            Value::Map(keys.map(|key| ((*key).to_owned(), value(line, depth - 1))).collect())
        }
    }
}

/// Applies edits one by one, from the last to the first.
pub fn naive(text: &str, edit: &TextEdit) -> String {
    let mut after = text.to_owned();
    for edit in edit.edits().iter().rev() {
        after.replace_range(edit.span.range(), &edit.insert);
    }
    after
}
