//! Workflow commands of GitHub Actions, which become annotations of a change's files.

use std::fmt::Write as _;

use super::{Report, told};
use crate::diagnostics::Severity;
use crate::report::excerpt::harmless;

/// Gives each finding as `::warning file=…,line=…,col=…,endLine=…,endColumn=…,title=…::message`.
#[must_use]
pub fn github(report: &Report<'_>) -> String {
    let mut out = String::new();
    for finding in report.findings {
        let command = match finding.severity {
            Severity::Info => "notice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let mut properties = Vec::new();
        if let Some(place) = &finding.place {
            let (start, end) = (report.start(place), report.end(place));
            properties.push(format!("file={}", property(&place.path)));
            properties.push(format!("line={}", start.line));
            // Columns are taken only where the annotation is of one line.
            if start.line == end.line {
                properties.push(format!("col={}", start.column));
            }
            properties.push(format!("endLine={}", end.line));
            if start.line == end.line {
                properties.push(format!("endColumn={}", end.column));
            }
        }
        properties.push(format!("title={}", property(finding.id)));
        let _ = writeln!(out, "::{command} {}::{}", properties.join(","), data(&told(finding)));
    }
    out
}

/// Escapes the text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a command's property.
fn property(text: &str) -> String {
    data(&harmless(text)).replace(':', "%3A").replace(',', "%2C")
}
