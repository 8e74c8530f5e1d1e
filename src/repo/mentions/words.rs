//! Argument lists: `["docker", "exec", "db"]`, `spawn("psql", ["-h", "db"])`, exec forms.

use std::ops::Range;

use crate::repo::mentions::page::Page;
use crate::repo::mentions::people;
use crate::repo::mentions::tokens::{Kind, Source};

/// One word of an argument list, with its place in the file.
pub(super) type Argument = (String, Range<usize>);

/// Words before a program that are no program themselves.
const RUNNERS: &[&str] = &["sudo", "env", "time", "nice", "exec", "nohup", "CMD", "CMD-SHELL"];

/// Tells whether words are a command line: a program that names hosts or containers comes first.
///
/// A database's client needs an option behind it, for `["mysql", "redis"]` is a list of names.
pub(super) fn is_command(words: &[Argument]) -> bool {
    let mut words = words.iter().map(|(word, _)| word.as_str());
    let first = words.find(|word| !RUNNERS.contains(word) && !word.contains('='));
    let is_engine = first.is_some_and(people::is_engine);
    is_engine || (first.is_some_and(people::is_program) && words.any(|word| word.starts_with('-')))
}

/// Reads an argument list as a command line.
pub(super) fn read(page: &mut Page<'_>, words: &[Argument]) {
    for (range, judgement) in page.words_usages(words) {
        page.judge(&range, judgement);
    }
}

/// Gives the words of a bracket in code from the first string on, brackets inside taken apart.
pub(super) fn of_bracket(source: &Source<'_>, open: usize) -> Vec<Argument> {
    let mut words: Vec<Argument> = Vec::new();
    let mut fresh = true;
    for at in source.inside(open) {
        let Some(token) = source.tokens.get(at) else { break };
        match token.kind {
            Kind::Text { .. } => {
                words.push((source.inner_of(at).to_owned(), token.inner.clone()));
                fresh = false;
            }
            Kind::Sign if source.text_of(at) == "," => fresh = true,
            // A variable: what it holds is unknown, but it is an argument.
            Kind::Word if fresh && !words.is_empty() => {
                words.push(("$x".to_owned(), 0..0));
                fresh = false;
            }
            _ => {}
        }
    }
    words
}
