//! What is said to people: findings with a place, a reason and a way out.

use crate::text::span::Span;

/// Something that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What sort it is, kebab-case: `yaml-malformed`.
    pub id: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// What is wrong, and why that matters; no full stop at the end.
    pub message: String,
    /// Where, if anywhere in a file.
    pub place: Option<Place>,
    /// What to do about it.
    pub help: Option<String>,
}

/// How grave a finding is. Ordered: a later one is graver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Look at it.
    Warning,
    /// In the way of the change.
    Error,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Path from the root.
    pub path: String,
    /// Bytes of the file.
    pub span: Span,
}
