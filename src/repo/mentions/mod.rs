//! A name in any file that is no Compose file, classified.
//!
//! One reader for each sort of file judges the occurrences that it understands (`page` keeps
//! them); then `weigh` looks at the file as a whole. Invariants: every occurrence is given, in
//! order; what no reader understands is unsure; any text is taken, in near-linear time.
//! Deliberately absent: other files. Whether a file means another project's service is the
//! caller's to know.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::compose::usage::{Class, Confidence};
use crate::repo::kind::{ConfigSyntax, FileKind, Language};
use crate::text::span::Span;

mod ci;
mod code;
mod derived;
mod directives;
mod dockerfile;
mod docs;
mod env;
mod history;
mod keyed;
mod lines;
mod make;
mod markup;
mod page;
mod people;
mod rules;
mod script;
mod snippet;
mod sql;
mod tokens;
mod value;
mod weigh;
mod words;
mod yaml;

#[cfg(test)]
mod tests;

use code::Dialect;
pub use keyed::is_of_kubernetes;
use page::{Judgement, Page};
pub use weigh::competing;

/// One mention of a name in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The name's own bytes.
    pub span: Span,
    /// What it means there.
    pub class: Class,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why, for people.
    pub reason: &'static str,
}

/// What is known of the name that is looked for.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// The name.
    pub name: String,
    /// Names of the other services and containers of its project.
    pub services: Vec<String>,
    /// Variables, functions and aliases of the tree's scripts that stand for a command.
    pub wrappers: BTreeMap<String, Vec<String>>,
    /// The name that replaces it, where there is one: a text that names both is on the rename.
    pub new: Option<String>,
    /// Whether the name can hardly be anything else (`discord-bot-db`, not `db` or `postgres`):
    /// weaker evidence is enough.
    pub distinctive: bool,
    /// Whether the repository or an image has this name too: a word of a text may mean that.
    pub product: bool,
}

/// Classifies every mention of a name in a file, in order. Mentions inside longer names are
/// given as [`Class::LongerName`] or [`Class::DerivedName`].
///
/// A generated file has none: what it holds is made again from what is edited.
#[must_use]
pub fn mentions(path: &str, text: &str, kind: FileKind, subject: &Subject) -> Vec<Mention> {
    if kind == FileKind::Generated {
        return Vec::new();
    }
    let mut found = read(path, text, kind, subject);
    derived::raise(&mut found, path, text, kind, subject);
    found
}

/// Reads a whole file.
fn read(path: &str, text: &str, kind: FileKind, subject: &Subject) -> Vec<Mention> {
    let mut page = Page::new(path, text, subject);
    if page.is_empty() {
        return Vec::new();
    }
    match kind {
        FileKind::Docs => docs::read(&mut page),
        FileKind::Make => make::read(&mut page),
        _ => read_as(&mut page, kind, &(0..text.len()), ""),
    }
    weigh::settle(&mut page);
    if weigh::is_of_tests(path) {
        page.revise(&(0..text.len()), weigh::of_tests);
    }
    if kind == FileKind::Docs {
        page.revise(&(0..text.len()), Judgement::quoted);
    }
    page.finish()
}

/// Reads a range as a file of a sort. `suffix` names the language of a block that is no file.
fn read_as(page: &mut Page<'_>, kind: FileKind, range: &Range<usize>, suffix: &str) {
    match kind {
        FileKind::Env => env::read(page, range),
        FileKind::Yaml => keyed::read(page, range),
        FileKind::Ci => ci::read(page, range),
        FileKind::Shell => script::read(page, range),
        FileKind::Make => page.command(range),
        FileKind::Dockerfile => dockerfile::read(page, range),
        FileKind::Sql => sql::read(page, range),
        FileKind::Config(ConfigSyntax::Lines) => lines::read(page, range),
        FileKind::Config(ConfigSyntax::Directives) => directives::read(page, range),
        FileKind::Config(ConfigSyntax::Xml) => markup::read(page, range, markup::Text::Value),
        FileKind::Config(ConfigSyntax::Json) => {
            code::read(page, range, Dialect { language: Language::Slashes, suffix: "json" }, "");
        }
        FileKind::Config(ConfigSyntax::Hcl) => {
            code::read(page, range, Dialect { language: Language::Hash, suffix: "hcl" }, "");
        }
        FileKind::Code(Language::Markup) => markup::read(page, range, markup::Text::Page),
        FileKind::Code(language) => {
            let dialect = match suffix {
                "" => Dialect::of_path(page.path, language),
                suffix => Dialect { language, suffix },
            };
            code::read(page, range, dialect, "");
        }
        FileKind::History | FileKind::Docs => history::read(page, range),
        FileKind::Generated => {}
        FileKind::Other => other(page, range),
    }
}

/// Reads a file of an unknown sort: only what looks like a URL, connection or command tells.
fn other(page: &mut Page<'_>, range: &Range<usize>) {
    for line in people::lines(page.text, range) {
        if !page.is_named_in(&line) {
            continue;
        }
        for (range, judgement) in page.setting_usages("", &line) {
            if judgement.confidence == Confidence::Certain {
                page.judge(&range, judgement);
            }
        }
        for (range, judgement) in page.sentence_usages(&line) {
            page.judge(&range, judgement);
        }
    }
}
