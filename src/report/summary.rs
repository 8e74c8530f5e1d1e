//! A plan as counts, by file and class.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::compose::usage::Class;
use crate::report::attention::{Attention, class_name, count};
use crate::report::excerpt::harmless;
use crate::transforms::plan::{Outcome, Plan};

/// Gives the summary: what changes in each file, and what stays.
#[must_use]
pub fn summary(plan: &Plan) -> String {
    let mut out = format!("{}: {}\n", plan.title, headline(plan));
    let files = by_file(plan);
    let width = files.keys().map(|path| path.chars().count()).max().unwrap_or_default();
    for (path, classes) in files {
        let number: usize = classes.values().sum();
        let _ = writeln!(out, "  {:width$}  {number:>4}  {}", harmless(path), listed(&classes));
    }
    let attention = Attention::of(plan);
    if !plan.left.is_empty() {
        let look = attention.references.len() + attention.text.len();
        let rest = attention.rest();
        let rest = if rest.is_empty() { rest } else { format!("; and {rest}") };
        let _ = writeln!(out, "unchanged: {} to look at{rest}", count(look, "mention"));
    }
    out
}

/// Says how a plan ends.
pub(super) fn headline(plan: &Plan) -> String {
    match plan.outcome {
        Outcome::Refused => "refused, nothing may be written".to_owned(),
        Outcome::Done => "already made, nothing to do".to_owned(),
        Outcome::Changes if plan.change.is_empty() => "nothing to change".to_owned(),
        Outcome::Changes => {
            format!("{} in {}", count(plan.edits.len(), "edit"), count(plan.change.len(), "file"))
        }
    }
}

/// Counts edits by file and class. Empty where nothing is to be written.
pub(super) fn by_file(plan: &Plan) -> BTreeMap<&str, BTreeMap<Class, usize>> {
    let mut files: BTreeMap<&str, BTreeMap<Class, usize>> = BTreeMap::new();
    for edit in plan.edits.iter().filter(|edit| plan.change.get(&edit.path).is_some()) {
        *files.entry(&edit.path).or_default().entry(edit.class).or_default() += 1;
    }
    files
}

/// Gives counts by class in words: `2 host, 1 alias`.
pub(super) fn listed(classes: &BTreeMap<Class, usize>) -> String {
    let parts = classes.iter().map(|(class, number)| format!("{number} {}", class_name(*class)));
    parts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn counts_are_by_file_and_class() {
        sample::assert_snapshot("summary", &summary(&sample::plan()));
    }
}
