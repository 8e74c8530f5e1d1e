//! A value of a setting that may as well be a command, a sentence, a statement, a whole file.

use std::ops::Range;

use crate::compose::setting::{self, Subject};
use crate::compose::usage::{Class, Confidence};
use crate::repo::kind::Language;
use crate::repo::mentions::code::{self, Dialect};
use crate::repo::mentions::page::{Judgement, Page, likely, unsure};
use crate::repo::mentions::people;
use crate::repo::mentions::snippet;
use crate::repo::mentions::sql;

/// Reads a value without its quotes. `key` is what it is assigned to, empty where unknown.
pub(super) fn read(page: &mut Page<'_>, inner: &Range<usize>, key: &str) {
    if !page.is_named_in(inner) {
        return;
    }
    templates(page, inner, key);
    if matches!(key, "expr" | "expression" | "query" | "definition") {
        labels(page, inner);
    }
    let text = page.slice(inner);
    if text.trim() == page.subject.name {
        let judgement = whole(page, inner, key);
        return page.judge_all(inner, judgement);
    }
    if text.contains('\n') && snippet::is_compose(text) {
        snippet::read(page, inner);
        if !page.subject.distinctive {
            // Code that holds a whole stack makes one of its own, or tests with it.
            page.revise(inner, |judgement| match judgement.edits() {
                true => judgement.at_most(Confidence::Unsure),
                false => judgement,
            });
        }
        return;
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
    if let Some((key, value)) = people::pair(text).filter(|_| !has_words && !text.contains(';')) {
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

/// Labels of a metric that name a container, or a host.
const LABELS_OF_CONTAINERS: &[&str] = &[
    "compose_service",
    "container",
    "container_label_com_docker_compose_service",
    "container_name",
    "host",
    "instance",
    "name",
    "target",
];

/// Leaves what a query compares with labels that a file of its own sets: `up{job="web"}`.
fn labels(page: &mut Page<'_>, inner: &Range<usize>) {
    for open in page.open_in(inner) {
        let (before, _) = page.around(&open);
        let Some((head, value)) = before.rsplit_once('"') else { continue };
        let head = head.trim_end_matches('\\').trim_end().trim_end_matches(['=', '~', '!']);
        let label = head.trim_end();
        let start = label.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let label = label.get(start.len()..).unwrap_or_default();
        let selects = start.trim_end().ends_with(['{', ',']) && !value.contains(['{', '}']);
        if selects && !label.is_empty() && !LABELS_OF_CONTAINERS.contains(&label) {
            page.judge(&open, unsure(Class::Identifier, "label of a metric"));
        }
    }
}

/// Signs of templates that hold code, with their ends.
const TEMPLATES: &[(&str, &str)] = &[("{{", "}}"), ("{%", "%}"), ("<%", "%>")];

/// Reads the code of template expressions in a value (`{{ host | default("db") }}`).
pub(super) fn templates(page: &mut Page<'_>, inner: &Range<usize>, key: &str) {
    if !page.is_named_in(inner) {
        return;
    }
    let text = page.slice(inner);
    for (open, close) in TEMPLATES {
        let mut from = 0;
        while let Some(start) = text.get(from..).and_then(|rest| rest.find(open)) {
            let start = from + start + open.len();
            let Some(len) = text.get(start..).and_then(|rest| rest.find(close)) else { break };
            from = start + len;
            let hole = inner.start + start..inner.start + from;
            if page.is_named_in(&hole) {
                code::read(page, &hole, Dialect { language: Language::Hash, suffix: "py" }, key);
            }
        }
    }
}

/// Judges a value that is the name and nothing else by its key.
pub(super) fn whole(page: &Page<'_>, inner: &Range<usize>, key: &str) -> Judgement {
    let usages = page.setting_usages(key, inner);
    let Some((_, judgement)) = usages.into_iter().next() else { return literal(page) };
    match setting::subject(key) {
        // `url: "api"` may as well be a path.
        Subject::Address if !is_address(key) => literal(page),
        // `service: "api"` may as well be a label of a logger.
        Subject::Container | Subject::Service if !names_container(page, inner, key) => {
            unsure(Class::Literal, "a value that is the name")
        }
        Subject::Container => judgement.at_most(Confidence::Likely),
        Subject::Service => likely(Class::ContainerReference, "service of a stack"),
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
    ["addr", "endpoint"].iter().any(|word| key.contains(word))
}

/// Tells whether a key means a container: by its word, or in a text that is about Compose.
pub(super) fn names_container(page: &Page<'_>, inner: &Range<usize>, key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    // Pods and tasks have containers of their own.
    let of_others = setting::subject(&key) == Subject::Foreign
        || (speaks_of(page, inner, ORCHESTRATORS) && !speaks_of(page, inner, &["compose"]));
    if of_others {
        return false;
    }
    let is_container = key.contains("container");
    let tells = is_container && (page.subject.distinctive || key.len() > "containers".len());
    // Others have services too: ECS, Swarm, loggers.
    let evidence: &[&str] = if is_container { &["docker", "compose"] } else { &["compose"] };
    let is_label = matches!(key.as_str(), "service" | "service_name" | "servicename")
        && !page.subject.distinctive
        && !page.path.contains("devcontainer");
    if is_label {
        return false;
    }
    tells || key.contains("compose") || speaks_of(page, inner, evidence)
}

/// Words of systems other than Compose that have containers.
const ORCHESTRATORS: &[&str] =
    &["apiversion", "containerdefinitions", "fargate", "kubernetes", "taskdefinition"];

/// Tells whether one of some words stands in the text around a place.
fn speaks_of(page: &Page<'_>, place: &Range<usize>, words: &[&str]) -> bool {
    let near = page.near(place.start.saturating_sub(AROUND), place.end.saturating_add(AROUND));
    let text = page.slice(&near).to_ascii_lowercase();
    words.iter().any(|word| text.contains(word))
}

/// Bytes on either side in which a text shows what it is about.
const AROUND: usize = 1500;

/// Tells whether a name is one of the other services or containers.
pub(super) fn is_service(page: &Page<'_>, name: &str) -> bool {
    page.subject.services.iter().any(|service| service == name)
}

/// Keys of lists whose items are folders, packages or labels, which are often called as services
/// are.
const LISTS_OF_OTHERS: &[&str] = &[
    "apps",
    "branches",
    "choices",
    "directories",
    "exclude",
    "excludes",
    "files",
    "filters",
    "folders",
    "groups",
    "ignore",
    "include",
    "includes",
    "keywords",
    "labels",
    "libs",
    "members",
    "modules",
    "needs",
    "packages",
    "paths",
    "plugins",
    "projects",
    "scopes",
    "tags",
    "testpaths",
    "topics",
    "types",
    "workspaces",
];

/// Judges an item of a list by the others: among services it is one.
///
/// A name that may mean anything needs a text that is about services, too.
pub(super) fn among(
    page: &Page<'_>,
    inner: &Range<usize>,
    key: &str,
    others: &[&str],
) -> Option<Judgement> {
    if LISTS_OF_OTHERS.contains(&key.to_ascii_lowercase().as_str()) {
        return None;
    }
    let known = others.iter().filter(|name| is_service(page, name)).count();
    let is_list = known >= 1
        && (page.subject.distinctive
            || (known * 2 >= others.len()
                && speaks_of(page, inner, &["docker", "compose", "container", "service"])));
    // Volumes, databases and telemetry come in lists of the same names, so a name that may be
    // something else needs a key that says what the list is of.
    let is_told = key.to_ascii_lowercase().contains("container");
    let judge = if is_told { likely } else { unsure };
    is_list.then(|| page.with_name(judge(Class::NameList, "a list of services")))
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
