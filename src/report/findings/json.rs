//! Findings as JSON. Byte offsets count from 0, lines and columns from 1, columns in characters.
//!
//! A fix that mends several findings has its edits at the first of them; the others say by
//! `shared_with` which one that is, counted from 0.

use serde::Serialize;

use super::fixes::{Part, Shown, parts};
use super::{Report, printed};
use crate::diagnostics::fix::Applicability;
use crate::diagnostics::{Finding, Place, Severity};
use crate::text::edit::Edit;
use crate::text::span::Span;

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
        findings: report
            .findings
            .iter()
            .zip(parts(report))
            .map(|(finding, part)| One::new(report, finding, &part))
            .collect(),
    };
    printed(&all)
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
    /// The finding that has its edits.
    #[serde(skip_serializing_if = "Option::is_none")]
    shared_with: Option<usize>,
    /// None where they hold what may be a secret: `--fix` makes them all the same.
    edits: Option<Vec<Replacement<'a>>>,
}

#[derive(Serialize)]
struct Replacement<'a> {
    #[serde(flatten)]
    at: At<'a>,
    new: &'a str,
}

impl<'a> One<'a> {
    fn new(report: &Report<'_>, finding: &'a Finding, part: &Part<'a>) -> Self {
        let related = finding
            .related
            .iter()
            .map(|(place, message)| Related { message, at: At::new(report, place) });
        let (edits, shared_with) = match part {
            Part::Whole(Shown { edits, .. }) => {
                let replacements = |edits: &Vec<(&'a str, &'a Edit)>| {
                    let edits = edits.iter().map(|(path, edit)| Replacement {
                        at: At::of(report, path, edit.span),
                        new: &edit.insert,
                    });
                    edits.collect()
                };
                (edits.as_ref().map(replacements), None)
            }
            Part::Shared(first) => (None, Some(*first)),
            Part::None => (None, None),
        };
        let fix = finding.fix.as_deref().map(|fix| Mending {
            title: &fix.title,
            applicability: fix.applicability,
            shared_with,
            edits,
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

    fn of(report: &Report<'_>, path: &'a str, span: Span) -> Self {
        let (start, end) = report.range(path, span);
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
