//! GitLab's Code Quality report: a JSON list in the form of Code Climate's issues.

use serde::Serialize;

use super::fingerprint::numbered;
use super::{Report, printed, told};
use crate::diagnostics::Severity;

/// Gives the findings as a Code Quality report.
#[must_use]
pub fn gitlab(report: &Report<'_>) -> String {
    let prints = numbered(report.findings, report.repo);
    let issues = report.findings.iter().zip(prints).map(|(finding, fingerprint)| {
        let place = finding.place.as_ref();
        Issue {
            description: told(finding),
            check_name: finding.id,
            fingerprint,
            severity: match finding.severity {
                Severity::Info => "info",
                Severity::Warning => "minor",
                Severity::Error => "major",
            },
            location: Location {
                // An issue is always of a file.
                path: place.map_or(".", |place| &place.path),
                lines: Lines {
                    begin: place.map_or(1, |place| report.start(place).line),
                    end: place.map_or(1, |place| report.end(place).line),
                },
            },
        }
    });
    printed(&issues.collect::<Vec<_>>())
}

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}
