//! A suppression of a lint that does not exist.

use super::Used;
use crate::diagnostics::Finding;
use crate::diagnostics::nearest::nearest;
use crate::lints::select::Selection;
use crate::lints::{Run, all, declare_lint, find};

declare_lint! {
    /// A comment allows a lint that does not exist.
    ///
    /// ## What it does
    ///
    /// Finds names in `composemod: allow(…)` that are no lint's, and proposes the nearest.
    ///
    /// ## Why is this bad
    ///
    /// The comment keeps nothing silent, though whoever reads it thinks so.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27 # composemod: allow(image-tag-mising) pinned elsewhere
    ///     restart: unless-stopped
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx # composemod: allow(image-tag-missing) pinned elsewhere
    ///     restart: unless-stopped
    /// ```
    "unknown-lint", Suppressions, Warning, On, Run::Check,
}

pub(super) fn judge(used: &Used, _: &Selection) -> Vec<Finding> {
    let unknown = used.lints().filter(|(lint, _)| find(lint).is_none());
    unknown
        .map(|(lint, _)| {
            let near = nearest(lint, all().map(|lint| lint.id));
            let help = match near.first() {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`composemod explain` lists all lints".to_owned(),
            };
            LINT.finding(format!("there is no lint called `{lint}`")).help(help)
        })
        .collect()
}
