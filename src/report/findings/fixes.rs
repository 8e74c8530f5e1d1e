//! Fixes as reports show them. What may be a secret is never shown, in a new text neither.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Report;
use crate::diagnostics::Finding;
use crate::diagnostics::fix::{Applicability, Fix};
use crate::report::excerpt::touches_secret;
use crate::report::veil::tells;
use crate::text::edit::Edit;
use crate::text::source::line_range;

/// A fix, at the first finding that it mends.
pub(super) struct Shown<'a> {
    pub(super) fix: &'a Fix,
    /// Its edits by path; nothing where one of them moves or makes a text that may be a secret.
    pub(super) edits: Option<Vec<(&'a str, &'a Edit)>>,
}

/// What is shown of a finding's fix.
pub(super) enum Part<'a> {
    /// All of it.
    Whole(Shown<'a>),
    /// It is that of an earlier finding, by number.
    Shared(usize),
    /// There is none.
    None,
}

/// Gives what is shown of each finding's fix. One that mends several is shown once: else a report
/// would grow with the square of what is found.
pub(super) fn parts<'a>(report: &Report<'a>) -> Vec<Part<'a>> {
    let mut known: BTreeMap<*const Fix, usize> = BTreeMap::new();
    let each = report.findings.iter().enumerate().map(|(number, finding)| {
        let Some(fix) = &finding.fix else { return Part::None };
        match known.get(&Arc::as_ptr(fix)) {
            Some(first) => Part::Shared(*first),
            None => {
                known.insert(Arc::as_ptr(fix), number);
                Part::Whole(Shown { fix, edits: edits(report, fix) })
            }
        }
    });
    each.collect()
}

fn edits<'a>(report: &Report<'_>, fix: &'a Fix) -> Option<Vec<(&'a str, &'a Edit)>> {
    let all = fix.change.iter();
    let all = all.flat_map(|(path, edit)| edit.edits().iter().map(move |edit| (path, edit)));
    all.map(|(path, edit)| (!is_secret(report, path, edit)).then_some((path, edit))).collect()
}

/// Whether what an edit writes may be a secret, by the lines that it makes.
fn is_secret(report: &Report<'_>, path: &str, edit: &Edit) -> bool {
    let Some(file) = report.repo.get(path) else { return true };
    let (start, end) = (edit.span.start as usize, edit.span.end as usize);
    let before = file.text.get(line_range(&file.text, start).start..start).unwrap_or_default();
    let after = file.text.get(end..line_range(&file.text, end).end).unwrap_or_default();
    let whole = format!("{before}{}{after}", edit.insert);
    if tells(report.repo, file, &edit.insert) {
        return true;
    }
    let mut at = 0;
    let written = before.len()..before.len() + edit.insert.len();
    whole.split_inclusive('\n').any(|line| {
        let (first, last) = (at, at + line.len());
        at = last;
        let within = |place: usize| place.clamp(first, last) - first;
        touches_secret(line, &(within(written.start)..within(written.end)))
    })
}

/// Gives how many findings a fix mends by itself, and how many more with `--unsafe-fixes`.
pub(super) fn amounts(findings: &[Finding]) -> (usize, usize) {
    let count = |wanted| {
        let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
        fixes.filter(|fix| fix.applicability == wanted).count()
    };
    (count(Applicability::Safe), count(Applicability::Unsafe))
}
