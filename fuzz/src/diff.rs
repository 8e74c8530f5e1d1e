//! A diff: applied by a reader of diffs that is not ours, it gives the edited text.

use std::sync::Arc;

use composemod::text::change::ChangeSet;
use composemod::text::diff::unified;
use composemod::text::edit::{Edit, TextEdit};
use composemod::text::span::Span;

use crate::patch::naive;
use crate::{choose, decisions};

pub fn holds(text: &str) {
    let (mut line, text) = decisions(text);
    let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut edits = Vec::new();
    let mut at = 0;
    while !line.is_empty() && at < bounds.len() {
        at = (at + choose(&mut line, 64)).min(bounds.len() - 1);
        let end = (at + choose(&mut line, 8)).min(bounds.len() - 1);
        let insert = ["", "x", "new\n", "\n", "\r\n", "a\nb\n", "é"][choose(&mut line, 7)];
        if end > at || !insert.is_empty() {
            edits.push(Edit::replace(Span::new(bounds[at], bounds[end]), insert));
        }
        at = end + 1;
    }
    let edit = TextEdit::new(edits.clone()).expect("they are disjoint");
    let after = edit.apply(text);
    assert_eq!(naive(text, &edit), after);
    let path = ["a.yaml", "b c/d.yaml", "é\"\\.yaml"][choose(&mut line, 3)];
    let each = edits.into_iter().map(|edit| (path.to_owned(), edit));
    let change = ChangeSet::new(each).expect("they are disjoint");
    let diff = unified(&change, &|_| Some(Arc::from(text)));
    // Edits that undo one another may show, and do no harm.
    assert!(!diff.is_empty() || after == text, "{diff}");
    if !diff.is_empty() {
        assert_eq!(applied(text, &diff), after, "{diff}");
    }
}

/// Applies a diff of one file, strictly: each line of context and each that goes must be there.
fn applied(text: &str, diff: &str) -> String {
    let old: Vec<&str> = text.split_inclusive('\n').collect();
    let mut lines = diff.split_inclusive('\n').skip(3).peekable();
    let mut after = String::new();
    let mut at = 0;
    while let Some(head) = lines.next() {
        let range = head.strip_prefix("@@ -").expect("a hunk's head");
        let mut numbers =
            range.split([',', ' ', '+']).filter_map(|part| part.parse::<usize>().ok());
        let start = numbers.next().expect("where it starts");
        let is_counted = range.split(' ').next().is_some_and(|old| old.contains(','));
        let count = if is_counted { numbers.next().expect("how many") } else { 1 };
        let start = if count == 0 { start } else { start - 1 };
        assert!(at <= start, "hunks overlap");
        after.extend(old[at..start].iter().copied());
        at = start;
        while let Some(line) = lines.next_if(|line| !line.starts_with("@@ ")) {
            let (sign, mut line) = line.split_at(1);
            if lines.next_if(|line| line.starts_with('\\')).is_some() {
                line = line.strip_suffix('\n').expect("a line's end");
            }
            if sign != "+" {
                assert_eq!(old.get(at), Some(&line), "{diff}");
                at += 1;
            }
            if sign != "-" {
                after.push_str(line);
            }
        }
        assert_eq!(at, start + count, "{diff}");
    }
    after.extend(old[at..].iter().copied());
    after
}
