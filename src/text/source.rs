//! One file's text with its line index.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::text::span::Span;

/// A text file of the repository, as it was read.
///
/// `Debug` shows no text: it may hold secrets.
#[derive(Clone)]
pub struct SourceFile {
    /// Path from the root, parts joined by `/` on every platform.
    pub path: String,
    /// The whole content, a BOM included. Shared, so that a parsed document can keep it.
    pub text: Arc<str>,
    lines: OnceLock<LineIndex>,
}

/// A place for people: both count from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("SourceFile");
        out.field("path", &self.path).field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}

impl SourceFile {
    /// Wraps a file's text.
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self { path: path.into(), text: text.into(), lines: OnceLock::new() }
    }

    /// Gives the slice that a span covers, or nothing where it does not fit this text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Gives line and column of a byte offset. An offset past the end gives the end.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let index = self.lines.get_or_init(|| LineIndex::new(&self.text));
        index.position(&self.text, offset)
    }

    /// Gives the text of the line that holds an offset, without its line end.
    #[must_use]
    pub fn line_at(&self, offset: usize) -> &str {
        let range = line_range(&self.text, offset);
        self.text.get(range).unwrap_or_default().trim_end_matches(['\r', '\n'])
    }
}

/// Gives the byte range of the line that holds `offset`, its line feed included.
#[must_use]
pub fn line_range(text: &str, offset: usize) -> std::ops::Range<usize> {
    let bytes = text.as_bytes();
    let offset = offset.min(bytes.len());
    let start = memchr::memrchr(b'\n', &bytes[..offset]).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', &bytes[offset..]).map_or(bytes.len(), |at| offset + at + 1);
    start..end
}

/// Gives the line end that a text uses: `"\r\n"` where its first line ends so, else `"\n"`.
#[must_use]
pub fn line_end(text: &str) -> &'static str {
    match memchr::memchr(b'\n', text.as_bytes()) {
        Some(at) if at > 0 && text.as_bytes()[at - 1] == b'\r' => "\r\n",
        _ => "\n",
    }
}

/// Offsets at which lines start. Invariant: ascending, the first is 0.
#[derive(Clone, Debug)]
struct LineIndex(Vec<u32>);

impl LineIndex {
    fn new(text: &str) -> Self {
        let starts = memchr::memchr_iter(b'\n', text.as_bytes())
            .map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX));
        Self(std::iter::once(0).chain(starts).collect())
    }

    fn position(&self, text: &str, offset: usize) -> Position {
        let offset = offset.min(text.len());
        let line = self.0.partition_point(|&start| start as usize <= offset);
        let start = self.0[line - 1] as usize;
        let before = text.get(start..offset).unwrap_or_default();
        Position { line, column: before.chars().count() + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_from_one_and_in_characters() {
        let file = SourceFile::new("a", "aé\r\n\nb");
        let places = [(0, 1, 1), (1, 1, 2), (3, 1, 3), (5, 2, 1), (6, 3, 1), (7, 3, 2), (99, 3, 2)];
        for (offset, line, column) in places {
            assert_eq!(file.position(offset), Position { line, column }, "{offset}");
        }
        assert_eq!(SourceFile::new("a", "").position(0), Position { line: 1, column: 1 });
    }

    #[test]
    fn lines_are_those_that_hold_an_offset() {
        let file = SourceFile::new("a", "aé\r\n\nb");
        let lines = [(0, "aé"), (3, "aé"), (4, "aé"), (5, ""), (6, "b"), (7, "b"), (99, "b")];
        for (offset, line) in lines {
            assert_eq!(file.line_at(offset), line, "{offset}");
        }
        for (offset, range) in [(0, 0..5), (4, 0..5), (5, 5..6), (6, 6..7), (99, 6..7)] {
            assert_eq!(line_range(&file.text, offset), range, "{offset}");
        }
        assert_eq!(file.slice(Span::new(1, 3)), "é");
        assert_eq!(file.slice(Span::new(2, 3)), "");
    }

    #[test]
    fn a_text_ends_its_lines_as_its_first() {
        for (text, end) in
            [("", "\n"), ("\n", "\n"), ("a\r\nb\n", "\r\n"), ("a\nb\r\n", "\n"), ("a\r", "\n")]
        {
            assert_eq!(line_end(text), end, "{text:?}");
        }
    }
}
