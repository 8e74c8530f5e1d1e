//! Reviewdog's diagnostics as JSON. Its columns count bytes of UTF-8, from 1.

use serde::Serialize;

use super::fixes::{Part, Shown, parts};
use super::{Report, printed, told};
use crate::diagnostics::{Finding, Place, Severity};
use crate::text::source::line_range;
use crate::text::span::Span;

/// Gives the findings as reviewdog reads them.
#[must_use]
pub fn rdjson(report: &Report<'_>) -> String {
    let diagnostics = report.findings.iter().zip(parts(report));
    printed(&All {
        source: Source { name: "composemod" },
        diagnostics: diagnostics
            .map(|(finding, part)| diagnostic(report, finding, &part))
            .collect(),
    })
}

fn diagnostic<'a>(report: &Report<'_>, finding: &'a Finding, part: &Part<'a>) -> Diagnostic<'a> {
    let related = finding
        .related
        .iter()
        .map(|(place, message)| Related { message, location: Location::new(report, place) });
    Diagnostic {
        message: told(finding),
        // A diagnostic is always of a file.
        location: match &finding.place {
            Some(place) => Location::new(report, place),
            None => Location { path: ".", range: None },
        },
        severity: match finding.severity {
            Severity::Info => "INFO",
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
        },
        code: Code { value: finding.id },
        suggestions: suggestion(report, finding, part).into_iter().collect(),
        related_locations: related.collect(),
    }
}

/// Gives a fix as a suggestion. A suggestion is made by itself, so that a fix of several edits is
/// none, nor one of another file.
fn suggestion<'a>(
    report: &Report<'_>,
    finding: &Finding,
    part: &Part<'a>,
) -> Option<Suggestion<'a>> {
    let Part::Whole(Shown { edits: Some(edits), .. }) = part else { return None };
    let &[(path, edit)] = edits.as_slice() else { return None };
    let is_here = finding.place.as_ref().is_some_and(|place| place.path == path);
    is_here.then(|| Suggestion { range: range(report, path, edit.span), text: &edit.insert })
}

fn range(report: &Report<'_>, path: &str, span: Span) -> Range {
    let position = |offset: usize| {
        let Some(file) = report.repo.get(path) else { return Position { line: 1, column: 1 } };
        let offset = offset.min(file.text.len());
        let line = file.position(offset).line;
        Position { line, column: offset - line_range(&file.text, offset).start + 1 }
    };
    Range { start: position(span.start as usize), end: position(span.end as usize) }
}

#[derive(Serialize)]
struct All<'a> {
    source: Source,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Diagnostic<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

impl<'a> Location<'a> {
    fn new(report: &Report<'_>, place: &'a Place) -> Self {
        // A finding of a file as a whole has no range.
        let range = (place.span.end > 0).then(|| range(report, &place.path, place.span));
        Self { path: &place.path, range }
    }
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}
