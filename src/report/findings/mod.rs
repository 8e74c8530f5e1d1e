//! Findings as output, one file for each format.

mod concise;
mod human;
mod json;

use std::fmt::Write as _;

use crate::diagnostics::{Finding, Place, Severity};
use crate::repo::load::Repo;
use crate::text::source::Position;

pub use concise::concise;
pub use human::human;
pub use json::json;

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
        self.position(place, place.span.start as usize)
    }

    /// Gives where a place ends: the position after its last character.
    #[must_use]
    pub fn end(&self, place: &Place) -> Position {
        self.position(place, place.span.end as usize)
    }

    fn position(&self, place: &Place, offset: usize) -> Position {
        let file = self.repo.get(&place.path);
        file.map_or(Position { line: 1, column: 1 }, |file| file.position(offset))
    }
}

/// Gives how much was found, in one line; nothing where there is nothing to say.
#[must_use]
pub fn summary(report: &Report<'_>) -> String {
    let count =
        |severity| report.findings.iter().filter(|finding| finding.severity == severity).count();
    let mut out = String::new();
    if report.mended > 0 {
        let _ = writeln!(out, "mended {}", amount(report.mended, "finding"));
    }
    let parts: Vec<String> =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")]
            .into_iter()
            .filter(|(severity, _)| count(*severity) > 0)
            .map(|(severity, word)| amount(count(severity), word))
            .collect();
    if !parts.is_empty() {
        let _ = writeln!(out, "{}", parts.join(", "));
    }
    out
}

fn amount(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
