//! Who names whom in one Compose file: every definition of a name, every reference to one, and
//! every value in which a name may stand as text.
//!
//! The rules are those of the compose-spec (§05 services, §06 networks, §07 volumes, §08 configs,
//! §09 secrets, §build, §deploy); anchors and fragments are visited once, where they stand.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::compose::interpolate::{Operator, Piece, pieces};
use crate::compose::model::{ComposeFile, is_service_like};
use crate::compose::values::{Text, TextKind};
use crate::yaml::document::{Entry, Kind, NodeId};

/// A set of names of its own: equal names in two of them have nothing to do with each other.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    schemars::JsonSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Namespace {
    /// Services of a project.
    #[default]
    Service,
    /// Containers of the engine (`container_name`).
    Container,
    /// Volumes by their key.
    Volume,
    /// Networks by their key.
    Network,
    /// Secrets by their key.
    Secret,
    /// Configs by their key.
    Config,
    /// Models by their key.
    Model,
}

impl Namespace {
    /// Gives the word for a thing of it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Container => "container",
            Self::Volume => "volume",
            Self::Network => "network",
            Self::Secret => "secret",
            Self::Config => "config",
            Self::Model => "model",
        }
    }
}

/// One place that defines or names something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Which set of names.
    pub namespace: Namespace,
    /// The name.
    pub name: String,
    /// The scalar that holds it.
    pub node: NodeId,
    /// Bytes of the name in the scalar's value.
    pub range: Range<usize>,
    /// How it stands there.
    pub form: Form,
    /// What the place is, for people: `depends_on`.
    pub place: &'static str,
}

/// How a name stands in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// A mapping's key that defines the name.
    Definition,
    /// A mapping's key that refers to it.
    Key,
    /// A value, or a part of one.
    Value,
    /// A link without an alias: the name is also the host name that the container gets.
    BareLink,
    /// A value that names a service of another file (`extends: {file, service}`), path as written.
    InFile(String),
    /// A place that the specification does not list but engines honour: rewritten, with a warning.
    Undocumented,
    /// A short-form secret or config: the name is also the file's name in the container.
    ShortMount,
}

/// Everything in a file that bears names.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Definitions and references in order of the text.
    pub references: Vec<Reference>,
    /// Values that may hold names as text.
    pub texts: Vec<Text>,
}

/// Finds all names of a file.
#[must_use]
pub fn names(file: &ComposeFile) -> Names {
    let (seen, settings) = (BTreeSet::new(), BTreeSet::new());
    let mut walk = Walk { file, found: Names::default(), seen, settings };
    walk.file();
    let mut found = walk.found;
    found.references.sort_by_key(|reference| (reference.node, reference.range.start));
    found.references.dedup();
    found.texts.sort_by_key(|text| text.node);
    found
}

struct Walk<'f> {
    file: &'f ComposeFile,
    found: Names,
    /// Nodes walked already: an anchor's value is reached from each of its aliases.
    seen: BTreeSet<NodeId>,
    /// Values of settings, with the settings' names.
    settings: BTreeSet<(NodeId, String)>,
}

const SECTIONS: [(&str, Namespace); 6] = [
    ("services", Namespace::Service),
    ("networks", Namespace::Network),
    ("volumes", Namespace::Volume),
    ("secrets", Namespace::Secret),
    ("configs", Namespace::Config),
    ("models", Namespace::Model),
];

impl Walk<'_> {
    fn file(&mut self) {
        let file = self.file;
        for (section, namespace) in SECTIONS {
            for entry in file.section(section) {
                self.whole(entry.key, namespace, Form::Definition, definition_of(namespace));
            }
        }
        for service in file.services() {
            self.service(service.body);
        }
        for entry in file.section("configs") {
            if let Some(content) = file.doc.get(entry.value, "content") {
                self.text(content.value, TextKind::Content);
            }
        }
        self.fragments();
    }

    /// `x-*` fragments that no service reaches: a service-like mapping is read as a service, any
    /// other as settings.
    fn fragments(&mut self) {
        let doc = &self.file.doc;
        let mut stack: Vec<(NodeId, String)> = Vec::new();
        for &root in doc.roots() {
            for entry in doc.entries(root).iter().rev() {
                match doc.value(entry.key) {
                    Some(key) if key.starts_with("x-") => {
                        stack.push((entry.value, key.into_owned()))
                    }
                    _ => {}
                }
            }
        }
        while let Some((node, key)) = stack.pop() {
            if self.seen.contains(&node) {
                continue;
            }
            match &doc.node(node).kind {
                Kind::Mapping { entries, .. } if is_service_like(self.file, node) => {
                    let _ = entries;
                    self.service(node);
                }
                Kind::Mapping { entries, .. } => {
                    for entry in entries.iter().rev() {
                        let key = doc.value(entry.key).unwrap_or_default().into_owned();
                        stack.push((entry.value, key));
                    }
                }
                Kind::Sequence { items, .. } => {
                    stack.extend(items.iter().rev().map(|item| (item.value, key.clone())));
                }
                Kind::Scalar(_) => self.setting(node, &key),
                Kind::Alias { .. } => {}
            }
        }
    }

    /// A service's mapping with everything that is merged into it.
    fn service(&mut self, body: NodeId) {
        for holder in self.file.merged(body) {
            if !self.seen.insert(holder) {
                continue;
            }
            for entry in self.file.doc.entries(holder) {
                if let Some(key) = self.file.doc.value(entry.key) {
                    self.attribute(&key, entry.value);
                }
            }
        }
    }

    fn attribute(&mut self, key: &str, value: NodeId) {
        match key {
            "container_name" => {
                self.whole(value, Namespace::Container, Form::Definition, "container_name");
            }
            "depends_on" => self.list(value, Namespace::Service, "depends_on"),
            "links" => self.each(value, |walk, item| {
                walk.until_colon(item, Namespace::Service, "links", Form::BareLink);
            }),
            "external_links" => self.each(value, |walk, item| {
                walk.until_colon(item, Namespace::Container, "external_links", Form::BareLink);
            }),
            "volumes_from" => self.each(value, Self::volumes_from),
            "network_mode" => self.mode(value, "network_mode", Form::Value),
            "ipc" => self.mode(value, "ipc", Form::Value),
            "pid" => self.mode(value, "pid", Form::Value),
            "uts" => self.mode(value, "uts", Form::Undocumented),
            "cgroup" => self.mode(value, "cgroup", Form::Undocumented),
            "extends" => self.extends(value),
            "build" => self.build(value),
            "networks" => self.list(value, Namespace::Network, "networks"),
            "models" => self.list(value, Namespace::Model, "models"),
            "volumes" => self.each(value, Self::volume),
            "secrets" => self.mounts(value, Namespace::Secret, "secrets"),
            "configs" => self.mounts(value, Namespace::Config, "configs"),
            "environment" => self.settings(value),
            "extra_hosts" => self.extra_hosts(value),
            "labels" | "annotations" => self.settings(value),
            "command" | "entrypoint" => self.command(value),
            "healthcheck" => self.sub(value, "test", Self::command),
            "post_start" | "pre_stop" | "pre_start" => self.each(value, |walk, hook| {
                walk.sub(hook, "command", Self::command);
                walk.sub(hook, "environment", Self::settings);
            }),
            "logging" => self.sub(value, "options", Self::settings),
            "deploy" => self.sub(value, "labels", Self::settings),
            "provider" => self.sub(value, "options", Self::settings),
            _ => {}
        }
    }

    fn build(&mut self, value: NodeId) {
        self.sub(value, "args", Self::settings);
        self.sub(value, "labels", Self::settings);
        self.sub(value, "secrets", |walk, node| {
            walk.mounts(node, Namespace::Secret, "build.secrets")
        });
        self.sub(value, "dockerfile_inline", |walk, node| walk.text(node, TextKind::Content));
        self.sub(value, "additional_contexts", |walk, node| {
            walk.pairs(node, |walk, _, value, range| {
                let text = walk.value(value);
                let Some(part) = text.get(range.clone()) else { return };
                if let Some(name) = part.strip_prefix("service:") {
                    let start = range.end - name.len();
                    let place = "build.additional_contexts";
                    walk.part(value, start..range.end, Namespace::Service, Form::Value, place);
                }
            });
        });
    }

    fn extends(&mut self, value: NodeId) {
        if self.file.doc.value(value).is_some() {
            return self.whole(value, Namespace::Service, Form::Value, "extends");
        }
        let form = self.file.text_of(value, "file").map_or(Form::Value, Form::InFile);
        self.sub(value, "service", |walk, node| {
            walk.whole(node, Namespace::Service, form, "extends.service");
        });
    }

    fn volumes_from(&mut self, item: NodeId) {
        if self.value(item).starts_with("container:") {
            let text = self.value(item);
            let start = "container:".len();
            let end = text[start..].find(':').map_or(text.len(), |at| start + at);
            self.part(item, start..end, Namespace::Container, Form::Value, "volumes_from");
        } else {
            self.until_colon(item, Namespace::Service, "volumes_from", Form::Value);
        }
    }

    /// `service:X` or `container:X`.
    fn mode(&mut self, node: NodeId, place: &'static str, form: Form) {
        let text = self.value(node);
        for (prefix, namespace) in
            [("service:", Namespace::Service), ("container:", Namespace::Container)]
        {
            if text.starts_with(prefix) {
                self.part(node, prefix.len()..text.len(), namespace, form, place);
                return;
            }
        }
    }

    fn volume(&mut self, item: NodeId) {
        if self.file.doc.value(item).is_some() {
            let text = self.value(item);
            let Some(end) = text.find(':') else { return };
            let source = &text[..end];
            // `./x`, `../x`, `/x`, `~/x`, `C:\x` and `${VAR}` are paths or unknown (§05 volumes).
            let is_path = source.starts_with(['.', '/', '~', '\\', '$']) || source.len() == 1;
            if !is_path {
                self.part(item, 0..end, Namespace::Volume, Form::Value, "volumes");
            }
        } else if self.file.text_of(item, "type").is_none_or(|kind| kind == "volume") {
            self.sub(item, "source", |walk, node| {
                walk.whole(node, Namespace::Volume, Form::Value, "volumes.source");
            });
        }
    }

    fn mounts(&mut self, value: NodeId, namespace: Namespace, place: &'static str) {
        self.each(value, |walk, item| {
            if walk.file.doc.value(item).is_some() {
                walk.whole(item, namespace, Form::ShortMount, place);
            } else {
                // The target is the source's name where there is none.
                let has_target = walk.file.attribute(item, "target").is_some();
                let form = if has_target { Form::Value } else { Form::ShortMount };
                walk.sub(item, "source", |walk, node| walk.whole(node, namespace, form, place));
            }
        });
    }

    // Shapes of values.

    /// A list of names, or a mapping with names as keys.
    fn list(&mut self, value: NodeId, namespace: Namespace, place: &'static str) {
        for holder in self.file.merged(value) {
            for entry in self.file.doc.entries(holder) {
                if !self.file.is_merge(*entry) {
                    self.whole(entry.key, namespace, Form::Key, place);
                }
            }
        }
        self.each(value, |walk, item| walk.whole(item, namespace, Form::Value, place));
    }

    /// Each item of a list, through aliases.
    fn each(&mut self, value: NodeId, mut visit: impl FnMut(&mut Self, NodeId)) {
        for item in self.file.doc.items(value) {
            visit(self, self.file.doc.resolve(item.value));
        }
    }

    /// A key's value in a mapping and what is merged into it.
    fn sub(&mut self, value: NodeId, key: &str, visit: impl FnOnce(&mut Self, NodeId)) {
        if let Some((_, entry)) = self.file.attribute(value, key) {
            visit(self, self.file.doc.resolve(entry.value));
        }
    }

    /// Pairs of a map (`K: V`) or of a list (`- K=V`): key, node and the value's bytes in it.
    fn pairs(
        &mut self,
        value: NodeId,
        mut visit: impl FnMut(&mut Self, &str, NodeId, Range<usize>),
    ) {
        let doc = &self.file.doc;
        for holder in self.file.merged(value) {
            for Entry { key, value } in doc.entries(holder) {
                let (Some(key), value) = (doc.value(*key), doc.resolve(*value)) else { continue };
                if let Some(text) = doc.value(value).filter(|_| key != "<<") {
                    let length = text.len();
                    visit(self, &key, value, 0..length);
                }
            }
        }
        for item in doc.items(value) {
            let node = doc.resolve(item.value);
            let Some(text) = doc.value(node) else { continue };
            if let Some(equals) = text.find('=') {
                visit(self, &text[..equals], node, equals + 1..text.len());
            }
        }
    }

    fn settings(&mut self, value: NodeId) {
        self.pairs(value, |walk, key, node, range| {
            walk.seen.insert(node);
            // An alias may bring one value to settings of different meaning.
            if walk.settings.insert((node, key.to_owned())) {
                let kind = TextKind::Setting { key: key.to_owned(), range };
                walk.found.texts.push(Text { node, kind });
            }
        });
    }

    /// `HOST:IP`, `HOST=IP` or a map of hosts.
    fn extra_hosts(&mut self, value: NodeId) {
        let doc = &self.file.doc;
        for Entry { key, value } in self.file.effective_entries(value) {
            let address = self.value(doc.resolve(value));
            self.text(key, TextKind::Pinned { range: 0..self.value(key).len(), address });
        }
        for item in doc.items(value) {
            let node = doc.resolve(item.value);
            let text = self.value(node);
            let end = text.find(['=', ':']).unwrap_or(text.len());
            let address = text.get(end + 1..).unwrap_or_default().to_owned();
            self.text(node, TextKind::Pinned { range: 0..end, address });
        }
    }

    fn setting(&mut self, node: NodeId, key: &str) {
        let range = 0..self.value(node).len();
        self.text(node, TextKind::Setting { key: key.to_owned(), range });
    }

    fn command(&mut self, value: NodeId) {
        let doc = &self.file.doc;
        let value = doc.resolve(value);
        if doc.value(value).is_some() {
            return self.text(value, TextKind::Command);
        }
        let words: Vec<NodeId> =
            doc.items(value).iter().map(|item| doc.resolve(item.value)).collect();
        match words.as_slice() {
            [] => {}
            // `["sh", "-c"]` stands in `entrypoint` then, and the script is the one argument.
            [script] if self.value(*script).contains(char::is_whitespace) => {
                self.text(*script, TextKind::Command);
            }
            // The list is what is seen once: its first word may be another list's too, by an alias.
            [first, ..] => {
                if self.seen.insert(value) {
                    self.found.texts.push(Text { node: *first, kind: TextKind::Words(words) });
                }
            }
        }
    }

    fn text(&mut self, node: NodeId, kind: TextKind) {
        if self.seen.insert(node) {
            self.found.texts.push(Text { node, kind });
        }
    }

    fn value(&self, node: NodeId) -> String {
        self.file.doc.value(node).unwrap_or_default().into_owned()
    }

    fn until_colon(&mut self, node: NodeId, namespace: Namespace, place: &'static str, bare: Form) {
        let text = self.value(node);
        match text.find(':') {
            Some(end) => self.part(node, 0..end, namespace, Form::Value, place),
            None => self.part(node, 0..text.len(), namespace, bare, place),
        }
    }

    fn whole(&mut self, node: NodeId, namespace: Namespace, form: Form, place: &'static str) {
        let node = self.file.doc.resolve(node);
        let length = self.value(node).len();
        self.part(node, 0..length, namespace, form, place);
    }

    /// Records the name in a part of a value: the part itself, or the default of a variable in it.
    fn part(
        &mut self,
        node: NodeId,
        range: Range<usize>,
        namespace: Namespace,
        form: Form,
        place: &'static str,
    ) {
        let text = self.value(node);
        let inner = text.get(range.clone()).and_then(name_range);
        let Some(inner) = inner.map(|at| range.start + at.start..range.start + at.end) else {
            return;
        };
        let name = text.get(inner.clone()).unwrap_or_default().to_owned();
        let reference = Reference { namespace, name, node, range: inner, form, place };
        self.found.references.push(reference);
    }
}

/// Bytes of the name that a value comes to: itself, or the default of its one variable.
fn name_range(part: &str) -> Option<Range<usize>> {
    let mut rest = 0..part.len();
    while let Some(text) = part.get(rest.clone()).filter(|text| !text.is_empty()) {
        match pieces(text).as_deref() {
            Ok([Piece::Literal(_)]) => return Some(rest),
            Ok([Piece::Variable(variable)]) => match &variable.operator {
                Some((Operator::DefaultIfEmpty | Operator::DefaultIfUnset, inner)) => {
                    rest = rest.start + inner.start..rest.start + inner.end;
                }
                _ => return None,
            },
            _ => return None,
        }
    }
    None
}

fn definition_of(namespace: Namespace) -> &'static str {
    match namespace {
        Namespace::Service => "service definition",
        Namespace::Container => "container_name",
        Namespace::Volume => "volume definition",
        Namespace::Network => "network definition",
        Namespace::Secret => "secret definition",
        Namespace::Config => "config definition",
        Namespace::Model => "model definition",
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Namespace, names};
    use crate::compose::model::ComposeFile;
    use crate::text::source::SourceFile;

    /// All references of a file as `namespace name place`, with `!` for a definition.
    fn found(yaml: &str) -> Vec<String> {
        let file = ComposeFile::parse(&SourceFile::new("compose.yaml", yaml));
        names(&file)
            .references
            .iter()
            .map(|reference| {
                let mark = if reference.form == Form::Definition { "!" } else { "" };
                format!("{:?} {}{mark} {}", reference.namespace, reference.name, reference.place)
            })
            .collect()
    }

    #[test]
    fn every_place_of_a_service_is_found() {
        let body = [
            ("depends_on: [db]", "Service db depends_on"),
            ("depends_on: {db: {condition: service_started}}", "Service db depends_on"),
            ("links: [\"db:x\"]", "Service db links"),
            ("links: [db]", "Service db links"),
            ("external_links: [\"db:x\"]", "Container db external_links"),
            ("volumes_from: [\"db:ro\"]", "Service db volumes_from"),
            ("volumes_from: [\"container:db:ro\"]", "Container db volumes_from"),
            ("network_mode: \"service:db\"", "Service db network_mode"),
            ("network_mode: \"container:db\"", "Container db network_mode"),
            ("ipc: service:db", "Service db ipc"),
            ("pid: service:db", "Service db pid"),
            ("uts: service:db", "Service db uts"),
            ("cgroup: service:db", "Service db cgroup"),
            ("extends: db", "Service db extends"),
            ("extends: {service: db, file: x.yml}", "Service db extends.service"),
            (
                "build: {additional_contexts: {k: \"service:db\"}}",
                "Service db build.additional_contexts",
            ),
            (
                "build: {additional_contexts: [\"k=service:db\"]}",
                "Service db build.additional_contexts",
            ),
            ("networks: [db]", "Network db networks"),
            ("networks: {db: {}}", "Network db networks"),
            ("volumes: [\"db:/x\"]", "Volume db volumes"),
            ("volumes: [{type: volume, source: db, target: /x}]", "Volume db volumes.source"),
            ("secrets: [db]", "Secret db secrets"),
            ("secrets: [{source: db}]", "Secret db secrets"),
            ("build: {secrets: [db]}", "Secret db build.secrets"),
            ("configs: [db]", "Config db configs"),
            ("models: {db: {}}", "Model db models"),
            ("container_name: db", "Container db! container_name"),
            ("depends_on: [\"${DEP:-db}\"]", "Service db depends_on"),
        ];
        for (attribute, expected) in body {
            let yaml = format!("services:\n  web:\n    {attribute}\n");
            let expected = vec!["Service web! service definition".to_owned(), expected.to_owned()];
            assert_eq!(found(&yaml), expected, "{attribute}");
        }
    }

    #[test]
    fn places_that_only_look_alike_are_not_references() {
        for attribute in [
            "image: db",
            "profiles: [db]",
            "volumes: [\"./db:/x\"]",
            "volumes: [{type: bind, source: db, target: /x}]",
            "develop: {watch: [{path: db, action: sync}]}",
            "network_mode: db",
            "hostname: db",
            "user: db",
        ] {
            let yaml = format!("services:\n  web:\n    {attribute}\n");
            assert_eq!(found(&yaml), ["Service web! service definition"], "{attribute}");
        }
    }

    #[test]
    fn a_fragment_is_read_once_where_it_stands() {
        let yaml = "x-app: &app\n  depends_on: &deps\n    db: {}\nservices:\n  a: {<<: *app}\n  b: {<<: *app}\n  c: {depends_on: *deps}\n";
        let found = found(yaml);
        let references = found.iter().filter(|one| *one == "Service db depends_on").count();
        assert_eq!(references, 1, "{found:?}");
    }

    #[test]
    fn sections_define_names_of_their_own() {
        let yaml = "services: {db: {}}\nvolumes: {db: }\nnetworks: {db: }\nsecrets: {db: }\nconfigs: {db: }\nmodels: {db: }\n";
        let file = ComposeFile::parse(&SourceFile::new("compose.yaml", yaml));
        let namespaces: Vec<Namespace> =
            names(&file).references.iter().map(|reference| reference.namespace).collect();
        assert_eq!(
            namespaces,
            [
                Namespace::Service,
                Namespace::Volume,
                Namespace::Network,
                Namespace::Secret,
                Namespace::Config,
                Namespace::Model
            ]
        );
    }
}
