//! A name in any file that is no Compose file, classified.

use crate::compose::usage::Class;
use crate::compose::usage::Confidence;
use crate::repo::kind::FileKind;
use crate::text::span::Span;

/// One mention of a name in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The name's own bytes.
    pub span: Span,
    /// What it means there.
    pub class: Class,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why, for people.
    pub reason: &'static str,
}

/// What is known of the name that is looked for.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// The name.
    pub name: String,
    /// Names of the other services and containers of its project.
    pub services: Vec<String>,
    /// The name that replaces it, where there is one: a text that names both is on the rename.
    pub new: Option<String>,
    /// Whether the name can hardly be anything else (`discord-bot-db`, not `db` or `postgres`):
    /// weaker evidence is enough.
    pub distinctive: bool,
}

/// Classifies every mention of a name in a file, in order. Mentions inside longer names are
/// given as [`Class::LongerName`] or [`Class::DerivedName`].
#[must_use]
pub fn mentions(path: &str, text: &str, kind: FileKind, subject: &Subject) -> Vec<Mention> {
    let _ = (path, text, kind, subject);
    todo!()
}
