//! Findings that are known and not to be reported again: `check --write-baseline`, `--baseline`.
//!
//! A baseline is JSON, sorted, and counts for each lint, file and line (by its fingerprint) how many
//! findings there were. Invariants: lines that move change nothing in it; it holds no line, and so no
//! secret.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diagnostics::Finding;
use crate::repo::load::Repo;
use crate::report::findings::fingerprint;

/// Findings that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline(BTreeMap<Known, usize>);

/// A finding that is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Known {
    path: String,
    lint: String,
    fingerprint: String,
}

/// The file's form, of which this is the first.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Written {
    version: u32,
    findings: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    path: String,
    lint: String,
    fingerprint: String,
    count: usize,
}

impl Known {
    fn of(finding: &Finding, repo: &Repo) -> Self {
        Self {
            path: finding.place.as_ref().map(|place| place.path.clone()).unwrap_or_default(),
            lint: finding.id.to_owned(),
            fingerprint: fingerprint(finding, repo),
        }
    }
}

impl Baseline {
    /// Makes the baseline of what was found.
    #[must_use]
    pub fn of(findings: &[Finding], repo: &Repo) -> Self {
        let mut known = BTreeMap::new();
        for finding in findings {
            *known.entry(Known::of(finding, repo)).or_default() += 1;
        }
        Self(known)
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read: Written = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            format!("line {line}, column {column} is not as --write-baseline writes it")
        })?;
        if read.version != VERSION {
            return Err(format!("its version is {}, and {VERSION} is wanted", read.version));
        }
        let mut known = BTreeMap::new();
        for Entry { path, lint, fingerprint, count } in read.findings {
            *known.entry(Known { path, lint, fingerprint }).or_default() += count;
        }
        Ok(Self(known))
    }

    /// Gives the file's text.
    #[must_use]
    pub fn text(&self) -> String {
        let entries = self.0.iter().map(|(known, count)| {
            let Known { path, lint, fingerprint } = known.clone();
            Entry { path, lint, fingerprint, count: *count }
        });
        let written = Written { version: VERSION, findings: entries.collect() };
        // Strings and numbers: nothing here can fail.
        let mut text = serde_json::to_string_pretty(&written).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Gives how many findings it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.values().sum()
    }

    /// Tells whether it knows none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Leaves out the findings that are known, as many of each as there were.
    #[must_use]
    pub fn unknown(&self, findings: Vec<Finding>, repo: &Repo) -> Vec<Finding> {
        let mut left = self.0.clone();
        let mut is_unknown = |finding: &Finding| match left.get_mut(&Known::of(finding, repo)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        };
        findings.into_iter().filter(|finding| is_unknown(finding)).collect()
    }

    /// Gives how many of what it knows was not found again, of those files and lints that were
    /// looked at: `is_judged` takes a path and a lint's id.
    #[must_use]
    pub fn gone(
        &self,
        findings: &[Finding],
        repo: &Repo,
        is_judged: impl Fn(&str, &str) -> bool,
    ) -> usize {
        let found = Self::of(findings, repo);
        let judged = self.0.iter().filter(|(known, _)| is_judged(&known.path, &known.lint));
        let gone = judged.map(|(known, count)| {
            count.saturating_sub(found.0.get(known).copied().unwrap_or_default())
        });
        gone.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Baseline;
    use crate::diagnostics::Finding;
    use crate::repo::load::Repo;
    use crate::text::source::SourceFile;
    use crate::text::span::Span;

    /// A tree of one file, and a finding at each `!`.
    fn found(text: &str) -> (Repo, Vec<Finding>) {
        let files = vec![SourceFile::new("compose.yaml", text)];
        let each = text.match_indices('!').map(|(at, _)| {
            Finding::warning("a-b", "it is so").at("compose.yaml", Span::new(at, at + 1))
        });
        (Repo { files, ..Repo::default() }, each.collect())
    }

    fn unknown(known: &str, now: &str) -> usize {
        let ((repo, before), (next, after)) = (found(known), found(now));
        let text = Baseline::of(&before, &repo).text();
        Baseline::parse(&text).unwrap().unknown(after, &next).len()
    }

    #[test]
    fn what_is_known_is_left_out_as_often_as_it_was() {
        assert_eq!(unknown("a: !\n", "a: !\n"), 0);
        assert_eq!(unknown("a: !\n", "# more\nb: 1\n\n  a: !\n"), 0);
        assert_eq!(unknown("a: !\n", "a: !\na: !\n"), 1);
        assert_eq!(unknown("a: !\n", "b: !\n"), 1);
        assert_eq!(unknown("", "b: !\n"), 1);
        assert_eq!(unknown("a: !\nb: !\n", "b: !\n"), 0);
    }

    #[test]
    fn what_is_gone_is_counted_where_it_was_looked_for() {
        let (repo, before) = found("a: !\na: !\nb: !\n");
        let baseline = Baseline::of(&before, &repo);
        assert_eq!((baseline.len(), baseline.is_empty()), (3, false));
        let (next, after) = found("a: !\n");
        assert_eq!(baseline.gone(&after, &next, |_, _| true), 2);
        assert_eq!(baseline.gone(&after, &next, |path, _| path == "other"), 0);
    }

    #[test]
    fn the_text_is_a_function_of_what_is_known_and_holds_no_line() {
        let (repo, mut before) = found("PASSWORD: hunter2!\nb: !\n");
        let text = Baseline::of(&before, &repo).text();
        before.reverse();
        assert_eq!(Baseline::of(&before, &repo).text(), text);
        assert!(!text.contains("hunter2") && text.ends_with("]\n}\n"), "{text}");
    }

    #[test]
    fn what_is_no_baseline_is_told() {
        for text in ["", "[]", "{\"version\": 2, \"findings\": []}", "{\"version\": 1}"] {
            assert!(Baseline::parse(text).is_err(), "{text}");
        }
    }
}
