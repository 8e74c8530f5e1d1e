//! One finding a line, as compilers write them.

use std::fmt::Write as _;

use super::Report;
use crate::report::excerpt::harmless;

/// Gives each finding as `path:line:column: severity[lint] message`.
#[must_use]
pub fn concise(report: &Report<'_>) -> String {
    let mut out = String::new();
    for finding in report.findings {
        let place = finding.place.as_ref().map(|place| {
            let at = report.start(place);
            format!("{}:{}:{}: ", place.path, at.line, at.column)
        });
        let (severity, id) = (finding.severity.word(), finding.id);
        let line = format!("{}{severity}[{id}] {}", place.unwrap_or_default(), finding.message);
        let _ = writeln!(out, "{}", harmless(&line).replace('\n', " "));
    }
    out
}
