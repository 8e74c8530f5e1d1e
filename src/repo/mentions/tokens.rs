//! Splits source text of many languages into words, strings, comments, brackets and signs.
//!
//! No language is parsed: what matters is where strings and comments are, and which bracket holds
//! what. Invariants: tokens are in order and disjoint; a string that nothing closes is no string,
//! so that one stray quote spoils one line at most; no recursion.

use std::ops::Range;

use crate::repo::mentions::rules::{Backtick, Rules, Single};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier, keyword or number.
    Word,
    /// A string literal; [`Token::inner`] is what stands between its quotes.
    Text {
        /// Whether `{…}`, `${…}` or `#{…}` in it is code.
        interpolated: bool,
    },
    /// A comment.
    Comment,
    /// `(`, `[` or `{`.
    Open(u8),
    /// `)`, `]` or `}`.
    Close,
    /// One or more characters of an operator.
    Sign,
}

/// One token.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// All of it, in bytes of the file.
    pub(super) range: Range<usize>,
    /// What stands inside of quotes or comment signs.
    pub(super) inner: Range<usize>,
    /// The token of the bracket that holds it; a closing bracket's own opening one.
    pub(super) bracket: Option<usize>,
}

/// A piece of a file as tokens.
#[derive(Debug)]
pub(super) struct Source<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: Vec<Token>,
}

impl<'t> Source<'t> {
    /// Splits a range of a file.
    pub(super) fn new(text: &'t str, range: &Range<usize>, rules: Rules) -> Self {
        Self { text, tokens: tokens(text, range, rules) }
    }

    /// Gives a token's text.
    pub(super) fn text_of(&self, at: usize) -> &'t str {
        let range = self.tokens.get(at).map(|token| token.range.clone());
        range.and_then(|range| self.text.get(range)).unwrap_or_default()
    }

    /// Gives what stands inside a string's quotes.
    pub(super) fn inner_of(&self, at: usize) -> &'t str {
        let range = self.tokens.get(at).map(|token| token.inner.clone());
        range.and_then(|range| self.text.get(range)).unwrap_or_default()
    }

    pub(super) fn kind_of(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    pub(super) fn is_text(&self, at: usize) -> bool {
        matches!(self.kind_of(at), Some(Kind::Text { .. }))
    }

    pub(super) fn is_word(&self, at: usize) -> bool {
        self.kind_of(at) == Some(Kind::Word)
    }

    /// The bracket that holds a token; a closing bracket's own opening one.
    pub(super) fn bracket_of(&self, at: usize) -> Option<usize> {
        self.tokens.get(at).and_then(|token| token.bracket)
    }

    /// Gives the tokens between a bracket and its closing one, as far as they are looked at.
    pub(super) fn inside(&self, open: usize) -> impl Iterator<Item = usize> + '_ {
        let closes = move |&at: &usize| {
            self.tokens
                .get(at)
                .is_none_or(|token| token.kind == Kind::Close && token.bracket == Some(open))
        };
        (open + 1..).take(NEAR).take_while(move |at| !closes(at))
    }
}

/// Tokens of a bracket that are looked at.
const NEAR: usize = 512;

fn tokens(text: &str, range: &Range<usize>, rules: Rules) -> Vec<Token> {
    let bytes = text.as_bytes().get(..range.end).unwrap_or_default();
    let mut lexer = Lexer {
        text,
        bytes,
        rules,
        at: range.start,
        tokens: Vec::new(),
        open: Vec::new(),
        unclosed: Unclosed::default(),
    };
    while lexer.at < bytes.len() {
        lexer.step();
    }
    lexer.tokens
}

/// Offsets up to which something has no end.
#[derive(Default)]
struct Unclosed {
    comment: usize,
    long: usize,
    over_lines: usize,
    double: usize,
    single: usize,
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    rules: Rules,
    at: usize,
    tokens: Vec<Token>,
    open: Vec<usize>,
    /// Up to where a search for an end found none, so that it is not made again.
    unclosed: Unclosed,
}

impl Lexer<'_> {
    fn step(&mut self) {
        let Some(&byte) = self.bytes.get(self.at) else { return };
        if self.comment() {
            return;
        }
        match byte {
            _ if byte.is_ascii_whitespace() => self.at += 1,
            b'"' => self.quote(b'"'),
            b'\'' => match self.rules.single {
                Single::Text => self.quote(b'\''),
                Single::Character => self.character(),
                Single::Nothing => self.sign(),
            },
            b'`' => match self.rules.backtick {
                Backtick::Template => self.template(),
                Backtick::Plain => self.long("`", "`", false),
                Backtick::Nothing => self.sign(),
            },
            b'(' | b'[' | b'{' => {
                self.push(Kind::Open(byte), self.at..self.at + 1);
                self.open.push(self.tokens.len() - 1);
                self.at += 1;
            }
            b')' | b']' | b'}' => self.close(byte),
            b'/' if self.rules.patterns && self.may_start_pattern() => self.pattern(),
            b'<' if self.rules.heredocs && self.heredoc() => {}
            _ if is_word(byte) => self.word(),
            _ => self.sign(),
        }
    }

    fn push(&mut self, kind: Kind, range: Range<usize>) {
        self.push_inner(kind, range.clone(), range);
    }

    fn push_inner(&mut self, kind: Kind, range: Range<usize>, inner: Range<usize>) {
        let bracket = self.open.last().copied();
        self.tokens.push(Token { kind, range, inner, bracket });
    }

    fn starts(&self, sign: &str) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(sign.as_bytes()))
    }

    fn find(&self, from: usize, end: &str) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        memchr::memmem::find(rest, end.as_bytes()).map(|at| from + at)
    }

    fn line_end(&self) -> usize {
        self.find(self.at, "\n").unwrap_or(self.bytes.len())
    }

    fn comment(&mut self) -> bool {
        for (start, end) in self.rules.block_comments {
            if !self.starts(start) || self.unclosed.comment > self.at {
                continue;
            }
            let inner = self.at + start.len();
            let Some(close) = self.find(inner, end) else {
                self.unclosed.comment = self.bytes.len();
                continue;
            };
            self.push_inner(Kind::Comment, self.at..close + end.len(), inner..close);
            self.at = close + end.len();
            return true;
        }
        for start in self.rules.line_comments {
            // `$#` and `#{` are no comments, nor is the `//` of a URL outside of quotes.
            let before = self.at.checked_sub(1).and_then(|at| self.bytes.get(at));
            let spoilt = match *start {
                "#" => before.is_some_and(|b| matches!(b, b'$' | b'&' | b'\\')),
                "//" => before == Some(&b':'),
                _ => false,
            };
            let attribute =
                *start == "#" && self.rules.line_comments.len() > 1 && self.starts("#[");
            if !self.starts(start) || spoilt || attribute {
                continue;
            }
            let end = self.line_end();
            self.push_inner(Kind::Comment, self.at..end, self.at + start.len()..end);
            self.at = end;
            return true;
        }
        false
    }

    /// Takes a string's prefix (`f"…"`, `rb'…'`, `@"…"`) out of the words before it.
    fn prefix(&mut self) -> (usize, String) {
        let Some(last) = self.tokens.last() else { return (self.at, String::new()) };
        let word = self.text.get(last.range.clone()).unwrap_or_default();
        let is_prefix = last.range.end == self.at
            && match last.kind {
                Kind::Word => word.len() <= 3 && word.bytes().all(|b| b"rbfuRBFULcs".contains(&b)),
                Kind::Sign => matches!(word, "@" | "$" | "$@" | "@$" | "s"),
                _ => false,
            };
        if !is_prefix {
            return (self.at, String::new());
        }
        let found = (last.range.start, word.to_ascii_lowercase());
        self.tokens.pop();
        found
    }

    fn quote(&mut self, quote: u8) {
        let triple: &str = if quote == b'"' { "\"\"\"" } else { "'''" };
        if self.rules.triple && self.starts(triple) {
            let (_, prefix) = self.prefix();
            return self.long(triple, triple, prefix.contains('f') || self.rules.hash_braces);
        }
        let (start, prefix) = self.prefix();
        let verbatim = prefix.contains('@');
        let mut at = self.at + 1;
        let multiline = verbatim || (self.rules.multiline && quote == b'"');
        let dead = if quote == b'"' { self.unclosed.double } else { self.unclosed.single };
        if dead > self.at {
            return self.sign();
        }
        let blocked = self.unclosed.over_lines > self.at;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'\\' if !verbatim => at += 1,
                b'\n' if !multiline || blocked => break,
                _ if byte == quote => {
                    let interpolated = prefix.contains('f')
                        || prefix.contains('$')
                        || (quote == b'"' && self.rules.hash_braces);
                    let kind = Kind::Text { interpolated };
                    self.push_inner(kind, start..at + 1, self.at + 1..at);
                    self.at = at + 1;
                    return;
                }
                _ => {}
            }
            at += 1;
        }
        if multiline && !blocked {
            self.unclosed.over_lines = self.bytes.len();
        } else if quote == b'"' {
            self.unclosed.double = at;
        } else {
            self.unclosed.single = at;
        }
        self.sign();
    }

    /// A string between two long marks, over lines.
    fn long(&mut self, open: &str, close: &str, interpolated: bool) {
        let start = self.at + open.len();
        let blocked = self.unclosed.long > self.at;
        let end = if blocked { None } else { self.find(start, close) };
        let Some(end) = end else {
            self.unclosed.long = self.bytes.len();
            self.at += open.len();
            return;
        };
        let kind = Kind::Text { interpolated };
        self.push_inner(kind, self.at..end + close.len(), start..end);
        self.at = end + close.len();
    }

    /// JavaScript's `` `…${…}…` ``, with templates inside of its code.
    fn template(&mut self) {
        let mut at = self.at + 1;
        // Brackets of code inside, each with the depth of braces in it.
        let mut braces: Vec<usize> = Vec::new();
        if self.unclosed.long > self.at {
            return self.sign();
        }
        while let Some(&byte) = self.bytes.get(at) {
            match (byte, braces.last_mut()) {
                (b'\\', _) => at += 1,
                (b'`', None) => {
                    let kind = Kind::Text { interpolated: true };
                    self.push_inner(kind, self.at..at + 1, self.at + 1..at);
                    self.at = at + 1;
                    return;
                }
                (b'$', None) if self.bytes.get(at + 1) == Some(&b'{') => {
                    braces.push(0);
                    at += 1;
                }
                (b'`', Some(_)) => {
                    // A template in the code of a template: its end is the next backquote.
                    let Some(end) = self.find(at + 1, "`") else { break };
                    at = end;
                }
                (b'{', Some(depth)) => *depth += 1,
                (b'}', Some(depth)) => match depth.checked_sub(1) {
                    Some(less) => *depth = less,
                    None => {
                        braces.pop();
                    }
                },
                _ => {}
            }
            at += 1;
        }
        self.unclosed.long = self.bytes.len();
        self.sign();
    }

    /// `'x'` and `'\n'`; anything else with a single quote is a lifetime or an apostrophe.
    fn character(&mut self) {
        let rest = self.text.get(self.at + 1..self.bytes.len()).unwrap_or_default();
        let mut chars = rest.char_indices();
        let escaped = rest.starts_with('\\');
        let end = if escaped { chars.nth(2) } else { chars.nth(1) };
        match end {
            Some((at, '\'')) => {
                let end = self.at + 1 + at + 1;
                self.push(Kind::Word, self.at..end);
                self.at = end;
            }
            _ => self.sign(),
        }
    }

    /// Tells whether a slash stands where an operand is due.
    fn may_start_pattern(&self) -> bool {
        let Some(last) = self.tokens.last() else { return true };
        match last.kind {
            Kind::Open(_) => true,
            Kind::Sign => self.text.get(last.range.clone()).is_some_and(|sign| sign != "<"),
            Kind::Word => {
                matches!(self.text.get(last.range.clone()), Some("return" | "case" | "typeof"))
            }
            _ => false,
        }
    }

    fn pattern(&mut self) {
        let mut at = self.at + 1;
        let mut class = false;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'\\' => at += 1,
                b'\n' => break,
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => {
                    let kind = Kind::Text { interpolated: false };
                    self.push_inner(kind, self.at..at + 1, self.at + 1..at);
                    self.at = at + 1;
                    return;
                }
                _ => {}
            }
            at += 1;
        }
        self.sign();
    }

    /// `<<~SQL`, `<<-'EOS'`, `<<<HTML`: the lines up to the mark alone on its line.
    fn heredoc(&mut self) -> bool {
        if !self.starts("<<") {
            return false;
        }
        let line_end = self.line_end();
        let head = self.text.get(self.at + 2..line_end).unwrap_or_default();
        let head = head.trim_start_matches(['<', '~', '-']).trim_start_matches(['"', '\'']);
        let mark: String = head
            .chars()
            .take_while(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '_')
            .collect();
        if mark.is_empty() || self.unclosed.long > self.at {
            return false;
        }
        let body = line_end + 1;
        let mut start = body;
        while start < self.bytes.len() {
            let end = self.find(start, "\n").unwrap_or(self.bytes.len());
            let line = self.text.get(start..end).unwrap_or_default();
            if line.trim().trim_end_matches([';', ',', ')']) == mark {
                // What follows the mark on its own line is read after the body; it is short.
                let kind = Kind::Text { interpolated: true };
                self.push_inner(kind, self.at..end, body..start.max(body));
                self.at = end;
                return true;
            }
            start = end + 1;
        }
        self.unclosed.long = self.bytes.len();
        false
    }

    fn close(&mut self, byte: u8) {
        let open = match byte {
            b')' => b'(',
            b']' => b'[',
            _ => b'{',
        };
        // A bracket that nothing closes is passed over, but not for the whole file.
        let from = self.open.len().saturating_sub(16);
        let near = self.open.get(from..).unwrap_or_default();
        let mate = near.iter().rposition(|&at| {
            self.tokens.get(at).is_some_and(|token| token.kind == Kind::Open(open))
        });
        let range = self.at..self.at + 1;
        self.at += 1;
        if let Some(mate) = mate {
            let bracket = self.open.get(from + mate).copied();
            self.open.truncate(from + mate);
            self.tokens.push(Token {
                kind: Kind::Close,
                range: range.clone(),
                inner: range,
                bracket,
            });
        }
    }

    fn word(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let len = rest.iter().take_while(|byte| is_word(**byte)).count();
        self.push(Kind::Word, self.at..self.at + len);
        self.at += len;
    }

    fn sign(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let joins = |byte: &u8| b"=:<>!|&?+-*%~^".contains(byte);
        let len = rest.iter().take_while(|byte| joins(byte)).count().max(1);
        let len = len.min(4);
        self.push(Kind::Sign, self.at..self.at + len);
        self.at += len;
    }
}

/// Bytes of identifiers; anything beyond ASCII counts.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}
