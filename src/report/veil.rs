//! Values of variables, hidden wherever a line of a file is shown.
//!
//! Invariant: of a value nothing is shown but the names of variables in it, and the name that a report
//! is about.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::repo::load::Repo;
use crate::report::excerpt::MASK;
use crate::text::change::ChangeSet;
use crate::text::diff::unified;
use crate::text::edit::Edit;
use crate::text::source::{SourceFile, line_range};
use crate::text::span::Span;

/// The fewest bytes of a value that are looked for in a text that an edit writes.
const TELLING: usize = 4;

/// Gives the parts of the line at an offset that are hidden, as bytes of the line.
pub(super) fn of_line(repo: &Repo, file: &SourceFile, at: usize) -> Vec<Range<usize>> {
    let line = line_range(&file.text, at);
    let values = repo.values.of(file, &repo.parsed);
    let first = values.partition_point(|value| value.end <= line.start);
    let near = values.get(first..).unwrap_or_default().iter();
    near.take_while(|value| value.start < line.end)
        .flat_map(|value| hidden(&file.text, value, &[]))
        .map(|range| range.start.max(line.start)..range.end.min(line.end))
        .filter(|range| !range.is_empty())
        .map(|range| range.start - line.start..range.end - line.start)
        .collect()
}

/// Tells whether a text that an edit of a file writes holds one of its values.
pub(super) fn tells(repo: &Repo, file: &SourceFile, insert: &str) -> bool {
    repo.values.of(file, &repo.parsed).iter().any(|value| {
        let value = file.text.get(value.clone()).unwrap_or_default();
        value.len() >= TELLING && insert.len() > value.len() && insert.contains(value)
    })
}

/// Gives the diff of a change without values. It can't be applied.
pub(super) fn diff(change: &ChangeSet, repo: &Repo) -> String {
    let mut edits = Vec::new();
    let mut files: Vec<SourceFile> = Vec::new();
    let mut made = Vec::new();
    for (path, edit) in change.iter() {
        if change.creates(path) {
            made.push(path.to_owned());
            edits.extend(edit.edits().iter().map(|edit| (path.to_owned(), edit.clone())));
        } else if let Some(file) = repo.get(path) {
            let (text, veiled) = veiled(file, &repo.values.of(file, &repo.parsed), edit.edits());
            files.push(SourceFile::new(path, text));
            edits.extend(veiled.into_iter().map(|edit| (path.to_owned(), edit)));
        }
    }
    // The edits are as disjoint as they were.
    let change = ChangeSet::new(edits).map(|change| change.creating(made)).unwrap_or_default();
    unified(&change, &|path| {
        files.iter().find(|file| file.path == path).map(|file| Arc::clone(&file.text))
    })
}

/// Gives a text without its values, and its edits as they are in that.
fn veiled(file: &SourceFile, values: &[Range<usize>], edits: &[Edit]) -> (String, Vec<Edit>) {
    let text = &file.text;
    // The names that change are shown: they are known.
    let shown: Vec<Range<usize>> = edits.iter().map(|edit| edit.span.range()).collect();
    let parts: Vec<Range<usize>> =
        values.iter().flat_map(|value| hidden(text, value, &shown)).collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    // Bytes that the text up to the end of each part has lost; may be below zero.
    let mut lost: Vec<(usize, isize)> = Vec::new();
    for part in &parts {
        out.push_str(text.get(at..part.start).unwrap_or_default());
        out.push_str(MASK);
        at = part.end;
        lost.push((at, at.cast_signed() - out.len().cast_signed()));
    }
    out.push_str(text.get(at..).unwrap_or_default());
    let moved = |at: usize| {
        let before = lost.partition_point(|(end, _)| *end <= at).checked_sub(1);
        let lost = before.and_then(|before| lost.get(before)).map_or(0, |(_, lost)| *lost);
        at.saturating_add_signed(-lost)
    };
    let edits = edits.iter().map(|edit| {
        let span = edit.span.range();
        let mut insert = edit.insert.clone();
        let inside =
            values.iter().filter(|value| span.start <= value.start && value.end <= span.end);
        for value in inside.filter_map(|value| text.get(value.clone())) {
            if value.len() >= TELLING && insert.len() > value.len() {
                insert = insert.replace(value, MASK);
            }
        }
        Edit::replace(Span::new(moved(span.start), moved(span.end)), insert)
    });
    let edits = edits.collect();
    (out, edits)
}

/// Gives the parts of a value that are hidden: each within one line, in order.
fn hidden(text: &str, value: &Range<usize>, shown: &[Range<usize>]) -> Vec<Range<usize>> {
    let spelled = text.get(value.clone()).unwrap_or_default();
    let mut open: Vec<Range<usize>> = NAMED
        .iter()
        .flat_map(|name| name.find_iter(spelled))
        .map(|name| value.start + name.start()..value.start + name.end())
        .collect();
    if spelled.starts_with("${") && spelled.ends_with('}') {
        open.push(value.end - 1..value.end);
    }
    let first = shown.partition_point(|range| range.end <= value.start);
    let near = shown.get(first..).unwrap_or_default().iter();
    let near = near.take_while(|range| range.start < value.end);
    open.extend(near.filter(|range| value.start <= range.start && range.end <= value.end).cloned());
    let ends = memchr::memchr2_iter(b'\n', b'\r', spelled.as_bytes());
    open.extend(ends.map(|at| value.start + at..value.start + at + 1));
    open.sort_by_key(|range| (range.start, range.end));
    let mut parts = Vec::new();
    let mut at = value.start;
    for range in open.into_iter().chain(std::iter::once(value.end..value.end)) {
        if at < range.start {
            parts.push(at..range.start);
        }
        at = at.max(range.end);
    }
    parts
}

/// A variable's name is no secret.
static NAMED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\$\{[A-Za-z_][A-Za-z0-9_]*(?:\}|:?[-?+])").ok());

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "A=bcde\nDB=db\nURL=x://db:${PORT}/e\nK=\"l1\r\nl2\"\nZ=${Y:?why}\n";

    fn repo() -> Repo {
        Repo { files: vec![SourceFile::new(".env", TEXT)], ..Repo::default() }
    }

    #[test]
    fn a_diff_shows_names_and_no_values() {
        let edit = |at: usize| (".env".to_owned(), Edit::replace(Span::new(at, at + 2), "app"));
        let spans = [TEXT.find("db\n").unwrap(), TEXT.find("db:").unwrap()];
        let change = ChangeSet::new(spans.map(edit)).unwrap();
        let expected = "diff --git a/.env b/.env\n--- a/.env\n+++ b/.env\n@@ -1,6 +1,6 @@\n \
            A=***\n-DB=db\n-URL=***db***${PORT}***\n+DB=app\n+URL=***app***${PORT}***\n K=\"***\r\n \
            ***\"\n Z=${Y:?***}\n";
        assert_eq!(diff(&change, &repo()), expected);
    }

    #[test]
    fn a_line_is_veiled_by_itself() {
        let repo = repo();
        let shown = |part: &str| {
            let at = TEXT.find(part).unwrap();
            let line = repo.files[0].line_at(at);
            let parts = of_line(&repo, &repo.files[0], at);
            parts.into_iter().map(|part| line[part].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(shown("A="), ["bcde"]);
        assert_eq!(shown("URL"), ["x://db:", "/e"]);
        assert_eq!(shown("l2"), ["l2"]);
        assert_eq!(shown("Z="), ["why"]);
    }

    #[test]
    fn a_text_that_holds_a_value_tells_it() {
        let repo = repo();
        let told = |insert: &str| tells(&repo, &repo.files[0], insert);
        assert!(told("\"bcde\"") && !told("bcde") && !told("bcd") && !told("x: db"));
    }
}
