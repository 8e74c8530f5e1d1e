//! Findings as a comment of a pull request: a table for each file.
//!
//! Invariants: it fits what GitHub takes, and what is cut says so; nothing in a name or a message
//! can make it mean something else.

use std::fmt::Write as _;

use super::{Report, amounts_line, by_file, counted};
use crate::diagnostics::{Finding, Severity};
use crate::report::attention::count;
use crate::report::markdown::text::{code, message};

/// Characters that GitHub takes for a comment.
const MOST: usize = 65_536;

/// Room for what is said of the rest.
const NOTE: usize = 200;

/// Gives the findings as a comment.
#[must_use]
pub fn markdown(report: &Report<'_>) -> String {
    let mut out = "## composemod\n\n".to_owned();
    if report.findings.is_empty() {
        out.push_str("Nothing found.\n");
        return out;
    }
    let _ = writeln!(out, "{}.", counted(report.findings));
    if let Some(fixes) = amounts_line(report.findings) {
        let _ = write!(out, "\n{}\n", message(&fixes));
    }
    let mut length = out.chars().count();
    let mut left = report.findings.len();
    'files: for (path, findings) in by_file(report.findings) {
        let title = if path.is_empty() { "All files".to_owned() } else { code(path) };
        let mut head =
            format!("\n### {title}\n\n| Line | | Lint | Finding |\n| --- | --- | --- | --- |\n");
        for finding in findings {
            let row = std::mem::take(&mut head) + &row(report, finding);
            length += row.chars().count();
            if length + NOTE > MOST {
                let _ = write!(
                    out,
                    "\nAnd {}; `composemod check` has all of them.\n",
                    count(left, "more finding")
                );
                break 'files;
            }
            out.push_str(&row);
            left -= 1;
        }
    }
    out
}

fn row(report: &Report<'_>, finding: &Finding) -> String {
    let line = finding.place.as_ref().map(|place| report.start(place).line.to_string());
    let severity = match finding.severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "**error**",
    };
    let cell = |text: &str| message(text).replace('|', "\\|");
    let mut text = cell(&finding.message);
    for more in finding.help.iter().chain(finding.fix.as_ref().map(|fix| &fix.title)) {
        let _ = write!(text, "<br>{}", cell(more));
    }
    format!("| {} | {severity} | {} | {text} |\n", line.unwrap_or_default(), code(finding.id))
}
