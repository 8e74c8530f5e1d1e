//! What a YAML parser finds, as lints: the texts are those of a rename's own findings.

use crate::diagnostics::Finding;
use crate::lints::Lint;
use crate::lints::context::FileView;
use crate::repo::workspace::syntax_finding;

/// Reports the errors of a file's YAML that a lint is about.
pub(super) fn report(lint: &Lint, view: &FileView<'_>) -> Vec<Finding> {
    let errors = view.file.errors.iter().map(|error| syntax_finding(view.file, error));
    let mine = errors.filter(|finding| finding.id == lint.id);
    mine.map(|finding| Finding { severity: lint.severity, ..finding }).collect()
}
