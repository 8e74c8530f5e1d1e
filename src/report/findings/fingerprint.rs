//! What makes a finding the same one as before, although lines were added above it.
//!
//! A fingerprint is of the lint, the file and the line's text, of which secrets are masked first.
//! Invariant: nobody can read the line back from it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::diagnostics::Finding;
use crate::repo::load::Repo;
use crate::report::excerpt::masked;

/// Bytes that are kept of a hash: two lines of one file never share so many by chance.
const KEPT: usize = 16;

/// Bytes of a line that tell it from others.
const LONGEST: usize = 1000;

/// Gives a finding's fingerprint, in hexadecimal digits. Equal lines of a file have the same.
pub(crate) fn fingerprint(finding: &Finding, repo: &Repo) -> String {
    let place = finding.place.as_ref();
    let path = place.map_or("", |place| &place.path);
    let line = place.filter(|place| place.span.end > 0).and_then(|place| {
        let line = repo.get(path)?.line_at(place.span.start as usize).trim();
        let end = (0..=line.len().min(LONGEST)).rev().find(|end| line.is_char_boundary(*end))?;
        line.get(..end).filter(|line| !line.is_empty())
    });
    // Numbers in a message may be those of lines.
    let text = match line {
        Some(line) => masked(line),
        None => finding.message.chars().filter(|character| !character.is_ascii_digit()).collect(),
    };
    let mut hash = Sha256::new();
    for part in [finding.id, path, &text] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut out = String::new();
    for byte in hash.finalize().iter().take(KEPT) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// Gives the fingerprints of findings in order, those that are equal told apart by their number.
pub(super) fn numbered(findings: &[Finding], repo: &Repo) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let each = findings.iter().map(|finding| {
        let print = fingerprint(finding, repo);
        let number = seen.entry(print.clone()).or_default();
        *number += 1;
        format!("{print}:{number}")
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::{fingerprint, numbered};
    use crate::diagnostics::Finding;
    use crate::repo::load::Repo;
    use crate::text::source::SourceFile;
    use crate::text::span::Span;

    fn print(text: &str, marked: &str) -> String {
        let files = vec![SourceFile::new("compose.yaml", text)];
        let repo = Repo { files, ..Repo::default() };
        let at = text.find(marked).unwrap();
        let finding = Finding::warning("a-b", "m").at("compose.yaml", Span::new(at, at + 1));
        fingerprint(&finding, &repo)
    }

    #[test]
    fn a_line_is_the_same_wherever_it_stands() {
        let print_of = print("a: 1\nb: 2\n", "b");
        assert_eq!(print_of.len(), 32);
        assert_eq!(print_of, print("x: 1\ny: 1\n  b: 2  \r\n", "b"));
        assert_ne!(print_of, print("a: 1\nb: 3\n", "b"));
        // What stands for a secret is the same for all of them.
        assert_eq!(print("PASSWORD: hunter2\n", "P"), print("PASSWORD: other\n", "P"));
    }

    #[test]
    fn equal_lines_have_a_number_each() {
        let repo = Repo::default();
        let finding = Finding::warning("a-b", "stands in line 3").in_file("x");
        let other = Finding { message: "stands in line 14".to_owned(), ..finding.clone() };
        let prints = numbered(&[finding, other], &repo);
        assert!(prints[0].ends_with(":1") && prints[1].ends_with(":2"), "{prints:?}");
        assert_eq!(prints[0].trim_end_matches('1'), prints[1].trim_end_matches('2'));
    }
}
