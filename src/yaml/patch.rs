//! Changes of a document: each gives the edits of the text and the change of value that they stand
//! for, so that the referee can check the one against the other.

use std::ops::Range;

use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::yaml::document::{Document, NodeId};

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
    List(Vec<Value>),
    /// A map in order.
    Map(Vec<(String, Value)>),
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

/// Gives a key another name, in the key's own quoting style.
///
/// # Errors
/// A key that is no scalar, or a block scalar.
pub fn rename_key(doc: &Document, key: NodeId, new: &str) -> Result<Patch, Refusal> {
    let _ = (doc, key, new);
    todo!()
}

/// Replaces a scalar's whole value, in its own quoting style.
///
/// # Errors
/// A node that is no scalar, or a block scalar.
pub fn set_scalar(doc: &Document, node: NodeId, new: &str) -> Result<Patch, Refusal> {
    let _ = (doc, node, new);
    todo!()
}

/// Replaces parts of a scalar's value, given as byte ranges of the value in order: only those
/// bytes change in the file. Works in every style, block scalars too.
///
/// # Errors
/// A range that does not stand in the file as it does in the value, or a new text that the
/// scalar's style can't hold (it is never re-quoted here unless a plain scalar would change type).
pub fn splice_scalar(
    doc: &Document,
    node: NodeId,
    parts: &[(Range<usize>, String)],
) -> Result<Patch, Refusal> {
    let _ = (doc, node, parts);
    todo!()
}

/// Adds a pair at the end of a mapping (block or flow), in the mapping's own indent and line end.
///
/// A block mapping's pair goes after the last line of its last descendant (a comment after that
/// belongs to what follows; a `|+` scalar's blank run stays with the scalar).
///
/// # Errors
/// A place where the pair can't be written without moving something else.
pub fn add_entry(
    doc: &Document,
    mapping: NodeId,
    key: &str,
    value: &Value,
) -> Result<Patch, Refusal> {
    let _ = (doc, mapping, key, value);
    todo!()
}

/// Adds items at the end of a sequence (block or flow), in the style of the items before.
///
/// # Errors
/// As for [`add_entry`].
pub fn add_items(doc: &Document, sequence: NodeId, values: &[Value]) -> Result<Patch, Refusal> {
    let _ = (doc, sequence, values);
    todo!()
}

/// Turns a list of plain names into a mapping in place (`- a # c` becomes `a: # c`, `[a, b]`
/// becomes `{a: …, b: …}`): comments, indent and order stay. `values` holds one value an item.
///
/// # Errors
/// An item that is no one-line scalar.
pub fn list_to_map(doc: &Document, sequence: NodeId, values: &[Value]) -> Result<Patch, Refusal> {
    let _ = (doc, sequence, values);
    todo!()
}

/// Replaces a value (an empty one, `~`, `{}`, an alias, a scalar or a whole collection) by a new
/// one, in block style where the surroundings are block style.
///
/// # Errors
/// A place where the value can't be written.
pub fn replace_value(doc: &Document, value: NodeId, new: &Value) -> Result<Patch, Refusal> {
    let _ = (doc, value, new);
    todo!()
}

/// Removes a mapping's pair (given by its key) or a sequence's item with its own line and its
/// trailing comment. Where it is the last one left, the empty collection that remains is written
/// as `{}` or `[]`.
///
/// # Errors
/// A place where it can't be removed without touching something else.
pub fn remove(doc: &Document, key_or_item: NodeId) -> Result<Patch, Refusal> {
    let _ = (doc, key_or_item);
    todo!()
}
