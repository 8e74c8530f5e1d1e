//! Typed views of one Compose file. Each view holds nodes of the file's tree, so spans stay at hand.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use crate::compose::names::{Names, names};
use crate::text::source::SourceFile;
use crate::yaml::document::{Document, Entry, Kind, NodeId, SyntaxError, SyntaxErrorKind};

/// A Compose file with its tree, which copies share.
#[derive(Clone, Debug)]
pub struct ComposeFile {
    /// Path from the root.
    pub path: String,
    /// The tree.
    pub doc: Arc<Document>,
    /// What is wrong with it as YAML.
    pub errors: Vec<SyntaxError>,
    /// Who names whom in it; found when first asked for.
    names: Arc<OnceLock<Names>>,
    /// The files that it includes or extends from; found when first asked for.
    pub(super) paths: Arc<OnceLock<Vec<String>>>,
    /// The first definition of each service by name; found when first asked for.
    by_name: Arc<OnceLock<HashMap<String, (NodeId, NodeId)>>>,
}

/// A service as one file defines or overrides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// The key.
    pub key: NodeId,
    /// What stands under the key: a mapping, an alias, or an empty value (`!reset null`).
    pub body: NodeId,
}

impl ComposeFile {
    /// Parses a file.
    #[must_use]
    pub fn parse(source: &SourceFile) -> Self {
        let (doc, errors) = Document::parse(&source.text);
        Self {
            path: source.path.clone(),
            doc: Arc::new(doc),
            errors,
            names: Arc::default(),
            paths: Arc::default(),
            by_name: Arc::default(),
        }
    }

    /// Tells whether this is the text, the same in memory, that the file was parsed from.
    #[must_use]
    pub fn is_of(&self, text: &Arc<str>) -> bool {
        Arc::ptr_eq(self.doc.text(), text)
    }

    /// Gives everything in the file that bears names.
    #[must_use]
    pub fn names(&self) -> &Names {
        self.names.get_or_init(|| names(self))
    }

    /// Tells whether the file is one that may be edited: its YAML is whole and unambiguous.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.errors.is_empty()
    }

    /// Gives the first error that leaves the tree incomplete.
    #[must_use]
    pub fn malformed(&self) -> Option<&SyntaxError> {
        self.errors.iter().find(|error| error.kind == SyntaxErrorKind::Malformed)
    }

    /// Gives the pairs of a top-level section, of all documents in the file.
    pub fn section<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Entry> + 'a {
        self.doc
            .roots()
            .iter()
            .filter_map(move |&root| self.doc.get(root, name))
            .flat_map(|section| self.doc.entries(section.value))
            .copied()
            .filter(|entry| !self.is_merge(*entry))
    }

    /// Gives every service that the file defines or overrides, in order.
    pub fn services(&self) -> impl Iterator<Item = Service> + '_ {
        self.section("services").filter_map(|entry| {
            let name = self.doc.value(entry.key)?.into_owned();
            Some(Service { name, key: entry.key, body: entry.value })
        })
    }

    /// Finds a service by name.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<Service> {
        let by_name = self.by_name.get_or_init(|| {
            let mut found = HashMap::new();
            for service in self.services() {
                found.entry(service.name).or_insert((service.key, service.body));
            }
            found
        });
        let &(key, body) = by_name.get(name)?;
        Some(Service { name: name.to_owned(), key, body })
    }

    /// Tells whether a pair is a merge (`<<: *x`).
    #[must_use]
    pub fn is_merge(&self, entry: Entry) -> bool {
        self.doc.is_value(entry.key, "<<")
    }

    /// Gives the mapping and all mappings merged into it, nearest first, each once.
    #[must_use]
    pub fn merged(&self, mapping: NodeId) -> Vec<NodeId> {
        let mapping = self.doc.resolve(mapping);
        if !self.doc.entries(mapping).iter().any(|entry| self.is_merge(*entry)) {
            return vec![mapping];
        }
        let mut seen = BTreeSet::new();
        let mut order = Vec::new();
        let mut stack = vec![mapping];
        while let Some(node) = stack.pop() {
            if !seen.insert(node) {
                continue;
            }
            order.push(node);
            // The first source of a merge list wins, so it must be popped first.
            let sources: Vec<NodeId> = self
                .doc
                .entries(node)
                .iter()
                .filter(|entry| self.is_merge(**entry))
                .flat_map(|entry| self.merge_sources(entry.value))
                .collect();
            stack.extend(sources.into_iter().rev());
        }
        order
    }

    /// Finds a key in a mapping or what is merged into it, with the mapping that holds it.
    #[must_use]
    pub fn attribute(&self, mapping: NodeId, key: &str) -> Option<(NodeId, Entry)> {
        self.merged(mapping)
            .into_iter()
            .find_map(|holder| Some((holder, self.doc.get(holder, key)?)))
    }

    /// Gives the value of a scalar attribute of a mapping.
    #[must_use]
    pub fn text_of(&self, mapping: NodeId, key: &str) -> Option<String> {
        let (_, entry) = self.attribute(mapping, key)?;
        self.doc.value(entry.value).map(|value| value.into_owned())
    }

    /// Gives a service's `container_name`, or the default of the variable that it is.
    #[must_use]
    pub fn container_name(&self, service: NodeId) -> Option<&str> {
        let (_, entry) = self.attribute(service, "container_name")?;
        let node = self.doc.resolve(entry.value);
        let references = &self.names().references;
        let at = references.partition_point(|reference| reference.node < node);
        let found = references.get(at).filter(|reference| reference.node == node);
        found.map(|reference| reference.name.as_str())
    }

    /// Gives the pairs of a mapping with those merged into it; a nearer pair hides a farther one.
    #[must_use]
    pub fn effective_entries(&self, mapping: NodeId) -> Vec<Entry> {
        let mut seen = BTreeSet::new();
        let mut entries = Vec::new();
        for holder in self.merged(mapping) {
            for entry in self.doc.entries(holder) {
                let Some(key) = self.doc.value(entry.key) else { continue };
                if key != "<<" && seen.insert(key) {
                    entries.push(*entry);
                }
            }
        }
        entries
    }

    fn merge_sources(&self, value: NodeId) -> Vec<NodeId> {
        match &self.doc.node(self.doc.resolve(value)).kind {
            Kind::Sequence { items, .. } => {
                items.iter().map(|item| self.doc.resolve(item.value)).collect()
            }
            _ => vec![self.doc.resolve(value)],
        }
    }
}

/// File names that `docker compose` loads by itself, the preferred one first (compose-spec §03).
pub const DEFAULT_NAMES: [&str; 4] =
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// Override names that are loaded after a default file.
pub const OVERRIDE_NAMES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// Keys of a service by which a mapping is taken for one (compose-spec §05; not all, the telling ones).
pub const SERVICE_KEYS: [&str; 35] = [
    "image",
    "build",
    "cap_add",
    "cap_drop",
    "command",
    "container_name",
    "depends_on",
    "deploy",
    "entrypoint",
    "env_file",
    "environment",
    "expose",
    "extends",
    "external_links",
    "extra_hosts",
    "healthcheck",
    "hostname",
    "labels",
    "links",
    "logging",
    "network_mode",
    "networks",
    "ports",
    "privileged",
    "profiles",
    "provider",
    "pull_policy",
    "restart",
    "secrets",
    "security_opt",
    "stdin_open",
    "ulimits",
    "volumes",
    "volumes_from",
    "working_dir",
];

/// The rest of a service's keys, by which one is told only in a file by a Compose file's name.
const OTHER_SERVICE_KEYS: [&str; 53] = [
    "annotations",
    "attach",
    "blkio_config",
    "cgroup",
    "cgroup_parent",
    "configs",
    "cpu_count",
    "cpu_percent",
    "cpu_period",
    "cpu_quota",
    "cpu_rt_period",
    "cpu_rt_runtime",
    "cpu_shares",
    "cpus",
    "cpuset",
    "credential_spec",
    "develop",
    "device_cgroup_rules",
    "devices",
    "dns",
    "dns_opt",
    "dns_search",
    "domainname",
    "gpus",
    "group_add",
    "init",
    "ipc",
    "isolation",
    "label_file",
    "mac_address",
    "mem_limit",
    "mem_reservation",
    "mem_swappiness",
    "memswap_limit",
    "models",
    "oom_kill_disable",
    "oom_score_adj",
    "pid",
    "pids_limit",
    "platform",
    "post_start",
    "pre_stop",
    "runtime",
    "scale",
    "shm_size",
    "stop_grace_period",
    "stop_signal",
    "sysctls",
    "tmpfs",
    "tty",
    "user",
    "userns_mode",
    "uts",
];

/// Tells whether a mapping has keys that only a service has.
#[must_use]
pub fn is_service_like(file: &ComposeFile, mapping: NodeId) -> bool {
    has_key(file, mapping, |key| SERVICE_KEYS.contains(&key))
}

fn has_key(file: &ComposeFile, mapping: NodeId, is_meant: impl Fn(&str) -> bool) -> bool {
    let doc = &file.doc;
    let mut entries = doc.entries(mapping).iter();
    entries.any(|entry| doc.value(entry.key).is_some_and(|key| is_meant(&key)))
}

/// Tells whether a file is a Compose file: by its name, or by service-like values under a
/// top-level `services:`, or by an `include:` of Compose files.
#[must_use]
pub fn is_compose(file: &ComposeFile) -> bool {
    let doc = &file.doc;
    let top = |key: &str| doc.roots().iter().find_map(|&root| doc.get(root, key));
    let foreign = ["apiVersion", "jobs", "stages", "pipelines", "kind"];
    if foreign.iter().any(|key| top(key).is_some()) && top("networks").is_none() {
        return false;
    }
    if let Some(services) = top("services") {
        return holds_services(file, services.value) == Likeness::Whole;
    }
    has_compose_name(&file.path)
        && ["include", "networks", "volumes", "secrets", "configs", "models"]
            .iter()
            .any(|key| top(key).is_some())
}

/// Tells whether a text may be YAML with a top-level `services:`, plain or quoted, in either style.
#[must_use]
pub fn may_have_services(text: &[u8]) -> bool {
    may_have_section(text, "services")
}

/// Tells whether a text may be YAML with any top-level section of a Compose file.
#[must_use]
pub fn may_have_sections(text: &[u8]) -> bool {
    let sections = ["services", "include", "networks", "volumes", "secrets", "configs", "models"];
    sections.iter().any(|section| may_have_section(text, section))
}

fn may_have_section(text: &[u8], section: &str) -> bool {
    memchr::memmem::find_iter(text, section).any(|at| {
        let (before, after) = (&text[..at], &text[at + section.len()..]);
        let quote = before.last().filter(|byte| matches!(byte, b'"' | b'\''));
        let before = if quote.is_some() { &before[..at - 1] } else { before };
        let after = if quote.is_some() { after.get(1..).unwrap_or_default() } else { after };
        let opens = before.is_empty()
            || before.ends_with(b"\n")
            || before.trim_ascii_end().ends_with(b"{")
            || before.ends_with("\u{feff}".as_bytes());
        opens && after.trim_ascii_start().starts_with(b":")
    })
}

/// Tells whether a file could be part of a Compose project: taken for one only where another file
/// names it (`include`, `COMPOSE_FILE`).
#[must_use]
pub fn may_be_part(file: &ComposeFile) -> bool {
    let services = file.doc.roots().iter().find_map(|&root| file.doc.get(root, "services"));
    services.is_some_and(|services| holds_services(file, services.value) != Likeness::None)
}

/// How much a `services:` looks like Compose's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Likeness {
    None,
    /// Its values have a service's keys, but none says what it runs.
    Part,
    Whole,
}

/// Whether the values under a top-level `services:` are Compose services. By another name than a
/// Compose file's, most of them must look it and one must say what it runs.
fn holds_services(file: &ComposeFile, services: NodeId) -> Likeness {
    let doc = &file.doc;
    let values: Vec<NodeId> =
        doc.entries(services).iter().map(|entry| doc.resolve(entry.value)).collect();
    let alike = values.iter().filter(|value| is_service_like(file, **value)).count();
    if has_compose_name(&file.path) {
        let is_empty = |value: &NodeId| matches!(doc.node(*value).kind, Kind::Scalar(_));
        // One may have nothing but what it merges from a fragment.
        let is_other = |value: &NodeId| {
            has_key(file, *value, |key| key == "<<" || OTHER_SERVICE_KEYS.contains(&key))
        };
        let is_compose = alike > 0 || values.iter().any(|value| is_empty(value) || is_other(value));
        return if is_compose { Likeness::Whole } else { Likeness::None };
    }
    let runs = |value: &NodeId| {
        ["image", "build", "extends"].iter().any(|key| file.attribute(*value, key).is_some())
    };
    if alike * 2 <= values.len() {
        Likeness::None
    } else if values.iter().any(runs) {
        Likeness::Whole
    } else {
        Likeness::Part
    }
}

/// Tells whether a file's name says that it is a Compose file: `compose.yaml`,
/// `docker-compose.prod.yml`, `dev.compose.yml`, `docker-compose.yml.example`.
#[must_use]
pub fn has_compose_name(path: &str) -> bool {
    let is_one_of =
        |part: &str, words: &[&str]| words.iter().any(|word| part.eq_ignore_ascii_case(word));
    let split = |name| split_suffix(name).unwrap_or_default();
    let (mut stem, mut suffix) = split(file_name(path));
    if is_one_of(suffix, &SAMPLE_SUFFIXES) {
        (stem, suffix) = split(stem);
    }
    let mut words = stem.split(['.', '-', '_']);
    is_one_of(suffix, &["yml", "yaml"]) && words.any(|word| word.eq_ignore_ascii_case("compose"))
}

/// Endings of files that are copied to the real one.
const SAMPLE_SUFFIXES: [&str; 7] =
    ["example", "sample", "dist", "template", "tmpl", "tpl", "default"];

/// Gives the last part of a path.
#[must_use]
pub fn file_name(path: &str) -> &str {
    let start = memchr::memrchr(b'/', path.as_bytes()).map_or(0, |slash| slash + 1);
    path.get(start..).unwrap_or_default()
}

/// Splits a name at its last dot; nothing where it has none.
#[must_use]
pub fn split_suffix(name: &str) -> Option<(&str, &str)> {
    let dot = memchr::memrchr(b'.', name.as_bytes())?;
    Some((name.get(..dot)?, name.get(dot + 1..)?))
}

/// Gives the folder of a path, empty for the root.
#[must_use]
pub fn folder(path: &str) -> &str {
    let slash = memchr::memrchr(b'/', path.as_bytes()).unwrap_or_default();
    path.get(..slash).unwrap_or_default()
}

/// Gives a folder and all above it, the root (empty) last.
pub fn above(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |at| (!at.is_empty()).then(|| self::folder(at)))
}

/// Joins a path that a file names to that file's folder, and resolves `.` and `..`. Gives nothing
/// for an absolute path, one that leaves the root, a URL, or one with a variable in it.
#[must_use]
pub fn join(folder: &str, relative: &str) -> Option<String> {
    if is_absolute(relative) || relative.starts_with('~') {
        return None;
    }
    if relative.contains("://") || relative.contains('$') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Tells whether a path is absolute on any platform: `/x`, `C:\x`, `C:/x`, `\\host\share`.
#[must_use]
pub fn is_absolute(path: &str) -> bool {
    path.starts_with(['/', '\\']) || has_drive(path)
}

/// Tells whether a path starts with a drive of Windows: `C:\x`, `C:/x`.
#[must_use]
pub fn has_drive(path: &str) -> bool {
    let is_drive = |bytes: &[u8]| bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    path.as_bytes()
        .get(..3)
        .is_some_and(|bytes| is_drive(bytes) && matches!(bytes[2], b'/' | b'\\'))
}

#[cfg(test)]
mod tests {
    use super::{ComposeFile, has_compose_name, is_compose, join, may_have_services};
    use crate::text::source::SourceFile;

    #[test]
    fn compose_names() {
        for (path, expected) in [
            ("compose.yaml", true),
            ("a/docker-compose.yml", true),
            ("docker-compose.prod.yml", true),
            ("docker-compose-dev.yaml", true),
            ("dev.compose.yml", true),
            ("docker-compose.yml.example", true),
            ("compose/db.yml", false),
            ("decompose.yml", false),
            ("docker-compose.txt", false),
            ("compose", false),
        ] {
            assert_eq!(has_compose_name(path), expected, "{path}");
        }
    }

    #[test]
    fn compose_files_are_told_by_their_content() {
        for (path, text, expected) in [
            ("x.yml", "services: {db: {image: x}}", true),
            ("x.yml", "services: {App\\Foo: {arguments: []}, b: {tags: []}}", false),
            ("config/services.yaml", "services:\n  _defaults:\n    autowire: true\n", false),
            ("compose.override.yml", "services: {db: {ports: []}}", true),
            ("compose.override.yml", "services: {db: !reset null}", true),
            ("compose.override.yml", "services: {db: {mem_limit: 1g}}", true),
            ("compose.override.yml", "services: {db: {<<: *base}}", true),
            ("serverless-compose.yml", "services: {a: {path: a}}", false),
            ("compose.yaml", "include: [a.yaml]", true),
            ("compose.yaml", "configs: {a: {file: a}}", true),
            ("ci.yml", "jobs: {t: {services: {db: {image: x}}}}", false),
            (".gitlab-ci.yml", "services: [postgres]", false),
            ("k8s.yaml", "apiVersion: v1\nkind: Service\nservices: {a: {image: b}}", false),
        ] {
            let file = ComposeFile::parse(&SourceFile::new(path, text));
            assert_eq!(is_compose(&file), expected, "{path}: {text}");
        }
    }

    #[test]
    fn a_section_may_be_quoted() {
        for (text, expected) in [
            ("services:", true),
            ("a: b\n'services' :\n", true),
            ("{ \"services\": {}}", true),
            ("\u{feff}services:", true),
            ("  services:", false),
            ("microservices:", false),
            ("a: services", false),
        ] {
            assert_eq!(may_have_services(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn paths_stay_in_the_tree() {
        assert_eq!(join("a/b", "../c.yml").as_deref(), Some("a/c.yml"));
        assert_eq!(join("", "./c.yml").as_deref(), Some("c.yml"));
        assert_eq!(join("a", "../../c.yml"), None);
        assert_eq!(join("a", "/etc/c.yml"), None);
        assert_eq!(join("a", "${X}/c.yml"), None);
    }
}
