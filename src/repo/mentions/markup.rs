//! HTML, XML and templates: attributes, text between tags, scripts, template expressions.
//!
//! No document is parsed: tags are found one by one. Invariants: any text is taken, in one pass.

use std::ops::Range;

use crate::compose::setting::{self, Subject};
use crate::compose::usage::Class;
use crate::repo::kind::Language;
use crate::repo::mentions::code::{self, Dialect};
use crate::repo::mentions::lines;
use crate::repo::mentions::page::{Page, certain, likely, unsure};
use crate::repo::mentions::people;
use crate::repo::mentions::value;

/// How text between tags is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// As text for people: HTML.
    Page,
    /// As the value of the tag around it: XML.
    Value,
}

/// Reads a range as markup.
pub(super) fn read(page: &mut Page<'_>, range: &Range<usize>, text: Text) {
    let slice = page.slice(range);
    if !slice.contains("</") && !slice.contains("/>") {
        // A template of something else.
        return lines::read(page, range);
    }
    let mut scanner =
        Scanner { text, at: range.start, end: range.end, tag: "", select: String::new() };
    while scanner.at < range.end {
        scanner.step(page);
    }
}

/// Signs that hold code, with their ends and the suffix of the code's language.
const CODE: &[(&str, &str, &str)] = &[
    ("<?php", "?>", "php"),
    ("<?=", "?>", "php"),
    ("<%", "%>", "rb"),
    ("{{", "}}", "py"),
    ("{%", "%}", "py"),
];

struct Scanner<'t> {
    text: Text,
    at: usize,
    end: usize,
    /// The last tag that was opened.
    tag: &'t str,
    /// What the list of options is for.
    select: String,
}

/// A tag's attributes: names, and values without quotes.
type Attributes<'t> = Vec<(&'t str, Range<usize>)>;

impl<'t> Scanner<'t> {
    fn step(&mut self, page: &mut Page<'t>) {
        let rest = page.slice(&(self.at..self.end));
        if rest.starts_with("<!--") {
            let len = rest.find("-->").map_or(rest.len(), |at| at + "-->".len());
            let comment = self.at + "<!--".len()..self.at + len;
            self.at += len;
            if page.is_named_in(&comment) {
                people::read(page, &comment, Class::Comment);
            }
            return;
        }
        for (open, close, suffix) in CODE {
            if rest.starts_with(open) {
                let len = rest.find(close).map_or(rest.len(), |at| at + close.len());
                let inner = self.at + open.len()..self.at + len;
                self.at += len;
                return self.code(page, &inner, suffix, "");
            }
        }
        if rest.starts_with('<') {
            return self.tag(page, rest);
        }
        // Text up to the next thing that is none.
        let next = rest.char_indices().skip(1).find(|(at, c)| {
            *c == '<'
                || (*c == '{'
                    && rest.get(at + 1..).is_some_and(|next| next.starts_with(['{', '%'])))
        });
        let len = next.map_or(rest.len(), |(at, _)| at);
        let text = self.at..self.at + len;
        self.at += len;
        self.between(page, &text);
    }

    fn code(&self, page: &mut Page<'t>, inner: &Range<usize>, suffix: &str, key: &str) {
        if page.is_named_in(inner) {
            let language = if suffix == "php" || suffix == "js" || suffix == "ts" {
                Language::Slashes
            } else {
                Language::Hash
            };
            code::read(page, inner, Dialect { language, suffix }, key);
        }
    }

    fn between(&self, page: &mut Page<'t>, text: &Range<usize>) {
        if !page.is_named_in(text) {
            return;
        }
        match self.text {
            Text::Page => people::read(page, text, Class::Message),
            Text::Value => {
                let shown = page.slice(text);
                let start = text.start + shown.len() - shown.trim_start().len();
                value::read(page, &(start..start + shown.trim().len()), self.tag);
            }
        }
    }

    fn tag(&mut self, page: &mut Page<'t>, rest: &'t str) {
        let name_len = rest
            .bytes()
            .skip(1)
            .take_while(|b| b.is_ascii_alphanumeric() || b"_-:./".contains(b))
            .count();
        let Some(name) = rest.get(1..1 + name_len).filter(|name| !name.is_empty()) else {
            self.at += 1;
            return;
        };
        let (attributes, len) = attributes(rest, 1 + name_len, self.at);
        let start = self.at;
        self.at += len;
        if !name.starts_with('/') {
            self.tag = name;
        }
        if name == "select" {
            self.select = purpose(page, &attributes).unwrap_or_default().to_owned();
        }
        let whole = start..start + len;
        if page.is_named_in(&whole) {
            let own = start + 1..start + 1 + name_len;
            page.judge_all(&own, certain(Class::Identifier, "a tag"));
            self.attributes(page, &attributes);
            page.judge_all(&whole, unsure(Class::Unknown, "in a tag"));
        }
        if let Some(key) = attributes.iter().find(|(name, _)| matches!(*name, "name" | "key"))
            && self.text == Text::Value
        {
            // `<entry key="host">db</entry>`
            self.tag = page.slice(&key.1);
        }
        if matches!(name, "script" | "style") && !rest.get(..len).is_some_and(|t| t.ends_with("/>"))
        {
            let body = page.slice(&(self.at..self.end));
            let close = format!("</{name}");
            let inner = self.at..self.at + body.find(&close).unwrap_or(body.len());
            self.at = inner.end;
            if name == "script" {
                self.code(page, &inner, "js", "");
            }
        }
    }

    fn attributes(&self, page: &mut Page<'t>, attributes: &Attributes<'t>) {
        for (name, inner) in attributes {
            if !page.is_named_in(inner) {
                continue;
            }
            let expression = name.starts_with([':', '@', '#', '[', '(']) || name.starts_with("v-");
            if expression {
                self.code(page, inner, "ts", name.trim_start_matches([':', '@']));
                continue;
            }
            let generic = matches!(*name, "value" | "placeholder" | "default" | "content");
            let purpose = match purpose(page, attributes).filter(|_| generic) {
                None if generic && self.tag == "option" => self.select.as_str(),
                None => name,
                Some(purpose) => purpose,
            };
            if page.slice(inner) == page.subject.name
                && setting::subject(purpose) == Subject::Host
                && self.text == Text::Page
            {
                page.judge_all(inner, likely(Class::HostSetting, "value of a host's field"));
            }
            value::read(page, inner, purpose);
        }
    }
}

/// Finds what a field is for, from its other attributes.
fn purpose<'t>(page: &Page<'t>, attributes: &Attributes<'t>) -> Option<&'t str> {
    const NAMING: &[&str] =
        &["id", "name", "key", "v-model", "for", "formcontrolname", "aria-label"];
    let named = NAMING.iter().filter_map(|naming| {
        let found = attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(naming));
        found.map(|(_, value)| page.slice(value))
    });
    named.into_iter().find(|value| setting::subject(value) != Subject::Other)
}

/// Reads a tag's attributes, and gives the tag's length.
fn attributes(rest: &str, from: usize, base: usize) -> (Attributes<'_>, usize) {
    let bytes = rest.as_bytes();
    let mut found = Vec::new();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'>' => return (found, at + 1),
            // A tag that is not closed is text.
            b'<' => return (found, at),
            b'"' | b'\'' => {
                let rest = bytes.get(at + 1..).unwrap_or_default();
                at += 1 + memchr::memchr(byte, rest).map_or(rest.len(), |len| len + 1);
            }
            _ if byte.is_ascii_whitespace() || matches!(byte, b'/' | b'=') => at += 1,
            _ => {
                let ends = |b: &&u8| !(b.is_ascii_whitespace() || b"=>\"'<".contains(b));
                let len = bytes.get(at..).unwrap_or_default().iter().take_while(ends).count();
                let name = rest.get(at..at + len).unwrap_or_default();
                at += len.max(1);
                let (Some(b'='), Some(quote @ (b'"' | b'\''))) = (bytes.get(at), bytes.get(at + 1))
                else {
                    continue;
                };
                let start = at + 2;
                let rest = bytes.get(start..).unwrap_or_default();
                let len = memchr::memchr(*quote, rest).unwrap_or(rest.len());
                found.push((name, base + start..base + start + len));
                at = start + len + 1;
            }
        }
    }
    (found, rest.len())
}
