//! Holds a Compose file against the specification's schema, node by node.
//!
//! Each node is held once against each schema that it comes under: aliases and merges are followed, and
//! what is wrong in a fragment that five services merge is said once, where it stands. No recursion:
//! the nodes to look at wait in a list.

use std::collections::{BTreeMap, BTreeSet};

use crate::compose::model::{ComposeFile, OVERRIDE_NAMES, file_name, is_service_like};
use crate::lints::schema::reading::{Reading, Unreadable};
use crate::lints::schema::scalar::{has_variable, kind};
use crate::lints::schema::spec::{Kind, NoSuchKey, Schema, Spec};
use crate::yaml::document::{self, Document, Entry, NodeId};

/// Something that does not go with the schema.
#[derive(Clone, Debug)]
pub(in crate::lints) struct Fault<'s> {
    /// Where: a key that is wrong, else a value; the key of a value that is empty.
    pub(super) node: NodeId,
    /// What.
    pub(super) kind: FaultKind<'s>,
}

/// What does not go with the schema.
#[derive(Clone, Debug)]
pub(in crate::lints) enum FaultKind<'s> {
    /// A mapping has no such key.
    UnknownKey(&'s Schema),
    /// Things are named by this key, and no name may be spelled so.
    BadName,
    /// A key is no text.
    BadKey(Kind),
    /// What is merged is no mapping.
    BadMerge(Kind),
    /// A value is of another type.
    WrongType { wanted: Vec<Kind>, found: Kind },
    /// A mapping lacks a key.
    MissingKey(&'s str),
    /// Text is none of these.
    NoOption(&'s [String]),
    /// Text does not match a pattern.
    NoMatch(&'s str),
    /// A number is too small or too great.
    OutOfRange { least: Option<i64>, greatest: Option<i64> },
    /// A list's item stands there before.
    Repeated(NodeId),
    /// A text can't be read.
    Unreadable(Reading, Unreadable),
}

/// A node to be held against a schema.
#[derive(Clone, Copy)]
struct Task<'s> {
    /// The node as it is written: an alias is not followed yet.
    node: NodeId,
    /// Its key, if it is a mapping's value.
    key: Option<NodeId>,
    schema: &'s Schema,
}

/// Finds what does not go with the schema, in order of the places.
pub(in crate::lints) fn faults(file: &ComposeFile) -> Vec<Fault<'static>> {
    let spec = Spec::get();
    if is_part(file) {
        faults_of(file, spec, Extent::Part)
    } else {
        faults_of(file, spec, Extent::Whole)
    }
}

/// Whether another file may give what a file lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// The file stands for itself.
    Whole,
    /// It is laid over another one.
    Part,
}

/// Finds what does not go with the schema in a file of a known extent.
pub(super) fn faults_of<'s>(file: &ComposeFile, spec: &'s Spec, extent: Extent) -> Vec<Fault<'s>> {
    let doc = &file.doc;
    let mut walk = Walk { file, doc, spec, extent, seen: BTreeSet::new(), found: Vec::new() };
    walk.keys();
    let mut open: Vec<Task<'s>> = match doc.roots() {
        // Several documents are a lint of their own.
        roots if is_legacy(file) || roots.is_empty() => Vec::new(),
        [root] => vec![Task { node: *root, key: None, schema: &spec.root }],
        roots => {
            let roots = roots.iter().filter(|root| kind(doc, **root) == Kind::Object);
            roots.map(|root| Task { node: *root, key: None, schema: &spec.root }).collect()
        }
    };
    while let Some(task) = open.pop() {
        walk.look(task, &mut open);
    }
    let mut found = walk.found;
    found.sort_by_key(|fault| fault.node);
    found
}

/// Tells whether a file is of the first Compose format: services stand at its top.
pub(super) fn is_legacy(file: &ComposeFile) -> bool {
    let doc = &file.doc;
    let [root] = doc.roots() else { return false };
    let sections = ["services", "include", "version", "networks", "volumes"];
    let entries = doc.entries(*root);
    let runs = |entry: &Entry| {
        let says = |key: &str| doc.get(entry.value, key).is_some();
        (says("image") || says("build")) && is_service_like(file, entry.value)
    };
    entries.iter().any(runs)
        && entries.iter().all(|entry| kind(doc, entry.value) == Kind::Object)
        && !sections.iter().any(|section| doc.get(*root, section).is_some())
}

/// Tells whether a file is laid over another one, which may give what this one lacks.
fn is_part(file: &ComposeFile) -> bool {
    let runs = |body: NodeId| {
        let says = |key: &str| file.attribute(body, key).is_some();
        ["image", "build", "extends", "provider"].into_iter().any(says)
    };
    OVERRIDE_NAMES.contains(&file_name(&file.path))
        || !file
            .services()
            .all(|service| kind(&file.doc, service.body) != Kind::Object || runs(service.body))
}

struct Walk<'a, 's> {
    file: &'a ComposeFile,
    doc: &'a Document,
    spec: &'s Spec,
    extent: Extent,
    /// What was looked at: node, and address of the schema.
    seen: BTreeSet<(NodeId, usize)>,
    found: Vec<Fault<'s>>,
}

impl<'s> Walk<'_, 's> {
    /// Finds keys that are no text, and merges of what is no mapping: docker compose takes none,
    /// wherever they stand.
    fn keys(&mut self) {
        let doc = self.doc;
        let entries = doc.nodes().filter_map(|(_, node)| match &node.kind {
            document::Kind::Mapping { entries, .. } => Some(entries.iter()),
            _ => None,
        });
        for entry in entries.flatten() {
            let kind = kind(doc, entry.key);
            // A mapping for a key is what a template looks like.
            if !matches!(kind, Kind::String | Kind::Object | Kind::Array) {
                self.found.push(Fault { node: entry.key, kind: FaultKind::BadKey(kind) });
            }
            if self.file.is_merge(*entry)
                && let Some(found) = self.bad_merge(entry.value)
            {
                self.found.push(Fault { node: entry.value, kind: FaultKind::BadMerge(found) });
            }
        }
    }

    /// Gives the type of what a merge names, where that is no mapping and no list of mappings.
    fn bad_merge(&self, value: NodeId) -> Option<Kind> {
        let doc = self.doc;
        // An alias of nothing is reported as such.
        let merges = |node: NodeId| {
            let is_alias = matches!(doc.node(doc.resolve(node)).kind, document::Kind::Alias { .. });
            is_alias || kind(doc, node) == Kind::Object
        };
        let merges_all = || {
            kind(doc, value) == Kind::Array
                && doc.items(value).iter().all(|item| merges(item.value))
        };
        (!merges(value) && !merges_all()).then(|| kind(doc, value))
    }

    fn look(&mut self, task: Task<'s>, open: &mut Vec<Task<'s>>) {
        let Task { node, schema, .. } = task;
        let doc = self.doc;
        let text = doc.value(node).unwrap_or_default();
        let reading = self.spec.reading(schema);
        let mut kind = kind(doc, node);
        let is_unknown = kind == Kind::String && has_variable(&text);
        // docker compose casts text here, also where it is quoted.
        if let Some(reading) = reading.filter(|reading| kind == Kind::String && reading.casts()) {
            if is_unknown {
                return;
            }
            if let Err(error) = reading.check(&text) {
                return self.report(task, FaultKind::Unreadable(reading, error));
            }
            kind = cast(reading, &text);
        }
        let Some((schema, reading)) = self.spec.narrow(schema, kind) else {
            return self.wrong_type(task, kind, reading, &text);
        };
        if !self.seen.insert((doc.resolve(node), std::ptr::from_ref(schema).addr())) {
            return;
        }
        match kind {
            Kind::Object => self.mapping(task, schema, reading, open),
            Kind::Array => self.list(task, schema, reading, open),
            _ if is_unknown => {}
            _ => self.scalar(task, schema, reading, &text),
        }
    }

    fn wrong_type(&mut self, task: Task<'s>, found: Kind, reading: Option<Reading>, text: &str) {
        if found == Kind::Null && self.extent == Extent::Part {
            return;
        }
        // `10` for a duration is a number, but what it lacks is a unit.
        let is_number = matches!(found, Kind::Integer | Kind::Number);
        let read = reading
            .filter(|reading| is_number && !reading.casts())
            .map(|reading| (reading, reading.check(text)));
        if let Some((reading, Err(error))) = read {
            return self.report(task, FaultKind::Unreadable(reading, error));
        }
        let mut wanted: Vec<Kind> = self.spec.kinds(task.schema).collect();
        wanted.dedup();
        self.report(task, FaultKind::WrongType { wanted, found });
    }

    fn mapping(
        &mut self,
        task: Task<'s>,
        schema: &'s Schema,
        reading: Option<Reading>,
        open: &mut Vec<Task<'s>>,
    ) {
        let doc = self.doc;
        let entries = self.file.effective_entries(task.node);
        let written = doc.entries(task.node);
        // `{{ name }}` of a template is a mapping within a mapping's key.
        if written.iter().any(|entry| doc.value(entry.key).is_none()) {
            return;
        }
        let entries: Vec<Entry> =
            entries.into_iter().filter(|entry| !is_reset(doc, entry.value)).collect();
        let mut keys = BTreeSet::new();
        for entry in entries {
            let name = doc.value(entry.key).unwrap_or_default();
            match self.spec.property(schema, &name) {
                Ok(Some(schema)) => {
                    open.push(Task { node: entry.value, key: Some(entry.key), schema });
                }
                Ok(None) => {}
                Err(NoSuchKey) if schema.properties.is_empty() => {
                    self.found.push(Fault { node: entry.key, kind: FaultKind::BadName });
                }
                Err(NoSuchKey) => {
                    let kind = FaultKind::UnknownKey(schema);
                    self.found.push(Fault { node: entry.key, kind });
                }
            }
            keys.insert(name.into_owned());
        }
        if self.extent == Extent::Part {
            return;
        }
        let needed = schema.required.iter().map(String::as_str);
        for key in needed.chain(reading.and_then(Reading::needs)) {
            if !keys.contains(key) {
                self.found.push(Fault {
                    node: task.key.unwrap_or(task.node),
                    kind: FaultKind::MissingKey(key),
                });
            }
        }
    }

    fn list(
        &mut self,
        task: Task<'s>,
        schema: &'s Schema,
        reading: Option<Reading>,
        open: &mut Vec<Task<'s>>,
    ) {
        let doc = self.doc;
        let items = doc.items(task.node).iter().map(|item| item.value);
        let items: Vec<NodeId> = items.filter(|item| !is_reset(doc, *item)).collect();
        if let Some(schema) = schema.items.as_deref() {
            open.extend(items.iter().map(|item| Task { node: *item, key: None, schema }));
        }
        if schema.unique_items && reading != Some(Reading::Set) {
            let mut known: BTreeMap<(Kind, String), NodeId> = BTreeMap::new();
            for item in &items {
                let Some(text) = doc.value(*item).filter(|text| !has_variable(text)) else {
                    continue;
                };
                let value = (kind(doc, *item), text.into_owned());
                match known.get(&value) {
                    Some(first) => {
                        let kind = FaultKind::Repeated(*first);
                        self.found.push(Fault { node: *item, kind });
                    }
                    None => drop(known.insert(value, *item)),
                }
            }
        }
        if let (Some(Reading::Test), Some(first)) = (reading, items.first()) {
            let word = doc.value(*first);
            let words = ["CMD", "CMD-SHELL", "NONE"];
            let is_known = word.is_none_or(|word| words.contains(&&*word) || has_variable(&word));
            if !is_known {
                let error = Unreadable::refused("is none of `CMD`, `CMD-SHELL` and `NONE`");
                let kind = FaultKind::Unreadable(Reading::Test, error);
                self.found.push(Fault { node: *first, kind });
            }
        }
    }

    fn scalar(&mut self, task: Task<'s>, schema: &'s Schema, reading: Option<Reading>, text: &str) {
        if !schema.options.is_empty() && !schema.options.iter().any(|option| option == text) {
            self.report(task, FaultKind::NoOption(&schema.options));
        }
        if let Some(pattern) = schema.pattern.as_deref()
            && !self.spec.matches(pattern, text)
        {
            self.report(task, FaultKind::NoMatch(pattern));
        }
        let number = text.parse::<f64>().ok();
        let (least, greatest) = (schema.minimum, schema.maximum);
        // Bounds of the schema are small: none is rounded.
        let is_below = |bound: &i64| number.is_some_and(|number| number < *bound as f64);
        let is_above = |bound: &i64| number.is_some_and(|number| number > *bound as f64);
        if least.as_ref().is_some_and(is_below) || greatest.as_ref().is_some_and(is_above) {
            self.report(task, FaultKind::OutOfRange { least, greatest });
        }
        if let Some(reading) = reading.filter(|reading| !reading.casts())
            && let Err(error) = reading.check(text)
        {
            self.report(task, FaultKind::Unreadable(reading, error));
        }
    }

    /// Reports a value: where it stands, or at its key where there is nothing to be seen.
    fn report(&mut self, task: Task<'s>, kind: FaultKind<'s>) {
        let is_empty = self.doc.node(task.node).span.is_empty();
        let node = task.key.filter(|_| is_empty).unwrap_or(task.node);
        self.found.push(Fault { node, kind });
    }
}

/// Tells whether a value is taken away by its tag, so that docker compose does not see it.
pub(super) fn is_reset(doc: &Document, node: NodeId) -> bool {
    let is_reset =
        |node: NodeId| doc.node(node).tag.as_ref().is_some_and(|tag| &*tag.name == "reset");
    is_reset(node) || is_reset(doc.resolve(node))
}

fn cast(reading: Reading, text: &str) -> Kind {
    match reading {
        Reading::Flag => Kind::Boolean,
        Reading::Fraction if text.parse::<i64>().is_err() => Kind::Number,
        _ => Kind::Integer,
    }
}
