//! The comparison: the tree before, with the changes made, against the tree after.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::Objection;
use super::reading::{Content, Read, Reading, ValueId};
use crate::yaml::document::{Document, Kind, NodeId};
use crate::yaml::patch::{Change, Value};

/// The planned changes of a document, by the node they change.
pub(super) struct Plan<'d> {
    doc: &'d Document,
    changes: BTreeMap<NodeId, Vec<&'d Change>>,
}

impl<'d> Plan<'d> {
    pub(super) fn new(doc: &'d Document, changes: &'d [Change]) -> Self {
        let mut by_node: BTreeMap<NodeId, Vec<&Change>> = BTreeMap::new();
        for change in changes {
            let known = by_node.entry(node_of(change)).or_default();
            if !known.contains(&change) {
                known.push(change);
            }
        }
        Self { doc, changes: by_node }
    }

    /// Checks one referee's readings against the plan.
    pub(super) fn check(
        &self,
        parser: &'static str,
        before: &Reading<'_>,
        after: &Reading<'_>,
    ) -> Result<(), Objection> {
        let walk = Walk {
            plan: self,
            before,
            after,
            copied: self.copied(before),
            path: RefCell::default(),
            met: RefCell::default(),
        };
        walk.documents().map_err(|difference| {
            let path = walk.spelled_path();
            match difference {
                Difference::Unplanned => Objection::Unplanned { parser, path },
                Difference::Misread => Objection::UnreadableBefore {
                    parser,
                    message: format!("it reads `{path}` otherwise than composemod does"),
                },
            }
        })?;
        // A change that the walk never came to was not seen to be made.
        match self.changes.keys().find(|id| !walk.met.borrow().contains(id)) {
            Some(&id) => Err(Objection::Unplanned { parser, path: path_of(self.doc, id) }),
            None => Ok(()),
        }
    }

    fn at(&self, id: NodeId) -> &[&'d Change] {
        self.changes.get(&id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Finds what stands before the change in the nodes that the plan copies.
    fn copied(&self, before: &Reading<'_>) -> BTreeMap<NodeId, ValueId> {
        let mut wanted = BTreeSet::new();
        for change in self.changes.values().flatten() {
            match change {
                Change::Replace(_, value)
                | Change::AddEntry(_, _, value)
                | Change::AddItem(_, value) => copies(value, &mut wanted),
                Change::ListToMap(_, pairs) => {
                    pairs.iter().for_each(|(_, value)| copies(value, &mut wanted));
                }
                Change::RenameKey(..) | Change::SetScalar(..) | Change::Remove(_) => {}
            }
        }
        let mut found = BTreeMap::new();
        if wanted.is_empty() {
            return found;
        }
        let mut open: Vec<(NodeId, ValueId)> =
            self.doc.roots().iter().copied().zip(before.roots.iter().copied()).collect();
        while let Some((id, value)) = open.pop() {
            if wanted.contains(&id) {
                found.insert(id, value);
            }
            match (&self.doc.node(id).kind, &before.get(value).content) {
                (Kind::Mapping { entries, .. }, Content::Map(pairs)) => {
                    for (entry, &(key, value)) in entries.iter().zip(pairs) {
                        open.extend([(entry.key, key), (entry.value, value)]);
                    }
                }
                (Kind::Sequence { items, .. }, Content::List(values)) => {
                    open.extend(items.iter().map(|item| item.value).zip(values.iter().copied()));
                }
                _ => {}
            }
        }
        found
    }
}

fn node_of(change: &Change) -> NodeId {
    match change {
        Change::RenameKey(id, _)
        | Change::SetScalar(id, _)
        | Change::Replace(id, _)
        | Change::AddEntry(id, ..)
        | Change::AddItem(id, _)
        | Change::ListToMap(id, _)
        | Change::Remove(id) => *id,
    }
}

fn copies(value: &Value, into: &mut BTreeSet<NodeId>) {
    match value {
        Value::Verbatim(id) => {
            into.insert(*id);
        }
        Value::List(items) => items.iter().for_each(|item| copies(item, into)),
        Value::Map(pairs) => pairs.iter().for_each(|(_, value)| copies(value, into)),
        Value::Null | Value::String(_) => {}
    }
}

enum Difference {
    /// The file after is not as planned.
    Unplanned,
    /// The referee and our own tree do not have the same shape before the change.
    Misread,
}

fn planned(holds: bool) -> Result<(), Difference> {
    if holds { Ok(()) } else { Err(Difference::Unplanned) }
}

/// A step of a path.
enum Step<'w> {
    /// To the value of a key of the document before.
    Key(NodeId),
    /// To the value of a key of the file after.
    Found(ValueId),
    /// To the value of a new key.
    Name(&'w str),
    /// To an item.
    Index(usize),
}

/// One comparison. It recurses: serde_yaml has refused what is deeper than 128 levels.
struct Walk<'w, 't> {
    plan: &'w Plan<'w>,
    before: &'w Reading<'t>,
    after: &'w Reading<'t>,
    copied: BTreeMap<NodeId, ValueId>,
    /// Where the walk stands, and stays where it finds a difference.
    path: RefCell<Vec<Step<'w>>>,
    met: RefCell<BTreeSet<NodeId>>,
}

impl<'w> Walk<'w, '_> {
    fn documents(&self) -> Result<(), Difference> {
        let roots = self.plan.doc.roots();
        if roots.is_empty() {
            // An empty file is no document for one reader and an empty one for another.
            return planned(self.before.is_empty() && self.after.is_empty());
        }
        if roots.len() != self.before.roots.len() {
            return Err(Difference::Misread);
        }
        planned(self.before.roots.len() == self.after.roots.len())?;
        let values = self.before.roots.iter().zip(&self.after.roots);
        roots
            .iter()
            .zip(values)
            .try_for_each(|(&id, (&before, &after))| self.node(id, before, after))
    }

    /// Compares one node before, with its changes made, and the value after.
    fn node(&self, id: NodeId, before: ValueId, after: ValueId) -> Result<(), Difference> {
        let resolved = self.plan.doc.resolve(id);
        let own = if resolved == id { &[] } else { self.changes(id) };
        let changes = self.changes(resolved);
        let (before, value) = (self.before.get(before), self.after.get(after));
        for change in own.iter().chain(changes) {
            match change {
                Change::Replace(_, planned) => return self.value(planned, after),
                Change::SetScalar(_, text) | Change::RenameKey(_, text) => {
                    return planned(is_string(value, text) && value.tag == before.tag);
                }
                Change::ListToMap(_, pairs) => {
                    planned(value.tag == before.tag)?;
                    return self.map(pairs, value);
                }
                Change::AddEntry(..) | Change::AddItem(..) | Change::Remove(_) => {}
            }
        }
        planned(before.tag == value.tag)?;
        match (&self.plan.doc.node(resolved).kind, &before.content) {
            (Kind::Mapping { entries, .. }, Content::Map(pairs)) => {
                if entries.len() != pairs.len() {
                    return Err(Difference::Misread);
                }
                let Content::Map(found) = &value.content else { return Err(Difference::Unplanned) };
                let mut found = found.iter();
                for (entry, pair) in entries.iter().zip(pairs) {
                    if self.removed(entry.key) {
                        continue;
                    }
                    self.enter(Step::Key(entry.key));
                    let &(key, value) = found.next().ok_or(Difference::Unplanned)?;
                    self.node(entry.key, pair.0, key)?;
                    self.node(entry.value, pair.1, value)?;
                    self.leave();
                }
                for change in changes {
                    let Change::AddEntry(_, name, planned_value) = change else { continue };
                    self.enter(Step::Name(name));
                    let &(key, value) = found.next().ok_or(Difference::Unplanned)?;
                    planned(is_string(self.after.get(key), name))?;
                    self.value(planned_value, value)?;
                    self.leave();
                }
                match found.next() {
                    Some(&(key, _)) => {
                        self.enter(Step::Found(key));
                        Err(Difference::Unplanned)
                    }
                    None => Ok(()),
                }
            }
            (Kind::Sequence { items, .. }, Content::List(values)) => {
                if items.len() != values.len() {
                    return Err(Difference::Misread);
                }
                let Content::List(found) = &value.content else {
                    return Err(Difference::Unplanned);
                };
                let mut found = found.iter().enumerate();
                for (item, &before) in items.iter().zip(values) {
                    if self.removed(item.value) {
                        continue;
                    }
                    let (at, &value) = found.next().ok_or(Difference::Unplanned)?;
                    self.enter(Step::Index(at));
                    self.node(item.value, before, value)?;
                    self.leave();
                }
                for change in changes {
                    let Change::AddItem(_, planned_value) = change else { continue };
                    let (at, &value) = found.next().ok_or(Difference::Unplanned)?;
                    self.enter(Step::Index(at));
                    self.value(planned_value, value)?;
                    self.leave();
                }
                planned(found.next().is_none())
            }
            (Kind::Scalar(_), Content::Null | Content::String(_) | Content::Other(_)) => {
                planned(before.content == value.content)
            }
            _ => Err(Difference::Misread),
        }
    }

    /// Gives a node's changes and notes that they were met.
    fn changes(&self, id: NodeId) -> &'w [&'w Change] {
        let changes = self.plan.at(id);
        if !changes.is_empty() {
            self.met.borrow_mut().insert(id);
        }
        changes
    }

    fn removed(&self, id: NodeId) -> bool {
        self.changes(id).iter().any(|change| matches!(change, Change::Remove(_)))
    }

    /// Compares a new value.
    fn value(&self, planned_value: &'w Value, after: ValueId) -> Result<(), Difference> {
        let value = self.after.get(after);
        match planned_value {
            Value::Null => planned(value.content == Content::Null && value.tag.is_none()),
            Value::String(text) => planned(is_string(value, text) && value.tag.is_none()),
            Value::Verbatim(id) => match self.copied.get(id) {
                Some(&before) => self.same(before, after),
                None => Err(Difference::Unplanned),
            },
            Value::List(items) => match &value.content {
                Content::List(found) if found.len() == items.len() && value.tag.is_none() => {
                    items.iter().zip(found).try_for_each(|(item, &value)| self.value(item, value))
                }
                _ => Err(Difference::Unplanned),
            },
            Value::Map(pairs) => {
                planned(value.tag.is_none())?;
                self.map(pairs, value)
            }
        }
    }

    fn map(&self, pairs: &'w [(String, Value)], value: &Read<'_>) -> Result<(), Difference> {
        let Content::Map(found) = &value.content else { return Err(Difference::Unplanned) };
        planned(found.len() == pairs.len())?;
        for ((name, planned_value), &(key, value)) in pairs.iter().zip(found) {
            self.enter(Step::Name(name));
            planned(is_string(self.after.get(key), name))?;
            self.value(planned_value, value)?;
            self.leave();
        }
        Ok(())
    }

    /// Compares a value that was copied with the copy.
    fn same(&self, before: ValueId, after: ValueId) -> Result<(), Difference> {
        let (before, after) = (self.before.get(before), self.after.get(after));
        planned(before.tag == after.tag)?;
        match (&before.content, &after.content) {
            (Content::List(before), Content::List(after)) => {
                planned(before.len() == after.len())?;
                before.iter().zip(after).try_for_each(|(&before, &after)| self.same(before, after))
            }
            (Content::Map(before), Content::Map(after)) => {
                planned(before.len() == after.len())?;
                before.iter().zip(after).try_for_each(|(before, after)| {
                    self.same(before.0, after.0)?;
                    self.same(before.1, after.1)
                })
            }
            (before, after) => planned(before == after),
        }
    }

    fn enter(&self, step: Step<'w>) {
        self.path.borrow_mut().push(step);
    }

    fn leave(&self) {
        self.path.borrow_mut().pop();
    }

    fn spelled_path(&self) -> String {
        let mut spelled = String::new();
        for step in self.path.borrow().iter() {
            match step {
                Step::Key(id) => {
                    spelled.push('.');
                    spelled.push_str(self.plan.doc.value(*id).as_deref().unwrap_or("?"));
                }
                Step::Found(id) => {
                    spelled.push('.');
                    spelled.push_str(match &self.after.get(*id).content {
                        Content::String(text) | Content::Other(text) => text,
                        _ => "?",
                    });
                }
                Step::Name(name) => {
                    spelled.push('.');
                    spelled.push_str(name);
                }
                Step::Index(at) => spelled.push_str(&format!("[{at}]")),
            }
        }
        spelled.trim_start_matches('.').to_owned()
    }
}

fn is_string(value: &Read<'_>, text: &str) -> bool {
    matches!(&value.content, Content::String(found) if found == text)
}

/// Spells the path of a node by its keys and indices.
fn path_of(doc: &Document, id: NodeId) -> String {
    let mut parts = Vec::new();
    let mut id = id;
    while let Some(parent) = doc.node(id).parent {
        let entry = doc.entries(parent).iter().find(|entry| entry.key == id || entry.value == id);
        let index = doc.items(parent).iter().position(|item| item.value == id);
        parts.push(match (entry, index) {
            (Some(entry), _) => format!(".{}", doc.value(entry.key).unwrap_or_default()),
            (None, Some(index)) => format!("[{index}]"),
            (None, None) => String::new(),
        });
        id = parent;
    }
    parts.reverse();
    parts.concat().trim_start_matches('.').to_owned()
}
