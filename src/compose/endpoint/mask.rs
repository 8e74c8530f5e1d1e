//! Parts of a value that are not what they say: variables, templates, format fields, placeholders.
//!
//! They are overwritten by [`MASK`] in a copy of the same length, so that the scanner takes each
//! for a part of a word and every offset stays.

use std::ops::Range;

use crate::compose::interpolate::{Operator, closing_brace, is_name_start, name_end, operator};

/// The byte that stands for each byte of an opaque part; no text has it.
pub(super) const MASK: u8 = 1;

/// A text with its opaque parts overwritten.
pub(super) struct Masked {
    /// As long as the text.
    pub(super) bytes: Vec<u8>,
    /// Parts that hold a default, in order.
    pub(super) holes: Vec<Hole>,
}

/// `${NAME:-default}`.
pub(super) struct Hole {
    /// All of it.
    pub(super) span: Range<usize>,
    /// The default, which is text like any other.
    pub(super) default: Range<usize>,
}

/// Lookups that are spelled as Spring spells a default: `${env:NAME}`.
const LOOKUPS: &[&str] =
    &["config", "env", "file", "input", "secret", "secrets", "ssm", "sys", "vault"];

/// The most bytes of a placeholder or format field; a longer run of text in braces is text.
const FIELD_LIMIT: usize = 64;

/// The most bytes of a template expression.
const EXPRESSION_LIMIT: usize = 512;

/// Masks the opaque parts of a text.
pub(super) fn mask(text: &str) -> Masked {
    let bytes = text.as_bytes();
    let mut masked = Masked { bytes: bytes.to_vec(), holes: Vec::new() };
    let markup = memchr::memmem::find(bytes, b"</").is_some();
    let mut unclosed = Unclosed::default();
    let mut at = 0;
    while let Some(found) = next_sigil(bytes, at) {
        at = found;
        let part = match bytes[at] {
            b'$' => dollar(text, at, &mut unclosed),
            b'{' => brace(bytes, at),
            b'#' if bytes.get(at + 1) == Some(&b'{') => {
                unclosed.brace(bytes, at + 2).map(|close| Part::opaque(at..close + 1))
            }
            b'<' if !markup => angle(bytes, at),
            b'%' => percent(bytes, at),
            _ => None,
        };
        let Some(part) = part else {
            at += 1;
            continue;
        };
        at = part.span.end;
        if let Some(slice) = masked.bytes.get_mut(part.span.clone()) {
            slice.fill(MASK);
        }
        if let Some(default) = part.default.filter(|default| !default.is_empty()) {
            masked.holes.push(Hole { span: part.span, default });
        }
    }
    masked
}

struct Part {
    span: Range<usize>,
    default: Option<Range<usize>>,
}

impl Part {
    fn opaque(span: Range<usize>) -> Self {
        Self { span, default: None }
    }
}

/// Where a search for a closing bracket has failed already: none is made again before that, which
/// keeps `${${${…` linear.
#[derive(Default)]
struct Unclosed {
    brace: usize,
    parenthesis: usize,
}

impl Unclosed {
    fn brace(&mut self, bytes: &[u8], from: usize) -> Option<usize> {
        if from < self.brace {
            return None;
        }
        let close = closing_brace(bytes, from);
        if close.is_none() {
            self.brace = line_end(bytes, from);
        }
        close
    }

    fn parenthesis(&mut self, bytes: &[u8], from: usize) -> Option<usize> {
        if from < self.parenthesis {
            return None;
        }
        let mut depth = 1_usize;
        for (at, byte) in bytes.iter().enumerate().skip(from) {
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
                b'\n' => break,
                _ => {}
            }
            if depth == 0 {
                return Some(at);
            }
        }
        self.parenthesis = line_end(bytes, from);
        None
    }
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(bytes.len(), |found| from + found)
}

fn next_sigil(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.iter()
        .position(|byte| matches!(byte, b'$' | b'{' | b'<' | b'%' | b'#'))
        .map(|found| from + found)
}

/// `$NAME`, `$$NAME` (a dollar that Compose passes on), `${…}`, `${{ … }}`, `$(…)`.
fn dollar(text: &str, at: usize, unclosed: &mut Unclosed) -> Option<Part> {
    let bytes = text.as_bytes();
    let sigil = if bytes.get(at + 1) == Some(&b'$') { at + 1 } else { at };
    let next = *bytes.get(sigil + 1)?;
    match next {
        b'{' if bytes.get(sigil + 2) == Some(&b'{') => {
            expression(bytes, sigil + 1, b"}}").map(|end| Part::opaque(at..end))
        }
        b'{' => {
            let close = unclosed.brace(bytes, sigil + 2)?;
            Some(Part { span: at..close + 1, default: default(text, sigil + 2..close) })
        }
        b'(' => unclosed.parenthesis(bytes, sigil + 2).map(|close| Part::opaque(at..close + 1)),
        _ if is_name_start(next) => Some(Part::opaque(at..name_end(bytes, sigil + 1))),
        _ if next.is_ascii_digit() => Some(Part::opaque(at..sigil + 2)),
        _ => None,
    }
}

/// Finds the default in what stands between `${` and `}`: after a shell operator, or after
/// Spring's colon.
fn default(text: &str, inside: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.get(..inside.end)?.as_bytes();
    let name = inside.start..name_end(bytes, inside.start);
    if name.is_empty() || !is_name_start(bytes[name.start]) {
        return None;
    }
    match operator(bytes.get(name.end..)?) {
        Some((Operator::ErrorIfEmpty | Operator::ErrorIfUnset, _)) => return None,
        Some((_, length)) => return Some(name.end + length..inside.end),
        None => {}
    }
    let dotted = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let end = inside.start + bytes.get(inside.start..)?.iter().take_while(dotted).count();
    let spring = bytes.get(end) == Some(&b':') && !LOOKUPS.contains(&text.get(name.start..end)?);
    spring.then_some(end + 1..inside.end)
}

/// `{{ … }}`, `{% … %}`, `{name}`, `{0}`, `{}`.
fn brace(bytes: &[u8], at: usize) -> Option<Part> {
    let close: &[u8] = match bytes.get(at + 1)? {
        b'{' => b"}}",
        b'%' => b"%}",
        _ => {
            let field = |byte: u8| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'_' | b'.' | b'-' | b'(' | b')' | b'[' | b']' | b'\'' | b'!')
            };
            return enclosed(bytes, at, b'}', field).map(Part::opaque);
        }
    };
    expression(bytes, at, close).map(|end| Part::opaque(at..end))
}

fn expression(bytes: &[u8], at: usize, close: &[u8]) -> Option<usize> {
    let window = bytes.get(at..bytes.len().min(at + EXPRESSION_LIMIT))?;
    memchr::memmem::find(window, close).map(|found| at + found + close.len())
}

/// `<password>`, `<your password>`.
fn angle(bytes: &[u8], at: usize) -> Option<Part> {
    let word = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b' ') || byte >= 0x80
    };
    let span = enclosed(bytes, at, b'>', word)?;
    let first = bytes.get(at + 1)?;
    (first.is_ascii_alphabetic() || *first >= 0x80).then_some(Part::opaque(span))
}

/// Gives what stands from an opening byte to `close`, if only `inside` bytes stand between.
fn enclosed(
    bytes: &[u8],
    at: usize,
    close: u8,
    inside: impl Fn(u8) -> bool,
) -> Option<Range<usize>> {
    let rest = bytes.get(at + 1..bytes.len().min(at + FIELD_LIMIT))?;
    let length = rest.iter().position(|&byte| !inside(byte))?;
    (rest.get(length) == Some(&close)).then_some(at..at + length + 2)
}

/// `%(name)s`, `%s`, `%NAME%`.
fn percent(bytes: &[u8], at: usize) -> Option<Part> {
    let next = *bytes.get(at + 1)?;
    if next == b'(' {
        let name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let span = enclosed(bytes, at + 1, b')', name)?;
        let conversion = bytes.get(span.end)?.is_ascii_alphabetic();
        return conversion.then_some(Part::opaque(at..span.end + 1));
    }
    let variable = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    if let Some(span) = enclosed(bytes, at, b'%', variable).filter(|span| span.len() > 2) {
        return Some(Part::opaque(span));
    }
    matches!(next, b's' | b'd' | b'v' | b'q').then_some(Part::opaque(at..at + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_opaque_parts() {
        // `_` stands for the mask; none of the texts has one that is not masked.
        let table = [
            ("a$X.b", "a__.b"),
            ("$${X}-$$y$", "_____-___$"),
            ("${{ env.X }}@db", "____________@db"),
            ("{{ x }}{% if %}", "_______________"),
            ("{name}:{}:{0}", "______:__:___"),
            ("#{ENV.fetch('A', 'b')}x", "______________________x"),
            ("$(cat (x) y)z", "____________z"),
            ("<pass word>@<b", "___________@<b"),
            ("<b>x</b>", "<b>x</b>"),
            ("%(x)s%s%VAR%%20", "____________%20"),
            ("{\"a\": {b c}}", "{\"a\": {b c}}"),
            ("${unclosed ${x", "${unclosed ${x"),
            ("$(unclosed $(x", "$(unclosed $(x"),
        ];
        for (text, expected) in table {
            let bytes = mask(text).bytes;
            let spelled: String =
                bytes.iter().map(|&b| if b == MASK { '_' } else { char::from(b) }).collect();
            assert_eq!(spelled, expected, "{text}");
        }
    }

    #[test]
    fn finds_defaults() {
        let table: &[(&str, &[&str])] = &[
            ("${A:-b}${C-d}${E:+f}", &["b", "d", "f"]),
            ("${A:?b}${A?b}${A}", &[]),
            ("${A:-${B:-c}}", &["${B:-c}"]),
            ("$${A:-b}", &["b"]),
            ("${a.b-c:d}", &["d"]),
            ("${a.host:d}", &["d"]),
            ("${env:D}", &[]),
            ("${x || 'y'}", &[]),
        ];
        for (text, expected) in table {
            let holes = mask(text).holes;
            let found: Vec<_> = holes.iter().map(|hole| &text[hole.default.clone()]).collect();
            assert_eq!(&found, expected, "{text}");
        }
    }
}
