//! A change as a unified diff that `git apply` takes, byte for byte.
//!
//! The hunks come from the edits' lines, not from a comparison of whole files: the cost is one
//! pass over each changed file, however many edits there are. A line ends at a line feed and
//! nowhere else, as for git: a bare carriage return is part of its line. Deliberately absent:
//! renames and modes; a change edits texts, and makes files of git's ordinary mode.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use crate::text::change::ChangeSet;
use crate::text::edit::Edit;

/// Unchanged lines around each hunk.
const CONTEXT: usize = 3;

/// Gives the diff of a change, files in order of path. `read` gives each file's text as it was
/// edited; a file that is neither there nor made, or whose text stays the same, is left out.
#[must_use]
pub fn unified(change: &ChangeSet, read: &dyn Fn(&str) -> Option<Arc<str>>) -> String {
    let mut out = String::new();
    for (path, edit) in change.iter() {
        if change.creates(path) {
            write_file(&mut out, path, "", edit.edits(), Before::Missing);
        } else if let Some(text) = read(path) {
            write_file(&mut out, path, &text, edit.edits(), Before::There);
        }
    }
    out
}

/// Whether a file is there before a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    There,
    Missing,
}

fn write_file(out: &mut String, path: &str, text: &str, edits: &[Edit], before: Before) {
    let lines = Lines::new(text);
    let replacements = replacements(&lines, edits);
    if replacements.is_empty() {
        return;
    }
    let (old, new) = (quoted(&format!("a/{path}")), quoted(&format!("b/{path}")));
    // What follows a blank would be taken for a time, unless a tab ends the name.
    let tab = if path.contains(' ') { "\t" } else { "" };
    let _ = match before {
        Before::There => write!(out, "diff --git {old} {new}\n--- {old}{tab}\n+++ {new}{tab}\n"),
        Before::Missing => write!(
            out,
            "diff --git {old} {new}\nnew file mode 100644\n--- /dev/null\n+++ {new}{tab}\n"
        ),
    };
    let mut grown = 0;
    let mut rest = replacements.as_slice();
    while !rest.is_empty() {
        let is_apart = |pair: &[Replacement]| pair[1].lines.start - pair[0].lines.end > 2 * CONTEXT;
        let length = rest.windows(2).position(is_apart).map_or(rest.len(), |at| at + 1);
        let (hunk, after) = rest.split_at(length);
        grown = write_hunk(out, &lines, hunk, grown);
        rest = after;
    }
}

/// Writes one hunk. Takes and gives by how many lines the file has grown.
fn write_hunk(out: &mut String, lines: &Lines<'_>, hunk: &[Replacement], grown: isize) -> isize {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { return grown };
    let start = first.lines.start.saturating_sub(CONTEXT);
    let end = (last.lines.end + CONTEXT).min(lines.len());
    let growth: isize = hunk.iter().map(Replacement::growth).sum();
    let old = range(start, end - start);
    let new =
        range(start.saturating_add_signed(grown), (end - start).saturating_add_signed(growth));
    let _ = writeln!(out, "@@ -{old} +{new} @@");
    let mut at = start;
    for run in hunk.chunk_by(|one, next| one.lines.end == next.lines.start) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        lines.range(at..first.lines.start).for_each(|line| write_line(out, ' ', line));
        lines.range(first.lines.start..last.lines.end).for_each(|line| write_line(out, '-', line));
        for replacement in run {
            replacement.insert.iter().for_each(|line| write_line(out, '+', line));
        }
        at = last.lines.end;
    }
    lines.range(at..end).for_each(|line| write_line(out, ' ', line));
    grown + growth
}

/// Gives a hunk's range as git writes it: lines count from 1, and no line at all is said to be
/// after the line before.
fn range(start: usize, count: usize) -> String {
    match count {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        _ => format!("{},{count}", start + 1),
    }
}

fn write_line(out: &mut String, sign: char, line: &str) {
    out.push(sign);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

/// Lines of the old text, and those that take their place.
#[derive(Debug)]
struct Replacement {
    /// Lines from 0; empty where lines are added before the one named.
    lines: Range<usize>,
    /// Invariant: each but the file's last ends with a line feed.
    insert: Vec<String>,
}

impl Replacement {
    /// By how many lines the file grows.
    fn growth(&self) -> isize {
        self.insert.len().cast_signed() - self.lines.len().cast_signed()
    }
}

/// Gives the changed lines in order, disjoint and trimmed to what differs. Edits that share a
/// line are one replacement.
fn replacements(lines: &Lines<'_>, edits: &[Edit]) -> Vec<Replacement> {
    let mut found = Vec::new();
    let mut rest = edits;
    while let Some(first) = rest.first() {
        let mut reach = lines.at(first.span.range().end);
        let shares = |edit: &&Edit| {
            let shares = lines.at(edit.span.range().start) <= reach;
            reach = if shares { lines.at(edit.span.range().end) } else { reach };
            shares
        };
        let (members, after) = rest.split_at(rest.iter().take_while(shares).count());
        let region = lines.at(first.span.range().start)..(reach + 1).min(lines.len());
        found.extend(replacement(lines, region, members));
        rest = after;
    }
    found
}

/// Gives what becomes of a region of whole lines, nothing where it stays the same.
fn replacement(lines: &Lines<'_>, region: Range<usize>, members: &[Edit]) -> Option<Replacement> {
    let bytes = lines.start(region.start)..lines.start(region.end);
    let mut text = String::new();
    let mut at = bytes.start;
    for edit in members {
        text.push_str(lines.text.get(at..edit.span.range().start)?);
        text.push_str(&edit.insert);
        at = edit.span.range().end;
    }
    text.push_str(lines.text.get(at..bytes.end)?);
    let old: Vec<&str> = lines.range(region.clone()).collect();
    let new: Vec<&str> = text.split_inclusive('\n').collect();
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old, new) = (old.get(head..)?, new.get(head..)?);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let changed = region.start + head..region.end - tail;
    let insert: Vec<String> = new.iter().take(new.len() - tail).map(|&line| line.into()).collect();
    let is_same = changed.is_empty() && insert.is_empty();
    (!is_same).then_some(Replacement { lines: changed, insert })
}

/// A text by lines, each with its line feed.
struct Lines<'t> {
    text: &'t str,
    /// Where each line starts. Invariant: ascending and below the text's length.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        let after = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        let starts = std::iter::once(0).chain(after).filter(|&at| at < text.len()).collect();
        Self { text, starts }
    }

    fn len(&self) -> usize {
        self.starts.len()
    }

    /// Gives the line that holds an offset: one past the last after a final line feed.
    fn at(&self, offset: usize) -> usize {
        let is_after_all = offset >= self.text.len() && !self.is_unfinished();
        let starts_before = self.starts.partition_point(|&start| start <= offset);
        if is_after_all { self.len() } else { starts_before.saturating_sub(1) }
    }

    fn is_unfinished(&self) -> bool {
        !self.text.is_empty() && !self.text.ends_with('\n')
    }

    /// Gives where a line starts, the text's end for one past the last.
    fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    fn range(&self, lines: Range<usize>) -> impl Iterator<Item = &'t str> {
        let bytes = lines.map(|line| self.start(line)..self.start(line + 1));
        bytes.filter_map(|bytes| self.text.get(bytes))
    }
}

/// Quotes a path as git does: only where it holds quotes, backslashes, control characters or
/// bytes beyond ASCII, which are written in octal.
fn quoted(path: &str) -> String {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if path.bytes().all(is_plain) {
        return path.to_owned();
    }
    let mut out = String::from('"');
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            0x07 => out.push_str("\\a"),
            0x08 => out.push_str("\\b"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            0x0b => out.push_str("\\v"),
            0x0c => out.push_str("\\f"),
            b'\r' => out.push_str("\\r"),
            byte if is_plain(byte) => out.push(char::from(byte)),
            byte => {
                let _ = write!(out, "\\{byte:03o}");
            }
        }
    }
    out.push('"');
    out
}
