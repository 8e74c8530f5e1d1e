//! What is kept as it was: changelogs, logs, archives, applied migrations.

use std::ops::Range;

use crate::compose::usage::Class;
use crate::repo::mentions::page::{Page, unsure};

/// Reads a range as history: nothing in it is edited.
pub(super) fn read(page: &mut Page<'_>, range: &Range<usize>) {
    for open in page.open_in(range) {
        let (before, after) = page.around(&open);
        let judgement = if is_output(before, after) {
            unsure(Class::Output, "output that was kept")
        } else {
            unsure(Class::History, "history stays as it was")
        };
        page.judge(&open, judgement);
    }
}

/// Tells a line of a program's output: `NAME  | log`, `Container NAME  Started`, a table's row.
pub(super) fn is_output(before: &str, after: &str) -> bool {
    let starts_line = before.trim().is_empty();
    let padded = after.starts_with("   ") || after.starts_with('\t');
    let logged = after.trim_start().starts_with('|') && starts_line && after.starts_with(' ');
    let progress = before.trim_end().ends_with("Container")
        && ["✔", "⠿", "✘", "⠋", "[+]"].iter().any(|mark| before.contains(mark));
    let marked = ["✔ ", "⠿ "].iter().any(|mark| before.trim_start().starts_with(mark));
    (starts_line && padded) || logged || progress || marked || (padded && before.contains("   "))
}
