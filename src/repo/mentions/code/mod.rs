//! Source code, and what is written with its strings and brackets: JSON, HCL.
//!
//! A name outside of strings and comments is an identifier. In a string it is judged by where the
//! string stands ([`place`]) and by what it says ([`literal`]).

use std::ops::Range;

use crate::compose::usage::Class;
use crate::repo::kind::Language;
use crate::repo::mentions::env;
use crate::repo::mentions::page::{Page, certain, unsure};
use crate::repo::mentions::people;
use crate::repo::mentions::rules::Rules;
use crate::repo::mentions::tokens::{Kind, Source};

mod compare;
mod literal;
mod operand;
mod place;

/// What surrounds a piece of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect<'s> {
    pub(super) language: Language,
    /// The suffix that names the language (`py`, `json`).
    pub(super) suffix: &'s str,
}

impl<'s> Dialect<'s> {
    /// Gives the dialect of a file.
    pub(super) fn of_path(path: &'s str, language: Language) -> Self {
        let name = path.rsplit('/').next().unwrap_or_default();
        let name = name.strip_suffix(".j2").or(name.strip_suffix(".tmpl")).unwrap_or(name);
        let suffix = match name.rsplit_once('.') {
            _ if name.starts_with("Jenkinsfile") => "jenkinsfile",
            Some((_, suffix)) => suffix,
            None if name.starts_with("Tiltfile") => "tiltfile",
            None => "",
        };
        Self { language, suffix }
    }

    /// Tells whether strings are all there is: no identifiers.
    fn is_data(self) -> bool {
        matches!(self.suffix, "json" | "json5" | "jsonc")
    }
}

/// Strings within strings that are followed (`f"{get("db")}"`).
const MAX_NESTING: usize = 3;

/// Reads a range as code. `key` names what the range as a whole is assigned to, if anything.
pub(super) fn read(page: &mut Page<'_>, range: &Range<usize>, dialect: Dialect<'_>, key: &str) {
    let mut ranges = vec![(range.clone(), 0_usize)];
    let rules = Rules::new(dialect.language, dialect.suffix);
    while let Some((range, depth)) = ranges.pop() {
        if page.open_in(&range).is_empty() {
            continue;
        }
        let source = Source::new(page.text, &range, rules);
        for (at, token) in source.tokens.iter().enumerate() {
            if !page.is_named_in(&token.range) {
                continue;
            }
            match token.kind {
                Kind::Text { interpolated } => {
                    if interpolated && depth < MAX_NESTING {
                        let holes = holes(page.slice(&token.inner), token.inner.start);
                        let inner = holes.into_iter().filter(|hole| page.is_named_in(hole));
                        let inner: Vec<_> = inner.map(|hole| (hole, depth + 1)).collect();
                        // Holes come first: their own strings say more than the string around.
                        for (hole, _) in &inner {
                            nested(page, hole, dialect);
                        }
                        ranges.extend(inner);
                    }
                    literal::read(page, &source, at, dialect, key);
                }
                Kind::Comment => comment(page, &token.inner),
                _ => {}
            }
        }
        compare::settle(page, &source);
        let outside = match (dialect.is_data(), page.subject.name.contains('-')) {
            (true, _) => unsure(Class::Unknown, "outside of strings"),
            // No language has hyphens in its names, but some hold text between tags.
            (false, true) => unsure(Class::Message, "outside of strings"),
            (false, false) => certain(Class::Identifier, "an identifier in code"),
        };
        page.judge_all(&range, outside);
    }
}

/// Reads the code in a string's hole.
fn nested(page: &mut Page<'_>, hole: &Range<usize>, dialect: Dialect<'_>) {
    let rules = Rules::new(dialect.language, dialect.suffix);
    let source = Source::new(page.text, hole, rules);
    for (at, token) in source.tokens.iter().enumerate() {
        match token.kind {
            Kind::Text { .. } if page.is_named_in(&token.range) => {
                literal::read(page, &source, at, dialect, "");
            }
            Kind::Word if page.slice(&token.range) == page.subject.name => {
                page.judge(&token.range, certain(Class::Identifier, "an identifier in code"));
            }
            _ => {}
        }
    }
}

/// Finds `{…}`, `${…}` and `#{…}` in a string.
fn holes(text: &str, from: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open.push(at + 1),
            b'}' => {
                if let Some(start) = open.pop().filter(|_| open.is_empty()) {
                    found.push(from + start..from + at);
                }
            }
            _ => {}
        }
    }
    found
}

/// Reads a comment: code that is commented out, or text for people.
fn comment(page: &mut Page<'_>, inner: &Range<usize>) {
    for line in people::lines(page.text, inner) {
        if page.is_named_in(&line) {
            env::commented(page, &line);
        }
    }
}
