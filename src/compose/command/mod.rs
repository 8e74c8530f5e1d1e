//! Shell text: what a name means in commands (`docker compose exec NAME`, `docker exec NAME`,
//! `psql -h NAME`, `docker ps | grep NAME`, `for c in web NAME; do`).
//!
//! `lexer`, `expansion` and `balance` make `word`s of `text`, `parser` commands of words.
//! `grammar` says which word of a command stands for what, from the tables in `docker` and
//! `programs`. `reader` and `run` walk through all of it; `slots`, `calls`, `values`, `forms`,
//! `prose` and `snippet` say what the name means in a place, `flow` what variables and parameters
//! that hold it are used for, and `wrappers` what stands for a command. `clients` finds the calls of
//! Postgres clients on the same walk.
//!
//! Invariants: any text is taken, without an error and without a panic; the time is near-linear.
//! Deliberately absent: running anything, and what a name means in other files.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::compose::usage::Class;
use crate::compose::usage::Confidence;
use crate::compose::usage::Usage;
use crate::compose::usage::occurrences;

mod balance;
mod calls;
mod clients;
mod docker;
mod expansion;
mod flow;
mod forms;
mod grammar;
mod lexer;
mod parser;
mod programs;
mod prose;
mod reader;
mod run;
mod slots;
mod snippet;
mod text;
mod values;
mod word;
mod wrappers;

#[cfg(test)]
mod tests;

pub use clients::{Argument, Client, Input as ClientInput, clients, clients_of_words};
use reader::Reader;
use text::Text;
use word::Word;
use wrappers::Known;
pub use wrappers::Script;

/// What is known before a piece of shell text is read.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Variables, functions and aliases that stand for a command: `dc` → `docker compose`,
    /// `_dc` → `docker compose exec`. Filled by [`wrappers`].
    pub wrappers: BTreeMap<String, Vec<String>>,
    /// Other services of the project: a list of words among which some are services is a list of
    /// services (`for c in web db redis`).
    pub services: Vec<String>,
}

/// Finds the wrappers that a script or Makefile defines (`DC="docker compose -f x.yml"`,
/// `dc() { docker compose "$@"; }`, `alias dc=…`, `DOCKER_COMPOSE ?= docker compose`).
#[must_use]
pub fn wrappers(text: &str) -> BTreeMap<String, Vec<String>> {
    wrappers::wrappers(text)
}

/// Classifies each use of `name` in shell text (one command, or a whole script).
///
/// Ranges are bytes of `text`. Gives every whole occurrence, references and others, in order.
/// The wrappers that the text itself defines count beside those of the context.
#[must_use]
pub fn classify(text: &str, name: &str, context: &Context) -> Vec<Usage> {
    let whole = whole_uses(text, name);
    let members = member_uses(text, name);
    if whole.is_empty() && members.is_empty() {
        return Vec::new();
    }
    let known = Known::new(text, &context.wrappers);
    let found = Reader::new(name, &context.services, known).read(Text::at(text, 0));
    settle(whole, &members, found)
}

/// Classifies each use of `name` in the words of one command (`["CMD", "pg_isready", "-h", "db"]`).
///
/// Each word comes with its bytes in a source, quotes included or not; ranges are bytes of that
/// source. A leading `CMD` is no part of the command, and what follows `CMD-SHELL` is shell text.
/// Gives every whole occurrence, in order.
#[must_use]
pub fn classify_words(
    words: &[(String, Range<usize>)],
    name: &str,
    context: &Context,
) -> Vec<Usage> {
    let mut whole = Vec::new();
    let mut members = Vec::new();
    let mut texts = Vec::new();
    for (word, range) in words {
        let text = placed(word, range);
        whole.extend(whole_uses(word, name).iter().filter_map(|at| text.source(at)));
        members.extend(member_uses(word, name).iter().filter_map(|at| text.source(at)));
        texts.push(text);
    }
    if whole.is_empty() && members.is_empty() {
        return Vec::new();
    }
    let known = Known::new("", &context.wrappers);
    let reader = Reader::new(name, &context.services, known);
    let first = words.first().map_or("", |(word, _)| word.as_str());
    let found = match (first, texts.get(1)) {
        ("CMD-SHELL", Some(text)) => reader.read(text.clone()),
        _ => {
            let skip = usize::from(matches!(first, "CMD" | "NONE"));
            reader.read_words(texts.into_iter().skip(skip).map(Word::of_list).collect())
        }
    };
    settle(whole, &members, found)
}

/// Gives a word its place in the source, where it stands there byte by byte.
fn placed(word: &str, range: &Range<usize>) -> Text {
    match range.len().checked_sub(word.len()) {
        Some(0) => Text::at(word, range.start),
        // Quotes around it.
        Some(2) => Text::at(word, range.start + 1),
        _ => Text::made_up(word),
    }
}

/// Finds the uses of a name as a whole, also after the `-` of `${HOST:-db}` and of `psql -hdb`.
fn whole_uses(text: &str, name: &str) -> Vec<Range<usize>> {
    if name.is_empty() {
        return Vec::new();
    }
    occurrences(text, name)
        .filter(|(at, whole)| {
            *whole || ends(text, at) && (is_default(text, at) || is_value(text, at))
        })
        .map(|(at, _)| at)
        .collect()
}

/// Finds the uses of a name that a dot joins to `services`, which are whole only in a query.
fn member_uses(text: &str, name: &str) -> Vec<Range<usize>> {
    if name.is_empty() {
        return Vec::new();
    }
    let members = occurrences(text, name).filter(|(at, whole)| !whole && is_member(text, at));
    members.map(|(at, _)| at).collect()
}

/// Tells whether a use is what a query asks `services` for: `.services.NAME.image`,
/// `.services["NAME"]`.
fn is_member(text: &str, at: &Range<usize>) -> bool {
    let before = text.get(..at.start).unwrap_or_default();
    let after = text.get(at.end..).unwrap_or_default();
    let before = before.trim_end_matches(['[', '.', '"', '\'', '\\']);
    let joined = before.len() < at.start;
    let goes_on = after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-'));
    let services = before.strip_suffix("services").is_some_and(|before| {
        !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-'))
    });
    joined && services && !goes_on
}

/// Tells whether a name does not go on behind a use of it.
fn ends(text: &str, at: &Range<usize>) -> bool {
    let Some((name, after)) = text.get(at.clone()).zip(text.get(at.end..)) else { return false };
    // Three more characters tell.
    let near: String = name.chars().chain(after.chars().take(3)).collect();
    occurrences(&near, name).next().is_some_and(|(_, whole)| whole)
}

/// Tells whether a use stands right after `${NAME:-` or `${NAME-`.
fn is_default(text: &str, at: &Range<usize>) -> bool {
    let before = text.get(..at.start).unwrap_or_default();
    let Some(before) = before.strip_suffix('-') else { return false };
    let before = before.strip_suffix(':').unwrap_or(before);
    let opened = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    opened.len() < before.len() && opened.ends_with("${")
}

/// Tells whether a use stands right after the `-h` of a client.
fn is_value(text: &str, at: &Range<usize>) -> bool {
    let before = text.get(..at.start).unwrap_or_default();
    before.strip_suffix("-h").is_some_and(|before| before.ends_with([' ', '\t']))
}

/// Chooses one meaning for each use: the surest, and of equally sure ones a reference.
///
/// A member of a longer word is one only where a query has it.
fn settle(whole: Vec<Range<usize>>, members: &[Range<usize>], found: Vec<Usage>) -> Vec<Usage> {
    let mut best: BTreeMap<usize, Usage> = BTreeMap::new();
    let rank =
        |usage: &Usage| (usage.confidence, usage.class.refers(), usage.class != Class::Unknown);
    for usage in found {
        match best.get_mut(&usage.range.start) {
            Some(known) if rank(known) >= rank(&usage) => {}
            Some(known) => *known = usage,
            None => {
                best.insert(usage.range.start, usage);
            }
        }
    }
    let unknown = |range| Usage {
        range,
        class: Class::Unknown,
        confidence: Confidence::Unsure,
        reason: "place in a script that tells nothing of it",
    };
    let mut usages = Vec::with_capacity(whole.len());
    for range in members {
        let found = best.remove(&range.start).filter(|usage| usage.range == *range);
        usages.extend(found.filter(|usage| usage.class == Class::ServiceReference));
    }
    for range in whole {
        let found = best.remove(&range.start).filter(|usage| usage.range == range);
        usages.push(found.unwrap_or_else(|| unknown(range)));
    }
    usages.sort_by_key(|usage| usage.range.start);
    usages
}
