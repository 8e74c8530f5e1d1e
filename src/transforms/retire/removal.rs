//! Takes aliases out of a file, with whatever holds nothing without them.
//!
//! A list left empty goes, then the settings of a network that held nothing else: the service goes
//! on joining it. Where a network joined by default is all that `networks` says, it goes too. What
//! others read through an anchor, and what hides something else by standing there, stays, empty.

use std::collections::BTreeMap;

use crate::compose::model::ComposeFile;
use crate::yaml::document::{Kind, NodeId, Style};
use crate::yaml::patch::{self, Patch, Refusal, Value};

/// Whether a file alone says which networks a service joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// No other file, and nothing that is extended, has a say.
    Only,
    /// Another has.
    Shared,
}

/// Takes items of alias lists out of a file.
pub(super) fn remove(
    file: &ComposeFile,
    service: &str,
    items: &[NodeId],
    word: Word,
) -> Result<Patch, Refusal> {
    let remover = Remover { file, service, word };
    let mut lists: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
    for &item in items {
        if let Some(list) = file.doc.node(item).parent {
            lists.entry(list).or_default().push(item);
        }
    }
    let mut patch = Patch::default();
    for (list, items) in lists {
        if items.len() < file.doc.items(list).len() {
            for item in items {
                patch.extend(patch::remove(&file.doc, item)?);
            }
        } else {
            patch.extend(remover.list(list)?);
        }
    }
    Ok(patch)
}

struct Remover<'a> {
    file: &'a ComposeFile,
    service: &'a str,
    word: Word,
}

impl Remover<'_> {
    /// Takes away a list that would be left empty.
    fn list(&self, list: NodeId) -> Result<Patch, Refusal> {
        let doc = &self.file.doc;
        let holder = self.key_of(list).filter(|(key, mapping)| {
            doc.value(*key).as_deref() == Some("aliases")
                && self.is_plain(list)
                && !self.hides(*mapping, "aliases")
        });
        match holder {
            Some((key, network)) if doc.entries(network).len() > 1 => patch::remove(doc, key),
            Some((key, network)) => self.network(network, key),
            None => match doc.items(list) {
                [item] => patch::remove(doc, item.value),
                _ => patch::replace_value(doc, list, &Value::List(Vec::new())),
            },
        }
    }

    /// Takes away the settings of a network, of which `key` is the only one.
    fn network(&self, network: NodeId, key: NodeId) -> Result<Patch, Refusal> {
        let doc = &self.file.doc;
        if let Some(networks) = self.is_all_of_default(network) {
            return patch::remove(doc, networks);
        }
        let is_block = matches!(doc.node(network).kind, Kind::Mapping { style: Style::Block, .. });
        // A merge of nothing is no YAML for docker compose.
        if is_block && self.is_plain(network) && self.key_of(network).is_some() {
            patch::clear(doc, network)
        } else {
            patch::remove(doc, key)
        }
    }

    /// The key `networks` of the service, where these settings of `default` are all it holds.
    fn is_all_of_default(&self, network: NodeId) -> Option<NodeId> {
        let doc = &self.file.doc;
        let (name, networks) = self.key_of(network)?;
        let (key, body) = self.key_of(networks)?;
        let is_service = self.file.service(self.service).is_some_and(|one| one.body == body);
        let is_all = is_service
            && self.word == Word::Only
            && doc.value(name).as_deref() == Some("default")
            && doc.value(key).as_deref() == Some("networks")
            && doc.entries(networks).len() == 1
            && doc.entries(body).len() > 1
            && [network, networks].iter().all(|&node| self.is_plain(node))
            && !self.hides(body, "networks");
        is_all.then_some(key)
    }

    /// The key that a node is the value of, and its mapping.
    fn key_of(&self, value: NodeId) -> Option<(NodeId, NodeId)> {
        let mapping = self.file.doc.node(value).parent?;
        let entry = self.file.doc.entries(mapping).iter().find(|entry| entry.value == value)?;
        Some((entry.key, mapping))
    }

    /// Whether a node has neither a tag that says how it is merged, nor an anchor that others use.
    fn is_plain(&self, node: NodeId) -> bool {
        self.file.doc.node(node).tag.is_none() && !self.file.doc.is_shared(node)
    }

    /// Whether a key of a mapping hides one that is merged into it.
    fn hides(&self, mapping: NodeId, key: &str) -> bool {
        let merged = self.file.merged(mapping);
        merged.iter().any(|&other| other != mapping && self.file.doc.get(other, key).is_some())
    }
}
