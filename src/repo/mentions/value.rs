//! A value of a setting that may as well be a command, a sentence, a statement, a whole file.

use std::ops::Range;

use crate::compose::setting::{self, Subject};
use crate::compose::usage::{Class, Confidence};
use crate::repo::mentions::page::{Judgement, Page, unsure};
use crate::repo::mentions::people;
use crate::repo::mentions::snippet;
use crate::repo::mentions::sql;

/// Reads a value without its quotes. `key` is what it is assigned to, empty where unknown.
pub(super) fn read(page: &mut Page<'_>, inner: &Range<usize>, key: &str) {
    if !page.is_named_in(inner) {
        return;
    }
    let text = page.slice(inner);
    if text.trim() == page.subject.name {
        let judgement = whole(page, inner, key);
        return page.judge_all(inner, judgement);
    }
    if text.contains('\n') && snippet::is_compose(text) {
        return snippet::read(page, inner);
    }
    if sql::is_statement(text) {
        return sql::read(page, inner);
    }
    if let Some(start) = people::command_start(text) {
        if text.get(..start).is_some_and(|head| head.trim().is_empty()) {
            page.command(inner);
        } else {
            people::read(page, inner, Class::Message);
        }
        return;
    }
    if text.contains('\n') {
        for line in people::lines(page.text, inner) {
            content_line(page, &line, key);
        }
        return;
    }
    let has_words = text.trim().contains(char::is_whitespace);
    if let Some((key, value)) = people::pair(text).filter(|_| !has_words) {
        let value = inner.start + value.start..inner.start + value.end;
        page.setting(key, &value);
    }
    for (range, judgement) in page.setting_usages(key, inner) {
        if !has_words || is_sure_in_sentence(judgement) {
            page.judge(&range, judgement);
        }
    }
    people::read(page, inner, Class::Message);
}

/// Judges a value that is the name and nothing else by its key.
pub(super) fn whole(page: &Page<'_>, inner: &Range<usize>, key: &str) -> Judgement {
    let usages = page.setting_usages(key, inner);
    let Some((_, judgement)) = usages.into_iter().next() else { return literal(page) };
    match setting::subject(key) {
        // `url: "api"` may as well be a path, `service: "api"` a logger's label.
        Subject::Address if !is_address(key) => literal(page),
        Subject::Container if !names_container(page, key) => literal(page),
        Subject::Container => judgement.at_most(Confidence::Likely),
        _ => judgement,
    }
}

/// Judges a value by nothing but the name's own look.
pub(super) fn literal(page: &Page<'_>) -> Judgement {
    page.with_name(unsure(Class::Literal, "a value that is the name"))
}

/// Keys of addresses whose value may be a host alone.
fn is_address(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["broker", "addr", "endpoint", "target", "proxy", "listen"]
        .iter()
        .any(|word| key.contains(word))
}

/// Tells whether a key means a container: by its word, or in a file that is about Docker.
fn names_container(page: &Page<'_>, key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let tells = key.contains("container") && key.len() > "containers".len();
    tells || key.contains("compose") || speaks_of_docker(page)
}

/// Tells whether a file is about Docker.
pub(super) fn speaks_of_docker(page: &Page<'_>) -> bool {
    let bytes = page.text.as_bytes();
    ["docker", "Docker", "compose"]
        .iter()
        .any(|word| memchr::memmem::find(bytes, word.as_bytes()).is_some())
}

/// Tells whether a name is one of the other services or containers.
pub(super) fn is_service(page: &Page<'_>, name: &str) -> bool {
    page.subject.services.iter().any(|service| service == name)
}

/// Judges an item of a list by the others: among services it is one. A name that may be something
/// else stays unsure, since volumes, databases and telemetry come in lists of the same names.
pub(super) fn among(page: &Page<'_>, others: &[&str]) -> Option<Judgement> {
    let is_list = others.iter().any(|name| is_service(page, name));
    is_list.then(|| page.with_name(unsure(Class::NameList, "a list of services")))
}

/// Reads one line of a value of several.
fn content_line(page: &mut Page<'_>, line: &Range<usize>, key: &str) {
    if !page.is_named_in(line) {
        return;
    }
    let text = page.slice(line);
    let lead = text.len() - text.trim_start().len();
    if people::command_start(text) == Some(lead) {
        return page.command(line);
    }
    if let Some((key, value)) = people::pair(text.trim_start()) {
        let start = line.start + lead;
        return page.setting(key, &(start + value.start..start + value.end));
    }
    for (range, judgement) in page.setting_usages(key, line) {
        if is_sure_in_sentence(judgement) {
            page.judge(&range, judgement);
        }
    }
    people::read(page, line, Class::Message);
}

/// In a sentence only what looks like a URL or connection is judged as a value.
fn is_sure_in_sentence(judgement: Judgement) -> bool {
    judgement.confidence == Confidence::Certain
        && matches!(
            judgement.class,
            Class::Host | Class::Database | Class::User | Class::Scheme | Class::Path
        )
}
