//! Findings for people, each with its line.

use super::Report;
use crate::report::human::{Detail, Look, findings};

/// Gives the findings with their lines.
#[must_use]
pub fn human(report: &Report<'_>, detail: Detail, color: bool) -> String {
    findings(report.findings, report.repo, Look { detail, color })
}
