//! Shell text into words and operators: POSIX and bash, tolerant of fish, PowerShell, batch, Make
//! and just, of `${{ }}` and `{{ }}`, of `<placeholders>` and of prose between commands.
//!
//! Invariants: any text gives tokens, and never an error; a quote or bracket that is not closed is
//! an ordinary character; the work is bounded by a constant times the length.
//! Deliberately absent: commands (see `parser.rs`), and what is inside substitutions: they are
//! handed on as text.

use std::ops::Range;

use super::balance::Balance;
use super::balance::Closer;
use super::text::Text;
use super::word::Part;
use super::word::PartKind;
use super::word::Word;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Lexed {
    /// Words, operators and comments, in order.
    pub(super) tokens: Vec<Token>,
    /// Bodies of the heredocs, by the number in [`Kind::Heredoc`].
    pub(super) heredocs: Vec<Text>,
}

/// A token with its bytes in the text that was read.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
}

/// What a token is.
#[derive(Debug)]
pub(super) enum Kind {
    Word(Word),
    Newline,
    Semicolon,
    /// `;;`, `;&`, `;;&`
    ArmEnd,
    Background,
    And,
    Or,
    Pipe,
    Open,
    Close,
    Redirect(Redirection),
    Heredoc(usize),
    Comment(Text),
}

/// Which way a redirection goes; its target is the next word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Redirection {
    Read,
    Write,
    HereString,
}

/// Reads shell text.
pub(super) fn lex(text: &Text) -> Lexed {
    let mut lexer = Lexer::new(text);
    lexer.run();
    lexer.lexed
}

/// Reads a text as what stands in double quotes: one word with its variables and commands.
pub(super) fn quoted(text: &Text) -> Word {
    let mut lexer = Lexer::new(text);
    let mut word = Word { quoted: true, ..Word::default() };
    lexer.quoted(&mut word, text.len());
    word
}

/// What reads a text.
pub(super) struct Lexer<'t> {
    pub(super) text: &'t Text,
    pub(super) bytes: &'t [u8],
    pub(super) at: usize,
    pub(super) balance: Balance<'t>,
    lexed: Lexed,
    /// Delimiters of heredocs whose bodies start at the next line.
    pending: Vec<(usize, String)>,
    /// Nothing before this offset closes a `{{`.
    pub(super) no_template_before: usize,
}

impl<'t> Lexer<'t> {
    fn new(text: &'t Text) -> Self {
        Self {
            text,
            bytes: text.as_str().as_bytes(),
            at: 0,
            balance: Balance::new(text.as_str()),
            lexed: Lexed::default(),
            pending: Vec::new(),
            no_template_before: 0,
        }
    }
}

impl Lexer<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            let start = self.at;
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => {
                    self.at += 1;
                    self.push(start, Kind::Newline);
                    self.heredoc_bodies();
                }
                b'\\' | b'`' | b'^' if self.continues() => {}
                b'#' => self.comment(self.line_end(start)),
                b'<' if self.rest().starts_with(b"<#") => {
                    let end = find(self.bytes, start, b"#>").map_or(self.bytes.len(), |at| at + 2);
                    self.comment(end);
                }
                b';' => {
                    let len = self.longest(&[";;&", ";;", ";&"]);
                    self.operator(len.max(1), if len > 0 { Kind::ArmEnd } else { Kind::Semicolon });
                }
                b'&' if self.rest().starts_with(b"&>") => {
                    let len = self.longest(&["&>>", "&>"]);
                    self.operator(len, Kind::Redirect(Redirection::Write));
                }
                b'&' if self.rest().starts_with(b"&&") => self.operator(2, Kind::And),
                b'&' => self.operator(1, Kind::Background),
                b'|' if self.rest().starts_with(b"||") => self.operator(2, Kind::Or),
                b'|' => self.operator(self.longest(&["|&", "|"]), Kind::Pipe),
                b'(' => self.operator(1, Kind::Open),
                b')' => self.operator(1, Kind::Close),
                b'<' if self.placeholder().is_some() => self.word(),
                b'<' | b'>' => self.redirect(),
                b'0'..=b'9' if self.is_descriptor() => self.at += 1,
                _ => self.word(),
            }
        }
        // A heredoc that is not closed swallows nothing: its lines were read as commands.
    }

    fn push(&mut self, start: usize, kind: Kind) {
        self.lexed.tokens.push(Token { span: start..self.at, kind });
    }

    fn operator(&mut self, len: usize, kind: Kind) {
        let start = self.at;
        self.at += len;
        self.push(start, kind);
    }

    fn comment(&mut self, end: usize) {
        let start = self.at;
        self.at = end;
        self.push(start, Kind::Comment(self.text.slice(start..end)));
    }

    /// Gives what is not read yet.
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Gives where the line ends that an offset is in.
    pub(super) fn line_end(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let end = memchr::memchr(b'\n', rest).map_or(self.bytes.len(), |at| from + at);
        if end > from && self.bytes.get(end - 1) == Some(&b'\r') { end - 1 } else { end }
    }

    fn longest(&self, operators: &[&str]) -> usize {
        operators.iter().find(|op| self.rest().starts_with(op.as_bytes())).map_or(0, |op| op.len())
    }

    /// Skips the end of a line that continues on the next: `\`, PowerShell's backtick, batch's `^`.
    fn continues(&mut self) -> bool {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        let len = match rest {
            [b'\n', ..] => 2,
            [b'\r', b'\n', ..] => 3,
            _ => return false,
        };
        self.at += len;
        true
    }

    /// Tells whether digits here are the descriptor of a redirection (`2>`); the last one is.
    fn is_descriptor(&self) -> bool {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        digits <= 2
            && matches!(self.rest().get(digits), Some(b'<' | b'>'))
            && matches!(
                self.at.checked_sub(1).and_then(|at| self.bytes.get(at)),
                None | Some(b' ' | b'\t' | b'\n' | b'0'..=b'9')
            )
    }

    fn redirect(&mut self) {
        let start = self.at;
        if self.rest().starts_with(b"<<") && !self.rest().starts_with(b"<<<") && self.heredoc() {
            return;
        }
        if self.rest().starts_with(b"<(") || self.rest().starts_with(b">(") {
            return self.word();
        }
        let len = self.longest(&["<<<", "<<-", "<<", ">>", "<>", "<&", ">&", ">|", "<", ">"]);
        self.at += len;
        let copies = self.bytes.get(start + 1) == Some(&b'&');
        let digits = self.rest().iter().take_while(|b| b.is_ascii_digit() || **b == b'-').count();
        if copies && digits > 0 {
            self.at += digits;
            return;
        }
        let kind = match self.bytes.get(start..start + len) {
            Some(b"<<<") => Redirection::HereString,
            Some(op) if op.first() == Some(&b'<') => Redirection::Read,
            _ => Redirection::Write,
        };
        self.push(start, Kind::Redirect(kind));
    }

    /// Reads `<<EOF`, `<<-'EOF'`, `<< "EOF"`; leaves all as it is where no line closes it.
    fn heredoc(&mut self) -> bool {
        let start = self.at;
        let Some((delimiter, end)) = super::balance::heredoc_delimiter(self.bytes, start) else {
            return false;
        };
        let delimiter = delimiter.to_owned();
        self.at = end;
        let number = self.lexed.heredocs.len();
        self.lexed.heredocs.push(Text::default());
        self.pending.push((number, delimiter));
        self.push(start, Kind::Heredoc(number));
        true
    }

    fn heredoc_bodies(&mut self) {
        for (number, delimiter) in std::mem::take(&mut self.pending) {
            let start = self.at;
            let Some((end, next)) = self.balance.heredoc_end(start, &delimiter) else { continue };
            if let Some(body) = self.lexed.heredocs.get_mut(number) {
                *body = self.text.slice(start..end);
            }
            self.at = next;
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let mut word = Word::default();
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\\' | b'`' | b'^' if self.continues() => {}
                b'\\' => self.escape(&mut word),
                b'\'' => self.single(&mut word),
                b'"' => self.double(&mut word),
                b'`' => self.backticks(&mut word, self.bytes.len()),
                b'$' => self.dollar(&mut word),
                b'{' if self.rest().starts_with(b"{{") => self.template(&mut word, 0),
                b'%' => self.batch_variable(&mut word),
                b'<' | b'>' if self.rest().get(1) == Some(&b'(') && word.text.len() == 0 => {
                    self.substitution(&mut word);
                }
                b'<' => match self.placeholder() {
                    Some(end) => self.part(&mut word, end, PartKind::Opaque),
                    None => break,
                },
                // Arrows and prompts: `->`, `=>`.
                b'>' if matches!(word.as_str().as_bytes(), [.., b'-' | b'=']) => {
                    self.literal(&mut word, 1);
                }
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'>' => break,
                _ => {
                    let special = |byte: &u8| b" \t\r\n;&|()<>\\'\"`$%^{".contains(byte);
                    let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
                    let len = 1 + rest.iter().position(special).unwrap_or(rest.len());
                    self.literal(&mut word, len);
                }
            }
        }
        if self.at == start {
            // Never reached by a byte that starts a word; without progress there would be no end.
            self.at += 1;
        }
        self.push(start, Kind::Word(word));
    }

    /// Takes bytes as they stand.
    pub(super) fn literal(&mut self, word: &mut Word, len: usize) {
        word.text.append(self.text, self.at..self.at + len);
        self.at += len;
    }

    /// Takes bytes up to an offset as a part of a word.
    pub(super) fn part(&mut self, word: &mut Word, end: usize, kind: PartKind) {
        let start = word.text.len();
        word.text.append(self.text, self.at..end);
        word.parts.push(Part { range: start..word.text.len(), kind });
        self.at = end;
    }

    fn escape(&mut self, word: &mut Word) {
        self.at += 1;
        let rest = self.text.as_str().get(self.at..).unwrap_or_default();
        let len = rest.chars().next().map_or(0, char::len_utf8);
        self.literal(word, len);
    }

    fn single(&mut self, word: &mut Word) {
        let start = self.at + 1;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let Some(len) = memchr::memchr(b'\'', rest) else { return self.literal(word, 1) };
        if self.is_apostrophe(self.at)
            && (self.is_apostrophe(start + len)
                || memchr::memchr(b'\n', rest.get(..len).unwrap_or_default()).is_some())
        {
            return self.literal(word, 1);
        }
        self.at = start;
        self.literal(word, len);
        self.at += 1;
        word.quoted = true;
    }

    /// Tells whether the quote here stands between letters, as in `don't`.
    fn is_apostrophe(&self, at: usize) -> bool {
        let letter = |at: Option<usize>| {
            at.and_then(|at| self.bytes.get(at)).is_some_and(u8::is_ascii_alphabetic)
        };
        letter(at.checked_sub(1)) && letter(Some(at + 1))
    }

    fn double(&mut self, word: &mut Word) {
        let Some(end) = self.balance.close(self.at + 1, Closer::Double) else {
            return self.literal(word, 1);
        };
        word.quoted = true;
        self.at += 1;
        self.quoted(word, end - 1);
        self.at = self.at.max(end);
    }

    /// Takes what stands between double quotes, up to an offset.
    fn quoted(&mut self, word: &mut Word, end: usize) {
        while self.at < end {
            match self.bytes.get(self.at) {
                Some(b'\\') => match self.bytes.get(self.at + 1) {
                    Some(b'"' | b'\\' | b'$' | b'`') => {
                        self.at += 1;
                        self.literal(word, 1);
                    }
                    Some(b'\n') => self.at += 2,
                    _ => self.literal(word, 1),
                },
                Some(b'$') => self.dollar(word),
                Some(b'`') => self.backticks(word, end),
                Some(b'{') if self.rest().starts_with(b"{{") => self.template(word, 0),
                _ => {
                    let rest = self.bytes.get(self.at + 1..end).unwrap_or_default();
                    let special = |byte: &u8| b"\\$`{".contains(byte);
                    let len = 1 + rest.iter().position(special).unwrap_or(rest.len());
                    self.literal(word, len);
                }
            }
        }
    }

    fn backticks(&mut self, word: &mut Word, limit: usize) {
        let start = self.at + 1;
        let mut inner = Text::default();
        let mut at = start;
        let end = loop {
            match self.bytes.get(at) {
                Some(b'\\') if at + 1 < limit => at += 2,
                Some(b'`') if at < limit => break at,
                Some(_) if at < limit => at += 1,
                _ => return self.literal(word, 1),
            }
        };
        // Escapes inside are few: pieces between them are taken as they are.
        let mut from = start;
        for at in start..end {
            if self.bytes.get(at) == Some(&b'\\')
                && matches!(self.bytes.get(at + 1), Some(b'`' | b'\\' | b'$'))
                && at >= from
            {
                inner.append(self.text, from..at);
                from = at + 1;
            }
        }
        inner.append(self.text, from..end);
        self.part(word, end + 1, PartKind::Command(inner));
    }

    /// Gives the length of the variable's name that starts at an offset.
    pub(super) fn identifier(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        if rest.first().is_some_and(u8::is_ascii_digit) {
            return 0;
        }
        rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
    }
}

/// Tells whether a text is a variable's name.
pub(super) fn is_identifier(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn find(bytes: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes.get(from..)?, needle).map(|at| from + at)
}
