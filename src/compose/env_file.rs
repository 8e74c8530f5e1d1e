//! An env file (`.env`, `env_file`): its variables with the bytes they stand in.
//!
//! Read as docker compose does (compose-go, `dotenv/parser.go`): `export` before a name, `=` or
//! `:` after it, single quotes for text as it stands, double quotes with escapes, values over
//! several lines inside quotes, ` #` before a comment.

use std::ops::Range;

/// One assignment of an env file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvEntry {
    /// Bytes of the variable's name.
    pub name: Range<usize>,
    /// Bytes of its value, without quotes; none for a name alone, which is passed through.
    pub value: Option<Range<usize>>,
    /// How the value is quoted.
    pub quote: Quote,
}

/// Quotes around a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// None: variables count.
    Bare,
    /// `'…'`: text as it stands.
    Single,
    /// `"…"`: variables and escapes count.
    Double,
}

/// Gives the assignments of an env file in order; lines that are none are passed over.
#[must_use]
pub fn entries(text: &str) -> Vec<EnvEntry> {
    let mut found = Vec::new();
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while at < text.len() {
        let end = line_end(text, at);
        let (entry, next) = entry(text, at, end);
        found.extend(entry);
        at = next.max(end + 1);
    }
    found
}

impl EnvEntry {
    /// Gives the value with its escapes undone; empty for a name alone.
    #[must_use]
    pub fn decoded(&self, text: &str) -> String {
        let raw = self.value.clone().and_then(|range| text.get(range)).unwrap_or_default();
        if self.quote == Quote::Double { unescape(raw) } else { raw.to_owned() }
    }
}

/// Reads the line at `at`; gives where the reading goes on, which is later than the line's end
/// after a value of several lines.
fn entry(text: &str, at: usize, end: usize) -> (Option<EnvEntry>, usize) {
    let line = text.get(at..end).unwrap_or_default();
    let trimmed = line.trim_start();
    let start = at + line.len() - trimmed.len();
    let rest = trimmed.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
    let name_start = rest.map_or(start, |rest| end - rest.trim_start().len());
    let tail = text.get(name_start..end).unwrap_or_default();
    let is_name = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-' | '[' | ']')
    };
    let length = tail.find(|character| !is_name(character)).unwrap_or(tail.len());
    if length == 0 {
        return (None, end);
    }
    let name = name_start..name_start + length;
    let after = tail.get(length..).unwrap_or_default();
    let separator = after.trim_start_matches([' ', '\t']);
    let Some(value) = separator.strip_prefix(['=', ':']) else {
        let is_alone = separator.trim_end().is_empty();
        let entry = EnvEntry { name, value: None, quote: Quote::Bare };
        return (is_alone.then_some(entry), end);
    };
    let value_at = end - value.trim_start_matches([' ', '\t']).len();
    let (value, quote, next) = value_at_offset(text, value_at, end);
    (Some(EnvEntry { name, value: Some(value), quote }), next)
}

/// The bytes of the value that starts at `at`, its quotes, and where it ends.
fn value_at_offset(text: &str, at: usize, end: usize) -> (Range<usize>, Quote, usize) {
    let quoted = match text.as_bytes().get(at) {
        Some(b'\'') if at < end => closing(text, at + 1, b'\'').map(|close| (close, Quote::Single)),
        Some(b'"') if at < end => closing(text, at + 1, b'"').map(|close| (close, Quote::Double)),
        _ => None,
    };
    if let Some((close, quote)) = quoted {
        return (at + 1..close, quote, line_end(text, close));
    }
    let value = text.get(at..end).unwrap_or_default();
    let comment = if value.starts_with('#') {
        Some(0)
    } else {
        value.find(" #").or_else(|| value.find("\t#"))
    };
    let bare = value.get(..comment.unwrap_or(value.len())).unwrap_or_default().trim_end();
    (at..at + bare.len(), Quote::Bare, end)
}

fn closing(text: &str, from: usize, quote: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            _ if byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

fn line_end(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(text.len(), |offset| at + offset)
}

fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut characters = raw.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some(other @ ('"' | '\\' | '$')) => out.push(other),
            Some(other) => {
                out.push('\\');
                out.push(other);
            }
            None => out.push('\\'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::entries;

    #[test]
    fn assignments_are_read_as_docker_compose_does() {
        for (text, expected) in [
            ("A=1\n", vec![("A", Some("1"))]),
            ("# A=1\n\n  B = x y  # why\n", vec![("B", Some("x y"))]),
            ("export A=1\nexport=2\r\n", vec![("A", Some("1")), ("export", Some("2"))]),
            ("A='x # $y'\nB=\"a\\\"b\" # c\n", vec![("A", Some("x # $y")), ("B", Some("a\"b"))]),
            ("A=\"one\ntwo\"\nB=3", vec![("A", Some("one\ntwo")), ("B", Some("3"))]),
            ("A: yaml\nB=\nC\n", vec![("A", Some("yaml")), ("B", Some("")), ("C", None)]),
            ("A=it's\nB='open\n", vec![("A", Some("it's")), ("B", Some("'open"))]),
            ("A=#none\nB=a#b\n", vec![("A", Some("")), ("B", Some("a#b"))]),
            ("\u{feff}A=1", vec![("A", Some("1"))]),
            ("no assignment here\n=x\n", vec![]),
        ] {
            let found: Vec<(&str, Option<String>)> = entries(text)
                .iter()
                .map(|entry| {
                    let value = entry.value.as_ref().map(|_| entry.decoded(text));
                    (&text[entry.name.clone()], value)
                })
                .collect();
            let expected: Vec<(&str, Option<String>)> = expected
                .into_iter()
                .map(|(name, value)| (name, value.map(str::to_owned)))
                .collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
