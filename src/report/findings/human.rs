//! Findings for people, each with its line, the related places and the way out. All are shown.

use std::fmt::Write as _;

use super::Report;
use crate::diagnostics::fix::Applicability;
use crate::diagnostics::{Finding, Severity};
use crate::report::excerpt::harmless;
use crate::report::human::{self, Detail, Look};

/// Gives the findings with their lines; of a quiet report, the errors only.
#[must_use]
pub fn human(report: &Report<'_>, look: Look) -> String {
    let mut out = String::new();
    let look = Look {
        detail: if look.detail == Detail::Quiet { look.detail } else { Detail::Full },
        ..look
    };
    for finding in report.findings {
        // A fix says what to do as well as a help does.
        let help = finding.help.clone().into_iter().chain(fix(finding));
        let between = if finding.severity == Severity::Info { "; " } else { "\n" };
        let help = help.collect::<Vec<_>>().join(between);
        let shown = Finding {
            message: match finding.severity {
                // A note is one line, without its id else.
                Severity::Info => format!("{} [{}]", finding.message, finding.id),
                _ => finding.message.clone(),
            },
            help: Some(help).filter(|help| !help.is_empty()),
            ..finding.clone()
        };
        let text = human::findings(std::slice::from_ref(&shown), report.repo, look);
        if finding.related.is_empty() || text.is_empty() {
            out.push_str(&text);
            continue;
        }
        out.push_str(text.trim_end_matches('\n'));
        out.push('\n');
        for (place, message) in &finding.related {
            let at = report.start(place);
            let line = format!("{}:{}:{}: {message}", place.path, at.line, at.column);
            let _ = writeln!(out, "  also: {}", harmless(&line).replace('\n', " "));
        }
        out.push('\n');
    }
    out
}

/// Says what a fix does, and how it is made.
fn fix(finding: &Finding) -> Option<String> {
    let fix = finding.fix.as_ref()?;
    Some(match fix.applicability {
        Applicability::Safe => format!("--fix: {}", fix.title),
        Applicability::Unsafe => format!("--unsafe-fixes: {}", fix.title),
        Applicability::DisplayOnly => fix.title.clone(),
    })
}
