//! From a scalar's spelling to its value, piece by piece: which bytes of the value stand in the
//! file as they are, and which are made up by an escape, a fold or a line end.
//!
//! The parser has accepted the spelling before: an escape that it would refuse is passed over.

use std::borrow::Cow;
use std::ops::Range;

use crate::text::span::Span;
use crate::yaml::document::ScalarStyle;
use crate::yaml::lines::{after_break, line_end};

/// A part of a scalar's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Bytes of the file as they are.
    Source(Range<usize>),
    /// A character that the file spells otherwise.
    Made(char),
}

/// Gives a scalar's value, borrowed where its bytes stand together in the file.
///
/// `indent` is the column of a block scalar's content, and of no interest for another style.
pub(super) fn value(text: &str, span: Span, style: ScalarStyle, indent: usize) -> Cow<'_, str> {
    let mut value = Cow::Borrowed("");
    // Where the value stands, as long as it is borrowed.
    let mut source = 0..0;
    pieces(text, span, style, indent, &mut |piece| match piece {
        Piece::Source(range)
            if value.is_empty()
                || (matches!(value, Cow::Borrowed(_)) && source.end == range.start) =>
        {
            let start = if value.is_empty() { range.start } else { source.start };
            source = start..range.end;
            value = Cow::Borrowed(text.get(source.clone()).unwrap_or_default());
        }
        Piece::Source(range) => value.to_mut().push_str(text.get(range).unwrap_or_default()),
        Piece::Made(char) => value.to_mut().push(char),
    });
    value
}

/// Tells whether a scalar's value stands in the file as it is, but for quotes around it.
pub(super) fn is_verbatim(text: &str, span: Span, style: ScalarStyle) -> bool {
    let spelled = match style {
        ScalarStyle::Plain => None,
        ScalarStyle::Single => Some(b'\''),
        ScalarStyle::Double => Some(b'\\'),
        ScalarStyle::Literal | ScalarStyle::Folded => return false,
    };
    let range = if spelled.is_some() { inside(&span.range()) } else { span.range() };
    let Some(value) = text.as_bytes().get(range.clone()) else { return false };
    let is_whole = spelled.is_none() || range.len() + 2 == span.range().len();
    let is_folded = memchr::memchr2(b'\n', b'\r', value).is_some();
    let is_spelled = || spelled.is_some_and(|byte| memchr::memchr(byte, value).is_some());
    is_whole && !is_folded && !is_spelled()
}

/// Maps a range of a scalar's value to the file where its bytes stand there as they are.
pub(super) fn source_of(
    text: &str,
    span: Span,
    style: ScalarStyle,
    indent: usize,
    range: &Range<usize>,
) -> Option<Span> {
    let mut found = None;
    // Where the piece before ends, in the value and in the file, and where it began.
    let mut at = 0;
    let mut run: Option<(usize, Range<usize>)> = None;
    pieces(text, span, style, indent, &mut |piece| match piece {
        Piece::Source(source) => {
            let length = source.len();
            let joined = match run.take() {
                Some((start, before)) if before.end == source.start => {
                    (start, before.start..source.end)
                }
                _ => (at, source),
            };
            at += length;
            let (start, source) = &joined;
            if found.is_none() && *start <= range.start && range.end <= at {
                let first = source.start + (range.start - start);
                found = Some(Span::new(first, first + range.len()));
            }
            run = Some(joined);
        }
        Piece::Made(char) => {
            at += char.len_utf8();
            run = None;
        }
    });
    found
}

/// Gives the end of a block scalar that starts with its header at `header`: the end of its last
/// line with content, or of the header where there is none.
pub(super) fn block_end(text: &str, header: usize, indent: usize) -> usize {
    let mut end = header_end(text, header);
    for line in content_lines(text, header, indent) {
        if line.has_content(indent) {
            end = line.end;
        }
    }
    end
}

/// Gives the end of the blank lines behind a block scalar's content, which `|+` keeps.
pub(super) fn block_tail_end(text: &str, header: usize, indent: usize) -> usize {
    content_lines(text, header, indent)
        .last()
        .map_or_else(|| after_break(text, line_end(text, header)), |line| line.next)
}

/// What happens to the line ends behind a block scalar's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chomping {
    /// One is kept.
    Clip,
    /// `-`: none is kept.
    Strip,
    /// `+`: all are kept.
    Keep,
}

/// Reads a block scalar's chomping from its header.
pub(super) fn chomping(text: &str, header: usize) -> Chomping {
    let indicators = text.get(header..header_end(text, header)).unwrap_or_default();
    match indicators {
        _ if indicators.contains('+') => Chomping::Keep,
        _ if indicators.contains('-') => Chomping::Strip,
        _ => Chomping::Clip,
    }
}

/// Takes a scalar's value apart, in order.
fn pieces(text: &str, span: Span, style: ScalarStyle, indent: usize, emit: &mut impl FnMut(Piece)) {
    let range = span.range();
    match style {
        ScalarStyle::Plain => flow_pieces(text, range, Quote::None, emit),
        ScalarStyle::Single => flow_pieces(text, inside(&range), Quote::Single, emit),
        ScalarStyle::Double => flow_pieces(text, inside(&range), Quote::Double, emit),
        ScalarStyle::Literal => literal_pieces(text, range.start, indent, emit),
        ScalarStyle::Folded => folded_pieces(text, range.start, indent, emit),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    None,
    Single,
    Double,
}

fn inside(quoted: &Range<usize>) -> Range<usize> {
    let end = quoted.end.saturating_sub(1);
    (quoted.start + 1).min(end)..end
}

/// Plain and quoted scalars: lines are folded, blanks around line ends go (YAML 1.2.2, 7.3).
fn flow_pieces(text: &str, range: Range<usize>, quote: Quote, emit: &mut impl FnMut(Piece)) {
    let bytes = text.as_bytes().get(..range.end).unwrap_or_default();
    // Verbatim bytes from here on are not emitted yet; blanks at their end may still go.
    let mut start = range.start;
    let mut at = range.start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\r' | b'\n' => {
                let kept = text.get(start..at).unwrap_or_default().trim_end_matches([' ', '\t']);
                emit(Piece::Source(start..start + kept.len()));
                at = fold(text, at, range.end, true, emit);
                start = at;
            }
            b'\'' if quote == Quote::Single => {
                emit(Piece::Source(start..at));
                emit(Piece::Made('\''));
                at += 2;
                start = at;
            }
            b'\\' if quote == Quote::Double => {
                emit(Piece::Source(start..at));
                at = if matches!(bytes.get(at + 1), Some(b'\r' | b'\n')) {
                    fold(text, at + 1, range.end, false, emit)
                } else {
                    escape(text, at + 1, range.end, emit)
                };
                start = at;
            }
            _ => at += 1,
        }
    }
    emit(Piece::Source(start.min(range.end)..range.end));
}

/// Folds the line ends from `at` on (one is a space unless it is escaped, more are one less), and
/// gives the offset of what follows them and their indentation.
fn fold(text: &str, at: usize, end: usize, spaced: bool, emit: &mut impl FnMut(Piece)) -> usize {
    let mut at = after_break(text, at);
    let mut breaks = 0;
    loop {
        let rest = text.get(at..end).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        at += blanks;
        if !rest.get(blanks..).is_some_and(|rest| rest.starts_with(['\r', '\n'])) {
            break;
        }
        at = after_break(text, at);
        breaks += 1;
    }
    if breaks == 0 && spaced {
        emit(Piece::Made(' '));
    }
    (0..breaks).for_each(|_| emit(Piece::Made('\n')));
    at
}

/// Reads the escape whose backslash stands just before `at`, and gives the offset behind it.
fn escape(text: &str, at: usize, end: usize, emit: &mut impl FnMut(Piece)) -> usize {
    let Some(code) = text.get(at..end).and_then(|rest| rest.chars().next()) else { return end };
    let after = at + code.len_utf8();
    let simple = match code {
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\x0b',
        'f' => '\x0c',
        'r' => '\r',
        'e' => '\x1b',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        'x' => return hex_escape(text, after, 2, emit),
        'u' => return hex_escape(text, after, 4, emit),
        'U' => return hex_escape(text, after, 8, emit),
        // `\ `, `\"`, `\/` and `\\`.
        other => other,
    };
    emit(Piece::Made(simple));
    after
}

fn hex_escape(text: &str, at: usize, digits: usize, emit: &mut impl FnMut(Piece)) -> usize {
    let Some(code) = hex(text, at, digits) else { return at };
    let after = at + digits;
    // JSON writes a character outside the basic plane as two halves.
    let low = text
        .get(after..)
        .filter(|rest| (0xd800..0xdc00).contains(&code) && rest.starts_with("\\u"))
        .and_then(|_| hex(text, after + 2, 4))
        .filter(|low| (0xdc00..0xe000).contains(low));
    let (code, after) = match low {
        Some(low) => (0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00), after + 6),
        None => (code, after),
    };
    if let Some(char) = char::from_u32(code) {
        emit(Piece::Made(char));
    }
    after
}

fn hex(text: &str, at: usize, digits: usize) -> Option<u32> {
    u32::from_str_radix(text.get(at..at + digits)?, 16).ok()
}

fn literal_pieces(text: &str, header: usize, indent: usize, emit: &mut impl FnMut(Piece)) {
    let mut breaks = 0;
    let mut any = false;
    for line in content_lines(text, header, indent) {
        if line.has_content(indent) {
            (0..breaks).for_each(|_| emit(Piece::Made('\n')));
            emit(Piece::Source(line.start + indent..line.end));
            breaks = 1;
            any = true;
        } else {
            breaks += 1;
        }
    }
    chomp(text, header, any, breaks, emit);
}

/// A line end between two lines that start with no blank is folded (YAML 1.2.2, 8.1.3).
fn folded_pieces(text: &str, header: usize, indent: usize, emit: &mut impl FnMut(Piece)) {
    let mut breaks = 0;
    let mut any = false;
    let mut blank_before = false;
    for line in content_lines(text, header, indent) {
        if !line.has_content(indent) {
            breaks += 1;
            continue;
        }
        let content = line.start + indent..line.end;
        let first = text.as_bytes().get(content.start);
        let blank = matches!(first, Some(b' ' | b'\t'));
        if any && !blank && !blank_before {
            if breaks == 1 {
                emit(Piece::Made(' '));
            }
            breaks -= 1;
        }
        (0..breaks).for_each(|_| emit(Piece::Made('\n')));
        emit(Piece::Source(content));
        breaks = 1;
        any = true;
        blank_before = blank;
    }
    chomp(text, header, any, breaks, emit);
}

/// Emits the line ends behind the content: `breaks` of them, the content's own one included.
fn chomp(text: &str, header: usize, any: bool, breaks: usize, emit: &mut impl FnMut(Piece)) {
    let kept = match chomping(text, header) {
        Chomping::Strip => 0,
        Chomping::Clip => usize::from(any),
        Chomping::Keep => breaks,
    };
    (0..kept).for_each(|_| emit(Piece::Made('\n')));
}

/// A line of a block scalar.
struct Line {
    start: usize,
    /// Before its line end.
    end: usize,
    /// Behind its line end.
    next: usize,
}

impl Line {
    fn has_content(&self, indent: usize) -> bool {
        self.end - self.start > indent
    }
}

/// Walks through a block scalar's lines: those indented up to its content, and the blank ones
/// between and behind them.
fn content_lines(text: &str, header: usize, indent: usize) -> impl Iterator<Item = Line> {
    let mut next = after_break(text, line_end(text, header));
    std::iter::from_fn(move || {
        let start = next;
        if start >= text.len() {
            return None;
        }
        let end = line_end(text, start);
        let line = text.as_bytes().get(start..end)?;
        let spaces = line.iter().take(indent).take_while(|&&byte| byte == b' ').count();
        // Column 0 is the content's own only in a document without indentation, where a
        // document's marker ends it.
        let marker = indent == 0 && is_marker(line);
        // A last line of nothing but spaces has no line end, and is no line of the value.
        let blank = spaces == line.len() && end < text.len();
        let content = spaces == indent && line.len() > indent;
        next = after_break(text, end);
        ((content || blank) && !marker).then_some(Line { start, end, next })
    })
}

fn is_marker(line: &[u8]) -> bool {
    (line.starts_with(b"---") || line.starts_with(b"..."))
        && line.get(3).is_none_or(u8::is_ascii_whitespace)
}

fn header_end(text: &str, header: usize) -> usize {
    let indicators = text.as_bytes().get(header..).unwrap_or_default();
    header
        + indicators
            .iter()
            .take_while(|byte| matches!(byte, b'|' | b'>' | b'+' | b'-' | b'0'..=b'9'))
            .count()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::yaml::document::{Document, NodeId};

    fn first_value(text: &str) -> (Document, NodeId) {
        let (doc, errors) = Document::parse(&Arc::from(text));
        assert_eq!(errors, [], "{text:?}");
        let id = doc.entries(doc.roots()[0])[0].value;
        (doc, id)
    }

    #[test]
    fn values() {
        let cases = [
            ("a: b", "b"),
            ("a: b c\n  d\n\n\n  e  # f\n", "b c d\n\ne"),
            ("a: {b: 1,\n c: 2}", "<collection>"),
            ("a: 'it''s  \n\n  so '", "it's\nso "),
            ("a: \"\\x41\\u00e9\\U0001F600\\uD83D\\uDE00\\n\\\"\\/\\ \\0\"", "Aé😀😀\n\"/ \0"),
            ("a: \"x \\\n   \\ y\\\n\n z  \r\n w\"", "x  y\nz w"),
            ("a: |\n  x\n   y\n\n  z\n\n", "x\n y\n\nz\n"),
            ("a: |-\n  x\n\nb: 1", "x"),
            ("a: |+\n  x\n\n \nb: 1", "x\n\n\n"),
            ("a: |2\n    x\n  y\n", "  x\ny\n"),
            ("a: |\n  x", "x\n"),
            ("a: |\n\nb: 1", ""),
            ("a: |+\n\n\nb: 1", "\n\n"),
            ("a: >\n\n  b\n  c\n\n  d\n    e\n  f\n\n\n  g\n", "\nb c\nd\n  e\nf\n\ng\n"),
            ("a: >-\r\n  b\r\n  c\r\n", "b c"),
            ("a: ''", ""),
            ("a:", ""),
        ];
        for (text, value) in cases {
            let (doc, id) = first_value(text);
            let read = doc.value(id);
            assert_eq!(read.as_deref().unwrap_or("<collection>"), value, "{text:?}");
        }
    }

    #[test]
    fn spans_of_values() {
        // The part of the value that is looked for, and whether it stands in the file as it is.
        let cases = [
            ("a: postgres://db:5432", "db", true),
            ("a: \"x\\n db \\\" y\"", " db ", true),
            ("a: \"x\\n db\"", "\n db", false),
            ("a: \"\\x64b\"", "db", false),
            ("a: 'it''s db'", "s db", true),
            ("a: 'it''s db'", "'s", false),
            ("a: one\n  two db", "two db", true),
            ("a: one\n  two", "one two", false),
            ("a: |\n  one\n  two db\n", "two db", true),
            ("a: |\n  one\n  two\n", "one\ntwo", false),
            ("a: >\n  one\n  two\n", "two", true),
            ("a: >\n  one\n  two\n", "one two", false),
        ];
        for (text, part, stands) in cases {
            let (doc, id) = first_value(text);
            let value = doc.value(id).unwrap_or_default();
            let at = value.find(part).expect("the value holds the part");
            let span = doc.value_span(id, at..at + part.len());
            let found = span.and_then(|span| text.get(span.range()));
            assert_eq!(found, stands.then_some(part), "{text:?}");
        }
    }

    #[test]
    fn empty_values_have_a_place() {
        for (text, at) in [("a: ''", 4), ("a: \"\"", 4), ("a: # c", 2)] {
            let (doc, id) = first_value(text);
            assert_eq!(doc.value_span(id, 0..0).map(|span| span.start), Some(at), "{text:?}");
        }
    }
}
