//! Compose snippets outside of Compose files: in documentation, in strings, in templates.

use std::ops::Range;

use crate::compose::model::{SERVICE_KEYS, has_drive};
use crate::compose::usage::Class;
use crate::repo::mentions::env;
use crate::repo::mentions::page::{Judgement, Page, certain, likely, unsure};
use crate::repo::mentions::people;
use crate::repo::mentions::value;
use crate::repo::mentions::words;
use crate::repo::mentions::yaml::{Outline, unquoted};

/// Tells whether a text is a piece of a Compose file: `services:`, or two keys that services have.
pub(super) fn is_compose(text: &str) -> bool {
    if text.contains("apiVersion:") && text.contains("kind:") {
        return false;
    }
    let mut seen: Vec<&str> = Vec::new();
    for line in text.lines() {
        let line = line.trim_start().trim_start_matches("- ");
        let Some((key, _)) = line.split_once(':') else { continue };
        if key == "services" && line.trim_end().ends_with(':') {
            return true;
        }
        if SERVICE_KEYS.contains(&key) && !seen.contains(&key) {
            seen.push(key);
        }
    }
    seen.len() >= 2
        || seen.first().is_some_and(|key| matches!(*key, "depends_on" | "container_name"))
}

/// Reads a range as a piece of a Compose file.
pub(super) fn read(page: &mut Page<'_>, range: &Range<usize>) {
    let outline = Outline::new(page.text, range);
    for comment in &outline.comments {
        env::commented(page, comment);
    }
    for (at, entry) in outline.entries.iter().enumerate() {
        if let Some(key) = entry.key.as_ref().filter(|key| page.is_named_in(key)) {
            let judgement = own_key(page, &outline, at);
            if page.slice(key) == page.subject.name {
                page.judge_all(key, judgement);
            }
            page.judge_all(key, certain(Class::Identifier, "a key"));
        }
        if page.is_named_in(&entry.value) {
            of_value(page, &outline, at);
        }
    }
    page.revise(range, Judgement::quoted);
}

/// Tells an entry with keys that services have.
pub(super) fn is_service(outline: &Outline<'_>, at: usize) -> bool {
    outline.children(Some(at), at).iter().any(|key| SERVICE_KEYS.contains(key))
}

fn own_key(page: &Page<'_>, outline: &Outline<'_>, at: usize) -> Judgement {
    let path = outline.path(at);
    let service = likely(Class::Snippet, "a service in a Compose snippet");
    match path.last().copied() {
        Some("services" | "depends_on") => service,
        Some("volumes") => certain(Class::Volume, "a volume in a Compose snippet"),
        Some("networks") => certain(Class::Network, "a network in a Compose snippet"),
        Some("environment" | "args" | "labels" | "secrets" | "configs" | "extra_hosts") => {
            certain(Class::Identifier, "a key")
        }
        // A fragment that starts with the service itself.
        None => {
            if is_service(outline, at) || page.subject.distinctive {
                service
            } else {
                unsure(Class::Snippet, "a key in a snippet")
            }
        }
        Some(_) => unsure(Class::Identifier, "a key in a snippet"),
    }
}

fn of_value(page: &mut Page<'_>, outline: &Outline<'_>, at: usize) {
    let Some(entry) = outline.entries.get(at) else { return };
    let inner = unquoted(page.text, &entry.value);
    let text = page.slice(&inner);
    let key = outline.key_of(at);
    let first = inner.start..inner.start + text.find(':').unwrap_or(text.len());
    let service = likely(Class::Snippet, "a service in a Compose snippet");
    match key {
        "depends_on" | "links" | "external_links" | "volumes_from" | "service" => {
            page.judge_all(&first, service);
            page.judge_all(&inner, unsure(Class::Alias, "an alias in a Compose snippet"));
        }
        "container_name" if text == page.subject.name => page.judge_all(&inner, service),
        "volumes" => {
            let is_path = text.starts_with(['.', '/', '~', '\\', '$']) || has_drive(text);
            let class = if is_path { Class::Path } else { Class::Volume };
            page.judge_all(&first, certain(class, "a volume in a Compose snippet"));
            page.judge_all(&inner, certain(Class::Path, "a path in a Compose snippet"));
        }
        "networks" => page.judge_all(&inner, certain(Class::Network, "a network in a snippet")),
        "aliases" | "extra_hosts" | "hostname" => {
            page.judge_all(&inner, unsure(Class::Alias, "an alias in a Compose snippet"));
        }
        "profiles" => page.judge_all(&inner, certain(Class::Profile, "a profile in a snippet")),
        "build" | "context" | "dockerfile" | "env_file" | "file" => {
            page.judge_all(&inner, certain(Class::Path, "a path in a Compose snippet"));
        }
        "command" | "entrypoint" | "test" => command(page, outline, at),
        "environment" | "labels" | "args" => match people::pair(text) {
            Some((key, value)) => {
                page.setting(key, &(inner.start + value.start..inner.start + value.end));
                page.judge_all(&inner, certain(Class::Identifier, "a key"));
            }
            None => page.setting("", &inner),
        },
        _ if entry.is_block => value::read(page, &inner, key),
        _ => page.setting(key, &inner),
    }
}

/// Reads a command: text, or words in a list.
pub(super) fn command(page: &mut Page<'_>, outline: &Outline<'_>, at: usize) {
    let Some(entry) = outline.entries.get(at) else { return };
    let list = entry.parent.filter(|_| entry.key.is_none());
    let Some(parent) = list else {
        return page.command(&unquoted(page.text, &entry.value));
    };
    let arguments: Vec<words::Argument> = outline
        .items(parent)
        .into_iter()
        .map(|(_, range)| {
            let inner = unquoted(page.text, &range);
            (page.slice(&inner).to_owned(), inner)
        })
        .collect();
    let are_words = arguments.iter().all(|(word, _)| !word.contains(char::is_whitespace));
    if words::is_command(&arguments) || (are_words && arguments.len() > 1) {
        return words::read(page, &arguments);
    }
    // A list of whole command lines.
    page.command(&unquoted(page.text, &entry.value));
}
