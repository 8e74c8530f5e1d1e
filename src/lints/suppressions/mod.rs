//! Lints of the comments that keep lints silent.

mod suppression_without_reason;
mod unknown_lint;
mod unused_suppression;

use std::sync::atomic::{AtomicBool, Ordering};

use crate::diagnostics::Finding;
use crate::lints::Lint;
use crate::lints::select::Selection;
use crate::lints::suppress::{Suppression, Tool};
use crate::text::source::SourceFile;
use crate::text::span::Span;
use crate::yaml::document::Document;

pub(super) const LINTS: &[Lint] =
    &[suppression_without_reason::LINT, unknown_lint::LINT, unused_suppression::LINT];

/// A suppression, and for which of its lints it kept something silent.
#[derive(Debug)]
pub(super) struct Used {
    suppression: Suppression,
    /// One for each of its lints.
    used: Vec<AtomicBool>,
}

impl Used {
    pub(super) fn new(suppression: Suppression) -> Self {
        let used = suppression.lints.iter().map(|_| AtomicBool::new(false)).collect();
        Self { suppression, used }
    }

    /// Tells whether it keeps a finding silent, and remembers that it did.
    pub(super) fn takes(&self, id: &str, span: Span) -> bool {
        if !self.suppression.covers(id, span) {
            return false;
        }
        for (lint, used) in self.suppression.lints.iter().zip(&self.used) {
            if lint == id {
                used.store(true, Ordering::Relaxed);
            }
        }
        true
    }

    /// Gives its lints, each with whether it kept something silent.
    fn lints(&self) -> impl Iterator<Item = (&str, bool)> {
        let used = self.used.iter().map(|used| used.load(Ordering::Relaxed));
        self.suppression.lints.iter().map(String::as_str).zip(used)
    }
}

/// What a lint of comments finds in one.
type Judge = fn(&Used, &Selection) -> Vec<Finding>;

/// Judges the suppressions of a file, once all lints have run.
pub(super) fn judge(
    source: &SourceFile,
    compose: Option<&Document>,
    all: &[Used],
    selection: &Selection,
) -> Vec<Finding> {
    let lints: [(&Lint, Judge); 3] = [
        (&suppression_without_reason::LINT, suppression_without_reason::judge),
        (&unknown_lint::LINT, unknown_lint::judge),
        (&unused_suppression::LINT, unused_suppression::judge),
    ];
    let path = source.path.as_str();
    let selected = lints.into_iter().filter(|(lint, _)| selection.runs(lint.id));
    let mut found: Vec<Finding> = selected
        .flat_map(|(_, judge)| {
            let own = all.iter().filter(|used| used.suppression.tool == Tool::Composemod);
            own.flat_map(move |used| {
                let at = move |finding: Finding| finding.at(path, used.suppression.span);
                judge(used, selection).into_iter().map(at)
            })
        })
        .collect();
    for finding in found.iter_mut().filter(|finding| finding.id == unused_suppression::LINT.id) {
        let span = finding.place.as_ref().map(|place| place.span);
        let used = all.iter().find(|used| Some(used.suppression.span) == span);
        // A comment that keeps something else silent, or may do so, stays.
        let is_idle = |(lint, is_used): (&str, bool)| !is_used && selection.may_run(lint);
        if used.is_some_and(|used| used.lints().all(is_idle)) {
            finding.fix = span.and_then(|span| unused_suppression::fix(source, compose, span));
        }
    }
    found
}
