//! A plan as a unified diff.

use std::sync::Arc;

use crate::repo::load::Repo;
use crate::text::change::ChangeSet;
use crate::text::diff::unified;
use crate::transforms::plan::Plan;

/// Gives the diff, byte for byte as `git apply` takes it.
#[must_use]
pub fn diff(plan: &Plan, repo: &Repo) -> String {
    of(&plan.change, repo)
}

/// Gives the diff of a change of what was read.
#[must_use]
pub fn of(change: &ChangeSet, repo: &Repo) -> String {
    unified(change, &|path| repo.get(path).map(|file| Arc::clone(&file.text)))
}

/// Gives a diff in git's colours, for a terminal.
#[must_use]
pub fn colored(diff: &str) -> String {
    let mut out = String::with_capacity(diff.len() * 2);
    for line in diff.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let code = match line.as_bytes() {
            [b'd' | b'n', ..] | [b'-', b'-', b'-', b' ', ..] | [b'+', b'+', b'+', b' ', ..] => "1",
            [b'@', ..] => "36",
            [b'-', ..] => "31",
            [b'+', ..] => "32",
            _ => "",
        };
        match code {
            "" => out.extend([line, end]),
            code => out.extend(["\u{1b}[", code, "m", line, "\u{1b}[m", end]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changed_lines_are_coloured() {
        let diff = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-a\r\n+b\n c\n";
        let expected = "\u{1b}[1mdiff --git a/x b/x\u{1b}[m\n\u{1b}[1m--- a/x\u{1b}[m\n\
                        \u{1b}[1m+++ b/x\u{1b}[m\n\u{1b}[36m@@ -1 +1,2 @@\u{1b}[m\n\
                        \u{1b}[31m-a\r\u{1b}[m\n\u{1b}[32m+b\u{1b}[m\n c\n";
        assert_eq!(colored(diff), expected);
    }
}
