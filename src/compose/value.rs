//! A value of the effective model: interpolated, in one normal form, with the place it came from.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::text::span::Span;
use crate::yaml::document::NodeId;

/// A value with its origin. Equality is of what it holds: where it came from does not count.
#[derive(Clone, Debug, Default)]
pub struct Value {
    /// What it holds.
    pub kind: ValueKind,
    /// Where it stands; a mapping that came of several files has its first origin.
    pub origin: Option<Origin>,
    /// How it joins what stands under the same key in an earlier file.
    pub(super) join: Join,
}

/// What a value holds. Booleans and numbers are kept as they are spelled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ValueKind {
    /// Nothing.
    #[default]
    Null,
    /// Text, interpolated.
    Scalar(String),
    /// Items in order.
    List(Vec<Value>),
    /// Pairs by key.
    Map(BTreeMap<String, Value>),
}

/// How a value joins an earlier one (compose-spec §13: merge, `!reset`, `!override`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Join {
    /// Maps are merged, lists appended, scalars replaced.
    #[default]
    Merge,
    /// It replaces whatever stands there.
    Replace,
    /// It takes away whatever stands there.
    Remove,
}

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In a Compose file.
    Compose {
        /// Path from the root.
        path: Arc<str>,
        /// The node; for `KEY=value` in a list, the item.
        node: NodeId,
        /// Bytes of the node's own value that are the value: all of them, but for `KEY=value`.
        range: Range<usize>,
        /// The value as it is written, before interpolation; empty for a collection.
        raw: Box<str>,
    },
    /// In an env file.
    EnvFile {
        /// Path from the root.
        path: Arc<str>,
        /// Bytes of the value in the file, without quotes.
        span: Span,
        /// The value as it is written, before interpolation.
        raw: Box<str>,
    },
}

impl Origin {
    /// Gives the file.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Compose { path, .. } | Self::EnvFile { path, .. } => path,
        }
    }

    /// Gives the text as it is written, before interpolation.
    #[must_use]
    pub fn raw(&self) -> &str {
        match self {
            Self::Compose { raw, .. } | Self::EnvFile { raw, .. } => raw,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Value {}

impl Value {
    /// Makes a value that stands nowhere.
    #[must_use]
    pub fn new(kind: ValueKind) -> Self {
        Self { kind, ..Self::default() }
    }

    /// Makes text that stands nowhere.
    pub fn scalar(text: impl Into<String>) -> Self {
        Self::new(ValueKind::Scalar(text.into()))
    }

    /// Gives the text of a scalar.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// Finds a key of a mapping.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            ValueKind::Map(entries) => entries.get(key),
            _ => None,
        }
    }

    /// Follows keys through mappings.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// Gives the text under a key.
    #[must_use]
    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// Gives the pairs of a mapping, by key; nothing for another value.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        let entries = match &self.kind {
            ValueKind::Map(entries) => Some(entries),
            _ => None,
        };
        entries.into_iter().flatten().map(|(key, value)| (key.as_str(), value))
    }

    /// Gives the items of a list, in order; nothing for another value.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            ValueKind::List(items) => items,
            _ => &[],
        }
    }

    /// Tells whether a flag is set.
    #[must_use]
    pub fn is_true(&self) -> bool {
        self.text().is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }

    pub(super) fn map_mut(&mut self) -> Option<&mut BTreeMap<String, Self>> {
        match &mut self.kind {
            ValueKind::Map(entries) => Some(entries),
            _ => None,
        }
    }
}
