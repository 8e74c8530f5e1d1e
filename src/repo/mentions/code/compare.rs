//! Strings that something is compared with, and the names of what is compared.
//!
//! `host == "db"`, `"db" in hosts`, `case "db":`, `expect(host).toBe("db")`. Deliberately absent:
//! what the names say.

use std::collections::BTreeSet;

use crate::compose::usage::Class;
use crate::repo::mentions::code::place::{Role, is_generic, is_keyword};
use crate::repo::mentions::page::{Page, unsure};
use crate::repo::mentions::tokens::{Kind, Source};

/// A comparison that a string is part of.
#[derive(Clone, Debug, Default)]
pub(super) struct Comparison<'t> {
    /// Names of the other side, the nearest first.
    pub(super) names: Vec<&'t str>,
    /// The bracket that lists the string with others.
    pub(super) list: Option<usize>,
}

/// What a comparison's operand is where nothing tells what the other side holds.
pub(super) const UNTOLD: &str = "compared with a value that may be any";

/// Functions of tests that compare their arguments.
const ASSERTIONS: &[&str] = &[
    "areequal",
    "assert_eq",
    "assert_equal",
    "assert_ne",
    "assertequal",
    "assertequals",
    "assertin",
    "assertnotequal",
    "assertsame",
    "deepequal",
    "eq",
    "eql",
    "equal",
    "equals",
    "isequalto",
    "strictequal",
    "tobe",
    "tocontain",
    "toequal",
    "tostrictequal",
];

/// Methods that ask a list whether it has a value.
const MEMBERSHIP: &[&str] = &["contains", "include", "includes", "indexOf", "index"];

impl<'t> Source<'t> {
    /// Finds the comparison that a string is an operand of.
    pub(super) fn comparison(&self, at: usize) -> Option<Comparison<'t>> {
        let before = self.before(at);
        let after = self.after(at);
        if let Some(sign) = before.filter(|&sign| self.compares(sign)) {
            return Some(Comparison { names: self.names_before(sign), list: None });
        }
        let asks = |sign: &usize| self.compares(*sign) || self.text_of(*sign) == "in";
        if let Some(sign) = after.filter(asks).filter(|&sign| self.same_line(at, sign)) {
            return Some(Comparison { names: self.names_after(sign), list: None });
        }
        if let Some(word) = before.filter(|&word| matches!(self.text_of(word), "case" | "when")) {
            return Some(Comparison { names: self.switched(word), list: None });
        }
        self.in_list(at).or_else(|| self.asserted(at))
    }

    fn compares(&self, sign: usize) -> bool {
        matches!(self.kind_of(sign), Some(Kind::Sign | Kind::Word))
            && matches!(
                self.text_of(sign),
                "==" | "===" | "!=" | "!==" | "=~" | "<>" | "is" | "eq" | "ne"
            )
    }

    /// `x in ("db", "web")`, `["db", "web"].includes(x)`.
    fn in_list(&self, at: usize) -> Option<Comparison<'t>> {
        let open = self.bracket_of(at)?;
        let lists = self.siblings(open, at, Role::Value);
        let list = Some(open);
        let before = self.before(open)?;
        if self.text_of(before) == "in" && !self.is_loop(before) {
            let left = self.before(before).filter(|&left| self.text_of(left) == "not");
            return Some(Comparison { names: self.names_before(left.unwrap_or(before)), list });
        }
        if self.kind_of(open) != Some(Kind::Open(b'[')) {
            return None;
        }
        let dot = self.close_of(open) + 1;
        let method = self.text_of(dot + 1);
        let asked = self.text_of(dot) == "." && MEMBERSHIP.contains(&method) && !lists.is_empty();
        asked.then(|| Comparison { names: self.names_after(dot + 2), list })
    }

    /// Tells the `in` of a loop (`for x in …`) from the one that asks.
    fn is_loop(&self, word: usize) -> bool {
        let mut at = word;
        for _ in 0..8 {
            let Some(before) = self.before(at).filter(|&before| self.same_line(before, word))
            else {
                return false;
            };
            if self.text_of(before) == "for" {
                return true;
            }
            at = before;
        }
        false
    }

    /// `expect(host).toBe("db")`, `assertEqual(host, "db")`.
    fn asserted(&self, at: usize) -> Option<Comparison<'t>> {
        let open = self.bracket_of(at)?;
        let callee = self.before(open).filter(|&callee| self.is_word(callee))?;
        let name = self.text_of(callee);
        if !ASSERTIONS.contains(&name.to_ascii_lowercase().as_str()) {
            return None;
        }
        let dot = self.before(callee).filter(|&dot| self.text_of(dot) == ".");
        let received = dot
            .and_then(|dot| self.before(dot))
            .filter(|&close| self.kind_of(close) == Some(Kind::Close))
            .and_then(|close| self.bracket_of(close));
        let mut names = received.map(|call| self.names_inside(call)).unwrap_or_default();
        let neighbours = [
            self.before(at)
                .filter(|&comma| self.text_of(comma) == ",")
                .map(|comma| self.names_before(comma)),
            self.after(at)
                .filter(|&comma| self.text_of(comma) == ",")
                .map(|comma| self.names_after(comma)),
        ];
        names.extend(neighbours.into_iter().flatten().flatten());
        Some(Comparison { names, list: None })
    }

    /// What a `switch` looks at whose `case` this is.
    fn switched(&self, word: usize) -> Vec<&'t str> {
        let Some(head) = self.bracket_of(word).and_then(|open| self.before(open)) else {
            return Vec::new();
        };
        let open = self.bracket_of(head).filter(|_| self.kind_of(head) == Some(Kind::Close));
        let callee = open.and_then(|open| self.before(open));
        match open.filter(|_| callee.is_some_and(|word| is_keyword(self.text_of(word)))) {
            Some(open) => self.names_inside(open),
            None => self.names_of(head),
        }
    }

    fn names_before(&self, sign: usize) -> Vec<&'t str> {
        self.before(sign).map(|end| self.names_of(end)).unwrap_or_default()
    }

    fn names_after(&self, sign: usize) -> Vec<&'t str> {
        let Some(start) = self.after(sign) else { return Vec::new() };
        self.names_of(self.operand_end(start))
    }

    fn names_inside(&self, open: usize) -> Vec<&'t str> {
        let last = self.inside(open).filter(|&at| self.kind_of(at) != Some(Kind::Comment)).last();
        last.map(|last| self.names_of(last)).unwrap_or_default()
    }

    /// Gives the name of an operand; where it is one that anything has (`container.name`), what has
    /// it too.
    fn names_of(&self, end: usize) -> Vec<&'t str> {
        let mut names: Vec<&str> =
            self.operand_name(end).filter(|name| !is_keyword(name)).into_iter().collect();
        let owner = || {
            let dot =
                self.before(end).filter(|&dot| matches!(self.text_of(dot), "." | "->" | "?."));
            dot.and_then(|dot| self.before(dot)).and_then(|owner| self.operand_name(owner))
        };
        if names.first().is_some_and(|name| is_generic(name)) {
            names.extend(owner());
        }
        names
    }

    /// Finds the last token of the operand that starts with one (`a.b["c"](d)`).
    fn operand_end(&self, start: usize) -> usize {
        let mut end = start;
        for _ in 0..16 {
            let Some(next) = self.after(end) else { break };
            match (self.kind_of(next), self.text_of(next)) {
                (Some(Kind::Sign), "." | "::" | "->" | "?.") => {
                    let Some(member) = self.after(next) else { break };
                    end = member;
                }
                (Some(Kind::Open(b'(' | b'[')), _) if self.same_line(end, next) => {
                    end = self.close_of(next);
                }
                _ => break,
            }
        }
        end
    }

    /// Finds the bracket that closes one, or where the search for it ends.
    fn close_of(&self, open: usize) -> usize {
        self.inside(open).last().unwrap_or(open) + 1
    }
}

/// Judges comparisons anew with what the same text sets to the name, and is edited.
pub(super) fn settle(page: &mut Page<'_>, source: &Source<'_>) {
    let is_name = |at: &usize| source.is_text(*at) && source.inner_of(*at) == page.subject.name;
    let texts: Vec<_> = (0..source.tokens.len()).filter(is_name).collect();
    let range = |at: usize| source.tokens.get(at).map(|token| token.inner.clone());
    let untold: Vec<_> = texts
        .iter()
        .filter_map(|&at| Some((range(at)?, source.comparison(at)?.names)))
        .filter(|(range, _)| page.judgement(range).is_some_and(|known| known.reason == UNTOLD))
        .collect();
    if untold.is_empty() {
        return;
    }
    let is_edited =
        |at: &usize| range(*at).and_then(|at| page.judgement(&at)).is_some_and(|it| it.edits());
    let set: BTreeSet<&str> = texts
        .iter()
        .filter(|at| is_edited(at))
        .map(|&at| source.place(at))
        .filter(|place| place.role == Role::Value)
        .filter_map(|place| place.keys.first().copied())
        .collect();
    for (range, names) in untold {
        if names.first().is_some_and(|name| set.contains(name)) {
            let literal = unsure(Class::Literal, "compared with a variable that holds the name");
            let literal = page.with_name(literal);
            page.revise(&range, |_| literal);
        }
    }
}
