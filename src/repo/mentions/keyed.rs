//! YAML that is neither Compose nor CI: Prometheus, Grafana, Traefik, Ansible, application
//! configuration.
//!
//! Kubernetes names its own services: nothing in a manifest or chart is ours.

use std::ops::Range;

use crate::compose::usage::Class;
use crate::repo::mentions::ci;
use crate::repo::mentions::env;
use crate::repo::mentions::page::{Page, certain, unsure};
use crate::repo::mentions::people;
use crate::repo::mentions::snippet;
use crate::repo::mentions::value;
use crate::repo::mentions::yaml::{Outline, unquoted};

/// Reads a range as YAML.
pub(super) fn read(page: &mut Page<'_>, range: &Range<usize>) {
    let text = page.slice(range);
    if is_of_kubernetes(page.path, text) {
        return page.judge_all(range, unsure(Class::OtherNamespace, "a name of Kubernetes"));
    }
    if text.contains("runs-on:") && ci::is_workflow(text) {
        return ci::read(page, range);
    }
    let file = page.path.rsplit('/').next().unwrap_or_default();
    let is_template = file.contains("compose") || file.contains("stack");
    if is_template && has_services(text) && snippet::is_compose(text) {
        return snippet::read(page, range);
    }
    let outline = Outline::new(page.text, range);
    if defines(page, &outline) {
        let other = unsure(Class::OtherNamespace, "a service of another stack");
        return page.judge_all(range, other);
    }
    for comment in &outline.comments {
        env::commented(page, comment);
    }
    for (at, entry) in outline.entries.iter().enumerate() {
        if let Some(key) = entry.key.as_ref().filter(|key| page.is_named_in(key)) {
            page.judge_all(key, unsure(Class::Identifier, "a key"));
        }
        if page.is_named_in(&entry.value) {
            of_value(page, &outline, at);
        }
    }
}

/// Tells whether a YAML text is a manifest, or part of a chart.
#[must_use]
pub fn is_of_kubernetes(path: &str, text: &str) -> bool {
    is_manifest(text) || is_in_chart(path)
}

/// Tells a manifest by the two keys that each one has.
fn is_manifest(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    has("apiVersion:") && has("kind:")
}

fn is_in_chart(path: &str) -> bool {
    path.split('/').any(|folder| {
        matches!(folder, "chart" | "charts" | "helm" | "k8s" | "kubernetes" | "kustomize")
    })
}

/// Tells whether a text that is no Compose file defines a service of the name.
fn defines(page: &Page<'_>, outline: &Outline<'_>) -> bool {
    outline.entries.iter().enumerate().any(|(at, entry)| {
        let key = entry.key.as_ref().map(|key| page.slice(key));
        key == Some(page.subject.name.as_str())
            && outline.path(at).last() == Some(&"services")
            && snippet::is_service(outline, at)
    })
}

fn has_services(text: &str) -> bool {
    text.lines().any(|line| line.trim_end() == "services:")
}

fn of_value(page: &mut Page<'_>, outline: &Outline<'_>, at: usize) {
    let Some(entry) = outline.entries.get(at) else { return };
    let inner = unquoted(page.text, &entry.value);
    let key = outline.key_of(at);
    if is_command(key) {
        return snippet::command(page, outline, at);
    }
    if matches!(key, "job_name" | "job" | "uid" | "alert" | "record") {
        return page.judge_all(&inner, unsure(Class::Identifier, "a label of its own"));
    }
    if key == "aliases" {
        return page.judge_all(&inner, unsure(Class::Alias, "an alias"));
    }
    if key == "hosts" && is_play(outline, at) {
        return page.judge_all(&inner, certain(Class::Identifier, "a group of an inventory"));
    }
    if matches!(key, "service" | "services") && is_proxy(page) {
        return page.judge_all(&inner, unsure(Class::Identifier, "a service of the proxy"));
    }
    if is_text(key) && page.slice(&inner) != page.subject.name {
        return people::read(page, &inner, Class::Message);
    }
    if entry.key.is_none()
        && page.slice(&inner) == page.subject.name
        && let Some(judgement) =
            value::among(page, &inner, key, &outline.children(entry.parent, at))
        && !value::whole(page, &inner, key).edits()
    {
        return page.judge_all(&inner, judgement);
    }
    if entry.is_block && people::command_start(page.slice(&inner)).is_none() {
        return lines(page, &inner, key);
    }
    value::read(page, &inner, key);
    page.judge_all(&inner, certain(Class::Identifier, "part of a value"));
}

/// Reads the lines of a block scalar: settings, or text.
fn lines(page: &mut Page<'_>, range: &Range<usize>, key: &str) {
    for line in people::lines(page.text, range) {
        value::read(page, &line, key);
    }
}

/// Ansible's plays name the hosts of an inventory.
fn is_play(outline: &Outline<'_>, at: usize) -> bool {
    let parent = outline.entries.get(at).and_then(|entry| entry.parent);
    let is_item = |at: usize| outline.entries.get(at).is_some_and(|entry| entry.key.is_none());
    // The key itself, or an item of its list.
    let play = match parent.filter(|_| is_item(at)) {
        Some(list) => outline.entries.get(list).and_then(|list| list.parent),
        None => parent,
    };
    let keys = outline.children(play, at);
    ["tasks", "roles", "gather_facts", "become", "pre_tasks"].iter().any(|key| keys.contains(key))
}

/// Traefik's dynamic configuration has services of its own.
fn is_proxy(page: &Page<'_>) -> bool {
    page.text.contains("loadBalancer") || page.text.contains("routers:")
}

/// Keys of shell text.
pub(super) fn is_command(key: &str) -> bool {
    matches!(
        key,
        "after_script"
            | "args"
            | "bash"
            | "before_script"
            | "cmd"
            | "cmds"
            | "command"
            | "commands"
            | "entry"
            | "entrypoint"
            | "exec"
            | "inline"
            | "install"
            | "post_build"
            | "powershell"
            | "pre_build"
            | "pwsh"
            | "raw"
            | "run"
            | "script"
            | "sh"
            | "shell"
            | "test"
    )
}

/// Keys of text for people.
pub(super) fn is_text(key: &str) -> bool {
    matches!(
        key,
        "annotation"
            | "comment"
            | "desc"
            | "description"
            | "displayName"
            | "display_name"
            | "help"
            | "label"
            | "message"
            | "msg"
            | "name"
            | "notes"
            | "summary"
            | "title"
    )
}
