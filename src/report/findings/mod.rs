//! Findings as output, one file for each format.
//!
//! Invariant: no format shows a secret. Messages hold none, lines are masked, and a fix whose text
//! may be one is told without its edits.

mod concise;
mod fingerprint;
mod fixes;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod markdown;
mod rdjson;
#[cfg(test)]
mod sample;
mod sarif;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::diagnostics::{Finding, Place, Severity};
use crate::repo::load::Repo;
use crate::report::attention::count;
use crate::report::excerpt::harmless;
use crate::text::source::Position;
use crate::text::span::Span;

pub use concise::concise;
pub(super) use fingerprint::fingerprint;
pub use github::github;
pub use gitlab::gitlab;
pub use human::human;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use rdjson::rdjson;
pub use sarif::sarif;

/// What a check found.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What was found, and is not mended.
    pub findings: &'a [Finding],
    /// The tree that the places are of.
    pub repo: &'a Repo,
    /// How many findings were mended.
    pub mended: usize,
}

impl Report<'_> {
    /// Gives where a place begins; the file's begin where its text was not kept.
    #[must_use]
    pub fn start(&self, place: &Place) -> Position {
        self.position(&place.path, place.span.start)
    }

    /// Gives where a place ends: the position after its last character.
    #[must_use]
    pub fn end(&self, place: &Place) -> Position {
        self.position(&place.path, place.span.end)
    }

    /// Gives where a span of a file begins and ends.
    fn range(&self, path: &str, span: Span) -> (Position, Position) {
        (self.position(path, span.start), self.position(path, span.end))
    }

    fn position(&self, path: &str, offset: u32) -> Position {
        let file = self.repo.get(path);
        file.map_or(Position { line: 1, column: 1 }, |file| file.position(offset as usize))
    }
}

/// Gives how much was found, and what can be mended, in a line each; nothing where there is nothing
/// to say.
#[must_use]
pub fn summary(report: &Report<'_>) -> String {
    let mut out = String::new();
    if report.mended > 0 {
        let _ = writeln!(out, "mended {}", count(report.mended, "finding"));
    }
    if !report.findings.is_empty() {
        let _ = writeln!(out, "{}", counted(report.findings));
    }
    if let Some(fixes) = amounts_line(report.findings) {
        let _ = writeln!(out, "{fixes}");
    }
    out
}

/// Gives findings counted by severity.
fn counted(findings: &[Finding]) -> String {
    let number = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let all =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")];
    let parts = all.into_iter().map(|(severity, word)| (number(severity), word));
    let parts = parts.filter(|(number, _)| *number > 0).map(|(number, word)| count(number, word));
    parts.collect::<Vec<_>>().join(", ")
}

/// Says how many findings the fixes mend, if any.
fn amounts_line(findings: &[Finding]) -> Option<String> {
    let parts: Vec<String> = match fixes::amounts(findings) {
        (0, 0) => return None,
        (safe, 0) => vec![format!("{safe} with `composemod check --fix`")],
        (0, unsafe_) => vec![format!("{unsafe_} with `composemod check --unsafe-fixes`")],
        (safe, unsafe_) => vec![
            format!("{safe} with `composemod check --fix`"),
            format!("{unsafe_} more with `--unsafe-fixes`"),
        ],
    };
    Some(format!("can be mended: {}", parts.join(", ")))
}

/// Gives the findings of each file in order; those without a place come first, with an empty path.
fn by_file(findings: &[Finding]) -> BTreeMap<&str, Vec<&Finding>> {
    let mut files: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        let path = finding.place.as_ref().map_or("", |place| &place.path);
        files.entry(path).or_default().push(finding);
    }
    files
}

/// Gives a finding's message, and what to do in a line after it.
fn told(finding: &Finding) -> String {
    let help = finding.help.as_ref().or(finding.fix.as_ref().map(|fix| &fix.title));
    let help = help.map(|help| format!("\n{help}")).unwrap_or_default();
    harmless(&format!("{}{help}", finding.message))
}

/// Gives a value as JSON, with a line feed at its end.
fn printed(value: &impl Serialize) -> String {
    // Strings, numbers and maps with string keys: nothing here can fail.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
