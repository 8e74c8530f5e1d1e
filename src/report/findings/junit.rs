//! JUnit's XML: a suite for each file, a test case for each finding. A note is a case that passes.

use std::fmt::Write as _;

use super::{Report, by_file, told};
use crate::diagnostics::{Finding, Severity};

/// Gives the findings as a JUnit report; where nothing is found, as one case that passes.
#[must_use]
pub fn junit(report: &Report<'_>) -> String {
    let is_failure = |finding: &&Finding| finding.severity > Severity::Info;
    let failures = report.findings.iter().filter(is_failure).count();
    let tests = report.findings.len().max(1);
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let _ = writeln!(
        out,
        "<testsuites name=\"composemod\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">"
    );
    if report.findings.is_empty() {
        out.push_str(
            "  <testsuite name=\"composemod\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">\n    \
             <testcase name=\"check\" classname=\"composemod\"/>\n  </testsuite>\n",
        );
    }
    for (path, findings) in by_file(report.findings) {
        let failures = findings.iter().copied().filter(is_failure).count();
        let path = escaped(if path.is_empty() { "composemod" } else { path });
        let _ = writeln!(
            out,
            "  <testsuite name=\"{path}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">",
            findings.len()
        );
        for finding in findings {
            write_case(&mut out, report, finding, &path);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn write_case(out: &mut String, report: &Report<'_>, finding: &Finding, path: &str) {
    let at = finding.place.as_ref().map(|place| report.start(place));
    let line = at.map(|at| format!(" line=\"{}\"", at.line)).unwrap_or_default();
    let at = at.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
    let id = finding.id;
    let _ = writeln!(
        out,
        "    <testcase name=\"{id}{at}\" classname=\"{path}\" file=\"{path}\"{line}>"
    );
    let text = escaped(&format!("{}\n", told(finding)));
    let _ = match finding.severity {
        Severity::Info => writeln!(out, "      <system-out>{path}{at}: {text}</system-out>"),
        severity => writeln!(
            out,
            "      <failure type=\"{}\" message=\"{}\">{path}{at}: {text}</failure>",
            severity.word(),
            escaped(&finding.message),
        ),
    };
    out.push_str("    </testcase>\n");
}

/// Escapes a text for an element or an attribute; a character that XML has no place for is replaced.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            _ if character.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            _ => out.push(character),
        }
    }
    out
}
