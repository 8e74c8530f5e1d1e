//! Comments that keep a lint silent: `composemod: allow(LINT) reason` for its line or the next,
//! `composemod: allow-file(LINT) reason` for the file.
//!
//! They stand in a comment of whatever language the file is in. Several lints are separated by
//! commas.

use crate::text::source::{SourceFile, line_range};
use crate::text::span::Span;

/// A comment that keeps lints silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The lints by their ids, as they are written.
    pub lints: Vec<String>,
    /// Its own bytes, from `composemod:` to the closing bracket.
    pub span: Span,
    /// Where it holds.
    pub reach: Reach,
    /// Why, as it is written.
    pub reason: Option<String>,
    /// Whose comment it is.
    pub tool: Tool,
}

/// The tool that a comment speaks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// This one.
    Composemod,
    /// The linter that it replaces: its comments are heeded, and not judged.
    Dclint,
}

/// Where a suppression holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// In the whole file.
    File,
    /// In these bytes: its line, and the next one that is no comment.
    Lines(Span),
}

impl Suppression {
    /// Tells whether it keeps a lint silent at a place of its file.
    #[must_use]
    pub fn covers(&self, id: &str, span: Span) -> bool {
        let is_there = match self.reach {
            Reach::File => true,
            Reach::Lines(lines) => lines.start <= span.start && span.start < lines.end,
        };
        is_there && self.lints.iter().any(|lint| lint == id)
    }
}

/// What every suppression begins with.
pub const MARKER: &str = "composemod: allow";

/// Finds the suppressions of a file.
#[must_use]
pub fn suppressions(source: &SourceFile) -> Vec<Suppression> {
    let text = &*source.text;
    let found = memchr::memmem::find_iter(text.as_bytes(), MARKER.as_bytes());
    found.filter_map(|at| suppression(text, at)).collect()
}

fn suppression(text: &str, at: usize) -> Option<Suppression> {
    let line = line_range(text, at);
    let before = text.get(line.start..at)?;
    if !COMMENTS.iter().any(|opener| before.contains(opener)) {
        return None;
    }
    let rest = text.get(at + MARKER.len()..line.end)?;
    let (is_file, rest) = match rest.strip_prefix("-file") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let (lints, reason) = rest.strip_prefix('(')?.split_once(')')?;
    let end = line.end - reason.len();
    let reason = CLOSERS.iter().fold(reason.trim(), |reason, closer| {
        reason.strip_suffix(closer).unwrap_or(reason).trim_end()
    });
    let lints = lints.split(',').map(str::trim).filter(|lint| !lint.is_empty());
    Some(Suppression {
        lints: lints.map(str::to_owned).collect(),
        span: Span::new(at, end),
        reach: if is_file { Reach::File } else { Reach::Lines(lines(text, line)) },
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
        tool: Tool::Composemod,
    })
}

/// What opens a comment, in whatever language.
const COMMENTS: [&str; 8] = ["#", "//", "<!--", "--", ";", "/*", "*", "%"];

/// What may close it.
const CLOSERS: [&str; 2] = ["-->", "*/"];

/// Gives the line and, after it, all up to the first one that is neither blank nor a comment.
pub(super) fn lines(text: &str, line: std::ops::Range<usize>) -> Span {
    let mut end = line.end;
    while end < text.len() {
        let next = line_range(text, end);
        end = next.end;
        let content = text.get(next).unwrap_or_default().trim();
        // An item of a YAML list is no comment of SQL.
        let is_comment =
            COMMENTS.iter().any(|opener| content.starts_with(opener)) && !content.starts_with("- ");
        if !content.is_empty() && !is_comment {
            break;
        }
    }
    Span::new(line.start, end)
}

#[cfg(test)]
mod tests {
    use super::{Reach, suppressions};
    use crate::text::source::SourceFile;
    use crate::text::span::Span;

    fn covers(text: &str, needle: &str) -> Vec<bool> {
        let at = text.find(needle).unwrap();
        let found = suppressions(&SourceFile::new("x", text));
        found.iter().map(|one| one.covers("a-b", Span::new(at, at + 1))).collect()
    }

    #[test]
    fn a_comment_is_for_its_line_or_the_next() {
        assert_eq!(covers("x: 1 # composemod: allow(a-b) why\n", "x"), [true]);
        assert_eq!(covers("# composemod: allow(a-b)\n# more\n\nx: 1\n", "x"), [true]);
        assert_eq!(covers("# composemod: allow(a-b)\ny: 1\nx: 1\n", "x"), [false]);
        assert_eq!(covers("# composemod: allow(c, a-b) r\nx: 1\n", "x"), [true]);
        assert_eq!(covers("# composemod: allow(c)\nx: 1\n", "x"), [false]);
        assert_eq!(covers("y: 1\n# composemod: allow-file(a-b) why\nx: 1\n", "y"), [true]);
        assert_eq!(covers("<!-- composemod: allow(a-b) why -->\nx\n", "x\n"), [true]);
        assert_eq!(covers("composemod: allow(a-b)\nx\n", "x\n"), [true; 0]);
        assert_eq!(covers("# composemod: allow(a-b)\n- x\n- z\n", "z"), [false]);
    }

    #[test]
    fn a_reason_is_read() {
        let found = suppressions(&SourceFile::new("x", "<!-- composemod: allow(a) it is so -->\n"));
        assert_eq!(found[0].reason.as_deref(), Some("it is so"));
        assert!(matches!(found[0].reach, Reach::Lines(_)));
        let found = suppressions(&SourceFile::new("x", "# composemod: allow-file(a)\n"));
        assert_eq!((found[0].reason.as_deref(), found[0].reach), (None, Reach::File));
    }
}
