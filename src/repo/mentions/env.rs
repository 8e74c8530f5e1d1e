//! Env files: `KEY=VALUE`, `export KEY=VALUE`, `KEY: value`, and what is commented out.

use std::ops::Range;

use crate::compose::usage::Class;
use crate::repo::mentions::page::{Page, likely};
use crate::repo::mentions::people;
use crate::repo::mentions::value;

/// Reads a range as lines of an env file.
pub(super) fn read(page: &mut Page<'_>, range: &Range<usize>) {
    let mut open: Option<(String, char)> = None;
    for line in people::lines(page.text, range) {
        let text = page.slice(&line).trim_start_matches('\u{feff}');
        if let Some((key, quote)) = open.take() {
            page.setting(&key, &line);
            if !closes(text, quote) {
                open = Some((key, quote));
            }
            continue;
        }
        let trimmed = text.trim_start();
        let start = line.end - trimmed.len();
        if let Some(comment) = trimmed.strip_prefix(['#', ';']) {
            commented(page, &(line.end - comment.len()..line.end));
            continue;
        }
        let Some((key, value)) = assignment(trimmed) else {
            page.setting("", &line);
            continue;
        };
        let value = start + value.start..start + value.end;
        let (value, comment) = without_comment(page.text, &value);
        value::templates(page, &value, key);
        page.setting(key, &value);
        people::read(page, &comment, Class::Comment);
        let raw = page.slice(&value);
        if let Some(quote) = raw.chars().next().filter(|c| matches!(c, '"' | '\''))
            && !closes(raw.get(1..).unwrap_or_default(), quote)
        {
            open = Some((key.to_owned(), quote));
        }
    }
}

/// Splits `export KEY = value` into the key and the value's range in the line.
pub(super) fn assignment(line: &str) -> Option<(&str, Range<usize>)> {
    let mut rest = line;
    for word in ["export ", "setenv ", "set ", "ENV ", "ARG "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let rest = rest.trim_start();
    let start = line.len() - rest.len();
    let len = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"_.-".contains(b)).count();
    let key = rest.get(..len).filter(|key| key.starts_with(|c: char| !c.is_ascii_digit()))?;
    let behind = rest.get(len..)?;
    let value = behind.trim_start().strip_prefix(['=', ':'])?;
    // `KEY: value` needs its blank, so that `http://x` is no setting.
    let colon = behind.trim_start().starts_with(':');
    if key.is_empty() || (colon && !value.starts_with([' ', '\t'])) {
        return None;
    }
    let value_start = start + rest.len() - value.trim_start().len();
    Some((key, value_start..line.trim_end().len().max(value_start)))
}

/// Splits a comment off a value: a `#` after a blank, outside of quotes.
pub(super) fn without_comment(text: &str, value: &Range<usize>) -> (Range<usize>, Range<usize>) {
    let mut quote = None;
    let mut blank = true;
    for (at, c) in text.get(value.clone()).unwrap_or_default().char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '#' && blank => {
                let at = value.start + at;
                return (value.start..at, at + 1..value.end);
            }
            // A quote inside of a word is an apostrophe.
            None if matches!(c, '"' | '\'') && (at == 0 || blank) => quote = Some(c),
            None => {}
        }
        blank = c.is_whitespace();
    }
    (value.clone(), value.end..value.end)
}

fn closes(text: &str, quote: char) -> bool {
    let mut escaped = false;
    text.chars().any(|c| {
        let closes = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    })
}

/// Reads a comment that may be a setting which is commented out.
pub(super) fn commented(page: &mut Page<'_>, comment: &Range<usize>) {
    let text = page.slice(comment);
    let inner = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '#' | ';'));
    let start = comment.end - inner.len();
    if let Some((key, value)) = assignment(inner)
        && (is_variable(key)
            || is_assigned(inner.get(..value.start).unwrap_or_default())
            || is_word(inner.get(value.clone()).unwrap_or_default()))
    {
        let value = start + value.start..start + value.end;
        let (value, rest) = without_comment(page.text, &value);
        for (range, judgement) in page.setting_usages(key, &value) {
            let judgement = match judgement.edits() {
                true => likely(Class::Comment, "a setting that is commented out"),
                false => judgement,
            };
            page.judge(&range, judgement);
        }
        people::read(page, &rest, Class::Comment);
    }
    people::read(page, comment, Class::Comment);
}

fn is_assigned(head: &str) -> bool {
    head.trim_end().ends_with('=')
}

/// `# host: db`: a value without blanks is hardly the rest of a sentence.
fn is_word(value: &str) -> bool {
    !value.is_empty() && !value.contains(char::is_whitespace)
}

/// Tells a setting's name from a word before a colon in a sentence (`Note: …`).
fn is_variable(key: &str) -> bool {
    key.contains(['_', '.']) || key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}
