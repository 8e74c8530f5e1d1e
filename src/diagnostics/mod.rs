//! What is said to people: findings with a place, a reason and a way out.

pub mod fix;
pub mod nearest;

use std::sync::Arc;

use crate::text::span::Span;

use fix::Fix;

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
    /// Other places that it has to do with, each with what stands there.
    pub related: Vec<(Place, String)>,
    /// What would mend it. Findings that are mended together share one.
    pub fix: Option<Arc<Fix>>,
    /// Whether what stands at its place must not be shown.
    pub is_secret: bool,
}

/// How grave a finding is. Ordered: a later one is graver.
#[derive(
    Clone,
    Copy,
    Debug,
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

impl Severity {
    /// Gives its name: `warning`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Finding {
    /// Makes a finding without place and help.
    pub fn new(id: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            id,
            severity,
            message: message.into(),
            place: None,
            help: None,
            related: Vec::new(),
            fix: None,
            is_secret: false,
        }
    }

    /// Makes an error.
    pub fn error(id: &'static str, message: impl Into<String>) -> Self {
        Self::new(id, Severity::Error, message)
    }

    /// Makes a warning.
    pub fn warning(id: &'static str, message: impl Into<String>) -> Self {
        Self::new(id, Severity::Warning, message)
    }

    /// Makes a piece of information.
    pub fn info(id: &'static str, message: impl Into<String>) -> Self {
        Self::new(id, Severity::Info, message)
    }

    /// Gives the finding with the place it is about.
    #[must_use]
    pub fn at(self, path: impl Into<String>, span: Span) -> Self {
        Self { place: Some(Place { path: path.into(), span }), ..self }
    }

    /// Gives the finding with the file it is about as a whole.
    #[must_use]
    pub fn in_file(self, path: impl Into<String>) -> Self {
        self.at(path, Span::empty(0))
    }

    /// Gives the finding with what to do about it.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Gives the finding as graver or less grave than its sort is.
    #[must_use]
    pub fn severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    /// Gives the finding as one whose place holds a secret: no report shows what stands there.
    #[must_use]
    pub fn secret(self) -> Self {
        Self { is_secret: true, ..self }
    }

    /// Gives the finding with another place that it has to do with.
    #[must_use]
    pub fn related(mut self, place: Place, message: impl Into<String>) -> Self {
        self.related.push((place, message.into()));
        self
    }

    /// Gives the finding with what would mend it.
    #[must_use]
    pub fn fix(self, fix: impl Into<Option<Arc<Fix>>>) -> Self {
        Self { fix: fix.into(), ..self }
    }
}

/// Sorts findings in the order of all output: those without a place first, then by path, span and
/// id; exact repetitions go.
pub fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| key(a).cmp(&key(b)));
    findings.dedup();
}

fn key(finding: &Finding) -> (Option<&Place>, &'static str, &str) {
    (finding.place.as_ref(), finding.id, &finding.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_sort_by_place_and_repetitions_go() {
        let none = Finding::error("z", "no place");
        let early = Finding::info("b", "early").at("a", Span::new(1, 2));
        let late = Finding::info("a", "late").at("a", Span::new(3, 4));
        let other = Finding::warning("a", "other file").in_file("b");
        let mut findings =
            vec![other.clone(), late.clone(), early.clone(), none.clone(), early.clone()];
        sort(&mut findings);
        assert_eq!(findings, [none, early, late, other]);
    }
}
