//! A suppression that keeps nothing silent.

use std::sync::Arc;

use super::Used;
use crate::diagnostics::Finding;
use crate::diagnostics::fix::{Applicability, Fix, Proof};
use crate::lints::select::Selection;
use crate::lints::{Run, declare_lint, find};
use crate::text::change::ChangeSet;
use crate::text::edit::Edit;
use crate::text::source::{SourceFile, line_range};
use crate::text::span::Span;
use crate::yaml::document::Document;

declare_lint! {
    /// A comment allows a lint that would not fire there.
    ///
    /// ## What it does
    ///
    /// Finds `composemod: allow(LINT)` where LINT runs and finds nothing on that line, the next, or,
    /// for `allow-file`, in the file. Lints that are not selected are not judged.
    ///
    /// ## Why is this bad
    ///
    /// The fault that it excused is gone. The comment goes on hiding whatever comes next.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     # composemod: allow(privileged-container) needed for the old driver
    ///     image: nginx:1.27
    ///     restart: unless-stopped
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     restart: unless-stopped
    /// ```
    ///
    /// ## Fix
    ///
    /// Removes the comment, with its line where nothing else stands there, if none of the lints that it
    /// names fires.
    "unused-suppression", Suppressions, Warning, On, Run::Check,
}

pub(super) fn judge(used: &Used, selection: &Selection) -> Vec<Finding> {
    let idle = used
        .lints()
        .filter(|(lint, is_used)| !is_used && find(lint).is_some() && selection.runs(lint));
    idle.map(|(lint, _)| {
        LINT.finding(format!("`{lint}` finds nothing here, so this comment keeps nothing silent"))
            .help("remove the comment")
    })
    .collect()
}

/// Removes a comment. Nothing where it does not go on to its line's end, or where it only looks like
/// one, in a block scalar of a Compose file.
pub(super) fn fix(
    source: &SourceFile,
    compose: Option<&Document>,
    comment: Span,
) -> Option<Arc<Fix>> {
    let is_one = |known: &Span| known.start <= comment.start && comment.end <= known.end;
    if compose.is_some_and(|doc| !doc.comments().iter().any(is_one)) {
        return None;
    }
    let text = &*source.text;
    let line = line_range(text, comment.start as usize);
    let content = line.start..line.start + source.line_at(line.start).len();
    let before = text.get(line.start..comment.start as usize)?.trim_end();
    let opener = ["#", "//", "--", ";", "%"].into_iter().find(|opener| before.ends_with(opener))?;
    let before = before.strip_suffix(opener)?.trim_end();
    let span = if before.is_empty() { line } else { line.start + before.len()..content.end };
    let edit = Edit::replace(Span::from(span), "");
    Some(Arc::new(Fix {
        title: "remove the comment".to_owned(),
        applicability: Applicability::Safe,
        change: ChangeSet::new([(source.path.clone(), edit)]).ok()?,
        // The referees let no comment go; that this is one is known, so that no value can differ.
        proof: Proof::Refereed,
    }))
}
