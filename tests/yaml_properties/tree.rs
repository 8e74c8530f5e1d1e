//! A file's values apart from how they are written, as they are read and as they are planned.

use composemod::yaml::document::{Document, Entry, Kind, NodeId, ScalarStyle};
use composemod::yaml::patch::{Change, Value};

/// A value as it is planned or read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    Null,
    Scalar(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

pub(crate) fn tree(doc: &Document, id: NodeId) -> Tree {
    match &doc.node(id).kind {
        Kind::Mapping { entries, .. } => Tree::Map(
            entries
                .iter()
                .map(|entry| {
                    let key = doc.value(entry.key).unwrap_or_default().into_owned();
                    (key, tree(doc, entry.value))
                })
                .collect(),
        ),
        Kind::Sequence { items, .. } => {
            Tree::List(items.iter().map(|item| tree(doc, item.value)).collect())
        }
        Kind::Scalar(style) => match doc.value(id).unwrap_or_default() {
            value if *style == ScalarStyle::Plain && matches!(&*value, "" | "~" | "null") => {
                Tree::Null
            }
            value => Tree::Scalar(value.into_owned()),
        },
        Kind::Alias { .. } => Tree::Null,
    }
}

pub(crate) fn planned(value: &Value) -> Tree {
    match value {
        Value::String(string) => Tree::Scalar(string.clone()),
        Value::List(items) => Tree::List(items.iter().map(planned).collect()),
        Value::Map(pairs) => {
            Tree::Map(pairs.iter().map(|(key, value)| (key.clone(), planned(value))).collect())
        }
        Value::Null | Value::Verbatim(_) => Tree::Null,
    }
}

/// Makes the planned changes on the tree of values.
pub(crate) fn plan(doc: &Document, id: NodeId, changes: &[Change]) -> Tree {
    let old = match &doc.node(id).kind {
        Kind::Mapping { entries, .. } => {
            let kept = entries.iter().filter(|entry| !changes.contains(&Change::Remove(entry.key)));
            let pair = |entry: &Entry| {
                let renamed = changes.iter().find_map(|change| match change {
                    Change::RenameKey(key, new) if *key == entry.key => Some(new.clone()),
                    _ => None,
                });
                let key = doc.value(entry.key).unwrap_or_default().into_owned();
                (renamed.unwrap_or(key), plan(doc, entry.value, changes))
            };
            Tree::Map(kept.map(pair).collect())
        }
        Kind::Sequence { items, .. } => {
            let kept = items.iter().filter(|item| !changes.contains(&Change::Remove(item.value)));
            Tree::List(kept.map(|item| plan(doc, item.value, changes)).collect())
        }
        _ => tree(doc, id),
    };
    changes.iter().fold(old, |old, change| match (old, change) {
        (_, Change::Replace(at, new)) if *at == id => planned(new),
        (_, Change::SetScalar(at, new)) if *at == id => Tree::Scalar(new.clone()),
        (Tree::Map(mut pairs), Change::AddEntry(at, key, value)) if *at == id => {
            pairs.push((key.clone(), planned(value)));
            Tree::Map(pairs)
        }
        (Tree::List(mut items), Change::AddItem(at, value)) if *at == id => {
            items.push(planned(value));
            Tree::List(items)
        }
        (Tree::List(_), Change::ListToMap(at, pairs)) if *at == id => {
            Tree::Map(pairs.iter().map(|(key, value)| (key.clone(), planned(value))).collect())
        }
        (old, _) => old,
    })
}
