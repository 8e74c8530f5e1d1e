//! Lines of a YAML text, whose breaks may be `\n`, `\r\n` or `\r` (YAML 1.2.2, 5.4).

/// Gives the offset of the first character of the line that holds `at`.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let start = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |at| at + 1);
    // A byte order mark is no column.
    if start == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(at) } else { start }
}

/// Gives the offset of the break of the line that holds `at`, or the text's end.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    at + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())
}

/// Gives the offset behind the break at `at`, if there is one.
pub(super) fn after_break(text: &str, at: usize) -> usize {
    at + break_at(text, at).len()
}

/// Gives the break at `at`; empty where there is none.
pub(super) fn break_at(text: &str, at: usize) -> &'static str {
    match text.as_bytes().get(at..) {
        Some([b'\r', b'\n', ..]) => "\r\n",
        Some([b'\r', ..]) => "\r",
        Some([b'\n', ..]) => "\n",
        _ => "",
    }
}

/// Gives the break to write beside the line that holds `at`: its own, else that of the line
/// before, else `\n`.
pub(super) fn break_near(text: &str, at: usize) -> &'static str {
    let own = break_at(text, line_end(text, at));
    if !own.is_empty() {
        return own;
    }
    match text.as_bytes().get(..line_start(text, at)) {
        Some([.., b'\r', b'\n']) => "\r\n",
        Some([.., b'\r']) => "\r",
        _ => "\n",
    }
}

/// Gives the column of `at` in characters, from 0.
pub(super) fn column(text: &str, at: usize) -> usize {
    text.get(line_start(text, at)..at).unwrap_or_default().chars().count()
}

/// Tells whether only blanks stand before `at` on its line.
pub(super) fn is_first_on_line(text: &str, at: usize) -> bool {
    let before = text.get(line_start(text, at)..at).unwrap_or_default();
    before.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// Gives the offset of the first character from `at` on that is no blank, line break or comment.
/// Only between two tokens is a `#` sure to start a comment.
pub(super) fn skip_trivia(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = at;
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | b'\r' | b'\n') => at += 1,
            Some(b'#') => at = line_end(text, at),
            _ => return at,
        }
    }
}
