//! What a diff may show: the lines that change, and three beside them, as they are in the files.

use std::collections::BTreeMap;

/// Lines beside a change.
const CONTEXT: usize = 3;

/// Gives a text without what colours it.
pub(crate) fn without_color(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.split_once('m').map_or(part, |(_, rest)| rest))
}

/// Whether an output is a diff.
pub(crate) fn is_diff(text: &str) -> bool {
    text.starts_with("diff --git ")
}

/// Gives what a diff shows that it need not, if anything.
pub(crate) fn fault(diff: &str, texts: &BTreeMap<String, String>) -> Option<String> {
    let mut old: Vec<&str> = Vec::new();
    let (mut at, mut left) = (0, (0, 0));
    let mut beside = 0;

    for line in diff.lines() {
        if left == (0, 0) {
            if let Some(path) = line.strip_prefix("--- a/") {
                old = texts.get(path).map(|text| text.lines().collect()).unwrap_or_default();
            } else if let Some(header) = line.strip_prefix("@@ ") {
                let Some((start, rest)) = hunk(header) else {
                    return Some(format!("no header of a hunk: {line}"));
                };
                (at, left, beside) = (start, rest, 0);
            } else if !["diff --git ", "new file mode ", "--- ", "+++ ", "\\ "]
                .iter()
                .any(|start| line.starts_with(start))
            {
                return Some(format!("a line outside of a hunk: {line}"));
            }
            continue;
        }
        let is_old = |text: &str| old.get(at) == Some(&text);
        match line.split_at_checked(1) {
            Some((" ", text)) if is_old(text) => {
                (at, left, beside) = (at + 1, (left.0 - 1, left.1 - 1), beside + 1);
                if beside > 2 * CONTEXT {
                    return Some(format!("more than the context: {line}"));
                }
            }
            Some(("-", text)) if is_old(text) => {
                (at, left, beside) = (at + 1, (left.0 - 1, left.1), 0)
            }
            Some(("+", _)) => (left, beside) = ((left.0, left.1 - 1), 0),
            Some(("\\", _)) => {}
            _ => return Some(format!("not as it is in the file: {line}")),
        }
    }
    None
}

/// Reads `-1,2 +3,4 @@`: the index of the first old line, and the old and new lines to come.
fn hunk(header: &str) -> Option<(usize, (usize, usize))> {
    let mut words = header.split(' ');
    let mut range = |sign: char| {
        let word = words.next()?.strip_prefix(sign)?;
        let (start, length) = word.split_once(',').unwrap_or((word, "1"));
        Some((start.parse::<usize>().ok()?, length.parse::<usize>().ok()?))
    };
    let (old, new) = (range('-')?, range('+')?);
    // Nothing stands after it: git's own would show a line of the file there.
    (words.next() == Some("@@") && words.next().is_none())
        .then_some((old.0.saturating_sub(1), (old.1, new.1)))
}

#[test]
fn what_is_no_diff_of_the_files_is_told() {
    let texts: BTreeMap<String, String> = [("a".to_owned(), "1\n2\n3\n".to_owned())].into();
    let head = "diff --git a/a b/a\n--- a/a\n+++ b/a\n";
    for (hunk, is_right) in [
        ("@@ -1,3 +1,3 @@\n 1\n-2\n+x\n 3\n", true),
        ("@@ -1,3 +1,3 @@ 1\n 1\n-2\n+x\n 3\n", false),
        ("@@ -1,3 +1,3 @@\n 1\n-y\n+x\n 3\n", false),
        ("@@ -1,3 +1,3 @@\n 1\n-2\n+x\n y\n", false),
        ("note: it\n", false),
    ] {
        assert_eq!(fault(&format!("{head}{hunk}"), &texts).is_none(), is_right, "{hunk}");
    }
    assert_eq!(without_color("a\u{1b}[31m-b\u{1b}[m\n"), "a-b\n");
}
