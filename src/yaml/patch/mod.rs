//! Changes of a document: each gives the edits of the text and the change of value that they stand
//! for, so that the referee can check the one against the other.

//!
//! What an edit does not replace stays as it is to the byte. A node's own anchor and tag stay
//! too, whatever becomes of the node; an alias is never followed.

mod add;
mod layout;
mod list_to_map;
mod remove;
mod render;
mod reorder;
mod replace;
mod scalar;

use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::yaml::document::{Document, NodeId};

pub use add::{add_entries, add_entry, add_items};
pub use list_to_map::list_to_map;
pub use remove::{clear, remove};
pub use reorder::{reorder, sorted};
pub use replace::replace_value;
pub use scalar::{rename_key, set_scalar, splice_scalar};

/// Edits of one file with the changes of value that they mean.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    /// Edits of the text.
    pub edits: Vec<Edit>,
    /// What they change, for the referee.
    pub changes: Vec<Change>,
}

impl Patch {
    /// Adds another patch of the same document.
    pub fn extend(&mut self, other: Self) {
        self.edits.extend(other.edits);
        self.changes.extend(other.changes);
    }
}

/// A planned change of value, by node of the document before. A node that is reached through an
/// alias is named where it is defined: the change shows in each place that the alias expands to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A key (given by its node) gets another name.
    RenameKey(NodeId, String),
    /// A scalar gets another value.
    SetScalar(NodeId, String),
    /// A node (scalar, empty value, alias or collection) is replaced.
    Replace(NodeId, Value),
    /// A mapping gets a pair at its end.
    AddEntry(NodeId, String, Value),
    /// A sequence gets an item at its end.
    AddItem(NodeId, Value),
    /// A sequence of names becomes a mapping: each name a key with its value, in order.
    ListToMap(NodeId, Vec<(String, Value)>),
    /// A mapping's pair (by its key) or a sequence's item goes.
    Remove(NodeId),
}

/// A value to be written: strings, lists and maps, and the empty value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing after the colon.
    Null,
    /// A string, quoted where it must be.
    String(String),
    /// A scalar that keeps its spelling: it is copied from elsewhere in the file.
    Verbatim(NodeId),
    /// A list.
    List(Vec<Self>),
    /// A map in order.
    Map(Vec<(String, Self)>),
}

/// Why a change can't be made as text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// Where.
    pub span: Span,
    /// Why, without a full stop.
    pub reason: String,
}

impl Refusal {
    fn new(span: Span, reason: impl Into<String>) -> Self {
        Self { span, reason: reason.into() }
    }

    fn of(doc: &Document, node: NodeId, reason: impl Into<String>) -> Self {
        Self::new(doc.node(node).span, reason)
    }
}

#[cfg(test)]
mod testing {
    use std::sync::Arc;

    use super::{Patch, Refusal, Value};
    use crate::text::edit::TextEdit;
    use crate::yaml::document::{Document, Kind, NodeId};

    /// Finds a value by keys and indexes, as `services.db.0`; `""` is the root, and a path that
    /// ends in `?` means the last key itself.
    pub(super) fn node(doc: &Document, path: &str) -> NodeId {
        let (path, is_key) = path.strip_suffix('?').map_or((path, false), |path| (path, true));
        let mut at = doc.roots()[0];
        for part in path.split('.').filter(|part| !part.is_empty()) {
            at = match &doc.node(at).kind {
                Kind::Sequence { items, .. } => {
                    items[part.parse::<usize>().expect("an index")].value
                }
                _ => doc.get(at, part).unwrap_or_else(|| panic!("no `{part}` in {path}")).value,
            };
        }
        let entries = doc.node(at).parent.map(|parent| doc.entries(parent)).unwrap_or_default();
        match entries.iter().find(|entry| is_key && entry.value == at) {
            Some(entry) => entry.key,
            None => at,
        }
    }

    /// Gives the text after a change, which must parse, or the refusal's reason.
    pub(super) fn after(
        text: &str,
        path: &str,
        change: impl Fn(&Document, NodeId) -> Result<Patch, Refusal>,
    ) -> String {
        let (doc, errors) = Document::parse(&Arc::from(text));
        assert_eq!(errors, [], "{text}");
        match change(&doc, node(&doc, path)) {
            Ok(patch) => {
                let after = TextEdit::new(patch.edits).expect("edits are disjoint").apply(text);
                assert_eq!(Document::parse(&Arc::from(after.as_str())).1, [], "{after}");
                after
            }
            Err(refusal) => {
                assert!(text.get(refusal.span.range()).is_some());
                format!("refused: {}", refusal.reason)
            }
        }
    }

    pub(super) fn string(value: &str) -> Value {
        Value::String(value.to_owned())
    }

    pub(super) fn list(items: &[&str]) -> Value {
        Value::List(items.iter().map(|item| string(item)).collect())
    }

    pub(super) fn map(pairs: &[(&str, Value)]) -> Value {
        Value::Map(pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
    }
}
