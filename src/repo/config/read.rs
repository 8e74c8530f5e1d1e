//! From the YAML tree to the types: every key and value with its place, all errors in one go.
//!
//! Invariant: a key is known because it is asked for, so a struct's reader and the keys that it
//! takes can't differ. What a value must be beyond its type is for `check`.

use std::collections::BTreeMap;

use clap::ValueEnum;

use crate::compose::names::Namespace;
use crate::diagnostics::nearest::nearest;
use crate::diagnostics::{Finding, Severity};
use crate::text::source::SourceFile;
use crate::text::span::Span;
use crate::yaml::document::{Document, Entry, Kind, NodeId, SyntaxErrorKind};
use crate::yaml::scalar_type::ScalarType;

use super::{
    Allowance, At, Config, Date, KeyOrder, LintOptions, LintSettings, NamePattern,
    ProjectDeclaration, QuoteStyle, Quotes, RenameDeclaration, SuperuserDeclaration,
};

/// Reads a file as far as it can be read, and says what is wrong with the rest.
pub(super) fn read(source: &SourceFile) -> (Option<Config>, Vec<Finding>) {
    let (doc, errors) = Document::parse(&source.text);
    let mut reader = Reader { doc: &doc, path: &source.path, findings: Vec::new() };
    for error in &errors {
        let help = match error.kind {
            SyntaxErrorKind::DuplicateKey => "keep one of the two",
            SyntaxErrorKind::UndefinedAlias => "define the anchor before it is used",
            SyntaxErrorKind::Malformed | SyntaxErrorKind::AliasBomb => "mend the YAML here",
        };
        reader.report("config-syntax", error.span, error.message.clone(), help);
    }
    let is_broken = errors.iter().any(|error| error.kind != SyntaxErrorKind::DuplicateKey);
    let config = match doc.roots() {
        _ if is_broken => None,
        [] => None,
        &[root] if doc.is_null(root) => None,
        &[root] => Config::read(&mut reader, root),
        &[_, second, ..] => {
            let span = doc.node(second).span;
            let message = "a second YAML document, but a declaration is one".to_owned();
            reader.report("config-syntax", span, message, "remove `---` and what follows it");
            None
        }
    };
    (config, reader.findings)
}

/// A value that can be read from a node.
trait Read: Sized {
    /// Reads it; where it can't be, the reader has said why.
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self>;
}

struct Reader<'d> {
    doc: &'d Document,
    path: &'d str,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    fn report(&mut self, id: &'static str, span: Span, message: String, help: impl Into<String>) {
        self.findings.push(Finding::error(id, message).at(self.path, span).help(help));
    }

    /// Says that a value is of the wrong type.
    fn mistyped<T>(&mut self, node: NodeId, wanted: &str, help: impl Into<String>) -> Option<T> {
        let message = format!("{wanted} is wanted here, but this is {}", self.sort(node));
        self.report("config-wrong-type", self.doc.node(node).span, message, help);
        None
    }

    /// What a node is, for people.
    fn sort(&self, node: NodeId) -> &'static str {
        match &self.doc.node(self.doc.resolve(node)).kind {
            Kind::Mapping { .. } => "a mapping",
            Kind::Sequence { .. } => "a list",
            Kind::Alias { .. } => "an alias of nothing",
            Kind::Scalar(_) => match self.doc.scalar_type(node) {
                Some(ScalarType::Bool) => "true or false",
                Some(ScalarType::Number) => "a number",
                Some(ScalarType::Text) => "text",
                Some(ScalarType::Null) | None => "empty",
            },
        }
    }

    /// Reads a word out of a fixed set.
    fn word<T: Copy>(&mut self, node: NodeId, words: &[(&str, T)]) -> Option<T> {
        let text = String::read(self, node)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let known = words.iter().map(|(word, _)| *word);
        let near =
            nearest(&text, known.clone()).first().map(|word| format!("did you mean `{word}`?"));
        let all = known.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        let message = format!("`{text}` is none of {all}");
        let help = near.unwrap_or_else(|| "choose one of them".to_owned());
        self.report("config-invalid-value", self.doc.node(node).span, message, help);
        None
    }
}

/// A mapping whose keys are fixed.
struct Fields<'r, 'd> {
    reader: &'r mut Reader<'d>,
    mapping: NodeId,
    /// What it is, for people: `a rename`.
    what: &'static str,
    asked: Vec<&'static str>,
}

impl<'r, 'd> Fields<'r, 'd> {
    fn of(reader: &'r mut Reader<'d>, node: NodeId, what: &'static str) -> Option<Self> {
        if !matches!(reader.doc.node(reader.doc.resolve(node)).kind, Kind::Mapping { .. }) {
            return reader.mistyped(
                node,
                &format!("{what}, a mapping,"),
                "write `key: value` lines",
            );
        }
        Some(Self { reader, mapping: node, what, asked: Vec::new() })
    }

    fn find(&mut self, key: &'static str) -> Option<Entry> {
        self.asked.push(key);
        self.reader.doc.get(self.mapping, key)
    }

    /// Reads a key that may be absent.
    fn get<T: Read>(&mut self, key: &'static str) -> Option<T> {
        let entry = self.find(key)?;
        if self.reader.doc.is_null(entry.value) {
            let message = format!("`{key}` has no value");
            let span = self.reader.doc.node(entry.key).span;
            self.reader.report(
                "config-wrong-type",
                span,
                message,
                "give it one, or take the key away",
            );
            return None;
        }
        T::read(self.reader, entry.value)
    }

    /// Reads a key that must be there.
    fn need<T: Read>(&mut self, key: &'static str) -> Option<T> {
        if self.reader.doc.get(self.mapping, key).is_none() {
            let span = first_key(self.reader.doc, self.mapping);
            let message = format!("{} without `{key}`", self.what);
            self.reader.report("config-missing-key", span, message, format!("add `{key}: …`"));
        }
        self.get(key)
    }

    /// Reads a list that must be there and hold something.
    fn need_some<T: Read>(&mut self, key: &'static str) -> Option<Vec<T>> {
        let list: Vec<T> = self.need(key)?;
        let entry = self.reader.doc.get(self.mapping, key)?;
        if self.reader.doc.items(entry.value).is_empty() {
            let span = self.reader.doc.node(entry.value).span;
            let message = format!("`{key}` is an empty list");
            self.reader.report("config-invalid-value", span, message, "write `- …` for each");
        }
        Some(list)
    }

    /// Says which keys nobody asked for.
    fn end(self) {
        let Self { reader, mapping, what, asked } = self;
        for entry in reader.doc.entries(mapping) {
            let key = reader.doc.value(entry.key).unwrap_or_default();
            if asked.contains(&&*key) {
                continue;
            }
            let near = nearest(&key, asked.iter().copied());
            let help = match near.first() {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are: {}", asked.join(", ")),
            };
            let message = format!("{what} has no key `{key}`");
            reader.report("config-unknown-key", reader.doc.node(entry.key).span, message, help);
        }
    }
}

/// Where a mapping that lacks something is shown: its first key, not all of its lines.
fn first_key(doc: &Document, mapping: NodeId) -> Span {
    let first = doc.entries(mapping).first();
    doc.node(first.map_or(mapping, |entry| entry.key)).span
}

impl Read for Config {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        let mut fields = Fields::of(reader, node, "composemod.yaml")?;
        let config = Self {
            renames: fields.get("renames").unwrap_or_default(),
            superusers: fields.get("superusers").unwrap_or_default(),
            projects: fields.get("projects").unwrap_or_default(),
            lint: fields.get("lint").unwrap_or_default(),
        };
        fields.end();
        Some(config)
    }
}

impl Read for RenameDeclaration {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        let mut fields = Fields::of(reader, node, "a rename")?;
        let (from, to) = (fields.need("from"), fields.need("to"));
        let kind = fields.get("kind").unwrap_or_default();
        let container_name = fields.get("container-name");
        let aliases = fields.get("aliases").unwrap_or_default();
        let keep_alias = fields.get("keep-alias").unwrap_or(true);
        let keep_alias_until = fields.get("keep-alias-until");
        fields.end();
        let (from, to) = (from?, to?);
        Some(Self { from, to, kind, container_name, aliases, keep_alias, keep_alias_until })
    }
}

impl Read for SuperuserDeclaration {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        let mut fields = Fields::of(reader, node, "a superuser's change")?;
        let (service, from, to) = (fields.need("service"), fields.get("from"), fields.need("to"));
        let default_database = fields.get("default-database");
        let split_password = fields.get("split-password");
        fields.end();
        Some(Self { service: service?, from, to: to?, default_database, split_password })
    }
}

impl Read for ProjectDeclaration {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        let mut fields = Fields::of(reader, node, "a project")?;
        let files = fields.need_some("files");
        fields.end();
        Some(Self { files: files? })
    }
}

impl Read for LintSettings {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        let mut fields = Fields::of(reader, node, "`lint`")?;
        let settings = Self {
            select: fields.get("select").unwrap_or_default(),
            ignore: fields.get("ignore").unwrap_or_default(),
            severity: fields.get("severity").unwrap_or_default(),
            fail_on: fields.get("fail-on"),
            exclude: fields.get("exclude").unwrap_or_default(),
            allow: fields.get("allow").unwrap_or_default(),
            options: fields.get("options").unwrap_or_default(),
        };
        fields.end();
        Some(settings)
    }
}

impl Read for LintOptions {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        let mut fields = Fields::of(reader, node, "`options`")?;
        let options = Self {
            container_name_pattern: fields.get("container-name-pattern").unwrap_or_default(),
            ports_unquoted: fields.get("ports-unquoted").unwrap_or_default(),
            service_keys_unsorted: fields.get("service-keys-unsorted").unwrap_or_default(),
            top_level_unsorted: fields.get("top-level-unsorted").unwrap_or_default(),
        };
        fields.end();
        Some(options)
    }
}

impl Read for NamePattern {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        let mut fields = Fields::of(reader, node, "a pattern of names")?;
        let pattern = fields.get("pattern");
        fields.end();
        Some(Self { pattern })
    }
}

impl Read for QuoteStyle {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        let mut fields = Fields::of(reader, node, "a style of quotes")?;
        let quotes = fields.get("quotes").unwrap_or_default();
        fields.end();
        Some(Self { quotes })
    }
}

impl Read for KeyOrder {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        let mut fields = Fields::of(reader, node, "an order of keys")?;
        let order = fields.get("order").unwrap_or_default();
        fields.end();
        Some(Self { order })
    }
}

impl Read for Allowance {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        let mut fields = Fields::of(reader, node, "an allowance")?;
        let (paths, lints) = (fields.need_some("paths"), fields.need_some("lints"));
        let reason = fields.get("reason");
        fields.end();
        Some(Self { paths: paths?, lints: lints?, reason })
    }
}

impl<T: Read> Read for At<T> {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        let span = reader.doc.node(node).span;
        Some(Self { value: T::read(reader, node)?, span })
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        if !matches!(reader.doc.node(reader.doc.resolve(node)).kind, Kind::Sequence { .. }) {
            return reader.mistyped(node, "a list", "write `- …` for each");
        }
        let items = reader.doc.items(node).iter();
        Some(items.filter_map(|item| T::read(reader, item.value)).collect())
    }
}

/// Values by a free key, each with the place of its key.
impl<T: Read> Read for BTreeMap<String, At<T>> {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        if !matches!(reader.doc.node(reader.doc.resolve(node)).kind, Kind::Mapping { .. }) {
            return reader.mistyped(node, "a mapping", "write `key: value` lines");
        }
        let mut read = Self::new();
        for entry in reader.doc.entries(node) {
            let key = String::read(reader, entry.key);
            let value = T::read(reader, entry.value);
            if let (Some(key), Some(value)) = (key, value) {
                read.insert(key, At { value, span: reader.doc.node(entry.key).span });
            }
        }
        Some(read)
    }
}

impl Read for String {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        match reader.doc.scalar_type(node) {
            Some(ScalarType::Text) => reader.doc.value(node).map(|value| value.into_owned()),
            Some(ScalarType::Bool | ScalarType::Number) => {
                reader.mistyped(node, "text", "put it in quotes")
            }
            _ => reader.mistyped(node, "text", "write one value"),
        }
    }
}

impl Read for bool {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        match reader.doc.scalar_type(node) {
            Some(ScalarType::Bool) => {
                reader.doc.value(node).map(|value| value.eq_ignore_ascii_case("true"))
            }
            _ => reader.mistyped(node, "true or false", "write `true` or `false`, without quotes"),
        }
    }
}

impl Read for Date {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        let text = String::read(reader, node)?;
        let date = Self::parse(&text);
        if date.is_none() {
            let message = format!("`{text}` is no day of the calendar");
            let help = "write a day as YYYY-MM-DD: 2027-01-31";
            reader.report("config-invalid-value", reader.doc.node(node).span, message, help);
        }
        date
    }
}

impl Read for Namespace {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        let words: Vec<_> =
            Self::value_variants().iter().map(|kind| (kind.word(), *kind)).collect();
        reader.word(node, &words)
    }
}

impl Read for Severity {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        let words = [("info", Self::Info), ("warning", Self::Warning), ("error", Self::Error)];
        reader.word(node, &words)
    }
}

impl Read for Quotes {
    fn read(reader: &mut Reader<'_>, node: NodeId) -> Option<Self> {
        reader.word(node, &[("single", Self::Single), ("double", Self::Double)])
    }
}
