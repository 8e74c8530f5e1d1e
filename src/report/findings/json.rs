//! Findings as JSON. Byte offsets count from 0, lines and columns from 1, columns in characters.

use serde::Serialize;

use super::Report;
use crate::diagnostics::fix::Applicability;
use crate::diagnostics::{Finding, Place, Severity};

/// Gives the findings as one JSON object.
#[must_use]
pub fn json(report: &Report<'_>) -> String {
    let count =
        |severity| report.findings.iter().filter(|finding| finding.severity == severity).count();
    let all = All {
        summary: Summary {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            infos: count(Severity::Info),
            mended: report.mended,
        },
        findings: report.findings.iter().map(|finding| One::new(report, finding)).collect(),
    };
    // Strings, numbers and maps with string keys: nothing here can fail.
    let mut text = serde_json::to_string_pretty(&all).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct All<'a> {
    summary: Summary,
    findings: Vec<One<'a>>,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    infos: usize,
    mended: usize,
}

#[derive(Serialize)]
struct One<'a> {
    lint: &'static str,
    severity: Severity,
    message: &'a str,
    #[serde(flatten)]
    at: Option<At<'a>>,
    help: Option<&'a str>,
    related: Vec<Related<'a>>,
    fix: Option<Mending<'a>>,
}

#[derive(Serialize)]
struct At<'a> {
    path: &'a str,
    start: u32,
    end: u32,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    #[serde(flatten)]
    at: At<'a>,
}

#[derive(Serialize)]
struct Mending<'a> {
    title: &'a str,
    applicability: Applicability,
    edits: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
struct Replacement<'a> {
    #[serde(flatten)]
    at: At<'a>,
    new: &'a str,
}

impl<'a> One<'a> {
    fn new(report: &Report<'_>, finding: &'a Finding) -> Self {
        let related = finding
            .related
            .iter()
            .map(|(place, message)| Related { message, at: At::new(report, place) });
        let fix = finding.fix.as_deref().map(|fix| {
            let edits = fix
                .change
                .iter()
                .flat_map(|(path, edit)| edit.edits().iter().map(move |edit| (path, edit)));
            let edits = edits.map(|(path, edit)| Replacement {
                at: At::of(report, path, edit.span),
                new: &edit.insert,
            });
            Mending { title: &fix.title, applicability: fix.applicability, edits: edits.collect() }
        });
        Self {
            lint: finding.id,
            severity: finding.severity,
            message: &finding.message,
            at: finding.place.as_ref().map(|place| At::new(report, place)),
            help: finding.help.as_deref(),
            related: related.collect(),
            fix,
        }
    }
}

impl<'a> At<'a> {
    fn new(report: &Report<'_>, place: &'a Place) -> Self {
        Self::of(report, &place.path, place.span)
    }

    fn of(report: &Report<'_>, path: &'a str, span: crate::text::span::Span) -> Self {
        let place = Place { path: path.to_owned(), span };
        let (start, end) = (report.start(&place), report.end(&place));
        Self {
            path,
            start: span.start,
            end: span.end,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}
