//! A suppression that keeps nothing silent.

use super::Used;
use crate::diagnostics::Finding;
use crate::lints::select::Selection;
use crate::lints::{Run, declare_lint, find};

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
