//! A suppression that does not say why.

use super::Used;
use crate::diagnostics::Finding;
use crate::lints::select::Selection;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A comment allows a lint and does not say why.
    ///
    /// ## What it does
    ///
    /// Finds `composemod: allow(LINT)` with nothing after the bracket.
    ///
    /// ## Why is this bad
    ///
    /// Whoever comes by later can't tell whether the reason still holds.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   agent:
    ///     image: example/agent:1.4
    ///     restart: unless-stopped
    ///     privileged: true # composemod: allow(privileged-container)
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   agent:
    ///     image: example/agent:1.4
    ///     restart: unless-stopped
    ///     privileged: true # composemod: allow(privileged-container) it loads kernel modules
    /// ```
    "suppression-without-reason", Suppressions, Info, On, Run::Check,
}

pub(super) fn judge(used: &Used, _: &Selection) -> Vec<Finding> {
    if used.suppression.reason.is_some() {
        return Vec::new();
    }
    let help = "write it after the bracket: `composemod: allow(LINT) because …`";
    vec![LINT.finding("this comment does not say why the lint may fire").help(help)]
}
