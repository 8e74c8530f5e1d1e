//! The Compose specification's own JSON schema, as types.
//!
//! `compose-spec.json` is the Compose Specification's (Apache-2.0, The Compose Specification Authors), as
//! docker compose 2.40.3 embeds it. To renew it, take the text out of a newer binary: it begins at the
//! brace before `"$id": "compose_spec.json"`. What the specification has got since stands in [`newer`].
//!
//! Of JSON schema this reads what the file uses: a keyword that it does not know is an error, so that a
//! renewed file can't be half understood. Invariant, tested: the branches of a `oneOf` are of different
//! types, so that a value's type says which of them it is meant to be. That is why no general validator
//! is needed, which would know neither merges, nor variables, nor where things stand, and takes 30 ms to
//! be made of this schema; the tests hold the walk against one.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use regex::Regex;
use serde::{Deserialize, Deserializer, de::IgnoredAny};

use crate::lints::schema::reading::{READINGS, Reading};

const TEXT: &str = include_str!("compose-spec.json");

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    // A test reads the text; without it all would be allowed.
    let spec = Spec::read(TEXT).unwrap_or_default();
    spec.note_readings();
    spec
});

/// What a value is, as docker compose's YAML reader takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number without a fraction.
    Integer,
    /// A number.
    Number,
    /// Text.
    String,
    /// A list.
    Array,
    /// A mapping.
    Object,
    /// A date without quotes: no type of JSON's.
    #[serde(skip)]
    Date,
}

/// The schema of one value.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Schema {
    /// `#/definitions/NAME`: that one, in place of this.
    #[serde(rename = "$ref")]
    reference: Option<String>,
    /// What the value may be; anything where it is empty.
    #[serde(rename = "type", deserialize_with = "one_or_many")]
    pub(super) kinds: Vec<Kind>,
    /// Schemas of a mapping's values, by key.
    pub(super) properties: BTreeMap<String, Self>,
    /// Schemas of a mapping's other values, by pattern of their keys.
    pattern_properties: BTreeMap<String, Self>,
    /// `false`: there are no other keys.
    additional_properties: Option<bool>,
    /// Keys that a mapping must have.
    pub(super) required: Vec<String>,
    /// The schema of a list's items.
    pub(super) items: Option<Box<Self>>,
    /// Whether a list's items must differ.
    pub(super) unique_items: bool,
    /// One of these, by the value's type.
    one_of: Vec<Self>,
    /// What text may be.
    #[serde(rename = "enum")]
    pub(super) options: Vec<String>,
    /// What text must match somewhere.
    pub(super) pattern: Option<String>,
    /// The least number.
    pub(super) minimum: Option<i64>,
    /// The greatest number.
    pub(super) maximum: Option<i64>,
    definitions: BTreeMap<String, Self>,
    /// What docker compose reads the value into. Set once, when the specification is loaded.
    #[serde(skip)]
    pub(super) reading: OnceLock<Reading>,
    /// What is said to people, and the schema's own name and version.
    #[serde(rename = "$schema")]
    _dialect: Option<IgnoredAny>,
    #[serde(rename = "$id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "title")]
    _title: Option<IgnoredAny>,
    #[serde(rename = "description")]
    _description: Option<IgnoredAny>,
    #[serde(rename = "deprecated")]
    _deprecated: Option<IgnoredAny>,
    #[serde(rename = "default")]
    _default: Option<IgnoredAny>,
}

/// The specification.
#[derive(Debug, Default)]
pub(super) struct Spec {
    /// The schema of a file.
    pub(super) root: Schema,
    /// Every pattern that the schemas use, made when something is first held against it.
    patterns: BTreeMap<String, OnceLock<Option<Regex>>>,
}

impl Spec {
    /// Gives the specification, read when it is first asked for.
    pub(super) fn get() -> &'static Self {
        &SPEC
    }

    /// Reads a schema, without what docker compose reads values into.
    pub(super) fn read(text: &str) -> Result<Self, serde_json::Error> {
        let mut root: Schema = serde_json::from_str(text)?;
        newer(&mut root);
        let mut patterns = BTreeMap::new();
        let mut open = vec![&root];
        while let Some(schema) = open.pop() {
            for pattern in schema.pattern_properties.keys().chain(&schema.pattern) {
                patterns.insert(pattern.clone(), OnceLock::new());
            }
            open.extend(schema.parts());
        }
        Ok(Self { root, patterns })
    }

    /// Follows references, and chooses a branch by a value's type; gives what docker compose reads
    /// the value into besides. Nothing where no branch is of that type.
    pub(super) fn narrow<'s>(
        &'s self,
        schema: &'s Schema,
        kind: Kind,
    ) -> Option<(&'s Schema, Option<Reading>)> {
        let mut schema = schema;
        let mut reading = None;
        loop {
            reading = reading.or_else(|| schema.reading.get().copied());
            schema = if schema.reference.is_some() {
                self.referenced(schema)?
            } else if schema.one_of.is_empty() {
                return schema.accepts(kind).then_some((schema, reading));
            } else {
                schema.one_of.iter().find(|branch| self.kinds(branch).any(|own| own.takes(kind)))?
            };
        }
    }

    /// Gives what docker compose reads a value into, whatever the value's type.
    pub(super) fn reading(&self, schema: &Schema) -> Option<Reading> {
        let own = schema.reading.get().copied();
        own.or_else(|| self.referenced(schema)?.reading.get().copied())
    }

    /// Gives the types that a value may have, those of all branches.
    pub(super) fn kinds<'s>(&'s self, schema: &'s Schema) -> impl Iterator<Item = Kind> + 's {
        let mut open = vec![schema];
        let mut kinds = Vec::new();
        while let Some(schema) = open.pop() {
            kinds.extend(&schema.kinds);
            open.extend(self.referenced(schema));
            open.extend(schema.one_of.iter().rev());
        }
        kinds.into_iter()
    }

    /// Finds the schema of a mapping's value. Nothing where any value goes, and an error where the
    /// mapping has no such key.
    pub(super) fn property<'s>(
        &'s self,
        schema: &'s Schema,
        key: &str,
    ) -> Result<Option<&'s Schema>, NoSuchKey> {
        if let Some(property) = schema.properties.get(key) {
            return Ok(Some(property));
        }
        let mut patterns = schema.pattern_properties.iter();
        match patterns.find(|(pattern, _)| self.matches(pattern, key)) {
            Some((_, property)) => Ok(Some(property)),
            None if schema.additional_properties == Some(false) => Err(NoSuchKey),
            None => Ok(None),
        }
    }

    /// Tells whether a text matches one of the schema's patterns.
    pub(super) fn matches(&self, pattern: &str, text: &str) -> bool {
        // The patterns that nearly every key and value is held against.
        match pattern {
            "^x-" => return text.starts_with("x-"),
            "^.+$" => return !text.is_empty() && !text.contains('\n'),
            ".+" => return text.bytes().any(|byte| byte != b'\n'),
            "^[a-zA-Z0-9._-]+$" => {
                let is_plain = |byte| u8::is_ascii_alphanumeric(&byte) || b"._-".contains(&byte);
                return !text.is_empty() && text.bytes().all(is_plain);
            }
            _ => {}
        }
        let Some(regex) = self.patterns.get(pattern) else { return false };
        let regex = regex.get_or_init(|| Regex::new(pattern).ok());
        regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }

    /// Gives the keys of a mapping below which another key goes: `build` for `context`.
    pub(super) fn holders<'s>(&'s self, schema: &'s Schema, key: &str) -> Vec<&'s str> {
        let below = |property| self.narrow(property, Kind::Object).map(|(below, _)| below);
        let holders = schema.properties.iter().filter(|(_, property)| {
            below(property).is_some_and(|below| below.properties.contains_key(key))
        });
        holders.map(|(name, _)| name.as_str()).collect()
    }

    /// Notes on each schema what docker compose reads its values into.
    fn note_readings(&self) {
        for (reading, paths) in READINGS {
            for schema in paths.iter().flat_map(|path| self.at(path)) {
                // Two paths may lead to one definition.
                let _ = schema.reading.set(*reading);
            }
        }
    }

    /// Finds schemas by a path: keys, `*` for any name, `[]` for a list's items.
    pub(super) fn at(&self, path: &str) -> Vec<&Schema> {
        let mut found = vec![&self.root];
        for part in path.split('.') {
            found = found.into_iter().flat_map(|schema| self.branches(schema)).collect();
            found = match part {
                "*" => found.iter().flat_map(|schema| schema.pattern_properties.values()).collect(),
                "[]" => found.iter().filter_map(|schema| schema.items.as_deref()).collect(),
                key => found.iter().filter_map(|schema| schema.properties.get(key)).collect(),
            };
        }
        found
    }

    /// Gives a schema without references: itself, or each of its branches.
    fn branches<'s>(&'s self, schema: &'s Schema) -> Vec<&'s Schema> {
        let mut open = vec![schema];
        let mut found = Vec::new();
        while let Some(schema) = open.pop() {
            open.extend(self.referenced(schema));
            open.extend(&schema.one_of);
            if schema.reference.is_none() && schema.one_of.is_empty() {
                found.push(schema);
            }
        }
        found
    }

    fn referenced(&self, schema: &Schema) -> Option<&Schema> {
        let name = schema.reference.as_deref()?.strip_prefix("#/definitions/")?;
        self.root.definitions.get(name)
    }
}

/// A mapping has no such key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoSuchKey;

impl Schema {
    fn accepts(&self, kind: Kind) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|own| own.takes(kind))
    }

    /// Gives the schemas that stand in this one.
    fn parts(&self) -> impl Iterator<Item = &Self> {
        self.properties
            .values()
            .chain(self.pattern_properties.values())
            .chain(self.items.as_deref())
            .chain(&self.one_of)
            .chain(self.definitions.values())
    }
}

impl Kind {
    /// Tells whether a value of the other type goes where this one is wanted.
    fn takes(self, other: Self) -> bool {
        self == other || (self == Self::Number && other == Self::Integer)
    }

    /// Gives its name with an article: `a mapping`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Boolean => "a boolean",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::String => "text",
            Self::Array => "a list",
            Self::Object => "a mapping",
            Self::Date => "a date",
        }
    }
}

/// Adds what the Compose specification has got since: `pre_start` (2026-06-16), with a hook that may
/// run another image, and `no_cache_filter`. docker compose 2.40.3 does not know them yet.
fn newer(root: &mut Schema) {
    let text = || Schema { kinds: vec![Kind::String], ..Schema::default() };
    let list_of = |items| Schema {
        kinds: vec![Kind::Array],
        items: Some(Box::new(items)),
        ..Schema::default()
    };
    let hook = root.definitions.get("service_hook").cloned().map(|mut hook| {
        hook.required.clear();
        hook.properties.insert("image".to_owned(), text());
        let kinds = vec![Kind::Boolean, Kind::String];
        hook.properties.insert("per_replica".to_owned(), Schema { kinds, ..Schema::default() });
        hook
    });
    let Some(service) = root.definitions.get_mut("service") else { return };
    if let Some(hook) = hook {
        service.properties.entry("pre_start".to_owned()).or_insert_with(|| list_of(hook));
    }
    let build = service.properties.get_mut("build").and_then(|build| build.one_of.last_mut());
    if let Some(build) = build {
        let stages = Schema { one_of: vec![text(), list_of(text())], ..Schema::default() };
        build.properties.entry("no_cache_filter".to_owned()).or_insert(stages);
    }
}

/// Reads `"type": "string"` and `"type": ["string", "null"]`.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Kind>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Kinds {
        One(Kind),
        Many(Vec<Kind>),
    }
    Ok(match Kinds::deserialize(deserializer)? {
        Kinds::One(kind) => vec![kind],
        Kinds::Many(kinds) => kinds,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Kind, READINGS, Spec, TEXT};

    #[test]
    fn every_keyword_of_the_schema_is_known() {
        let spec = Spec::read(TEXT).unwrap();
        assert!(spec.root.properties.contains_key("services"));
        let mut open = vec![&spec.root];
        while let Some(schema) = open.pop() {
            assert!(schema.reference.is_none() || spec.referenced(schema).is_some(), "{schema:?}");
            for pattern in schema.pattern_properties.keys().chain(&schema.pattern) {
                assert!(spec.patterns.contains_key(pattern), "{pattern}");
            }
            open.extend(schema.parts());
        }
    }

    #[test]
    fn branches_are_of_different_types() {
        let spec = Spec::read(TEXT).unwrap();
        let mut open = vec![&spec.root];
        while let Some(schema) = open.pop() {
            let kinds: Vec<_> =
                schema.one_of.iter().flat_map(|branch| spec.kinds(branch)).collect();
            let different: BTreeSet<_> = kinds.iter().collect();
            assert_eq!(different.len(), kinds.len(), "{schema:?}");
            open.extend(schema.parts());
        }
    }

    #[test]
    fn what_is_read_stands_in_the_schema() {
        let spec = Spec::read(TEXT).unwrap();
        for (reading, paths) in READINGS {
            for path in *paths {
                assert!(!spec.at(path).is_empty(), "{reading:?}: {path}");
            }
        }
    }

    #[test]
    fn newer_keys_are_known() {
        let spec = Spec::get();
        for path in ["services.*.pre_start.[].image", "services.*.build.no_cache_filter"] {
            assert!(!spec.at(path).is_empty(), "{path}");
        }
        let (service, _) = spec.narrow(spec.at("services.*")[0], Kind::Object).unwrap();
        assert_eq!(spec.holders(service, "context"), ["build"]);
    }
}
