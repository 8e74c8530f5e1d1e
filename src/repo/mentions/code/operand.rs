//! Walks over tokens: neighbours, operands, and the names that operands have.

use crate::repo::mentions::tokens::{Kind, Source};

impl<'t> Source<'t> {
    /// The token before one, comments left out.
    pub(super) fn before(&self, at: usize) -> Option<usize> {
        let mut at = at;
        loop {
            at = at.checked_sub(1)?;
            if self.kind_of(at) != Some(Kind::Comment) {
                return Some(at);
            }
        }
    }

    /// The token after one, comments left out.
    pub(super) fn after(&self, at: usize) -> Option<usize> {
        let mut at = at;
        loop {
            at += 1;
            if self.kind_of(at)? != Kind::Comment {
                return Some(at);
            }
        }
    }

    /// Tells whether two tokens stand on one line.
    pub(super) fn same_line(&self, one: usize, other: usize) -> bool {
        let end = self.tokens.get(one).map(|token| token.range.end);
        let start = self.tokens.get(other).map(|token| token.range.start);
        let (Some(end), Some(start)) = (end, start) else { return false };
        !self.text.get(end..start).unwrap_or_default().contains('\n')
    }

    /// Finds the first token of the operand that ends with `at` (`a.b["c"](d)`).
    pub(super) fn operand_start(&self, at: usize) -> usize {
        let mut start = at;
        for _ in 0..64 {
            if self.kind_of(start) == Some(Kind::Close) {
                let Some(open) = self.bracket_of(start) else { break };
                start = open;
            }
            let Some(before) = self.before(start) else { break };
            let joined = match self.kind_of(before) {
                Some(Kind::Sign) => match self.text_of(before) {
                    "." | "::" | "->" | "?." | "&." | "!." => self.before(before),
                    "!" | "?" if matches!(self.kind_of(start), Some(Kind::Open(_))) => Some(before),
                    _ => None,
                },
                Some(Kind::Word | Kind::Close)
                    if matches!(self.kind_of(start), Some(Kind::Open(b'(' | b'['))) =>
                {
                    Some(before)
                }
                Some(Kind::Word) if matches!(self.text_of(before), "await" | "new") => Some(before),
                _ => None,
            };
            let Some(joined) = joined else { break };
            start = joined;
        }
        start
    }

    /// Gives the text of an operand without its last brackets.
    pub(super) fn slice(&self, first: usize, last: usize) -> &'t str {
        let start = self.tokens.get(first).map(|token| token.range.start);
        let end = self.tokens.get(last).map(|token| token.range.end);
        match (start, end) {
            (Some(start), Some(end)) if start <= end => {
                self.text.get(start..end).unwrap_or_default()
            }
            _ => "",
        }
    }

    /// Finds the name that an operand ending with `at` has: a word, a string, an index, what a
    /// getter is asked for.
    pub(super) fn operand_name(&self, at: usize) -> Option<&'t str> {
        match self.kind_of(at)? {
            Kind::Text { .. } => Some(self.inner_of(at)),
            Kind::Word => Some(self.text_of(at)),
            Kind::Close => {
                let open = self.bracket_of(at)?;
                self.asked_for(open).or_else(|| {
                    let callee = self.before(open)?;
                    self.is_word(callee).then(|| self.text_of(callee))
                })
            }
            Kind::Sign if matches!(self.text_of(at), "!" | "?") => {
                self.operand_name(self.before(at)?)
            }
            _ => None,
        }
    }

    /// Finds what a getter is asked for: the string that its first argument ends with, through
    /// calls within (`cast(config["server"]["DB_USER"])`), else its first string.
    fn asked_for(&self, open: usize) -> Option<&'t str> {
        let mut inner = open;
        for _ in 0..8 {
            let end = self.first_argument_end(inner)?;
            if self.is_text(end) {
                return Some(self.inner_of(end));
            }
            match self.bracket_of(end).filter(|_| self.kind_of(end) == Some(Kind::Close)) {
                Some(nested) => inner = nested,
                None => break,
            }
        }
        self.inside(open).find(|&at| self.is_text(at)).map(|text| self.inner_of(text))
    }

    /// Finds the last token of the first thing that a bracket lists.
    fn first_argument_end(&self, open: usize) -> Option<usize> {
        let is_end = |at: &usize| self.text_of(*at) == "," && self.bracket_of(*at) == Some(open);
        self.inside(open)
            .take_while(|at| !is_end(at))
            .filter(|&at| self.kind_of(at) != Some(Kind::Comment))
            .last()
    }

    /// Finds the name on the left of an assignment, types left out.
    pub(super) fn assigned_name(&self, at: usize) -> Option<&'t str> {
        let start = self.operand_start(at);
        // `host: Optional[str] = …`, `host?: string = …`
        if let Some(colon) = self.before(start)
            && matches!(self.text_of(colon), ":" | "?:")
            && let Some(name) = self.before(colon)
            && self.is_word(name)
        {
            return Some(self.text_of(name));
        }
        // Go's `host string = …`.
        if self.is_word(at)
            && matches!(self.text_of(at), "string" | "String" | "str")
            && let Some(name) = self.before(at)
            && self.is_word(name)
            && self.same_line(name, at)
        {
            return Some(self.text_of(name));
        }
        if matches!(self.text_of(at), ">" | ">>") {
            // `host: Option<String> = …`
            let mut start = at;
            for _ in 0..16 {
                start = self.before(start)?;
                if matches!(self.text_of(start), ":" | "?:") {
                    return self.operand_name(self.before(start)?);
                }
            }
            return None;
        }
        self.operand_name(at)
    }
}
