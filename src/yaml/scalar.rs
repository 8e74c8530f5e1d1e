//! Quoting styles: how a value is spelled so that every reader takes it for the same string.

use crate::yaml::document::ScalarStyle;

/// Spells `value` as a string in `style` where that style can hold it, else in the nearest that
/// can. A plain spelling is chosen only where no YAML 1.1 or 1.2 reader takes it for anything but
/// a string (`on`, `1`, `22:22`, `a: b`, `~` are quoted).
///
/// The spelling is always one line: a block style is replaced by a quoted one where plain won't do.
#[must_use]
pub fn spell(value: &str, style: ScalarStyle, in_flow: bool) -> String {
    match style {
        ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => {
            match plain(value, in_flow) {
                Plain::Text => value.to_owned(),
                _ if value.contains(['"', '\\']) && value.chars().all(is_verbatim) => single(value),
                _ => double(value),
            }
        }
        ScalarStyle::Single if value.chars().all(is_verbatim) => single(value),
        ScalarStyle::Single | ScalarStyle::Double => double(value),
    }
}

/// What readers make of a value that is written without quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    /// The string itself.
    Text,
    /// The same characters, but not a string for each reader: `1`, `on`, `~`, `22:22`.
    Typed,
    /// Something else, or an error.
    Broken,
}

/// Tells what readers make of `value` written without quotes.
pub(super) fn plain(value: &str, in_flow: bool) -> Plain {
    let Some(first) = value.chars().next() else { return Plain::Broken };
    let second = value.chars().nth(1);
    let starts_well = match first {
        // A dash is an indicator only before a blank.
        '-' => second.is_some_and(|second| second != ' '),
        _ => !",[]{}#&*!|>'\"%@`?:".contains(first),
    };
    let marker = value.starts_with("---") || value.starts_with("...");
    let broken = !starts_well
        || marker
        || !value.chars().all(is_verbatim)
        || value.starts_with(' ')
        || value.ends_with([' ', ':'])
        || value.contains(": ")
        || value.contains(" #")
        || (in_flow && value.contains([',', '[', ']', '{', '}']));
    match broken {
        true => Plain::Broken,
        false if is_typed(value) => Plain::Typed,
        false => Plain::Text,
    }
}

/// Writes `value` as the inside of a scalar that is spelled in `style`; nothing where that style
/// can't hold it on one line. A plain scalar's text must be checked as a whole, with [`plain`].
pub(super) fn escape(value: &str, style: ScalarStyle) -> Option<String> {
    match style {
        ScalarStyle::Double => Some(value.chars().map(escaped).collect()),
        _ if !value.chars().all(is_verbatim) => None,
        ScalarStyle::Single => Some(value.replace('\'', "''")),
        _ => Some(value.to_owned()),
    }
}

fn single(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

fn double(value: &str) -> String {
    let inside = value.chars().map(escaped).collect::<String>();
    format!("\"{inside}\"")
}

fn escaped(char: char) -> String {
    match char {
        '"' | '\\' => format!("\\{char}"),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        _ if is_verbatim(char) => char.to_string(),
        _ if (char as u32) < 0x100 => format!("\\x{:02x}", char as u32),
        _ if (char as u32) < 0x1_0000 => format!("\\u{:04x}", char as u32),
        _ => format!("\\U{:08x}", char as u32),
    }
}

/// Tells whether a character can stand as it is in every style: printable, and neither a line
/// break of any YAML version nor a tab nor a byte order mark.
fn is_verbatim(char: char) -> bool {
    matches!(char, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        && !matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Words that are no strings for some reader, in lower case: YAML 1.1's types and 1.2's core schema.
const WORDS: [&str; 14] =
    ["~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "=", ".inf", ".nan"];

/// Tells whether some reader takes a plain value for a boolean, a number, a date or null. Rather
/// once too often: `1.2.3` is a number in the YAML 1.1 specification.
fn is_typed(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let unsigned = lower.strip_prefix(['+', '-']).unwrap_or(&lower);
    WORDS.contains(&lower.as_str())
        || WORDS.contains(&unsigned)
        || (unsigned.starts_with(|char: char| char.is_ascii_digit() || char == '.')
            && unsigned.chars().all(|char| {
                char.is_ascii_hexdigit()
                    || matches!(char, '.' | '_' | ':' | '+' | '-' | ',' | ' ')
                    || matches!(char, 'x' | 'o' | 't' | 'z')
            }))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::yaml::document::Document;

    #[test]
    fn spellings() {
        use ScalarStyle::{Double, Literal, Plain, Single};
        let cases = [
            ("homelab-postgres", Plain, "homelab-postgres"),
            ("postgres://db:5432/x?y=z#f", Plain, "postgres://db:5432/x?y=z#f"),
            ("17.2-alpine", Plain, "17.2-alpine"),
            ("a b, c", Plain, "a b, c"),
            ("-v", Plain, "-v"),
            ("--host=db", Plain, "--host=db"),
            ("é ü", Plain, "é ü"),
            ("on", Plain, "\"on\""),
            ("No", Plain, "\"No\""),
            ("~", Plain, "\"~\""),
            ("", Plain, "\"\""),
            ("1", Plain, "\"1\""),
            ("0x1F", Plain, "\"0x1F\""),
            ("1e3", Plain, "\"1e3\""),
            ("-.inf", Plain, "\"-.inf\""),
            ("22:22", Plain, "\"22:22\""),
            ("2026-08-01", Plain, "\"2026-08-01\""),
            ("a: b", Plain, "\"a: b\""),
            ("a #b", Plain, "\"a #b\""),
            ("a:", Plain, "\"a:\""),
            ("- a", Plain, "\"- a\""),
            ("*a", Plain, "\"*a\""),
            ("<<", Plain, "\"<<\""),
            ("--- a", Plain, "\"--- a\""),
            (" a", Plain, "\" a\""),
            ("say \"x\": y", Plain, "'say \"x\": y'"),
            ("a\tb", Plain, "\"a\\tb\""),
            ("it's", Single, "'it''s'"),
            ("a\nb", Single, "\"a\\nb\""),
            ("\"\\\u{1}\u{2028}\u{85}", Double, "\"\\\"\\\\\\x01\\u2028\\x85\""),
            ("a\nb", Literal, "\"a\\nb\""),
        ];
        for (value, style, spelling) in cases {
            assert_eq!(spell(value, style, false), spelling);
        }
        assert_eq!(spell("a,b", Plain, true), "\"a,b\"");
        assert_eq!(spell("${A:-b}", Plain, true), "\"${A:-b}\"");
        assert_eq!(spell("${A:-b}", Plain, false), "${A:-b}");
    }

    #[test]
    fn spelling_reads_back() {
        let values =
            ["it's", "a\n b\\", "\"", "", " x ", "\u{feff}a", "- ?", "😀\u{7f}", "%a", "x:"];
        let styles = [ScalarStyle::Plain, ScalarStyle::Single, ScalarStyle::Double];
        for (value, style) in values.iter().flat_map(|value| styles.map(|style| (value, style))) {
            let text = format!("[{}]", spell(value, style, true));
            let (doc, errors) = Document::parse(&Arc::from(text.as_str()));
            assert_eq!(errors, [], "{text}");
            let item = doc.items(doc.roots()[0])[0].value;
            assert_eq!(doc.value(item).as_deref(), Some(*value), "{text}");
        }
    }
}
