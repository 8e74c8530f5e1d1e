//! One finding a line, as compilers write them.

use rayon::prelude::*;

use super::Report;
use crate::report::excerpt::harmless;

/// Gives each finding as `path:line:column: severity[lint] message`.
#[must_use]
pub fn concise(report: &Report<'_>) -> String {
    let lines = report.findings.par_iter().map(|finding| {
        let place = finding.place.as_ref().map(|place| {
            let at = report.start(place);
            format!("{}:{}:{}: ", place.path, at.line, at.column)
        });
        let (severity, id) = (finding.severity.word(), finding.id);
        let line = format!("{}{severity}[{id}] {}", place.unwrap_or_default(), finding.message);
        harmless(&line).replace('\n', " ") + "\n"
    });
    lines.collect::<Vec<String>>().concat()
}
