//! The edits of Compose files, collected by node: a scalar may get several parts from different
//! reasons, and a mapping or list several new members.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::compose::model::ComposeFile;
use crate::compose::usage::{Class, Confidence};
use crate::repo::workspace::Workspace;
use crate::text::span::Span;
use crate::transforms::draft::{Draft, Meaning};
use crate::yaml::document::{Kind, NodeId, ScalarStyle};
use crate::yaml::patch::{self, Patch, Refusal, Value};

/// Edits of Compose files, by path and node.
#[derive(Debug, Default)]
pub(super) struct Edits {
    parts: BTreeMap<(String, NodeId), Vec<Part>>,
    items: BTreeMap<(String, NodeId), Vec<(String, Why)>>,
}

/// A part of a scalar's value with what takes its place.
#[derive(Clone, Debug)]
struct Part {
    range: Range<usize>,
    insert: String,
    why: Why,
}

/// What an edit is for.
#[derive(Clone, Debug)]
pub(super) struct Why {
    pub(super) class: Class,
    pub(super) confidence: Confidence,
    pub(super) reason: String,
}

impl Why {
    /// Makes a reason that is certain.
    pub(super) fn certain(class: Class, reason: impl Into<String>) -> Self {
        Self { class, confidence: Confidence::Certain, reason: reason.into() }
    }
}

impl Edits {
    /// Replaces a part of a scalar's value.
    pub(super) fn replace(
        &mut self,
        path: &str,
        node: NodeId,
        range: Range<usize>,
        insert: impl Into<String>,
        why: Why,
    ) {
        let parts = self.parts.entry((path.to_owned(), node)).or_default();
        let part = Part { range, insert: insert.into(), why };
        if !parts.iter().any(|known| known.range == part.range) {
            parts.push(part);
        }
    }

    /// Adds an item at the end of a list.
    pub(super) fn append(&mut self, path: &str, list: NodeId, item: impl Into<String>, why: Why) {
        self.items.entry((path.to_owned(), list)).or_default().push((item.into(), why));
    }

    /// Tells whether a scalar is edited.
    pub(super) fn is_edited(&self, path: &str, node: NodeId) -> bool {
        self.parts.contains_key(&(path.to_owned(), node))
    }

    /// Makes patches of what was collected.
    pub(super) fn flush(self, workspace: &Workspace, draft: &mut Draft<'_>) {
        for ((path, node), mut parts) in self.parts {
            let Some(file) = workspace.files.get(&path) else { continue };
            parts.sort_by_key(|part| (part.range.start, part.range.end));
            match scalar(file, node, &parts) {
                Ok(patch) => tell(file, patch, &parts, draft),
                Err(refusal) => draft.refuse(&path, &refusal),
            }
        }
        for ((path, list), items) in self.items {
            let Some(file) = workspace.files.get(&path) else { continue };
            let values: Vec<Value> =
                items.iter().map(|(item, _)| Value::String(item.clone())).collect();
            match patch::add_items(&file.doc, list, &values) {
                Ok(patch) => {
                    let Some((_, why)) = items.into_iter().next() else { continue };
                    draft.added(&path, patch, why.class, &why.reason);
                }
                Err(refusal) => draft.refuse(&path, &refusal),
            }
        }
    }
}

/// A scalar with other parts; where its spelling does not let single parts be replaced, all of it
/// is written anew in its own style.
fn scalar(file: &ComposeFile, node: NodeId, parts: &[Part]) -> Result<Patch, Refusal> {
    let doc = &file.doc;
    let old = doc.value(node).unwrap_or_default();
    if doc.node(node).span.is_empty() {
        let new: String = parts.iter().map(|part| part.insert.as_str()).collect();
        return patch::set_scalar(doc, node, &new);
    }
    let list: Vec<(Range<usize>, String)> =
        parts.iter().map(|part| (part.range.clone(), part.insert.clone())).collect();
    let is_block =
        matches!(doc.node(node).kind, Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded));
    if let [(range, insert)] = list.as_slice()
        && *range == (0..old.len())
        && !is_block
    {
        return patch::set_scalar(doc, node, insert);
    }
    patch::splice_scalar(doc, node, &list).or_else(|refusal| {
        let mut new = String::new();
        let mut at = 0;
        for (range, insert) in &list {
            new.push_str(old.get(at..range.start).unwrap_or_default());
            new.push_str(insert);
            at = range.end;
        }
        new.push_str(old.get(at..).unwrap_or_default());
        patch::set_scalar(doc, node, &new).map_err(|_| refusal)
    })
}

/// Says what each edit of a scalar is for.
fn tell(file: &ComposeFile, patch: Patch, parts: &[Part], draft: &mut Draft<'_>) {
    let text = file.doc.text();
    let is_by_part = patch.edits.len() == parts.len();
    for (at, edit) in patch.edits.iter().enumerate() {
        let Some(part) = parts.get(if is_by_part { at } else { 0 }) else { continue };
        let meaning = Meaning {
            span: Span::new(edit.span.start as usize, edit.span.end as usize),
            class: part.why.class,
            confidence: part.why.confidence,
            reason: part.why.reason.clone(),
        };
        draft.tell(&file.path, text, edit.clone(), meaning);
    }
    draft.patch(&file.path, patch);
}
