//! Names that are to go: those of the declared renames, and those that `--stale` gives.
//!
//! What a mention means, and what its fix is, the rename itself says. While the rename is still to
//! be made its edits belong together and change what runs, so that they are one unsafe fix; once it
//! is made each file is mended on its own, safely.

mod alias_expired;
mod alias_missing;
mod alias_unused;
mod stale_name_in_code;
mod stale_name_in_compose;
mod stale_name_in_config;
mod stale_name_in_docs;
mod stale_name_in_scripts;
mod survey;

use crate::diagnostics::{Finding, Severity};
use crate::lints::Lint;
use crate::lints::context::Context;
use crate::transforms::rename::options::Phase;

pub(super) use survey::{Surveyed, surveyed};

pub(super) const LINTS: &[Lint] = &[
    alias_expired::LINT,
    alias_missing::LINT,
    alias_unused::LINT,
    stale_name_in_code::LINT,
    stale_name_in_compose::LINT,
    stale_name_in_config::LINT,
    stale_name_in_docs::LINT,
    stale_name_in_scripts::LINT,
];

/// Finds the stale names in files of one sort.
fn in_files(context: &Context<'_>, lint: &Lint, phase: Phase) -> Vec<Finding> {
    let mut found = Vec::new();
    for name in context.stale_names() {
        for mention in name.mentions.iter().filter(|mention| mention.phase == phase) {
            let old = &name.old;
            let means = &mention.reason;
            let message = match (&name.new, mention.is_sure) {
                (Some(new), true) => format!("`{old}` is the old name of `{new}` ({means})"),
                (None, true) => format!("`{old}` is a name that is to go ({means})"),
                (Some(new), false) => format!("`{old}` may be the old name of `{new}`: {means}"),
                (None, false) => format!("`{old}` may be the name that is to go: {means}"),
            };
            let help = match (&name.new, mention.is_sure) {
                (Some(new), true) => format!("write `{new}`"),
                (None, true) => "write the name that stands in its place now".to_owned(),
                (_, false) => "look at it; where it means something else, allow it here".to_owned(),
            };
            let severity = if mention.is_sure { lint.severity } else { Severity::Info };
            let place = &mention.place;
            let finding = Finding::new(lint.id, severity, message);
            let finding = finding.at(place.path.as_str(), place.span).help(help);
            found.push(finding.fix(mention.fix.clone()));
        }
    }
    found
}
