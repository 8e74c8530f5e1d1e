//! Parts of words that a shell, Make, just, a batch or a template engine replaces.

use super::balance::Closer;
use super::lexer::Lexer;
use super::lexer::is_identifier;
use super::word::PartKind;
use super::word::Word;

impl Lexer<'_> {
    /// Reads what a `$` starts.
    pub(super) fn dollar(&mut self, word: &mut Word) {
        match self.rest().get(1) {
            Some(b'(') => self.substitution(word),
            Some(b'{') if self.rest().starts_with(b"${{") => self.template(word, 1),
            Some(b'{') => self.braced(word),
            // Make's `$$x` is the shell's `$x`.
            Some(b'$') => self.literal(word, 1),
            Some(b'\'' | b'"') => self.at += 1,
            Some(byte) if byte.is_ascii_alphabetic() || *byte == b'_' => {
                let start = if self.rest().starts_with(b"$env:") { 5 } else { 1 };
                let len = self.identifier(self.at + start);
                let name = self.text.as_str().get(self.at + start..self.at + start + len);
                let name = name.unwrap_or_default().to_owned();
                self.part(word, self.at + start + len, PartKind::Variable { name, default: None });
            }
            Some(byte @ (b'0'..=b'9' | b'@' | b'*')) => {
                let name = char::from(*byte).to_string();
                self.part(word, self.at + 2, PartKind::Variable { name, default: None });
            }
            Some(b'#' | b'?' | b'!' | b'-') => self.part(word, self.at + 2, PartKind::Opaque),
            _ => self.literal(word, 1),
        }
    }

    /// Reads `$(…)`, `<(…)`, `>(…)`, `$((…))` and Make's `$(NAME)`.
    pub(super) fn substitution(&mut self, word: &mut Word) {
        let start = self.at + 2;
        let Some(end) = self.balance.close(start, Closer::Paren) else {
            return self.literal(word, 1);
        };
        let inner = self.text.slice(start..end - 1);
        let kind = match inner.as_str() {
            text if text.starts_with('(') && text.ends_with(')') => PartKind::Opaque,
            text if is_identifier(text) => {
                PartKind::Variable { name: text.to_owned(), default: None }
            }
            text if is_make_function(text) => PartKind::Opaque,
            text => match text.strip_prefix("shell ") {
                Some(command) => {
                    PartKind::Command(inner.slice(text.len() - command.len()..text.len()))
                }
                None => PartKind::Command(inner),
            },
        };
        self.part(word, end, kind);
    }

    /// Reads `${NAME}`, `${NAME:-default}`, `${NAME[@]}`, `${!NAME[@]}` …
    fn braced(&mut self, word: &mut Word) {
        let start = self.at + 2;
        let Some(end) = self.balance.close(start, Closer::Brace) else {
            return self.literal(word, 1);
        };
        let inner = self.bytes.get(start..end - 1).unwrap_or_default();
        let mut at = usize::from(matches!(inner.first(), Some(b'!' | b'#')) && inner.len() > 1);
        if inner.get(at..).is_some_and(|inner| inner.starts_with(b"env:")) {
            at += 4;
        }
        let len = match inner.get(at) {
            Some(byte) if byte.is_ascii_digit() || b"@*".contains(byte) => 1,
            _ => self.identifier(start + at),
        };
        let name = self.text.as_str().get(start + at..start + at + len).unwrap_or_default();
        if name.is_empty() {
            return self.part(word, end, PartKind::Opaque);
        }
        let operator = inner.get(at + len..).unwrap_or_default();
        let skip = match operator {
            [b':', b'-' | b'=' | b'+', ..] => Some(2),
            [b'-' | b'=' | b'+', ..] => Some(1),
            _ => None,
        };
        let base = word.text.len() + 2;
        let default = skip.map(|skip| base + at + len + skip..base + inner.len());
        let kind = PartKind::Variable { name: name.to_owned(), default };
        self.part(word, end, kind);
    }

    /// Reads `{{ … }}` after `skip` bytes: a template's or GitHub's expression, just's `{{name}}`.
    pub(super) fn template(&mut self, word: &mut Word, skip: usize) {
        let start = self.at + skip + 2;
        if self.at < self.no_template_before {
            return self.literal(word, 1);
        }
        let line = self.line_end(self.at);
        let rest = self.bytes.get(start..line).unwrap_or_default();
        let Some(len) = memchr::memmem::find(rest, b"}}") else {
            self.no_template_before = line;
            return self.literal(word, 1);
        };
        let name = self.text.as_str().get(start..start + len).unwrap_or_default().trim();
        let kind = if is_identifier(name) {
            PartKind::Variable { name: name.to_owned(), default: None }
        } else {
            PartKind::Opaque
        };
        self.part(word, start + len + 2, kind);
    }

    /// Reads batch's `%NAME%`.
    pub(super) fn batch_variable(&mut self, word: &mut Word) {
        let len = self.identifier(self.at + 1);
        if len > 0 && self.bytes.get(self.at + 1 + len) == Some(&b'%') {
            let name = self.text.as_str().get(self.at + 1..self.at + 1 + len).unwrap_or_default();
            let kind = PartKind::Variable { name: name.to_owned(), default: None };
            return self.part(word, self.at + len + 2, kind);
        }
        self.literal(word, 1);
    }

    /// Gives the end of a `<placeholder>` that starts here.
    pub(super) fn placeholder(&self) -> Option<usize> {
        let rest = self.rest().get(1..)?;
        let len = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte))
            .count();
        let first = rest.first()?.is_ascii_alphabetic();
        (first && rest.get(len) == Some(&b'>')).then_some(self.at + len + 2)
    }
}

/// Tells whether the inside of `$(…)` calls a function of Make that no shell has.
fn is_make_function(text: &str) -> bool {
    const FUNCTIONS: &str = "call or and filter filter-out patsubst subst addprefix addsuffix \
        wildcard strip findstring firstword lastword wordlist notdir warning foreach origin value";
    let name = text.split(' ').next().filter(|name| name.len() < text.len());
    name.is_some_and(|name| FUNCTIONS.split_ascii_whitespace().any(|known| known == name))
}
