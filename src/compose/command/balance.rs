//! Where a quote, bracket, brace or heredoc of the shell ends.
//!
//! Invariants: no recursion; what is scanned in vain is bounded by a budget, so that a text full
//! of openers that nothing closes takes linear time.

use std::cell::Cell;

/// Finds the ends of what is open in a text.
#[derive(Debug)]
pub(super) struct Balance<'t> {
    bytes: &'t [u8],
    /// Bytes that may still be scanned without finding an end.
    budget: Cell<usize>,
}

/// What closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closer {
    /// `)`
    Paren,
    /// `}`
    Brace,
    /// `"`
    Double,
}

/// How often a text may be scanned in vain.
const SCANS: usize = 32;

impl<'t> Balance<'t> {
    /// Prepares for a text.
    pub(super) fn new(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), budget: Cell::new(text.len().saturating_mul(SCANS)) }
    }

    /// Gives the offset after what closes the thing that was opened just before `from`.
    pub(super) fn close(&self, from: usize, closer: Closer) -> Option<usize> {
        let end = if self.budget.get() == 0 { None } else { self.scan(from, closer) };
        if end.is_none() {
            self.spend(self.bytes.len().saturating_sub(from));
        }
        match closer {
            // A bracket in a string that nothing closes does not keep the string open.
            Closer::Double => end.or_else(|| self.plain_quote(from)),
            Closer::Paren | Closer::Brace => end,
        }
    }

    fn spend(&self, bytes: usize) {
        self.budget.set(self.budget.get().saturating_sub(bytes.max(1)));
    }

    fn scan(&self, from: usize, closer: Closer) -> Option<usize> {
        let mut open = vec![closer];
        let mut at = from;
        let mut heredocs: Vec<String> = Vec::new();
        while let Some(&byte) = self.bytes.get(at) {
            let next = self.bytes.get(at + 1).copied();
            let inside = *open.last()?;
            match (inside, byte) {
                (_, b'\\') => at += 1,
                (Closer::Paren, b')') | (Closer::Brace, b'}') | (Closer::Double, b'"') => {
                    open.pop();
                    if open.is_empty() {
                        return Some(at + 1);
                    }
                }
                (_, b'$') if next == Some(b'(') => {
                    open.push(Closer::Paren);
                    at += 1;
                }
                (_, b'$') if next == Some(b'{') => {
                    open.push(Closer::Brace);
                    at += 1;
                }
                (Closer::Paren, b'(') => open.push(Closer::Paren),
                (Closer::Paren | Closer::Brace, b'"') => open.push(Closer::Double),
                (Closer::Paren, b'\'') => at = self.find(at + 1, b'\'').unwrap_or(at),
                (Closer::Brace, b'\'') => at = self.find_in_line(at + 1, b'\'').unwrap_or(at),
                (Closer::Paren, b'#') if at > from && self.is_blank(at - 1) => {
                    at = self.find(at, b'\n').map_or(self.bytes.len(), |end| end - 1);
                }
                (Closer::Paren, b'<') if next == Some(b'<') => {
                    match heredoc_delimiter(self.bytes, at) {
                        Some((delimiter, end)) => {
                            heredocs.push(delimiter.to_owned());
                            at = end - 1;
                        }
                        None => at += 1,
                    }
                }
                (_, b'\n') if !heredocs.is_empty() => {
                    for delimiter in std::mem::take(&mut heredocs) {
                        if let Some((_, end)) = self.heredoc_end(at + 1, &delimiter) {
                            at = end.saturating_sub(1).max(at);
                        }
                    }
                }
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// Gives the end of a heredoc's body that starts at `from`, and the start of what follows its
    /// closing line's text.
    pub(super) fn heredoc_end(&self, from: usize, delimiter: &str) -> Option<(usize, usize)> {
        if self.budget.get() == 0 {
            return None;
        }
        let mut start = from;
        while start < self.bytes.len() {
            let end = self.find(start, b'\n').unwrap_or(self.bytes.len());
            let line = self.bytes.get(start..end).unwrap_or_default().trim_ascii_start();
            // `EOF` alone, or `EOF)` where the heredoc stands in a substitution.
            if let Some(rest) = line.strip_prefix(delimiter.as_bytes())
                && matches!(rest.trim_ascii(), [] | [b')' | b'"' | b'\'' | b'`', ..])
            {
                return Some((start, end - rest.len()));
            }
            start = end + 1;
        }
        self.spend(self.bytes.len().saturating_sub(from));
        None
    }

    fn plain_quote(&self, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            match self.bytes.get(at)? {
                b'\\' => at += 2,
                b'"' => return Some(at + 1),
                _ => at += 1,
            }
        }
    }

    fn is_blank(&self, at: usize) -> bool {
        self.bytes.get(at).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b';')
    }

    fn find(&self, from: usize, byte: u8) -> Option<usize> {
        memchr::memchr(byte, self.bytes.get(from..)?).map(|at| from + at)
    }

    fn find_in_line(&self, from: usize, byte: u8) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        let at = memchr::memchr2(byte, b'\n', rest)?;
        (rest.get(at) == Some(&byte)).then_some(from + at)
    }
}

/// Reads the delimiter of a heredoc whose `<<` is at `at`, and gives where it ends.
pub(super) fn heredoc_delimiter(bytes: &[u8], at: usize) -> Option<(&str, usize)> {
    let mut start = at + 2;
    if matches!(bytes.get(start), Some(b'-' | b'~')) {
        start += 1;
    }
    while matches!(bytes.get(start), Some(b' ' | b'\t')) {
        start += 1;
    }
    let quote = bytes.get(start).copied().filter(|byte| matches!(byte, b'\'' | b'"' | b'\\'));
    start += usize::from(quote.is_some());
    let rest = bytes.get(start..)?;
    let len = rest
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"_-!.".contains(byte))
        .count();
    let first = rest.first()?;
    if len == 0 || !(first.is_ascii_alphabetic() || b"_!".contains(first)) {
        return None;
    }
    let delimiter = std::str::from_utf8(rest.get(..len)?).ok()?;
    let closed = match quote {
        Some(quote @ (b'\'' | b'"')) if rest.get(len) == Some(&quote) => 1,
        Some(b'\'' | b'"') => return None,
        _ => 0,
    };
    Some((delimiter, start + len + closed))
}
